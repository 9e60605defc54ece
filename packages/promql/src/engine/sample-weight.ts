// How many samples a series counts for in the query's statistics: a histogram weighs as many as its
// memory would hold floats, as Prometheus reckons it (16 bytes a sample).

import type { Budget } from './budget.ts';
import { ABSENT, HISTOGRAM, type StepSeries } from './step-series.ts';
import type { FloatHistogram } from './types.ts';

export function sampleWeight(series: StepSeries): number {
  let weight = 0;
  for (let step = 0; step < series.kinds.length; step++) {
    const kind = series.kinds[step];
    if (kind === ABSENT) continue;
    weight += kind === HISTOGRAM ? histogramWeight(series.histogramAt(step)) : 1;
  }
  return weight;
}

/** Tells the budget of each step's part. */
export function passOnBySteps(budget: Budget, series: StepSeries): void {
  for (let step = 0; step < series.kinds.length; step++) {
    const kind = series.kinds[step];
    if (kind === ABSENT) continue;
    budget.passedOnAt(step, kind === HISTOGRAM ? histogramWeight(series.histogramAt(step)) : 1);
  }
}

export function histogramWeight(histogram: FloatHistogram): number {
  // The struct's own size in Go, 8 bytes a bucket or bound, 8 bytes a span, and 8 bytes of timestamp.
  let bytes = 168 + 8;
  bytes += 8 * (histogram.positiveSpans.length + histogram.negativeSpans.length);
  bytes += 8 * (histogram.positiveBuckets.length + histogram.negativeBuckets.length);
  bytes += 8 * (histogram.customValues?.length ?? 0);
  return Math.floor(bytes / 16);
}
