// The `quantile` aggregation: all values of a group at a step, sorted.

import type { AggregateExpr } from '../../parser/ast.ts';
import { quantileOfSorted, sortNaNFirst } from '../quantile.ts';
import { type Evaluation, originOf, unwrapParens } from '../query-context.ts';
import { ABSENT, FLOAT, type SeriesSink, StepSeries } from '../step-series.ts';
import { AggregationNotes } from './aggregation-notes.ts';
import { Grouping } from './grouping.ts';

export function streamQuantile(ev: Evaluation, expr: AggregateExpr, sink: SeriesSink): void {
  const { budget } = ev.query;
  const quantiles = ev.scalar(expr.parameter!);
  checkQuantiles(ev, expr, quantiles);
  const notes = new AggregationNotes(ev.query, expr);
  const grouping = new Grouping<StepSeries[]>(expr, () => []);
  for (const series of ev.collect(expr.expr)) grouping.of(series).state.push(series);
  let scratch = new Float64Array(64);
  for (const group of grouping.groups) {
    const members = group.state;
    if (scratch.length < members.length) scratch = new Float64Array(members.length);
    const result = new StepSeries(group.labels, ev.steps.count);
    result.dropName = group.dropName;
    for (let step = 0; step < ev.steps.count; step++) {
      let count = 0;
      for (const series of members) {
        const kind = series.kinds[step];
        if (kind === FLOAT) scratch[count++] = series.values[step]!;
        else if (kind !== ABSENT) notes.histogramIgnored();
      }
      budget.work(count);
      if (count === 0) continue;
      const values = scratch.subarray(0, count);
      sortNaNFirst(values);
      result.setFloat(step, quantileOfSorted(quantiles[step]!, values));
    }
    for (const series of members) budget.releaseSeries(series);
    if (!result.isEmpty) sink(result);
  }
}

/** Says once which quantiles are out of range: the greatest above, the least below, any NaN. */
function checkQuantiles(ev: Evaluation, expr: AggregateExpr, quantiles: Float64Array): void {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let anyNaN = false;
  for (const quantile of quantiles) {
    if (Number.isNaN(quantile)) anyNaN = true;
    else {
      least = Math.min(least, quantile);
      greatest = Math.max(greatest, quantile);
    }
  }
  const at = originOf(ev.query, expr, unwrapParens(expr.parameter!).position);
  if (anyNaN) ev.query.annotations.invalidQuantile(Number.NaN, at);
  if (greatest > 1) ev.query.annotations.invalidQuantile(greatest, at);
  if (least < 0) ev.query.annotations.invalidQuantile(least, at);
}
