// Questions about an expression that can be answered without data.

import { METRIC_NAME } from '@ampere/series';
import type { CallExpr, Expr, Position } from '../parser/ast.ts';

/** Functions whose result depends on the evaluation time even when their arguments don't. */
const TIME_DEPENDENT = new Set([
  'days_in_month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'hour',
  'minute',
  'month',
  'year',
  'predict_linear',
  'time',
  'timestamp',
]);

const invariance = new WeakMap<Expr, boolean>();

/**
 * Whether an expression has the same value at every step, because every selector in it is fixed in
 * time by `@`. Such a part is evaluated once and its value repeated.
 */
export function isStepInvariant(expr: Expr): boolean {
  const known = invariance.get(expr);
  if (known !== undefined) return known;
  const answer = computeInvariance(expr);
  invariance.set(expr, answer);
  return answer;
}

function computeInvariance(expr: Expr): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return true;
    case 'paren':
    case 'unary':
      return isStepInvariant(expr.expr);
    case 'binary':
      return isStepInvariant(expr.left) && isStepInvariant(expr.right);
    case 'aggregate':
      return isStepInvariant(expr.expr) && (expr.parameter === undefined || isStepInvariant(expr.parameter));
    case 'call':
      return !TIME_DEPENDENT.has(expr.func.name) && expr.args.every(isStepInvariant);
    case 'vector-selector':
    case 'subquery':
      return expr.at !== undefined;
    case 'matrix-selector':
      return expr.selector.at !== undefined;
  }
}

/**
 * Whether all series of a vector or matrix surely have the same metric name, or none. Then dropping
 * the name can't make two of them equal, and they needn't be gathered to find out.
 */
export function hasOneName(expr: Expr): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return true;
    case 'paren':
    case 'unary':
    case 'subquery':
      return hasOneName(expr.expr);
    case 'vector-selector':
      return expr.matchers.some((matcher) => matcher.name === METRIC_NAME && matcher.kind === '=');
    case 'matrix-selector':
      return hasOneName(expr.selector);
    case 'binary':
      return expr.operator !== 'or' && hasOneName(expr.left) && hasOneName(expr.right);
    case 'aggregate':
      if (expr.operator === 'count_values') return false;
      if (expr.without || !expr.grouping.includes(METRIC_NAME))
        return keepsNoName(expr.operator) || hasOneName(expr.expr);
      return hasOneName(expr.expr);
    case 'call':
      if (expr.func.name === 'label_replace' || expr.func.name === 'label_join') return false;
      return expr.args.every(hasOneName);
  }
}

function keepsNoName(operator: string): boolean {
  return !['topk', 'bottomk', 'limitk', 'limit_ratio'].includes(operator);
}

/**
 * Where annotations say that an argument of a function stands, as Prometheus has it: parentheses around
 * it don't count, but for an argument that is evaluated once when the call isn't; and where a subquery
 * stands is forgotten: it is at the start of the query.
 */
export function argumentPosition(call: CallExpr, arg: Expr): Position {
  let inner = arg;
  while (inner.kind === 'paren') inner = inner.expr;
  if (inner.kind === 'subquery') return { start: 0, end: 0 };
  return isStepInvariant(arg) && !isStepInvariant(call) ? arg.position : inner.position;
}
