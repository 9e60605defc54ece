// Native histograms: what the engine, the test scripts and the HTTP API use of them.

export {
  addHistograms,
  type CombinedHistogram,
  compactHistogram,
  divideHistogram,
  emptyLike,
  IncompatibleHistogramsError,
  reduceResolution,
  sameBounds,
  scaleHistogram,
  subtractHistograms,
} from './arithmetic.ts';
export { allBuckets, type Bucket, CUSTOM_BUCKETS, exponentialBound, usesCustomBuckets } from './buckets.ts';
export { countsDecreased, detectReset, histogramsEqual } from './compare.ts';
export { histogramFraction, histogramQuantile, type NanEffect, type QuantileResult } from './quantile.ts';
export { formatHistogram, type HistogramJson, histogramLiteral, histogramToJson } from './text.ts';
export { trimHistogram } from './trim.ts';
