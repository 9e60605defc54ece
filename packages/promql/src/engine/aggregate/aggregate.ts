// Aggregations: which way each operator goes, and those that stream.
//
// sum, avg, min, max, count, group, stddev, stdvar and count_values take series one by one into their
// group's accumulator. quantile, topk, bottomk, limitk and limit_ratio look at all series of a group
// together.

import { formatFloat, quote } from '@ampere/go-text';
import { LabelsBuilder, METRIC_NAME } from '@ampere/series';
import type { AggregateExpr } from '../../parser/ast.ts';
import { QueryError } from '../errors.ts';
import { hasLoneSurrogate } from '../go-text.ts';
import { formatHistogram } from '../histograms.ts';
import type { Evaluation } from '../query-context.ts';
import { ABSENT, FLOAT, type SeriesSink, StepSeries } from '../step-series.ts';
import { type AccumulatorKind, createAccumulators } from './accumulators.ts';
import { AggregationNotes } from './aggregation-notes.ts';
import { Grouping } from './grouping.ts';
import { streamQuantile } from './quantile-aggregation.ts';
import { streamSelection } from './selection.ts';

export function streamAggregate(ev: Evaluation, expr: AggregateExpr, sink: SeriesSink): void {
  switch (expr.operator) {
    case 'quantile':
      streamQuantile(ev, expr, sink);
      return;
    case 'count_values':
      streamCountValues(ev, expr, sink);
      return;
    case 'topk':
    case 'bottomk':
    case 'limitk':
    case 'limit_ratio':
      streamSelection(ev, expr, sink);
      return;
    default:
      streamAccumulated(ev, expr, expr.operator, sink);
      return;
  }
}

function streamAccumulated(
  ev: Evaluation,
  expr: AggregateExpr,
  kind: AccumulatorKind,
  sink: SeriesSink,
): void {
  const { budget } = ev.query;
  const steps = ev.steps.count;
  const accumulators = createAccumulators(kind, steps, new AggregationNotes(ev.query, expr));
  let groups = 0;
  const grouping = new Grouping<number>(expr, () => {
    budget.hold(steps);
    return groups++;
  });
  ev.stream(expr.expr, (series) => {
    budget.work(steps);
    accumulators.add(grouping.of(series).state, series);
  });
  for (const group of grouping.groups) {
    const result = new StepSeries(group.labels, steps);
    result.dropName = group.dropName;
    accumulators.finish(group.state, result);
    budget.release(steps);
    if (!result.isEmpty) sink(result);
  }
}

/** Counts of equal values, each with the value as a label. */
function streamCountValues(ev: Evaluation, expr: AggregateExpr, sink: SeriesSink): void {
  const label = ev.text(expr.parameter!);
  // Text that isn't UTF-8 is kept with lone surrogates.
  if (label === '' || hasLoneSurrogate(label)) throw new QueryError(`invalid label name ${quote(label)}`);
  const steps = ev.steps.count;
  const grouping = new Grouping<Map<string, Float64Array>>(expr, () => new Map());
  ev.stream(expr.expr, (series) => {
    ev.query.budget.work(steps);
    const counts = grouping.of(series).state;
    for (let step = 0; step < steps; step++) {
      const kind = series.kinds[step];
      if (kind === ABSENT) continue;
      const text =
        kind === FLOAT ? formatFloat(series.values[step]!) : formatHistogram(series.histogramAt(step));
      let column = counts.get(text);
      if (column === undefined) {
        column = new Float64Array(steps);
        counts.set(text, column);
        ev.query.budget.touch(steps * counts.size);
      }
      column[step]!++;
    }
  });
  // `without` may leave out the very label that the value is written to.
  const leftOut = expr.without && expr.grouping.includes(label);
  // The label may take the place of one that the groups differ in: then they come together.
  const results = new Map<string, StepSeries>();
  for (const group of grouping.groups) {
    for (const [text, column] of group.state) {
      const labels = leftOut ? group.labels : new LabelsBuilder(group.labels).set(label, text).labels();
      let result = results.get(labels.key);
      if (result === undefined) {
        result = new StepSeries(labels, steps);
        result.dropName = group.dropName && label !== METRIC_NAME;
        results.set(labels.key, result);
      }
      for (let step = 0; step < steps; step++) {
        if (column[step]! > 0) result.setFloat(step, result.values[step]! + column[step]!);
      }
    }
  }
  for (const result of results.values()) sink(result);
}
