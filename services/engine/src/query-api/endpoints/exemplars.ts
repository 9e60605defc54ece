// query_exemplars: the exemplars of all series that a query selects anywhere in its expression.

import { type Expr, ParseError } from '@ampere/promql';
import type { Matcher } from '@ampere/series';
import type { SeriesExemplars } from '@ampere/tsdb';
import { type Answer, answer, type StateContext } from '../endpoint.ts';
import type { JsonProducer } from '../json-writer.ts';
import { floatText } from '../number-text.ts';
import { badData } from '../prometheus-error.ts';
import { MAX_TIME_MS, MIN_TIME_MS } from '../times.ts';

export function queryExemplars({ parameters, promql, report, tenant }: StateContext): Answer {
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
  const sets: (readonly Matcher[])[] = [];
  gatherSelectors(expr, sets);
  // Prometheus answers 204 when there is nothing to look for.
  if (sets.length === 0) return answer(null);
  return answer(exemplarsData(tenant.tsdb.exemplars(startMs, endMs, sets)));
}

/** Adds the matchers of every selector in the expression. */
function gatherSelectors(expr: Expr, into: (readonly Matcher[])[]): void {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return;
    case 'vector-selector':
      into.push(expr.matchers);
      return;
    case 'matrix-selector':
      into.push(expr.selector.matchers);
      return;
    case 'binary':
      gatherSelectors(expr.left, into);
      gatherSelectors(expr.right, into);
      return;
    case 'call':
      for (const arg of expr.args) gatherSelectors(arg, into);
      return;
    case 'aggregate':
      if (expr.parameter !== undefined) gatherSelectors(expr.parameter, into);
      gatherSelectors(expr.expr, into);
      return;
    case 'paren':
    case 'unary':
    case 'subquery':
      gatherSelectors(expr.expr, into);
  }
}

/** `[{seriesLabels, exemplars: [{labels, value, timestamp}]}]`. */
function exemplarsData(found: readonly SeriesExemplars[]): JsonProducer {
  return function* (writer) {
    writer.raw('[');
    for (let i = 0; i < found.length; i++) {
      const { series, exemplars } = found[i]!;
      writer.raw(i > 0 ? ',{"seriesLabels":' : '{"seriesLabels":');
      writer.labels(series);
      for (let j = 0; j < exemplars.length; j++) {
        const { labels, value, timeMs } = exemplars[j]!;
        writer.raw(j > 0 ? ',{"labels":' : ',"exemplars":[{"labels":');
        writer.labels(labels);
        writer.raw(`,"value":"${floatText(value)}","timestamp":${secondsText(timeMs)}}`);
        if (writer.isFull) yield writer.take();
      }
      writer.raw(']}');
    }
    writer.raw(']');
  };
}

/** With three decimals or none, as all times in answers. */
function secondsText(timeMs: number): string {
  return timeMs % 1000 === 0 ? String(timeMs / 1000) : (timeMs / 1000).toFixed(3);
}
