// histogram_quantile, histogram_quantiles and histogram_fraction, over classic and native histograms.
//
// 1. All series are gathered. A float with a label `le` is a bucket of a classic histogram, which is
//    all buckets with otherwise equal labels (the name among them); a histogram is one by itself.
// 2. The buckets of a classic histogram are sorted by bound once, for all steps.
// 3. At each step the buckets that are there make the value. A native histogram with the same labels
//    at the same step makes both unusable.

import { type Labels, LabelsBuilder, METRIC_NAME } from '@ampere/series';
import type { CallExpr } from '../../parser/ast.ts';
import { bucketFraction, bucketQuantile, bucketsWereRepaired } from '../classic-buckets.ts';
import { merged } from '../drop-names.ts';
import { argumentPosition } from '../expr-analysis.ts';
import { formatOpenMetricsFloat, parseGoFloat } from '../go-text.ts';
import { histogramFraction, histogramQuantile } from '../histograms.ts';
import { argument, type Evaluation, type Origin, originOf } from '../query-context.ts';
import { ABSENT, FLOAT, HISTOGRAM, type SeriesSink, StepSeries, withoutMetadata } from '../step-series.ts';
import type { FloatHistogram } from '../types.ts';

export const BUCKET_FUNCTIONS: ReadonlySet<string> = new Set([
  'histogram_quantile',
  'histogram_quantiles',
  'histogram_fraction',
]);

/** What is computed of each histogram; a function may compute several values (quantiles). */
interface Computation {
  /** The output's labels from the histogram's. */
  readonly label: (labels: Labels) => Labels;
  readonly ofBuckets: (bounds: Float64Array, counts: Float64Array, step: number, metric: string) => number;
  readonly ofHistogram: (histogram: FloatHistogram, step: number, metric: string) => number;
}

interface ClassicHistogram {
  readonly labels: Labels;
  readonly metric: string;
  readonly buckets: { readonly bound: number; readonly series: StepSeries }[];
}

export function streamBucketFunction(ev: Evaluation, call: CallExpr, sink: SeriesSink): void {
  const { vector, computations } = plan(ev, call);
  const position = originOf(ev.query, call, argumentPosition(call, vector));
  const all = ev.collect(vector);
  const { classic, native } = sortOut(ev, all, position);
  const scratch = new BucketScratch();
  merged(
    ev,
    (into) => {
      for (const computation of computations) {
        for (const histogram of native)
          emit(ev, computation, histogram, fromNative(ev, computation, histogram), into);
        for (const histogram of classic.values()) {
          const result = fromClassic(ev, computation, histogram, scratch);
          emit(ev, computation, histogram, result, into);
        }
      }
    },
    sink,
  );
  for (const series of all) ev.query.budget.releaseSeries(series);
}

function plan(
  ev: Evaluation,
  call: CallExpr,
): { vector: CallExpr['args'][number]; computations: Computation[] } {
  const { annotations } = ev.query;
  const first = argument(call.args, 0);
  if (call.func.name === 'histogram_fraction') {
    const lower = ev.scalar(first);
    const upper = ev.scalar(argument(call.args, 1));
    const computation: Computation = {
      label: (labels) => labels,
      ofBuckets: (bounds, counts, step) => bucketFraction(lower[step]!, upper[step]!, bounds, counts),
      ofHistogram: (histogram, step, metric) =>
        histogramFraction(
          lower[step]!,
          upper[step]!,
          histogram,
          metric,
          annotations,
          originOf(ev.query, call, argumentPosition(call, first)),
        ),
    };
    return { vector: argument(call.args, 2), computations: [computation] };
  }
  if (call.func.name === 'histogram_quantile') {
    const vector = argument(call.args, 1);
    return {
      vector,
      computations: [
        quantileOf(ev, call, first, originOf(ev.query, call, argumentPosition(call, vector)), null),
      ],
    };
  }
  const label = ev.text(argument(call.args, 1));
  const quantiles = call.args.slice(2);
  return {
    vector: first,
    computations: quantiles.map((quantile) =>
      quantileOf(ev, call, quantile, originOf(ev.query, call, argumentPosition(call, first)), label),
    ),
  };
}

function quantileOf(
  ev: Evaluation,
  call: CallExpr,
  expr: CallExpr['args'][number],
  at: Origin,
  label: string | null,
): Computation {
  const { annotations } = ev.query;
  const quantiles = ev.scalar(expr);
  const own = originOf(ev.query, call, argumentPosition(call, expr));
  for (const quantile of quantiles) {
    if (!(quantile >= 0 && quantile <= 1)) annotations.invalidQuantile(quantile, own);
  }
  const labelValue = formatOpenMetricsFloat(quantiles[0] ?? Number.NaN);
  return {
    label: (labels) => (label === null ? labels : new LabelsBuilder(labels).set(label, labelValue).labels()),
    ofBuckets: (bounds, counts, step, metric) => {
      const value = bucketQuantile(quantiles[step]!, bounds, counts);
      if (bucketsWereRepaired) annotations.forcedMonotonicity(metric, at);
      return value;
    },
    ofHistogram: (histogram, step, metric) =>
      histogramQuantile(quantiles[step]!, histogram, metric, annotations, own),
  };
}

