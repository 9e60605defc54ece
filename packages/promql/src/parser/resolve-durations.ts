// Duration expressions become milliseconds once the query's step and range are known.

import type { BinaryOperator, Expr, SubqueryExpr, VectorSelector } from './ast.ts';
import { ParseError } from './errors.ts';
import { roundHalfAway } from './parse-duration.ts';

/** What `step()` and `range()` stand for; an instant query has 0 for both. */
export interface QueryTimes {
  readonly stepMs: number;
  readonly rangeMs: number;
}

/**
 * The tree with every duration expression worked out; a tree without any is returned as it is.
 * Throws ParseError when a range or step is not over zero, or something is divided by zero.
 */
export function resolveDurations(expr: Expr, times: QueryTimes): Expr {
  const inside = (child: Expr) => resolveDurations(child, times);
  switch (expr.kind) {
    case 'number':
    case 'string':
      return expr;
    case 'paren':
    case 'unary': {
      const inner = inside(expr.expr);
      return inner === expr.expr ? expr : { ...expr, expr: inner };
    }
    case 'binary': {
      const left = inside(expr.left);
      const right = inside(expr.right);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case 'call': {
      const args = expr.args.map(inside);
      return args.every((arg, i) => arg === expr.args[i]) ? expr : { ...expr, args };
    }
    case 'aggregate': {
      const inner = inside(expr.expr);
      const parameter = expr.parameter && inside(expr.parameter);
      if (inner === expr.expr && parameter === expr.parameter) return expr;
      return { ...expr, expr: inner, ...(parameter === undefined ? {} : { parameter }) };
    }
    case 'vector-selector':
      return withOffset(expr, times);
    case 'matrix-selector': {
      const selector = withOffset(expr.selector, times);
      if (expr.rangeExpr !== undefined) {
        return { ...expr, selector, rangeMs: positiveMs(expr.rangeExpr, times) };
      }
      return selector === expr.selector ? expr : { ...expr, selector };
    }
    case 'subquery': {
      const inner = inside(expr.expr);
      const resolved = withOffset(inner === expr.expr ? expr : { ...expr, expr: inner }, times);
      if (expr.rangeExpr === undefined && expr.stepExpr === undefined) return resolved;
      return {
        ...resolved,
        ...(expr.stepExpr && { stepMs: positiveMs(expr.stepExpr, times) }),
        ...(expr.rangeExpr && { rangeMs: positiveMs(expr.rangeExpr, times) }),
      };
    }
  }
}

function withOffset<T extends VectorSelector | SubqueryExpr>(expr: T, times: QueryTimes): T {
  if (expr.offsetExpr === undefined) return expr;
  return { ...expr, offsetMs: wholeMs(expr.offsetExpr, times) };
}

function positiveMs(expr: Expr, times: QueryTimes): number {
  const ms = wholeMs(expr, times);
  if (!(secondsOf(expr, times) > 0)) throw fault('duration must be greater than 0', expr);
  return ms;
}

function wholeMs(expr: Expr, times: QueryTimes): number {
  const seconds = secondsOf(expr, times);
  if (!(Math.abs(seconds) <= 2 ** 63 / 1e9)) throw fault('duration is out of range', expr);
  return Math.trunc(roundHalfAway(seconds * 1e6) / 1e3);
}

function secondsOf(expr: Expr, times: QueryTimes): number {
  switch (expr.kind) {
    case 'number':
      return expr.value;
    case 'paren':
      return secondsOf(expr.expr, times);
    case 'unary':
      return -secondsOf(expr.expr, times);
    case 'binary': {
      const left = secondsOf(expr.left, times);
      return combine(expr.operator, left, secondsOf(expr.right, times), expr.right);
    }
    case 'call':
      break;
    default:
      throw fault(`unexpected ${expr.kind} in a duration`, expr);
  }
  const [a, b] = expr.args;
  switch (expr.func.name) {
    case 'step':
      return times.stepMs / 1000;
    case 'range':
      return times.rangeMs / 1000;
    case 'min_of':
      return Math.min(secondsOf(a!, times), secondsOf(b!, times));
    case 'max_of':
      return Math.max(secondsOf(a!, times), secondsOf(b!, times));
    default:
      throw fault(`unexpected function ${expr.func.name} in a duration`, expr);
  }
}

function combine(operator: BinaryOperator, left: number, right: number, divisor: Expr): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw fault('division by zero', divisor);
      return left / right;
    case '%':
      if (right === 0) throw fault('modulo by zero', divisor);
      return left % right;
    case '^':
      return left ** right;
    default:
      throw fault(`unexpected operator ${operator} in a duration`, divisor);
  }
}

/** The position is given as the range of bytes: so does Prometheus for what it finds this late. */
function fault(message: string, { position }: Expr): ParseError {
  return new ParseError(`${position.start}:${position.end}: ${message}`, position.start, position.end);
}
