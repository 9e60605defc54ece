// Arithmetic and comparison of two floats, one at a time and over whole columns.

import { assert } from '@ampere/platform';
import type { BinaryOperator } from '../../parser/ast.ts';

export function isComparison(operator: BinaryOperator): boolean {
  switch (operator) {
    case '==':
    case '!=':
    case '>':
    case '<':
    case '>=':
    case '<=':
      return true;
    default:
      return false;
  }
}

export function isSetOperator(operator: BinaryOperator): operator is 'and' | 'or' | 'unless' {
  return operator === 'and' || operator === 'or' || operator === 'unless';
}

/** Whether the result is another quantity than the operands, so that it can't bear their name. */
export function changesMeaning(operator: BinaryOperator): boolean {
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
    case 'atan2':
      return true;
    default:
      return false;
  }
}

export function arithmetic(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return power(left, right);
    case 'atan2':
      return Math.atan2(left, right);
    default:
      assert(false, `${operator} is no arithmetic operator`);
  }
}

export function compare(operator: BinaryOperator, left: number, right: number): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '>':
      return left > right;
    case '<':
      return left < right;
    case '>=':
      return left >= right;
    case '<=':
      return left <= right;
    default:
      assert(false, `${operator} is no comparison`);
  }
}

/** IEEE 754's pow, as Go has it: 1 to any power is 1, and so is -1 to an infinite one. JavaScript says NaN. */
export function power(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && (exponent === Number.POSITIVE_INFINITY || exponent === Number.NEGATIVE_INFINITY))
    return 1;
  return base ** exponent;
}

/** Two scalars; a comparison (always with `bool`) gives 0 or 1. */
export function scalarBinary(
  operator: BinaryOperator,
  left: Float64Array,
  right: Float64Array,
): Float64Array {
  const out = new Float64Array(left.length);
  if (isComparison(operator)) {
    for (let i = 0; i < out.length; i++) out[i] = compare(operator, left[i]!, right[i]!) ? 1 : 0;
  } else {
    for (let i = 0; i < out.length; i++) out[i] = arithmetic(operator, left[i]!, right[i]!);
  }
  return out;
}
