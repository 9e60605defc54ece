// The engine's door to native-histogram arithmetic: the arithmetic of ../histogram, with what it has to say put among the query's annotations.

import * as native from '../histogram/index.ts';
import type { Annotations } from './annotations.ts';
import type { Origin } from './query-context.ts';
import type { FloatHistogram } from './types.ts';

export {
  addHistograms,
  allBuckets,
  type CombinedHistogram,
  compactHistogram,
  detectReset,
  divideHistogram,
  formatHistogram,
  histogramsEqual,
  IncompatibleHistogramsError,
  reduceResolution,
  scaleHistogram,
  subtractHistograms,
  trimHistogram,
  usesCustomBuckets,
} from '../histogram/index.ts';

export function histogramQuantile(
  quantile: number,
  histogram: FloatHistogram,
  metric: string,
  annotations: Annotations,
  at: Origin,
): number {
  const { value, nanEffect } = native.histogramQuantile(quantile, histogram);
  if (nanEffect === 'result-is-nan') annotations.quantileOfNaN(metric, at);
  if (nanEffect === 'result-is-skewed') annotations.quantileSkewedByNaN(metric, at);
  return value;
}

export function histogramFraction(
  lower: number,
  upper: number,
  histogram: FloatHistogram,
  metric: string,
  annotations: Annotations,
  at: Origin,
): number {
  const fraction = native.histogramFraction(lower, upper, histogram);
  // A sum that is NaN gives away observations of NaN, which are in no bucket.
  if (Number.isNaN(histogram.sum) && histogram.count > 0) annotations.fractionWithoutNaN(metric, at);
  return fraction;
}
