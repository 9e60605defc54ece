// format_query, parse_query and query_exemplars: endpoints that look at a query without running it.

import { type Expr, ParseError } from '@ampere/promql';
import { type Answer, answer, type ReadContext } from '../endpoint.ts';
import { smallValue } from '../json-writer.ts';
import { badData } from '../prometheus-error.ts';
import { MAX_TIME_MS, MIN_TIME_MS } from '../times.ts';
import { parseQuery } from './query.ts';

export function formatQuery(context: ReadContext): Answer {
  return answer(smallValue(context.promql.format(parseQuery(context))));
}

export function parseQueryTree(context: ReadContext): Answer {
  return answer(smallValue(context.promql.toJson(parseQuery(context))));
}

/** No exemplars are kept, so the data is empty; the parameters are checked all the same. */
export function queryExemplars({ parameters, promql, report }: ReadContext): Answer {
  const startMs = parameters.timeOr('start', MIN_TIME_MS);
  const endMs = parameters.timeOr('end', MAX_TIME_MS);
  if (endMs < startMs) throw badData('end timestamp must not be before start timestamp');
  report.query = parameters.first('query');
  let expr: Expr;
  try {
    expr = promql.parse(report.query);
  } catch (error) {
    if (error instanceof ParseError) throw badData(error.message);
    throw error;
  }
  // Prometheus answers 204 when there is nothing to look for.
  return answer(hasSelector(expr) ? smallValue([]) : null);
}

function hasSelector(expr: Expr): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return false;
    case 'vector-selector':
    case 'matrix-selector':
      return true;
    case 'binary':
      return hasSelector(expr.left) || hasSelector(expr.right);
    case 'call':
      return expr.args.some(hasSelector);
    case 'aggregate':
      return hasSelector(expr.expr) || (expr.parameter !== undefined && hasSelector(expr.parameter));
    case 'paren':
    case 'unary':
    case 'subquery':
      return hasSelector(expr.expr);
  }
}
