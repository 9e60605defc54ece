// Range vectors as columns: what a matrix selector or a subquery offers to a range function.
//
// A series comes as the samples of all steps' windows together, ascending in time, without stale
// markers. It is valid until the next one; a window is a run of indices of it.

import { isStaleAt, type Labels, SampleColumns, type SelectHints } from '@ampere/series';
import type { MatrixSelector, SubqueryExpr, VectorSelector } from '../../parser/ast.ts';
import { QueryError } from '../errors.ts';
import { noteResets } from '../histogram-statistics.ts';
import { type Evaluation, referenceTimeMs } from '../query-context.ts';
import { ABSENT, FLOAT, type StepSeries } from '../step-series.ts';
import { Steps } from '../steps.ts';
import type { FloatHistogram } from '../types.ts';

/** A column has an element for each step: this many are 90 MB a column. A month in steps of a second is 2.7 million. */
const SUBQUERY_STEPS_MAX = 10_000_000;

export type RangeExpr = MatrixSelector | SubqueryExpr;
export type RangeColumns = SampleColumns<FloatHistogram>;
export type RangeSink = (labels: Labels, dropName: boolean, columns: RangeColumns) => void;

/** How far outside of the range (start, end] a function looks for samples; 0 but for `anchored` and `smoothed`. */
export interface RangeMargins {
  readonly beforeMs: number;
  readonly afterMs: number;
}

export function streamRanges(ev: Evaluation, expr: RangeExpr, margins: RangeMargins, sink: RangeSink): void {
  if (ev.steps.count === 0) return;
  if (expr.kind === 'subquery') {
    streamSubquery(ev, expr, sink);
    return;
  }
  const { steps } = ev;
  const selector = expr.selector;
  const hints = {
    startMs: referenceTimeMs(ev.query, selector, steps.startMs) - expr.rangeMs - margins.beforeMs + 1,
    endMs: referenceTimeMs(ev.query, selector, steps.timeMs(steps.count - 1)) + margins.afterMs,
    stepMs: steps.stepMs,
  };
  const common = ev.query.commonParts.get(expr);
  if (common === undefined) streamMatrixSelector(ev, selector, hints, sink);
  else {
    const times = `${hints.startMs} ${hints.endMs}`;
    common.streamRange(ev, times, (into) => streamMatrixSelector(ev, selector, hints, into), sink);
  }
}

function streamMatrixSelector(
  { query, steps }: Evaluation,
  selector: VectorSelector,
  hints: SelectHints,
  sink: RangeSink,
): void {
  const set = query.querier.select(hints, selector.matchers);
  const columns: RangeColumns = new SampleColumns();
  while (set.next()) {
    set.read(columns);
    if (query.statisticsSelectors.has(selector)) noteResets(columns);
    query.budget.seriesRead(columns.length);
    query.budget.work(steps.count);
    dropStaleMarkers(columns);
    if (columns.length > 0) sink(set.labels(), false, columns);
  }
}

/** Closes the gaps that stale markers leave. */
export function dropStaleMarkers(columns: RangeColumns): void {
  const { timesMs, values, words, histograms, length } = columns;
  let kept = 0;
  for (let i = 0; i < length; i++) {
    if (isStaleAt(words, i)) continue;
    if (kept !== i) {
      timesMs[kept] = timesMs[i]!;
      values[kept] = values[i]!;
      if (histograms !== null) histograms[kept] = histograms[i];
    }
    kept++;
  }
  columns.length = kept;
}

/**
 * 1. The inner steps are the multiples of the subquery's step (from time 0, whatever the query's
 *    start) inside the windows of all outer steps.
 * 2. The inner expression is evaluated over them at once; each of its series, where it has samples,
 *    is the range vector's series.
 */
function streamSubquery(ev: Evaluation, expr: SubqueryExpr, sink: RangeSink): void {
  const { query, steps } = ev;
  const firstMs = referenceTimeMs(query, expr, steps.startMs);
  const lastMs = referenceTimeMs(query, expr, steps.timeMs(steps.count - 1));
  const stepMs = expr.stepMs > 0 ? expr.stepMs : query.options.subqueryStepMs;
  const afterMs = firstMs - expr.rangeMs;
  const startMs = (Math.floor(afterMs / stepMs) + 1) * stepMs;
  const inner = ev.over(new Steps(startMs, lastMs, stepMs));
  if (inner.steps.count > SUBQUERY_STEPS_MAX) {
    throw new QueryError(`subquery has ${inner.steps.count} steps, more than ${SUBQUERY_STEPS_MAX}`);
  }
  const columns: RangeColumns = new SampleColumns();
  query.budget.muteCount();
  inner.stream(expr.expr, (series) => {
    compact(series, inner.steps, columns);
    query.budget.work(columns.length + steps.count);
    query.budget.unmuteCount();
    if (columns.length > 0) sink(series.labels, series.dropName, columns);
    query.budget.muteCount();
  });
  query.budget.unmuteCount();
}

/** The samples that a series has at some steps, as columns. */
export function compact(series: StepSeries, steps: Steps, into: RangeColumns): void {
  into.clear();
  into.reserve(steps.count);
  const { kinds, values } = series;
  let length = 0;
  for (let step = 0; step < kinds.length; step++) {
    const kind = kinds[step];
    if (kind === ABSENT) continue;
    into.timesMs[length] = steps.timeMs(step);
    if (kind === FLOAT) {
      into.values[length] = values[step]!;
    } else {
      into.histograms ??= [];
      into.histograms[length] = withoutResetHint(series.histogramAt(step));
    }
    length++;
  }
  into.length = length;
}

/**
 * A subquery repeats and leaves out samples, so what a histogram says about its predecessor is no
 * longer true of the one before it in the range.
 */
function withoutResetHint(histogram: FloatHistogram): FloatHistogram {
  if (histogram.counterReset === 'unknown' || histogram.counterReset === 'gauge') return histogram;
  return { ...histogram, counterReset: 'unknown' };
}