function sortOut(
  ev: Evaluation,
  all: readonly StepSeries[],
  position: Origin,
): { classic: Map<string, ClassicHistogram>; native: StepSeries[] } {
  const classic = new Map<string, ClassicHistogram>();
  const native: StepSeries[] = [];
  for (const series of all) {
    if (series.kinds.includes(HISTOGRAM)) native.push(series);
    if (!series.kinds.includes(FLOAT)) continue;
    const le = series.labels.get('le');
    const bound = parseGoFloat(le);
    const metric = series.labels.get(METRIC_NAME);
    if (bound === undefined) {
      ev.query.annotations.badBucketLabel(metric, le, position);
      continue;
    }
    const labels = series.labels.filter((name) => name !== 'le');
    let histogram = classic.get(labels.key);
    if (histogram === undefined) {
      histogram = { labels, metric, buckets: [] };
      classic.set(labels.key, histogram);
    }
    histogram.buckets.push({ bound, series });
  }
  for (const histogram of classic.values()) histogram.buckets.sort((a, b) => a.bound - b.bound);
  for (const series of native) {
    const histogram = classic.get(series.labels.key);
    if (histogram !== undefined) refuseConflicts(ev, histogram, series, position);
  }
  return { classic, native };
}

/** Where both forms of a histogram are there, neither is used. */
function refuseConflicts(
  ev: Evaluation,
  classic: ClassicHistogram,
  native: StepSeries,
  position: Origin,
): void {
  for (let step = 0; step < native.kinds.length; step++) {
    if (native.kinds[step] !== HISTOGRAM) continue;
    let any = false;
    for (const bucket of classic.buckets) {
      if (bucket.series.kinds[step] !== FLOAT) continue;
      bucket.series.kinds[step] = ABSENT;
      any = true;
    }
    if (!any) continue;
    native.kinds[step] = ABSENT;
    ev.query.annotations.mixedClassicNative(classic.metric, position);
  }
}

function fromNative(ev: Evaluation, computation: Computation, series: StepSeries): StepSeries {
  const result = new StepSeries(series.labels, ev.steps.count);
  const metric = series.labels.get(METRIC_NAME);
  for (let step = 0; step < series.kinds.length; step++) {
    if (series.kinds[step] !== HISTOGRAM) continue;
    result.setFloat(step, computation.ofHistogram(series.histogramAt(step), step, metric));
  }
  return result;
}

class BucketScratch {
  bounds = new Float64Array(16);
  counts = new Float64Array(16);

  reserve(length: number): void {
    if (length <= this.bounds.length) return;
    this.bounds = new Float64Array(2 * length);
    this.counts = new Float64Array(2 * length);
  }
}

function fromClassic(
  ev: Evaluation,
  computation: Computation,
  histogram: ClassicHistogram,
  scratch: BucketScratch,
): StepSeries {
  const { buckets } = histogram;
  const result = new StepSeries(histogram.labels, ev.steps.count);
  scratch.reserve(buckets.length);
  // As in Prometheus, what is said of a histogram names the metric at its first step only, where its
  // name has not been dropped yet.
  let metric = histogram.metric;
  for (let step = 0; step < ev.steps.count; step++) {
    let count = 0;
    for (const bucket of buckets) {
      if (bucket.series.kinds[step] !== FLOAT) continue;
      scratch.bounds[count] = bucket.bound;
      scratch.counts[count++] = bucket.series.values[step]!;
    }
    if (count === 0) continue;
    ev.query.budget.work(count);
    const bounds = scratch.bounds.subarray(0, count);
    const counts = scratch.counts.subarray(0, count);
    result.setFloat(step, computation.ofBuckets(bounds, counts, step, metric));
    if (!ev.query.options.delayedNameRemoval) metric = '';
  }
  return result;
}

function emit(
  ev: Evaluation,
  computation: Computation,
  from: { readonly labels: Labels },
  result: StepSeries,
  sink: SeriesSink,
): void {
  if (result.isEmpty) return;
  const delayed = ev.query.options.delayedNameRemoval;
  result.labels = computation.label(delayed ? from.labels : withoutMetadata(from.labels));
  result.dropName = delayed;
  sink(result);
}
