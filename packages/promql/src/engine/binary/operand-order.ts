import type { Expr } from '../../parser/ast.ts';
import { TooManySamplesError } from '../budget.ts';
import { QueryError } from '../errors.ts';
import type { Evaluation } from '../query-context.ts';

/**
 * Evaluates the right operand although the left one's turn is first. When both fail, it is the left
 * one's error that the user is told, as if the left one had come first.
 */
export function rightBeforeLeft<T>(ev: Evaluation, left: Expr, evaluateRight: () => T): T {
  try {
    return evaluateRight();
  } catch (error) {
    if (error instanceof QueryError && !(error instanceof TooManySamplesError)) ev.stream(left, () => {});
    throw error;
  }
}
