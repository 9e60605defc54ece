// Quantiles and fractions of native histograms.
//
// Inside a bucket observations are taken as spread evenly on a logarithmic scale (exponential buckets)
// or a linear one (custom buckets and the zero bucket). A histogram with NaN observations has NaN for
// its sum: those count, but are in no bucket.

import type { FloatHistogram } from '../engine/types.ts';
import { allBuckets, type Bucket, usesCustomBuckets } from './buckets.ts';

/** What NaN observations did to a result. */
export type NanEffect = 'none' | 'result-is-nan' | 'result-is-skewed';

export interface QuantileResult {
  readonly value: number;
  readonly nanEffect: NanEffect;
}

export function histogramQuantile(q: number, histogram: FloatHistogram): QuantileResult {
  const plain = (value: number): QuantileResult => ({ value, nanEffect: 'none' });
  if (q < 0) return plain(Number.NEGATIVE_INFINITY);
  if (q > 1) return plain(Number.POSITIVE_INFINITY);
  if (histogram.count === 0 || Number.isNaN(q)) return plain(Number.NaN);
  const hasNan = Number.isNaN(histogram.sum);
  // From the nearer end, so that rounding errors add up over fewer buckets.
  const forward = hasNan || q < 0.5;
  let rank = (forward ? q : 1 - q) * histogram.count;
  const buckets = allBuckets(histogram);
  if (!forward) buckets.reverse();
  let count = 0;
  let bucket: Bucket = { lower: 0, upper: 0, lowerInclusive: true, upperInclusive: true, count: 0 };
  for (const next of buckets) {
    bucket = next;
    if (next.count === 0) continue;
    count += next.count;
    if (count >= rank) break;
  }
  let { lower, upper } = bucket;
  if (usesCustomBuckets(histogram)) {
    if (lower === Number.NEGATIVE_INFINITY) {
      if (upper <= 0) return plain(upper);
      lower = 0;
    } else if (upper === Number.POSITIVE_INFINITY) {
      return plain(lower);
    }
  } else if (lower < 0 && upper > 0) {
    [lower, upper] = zeroBucketBounds(histogram, lower, upper);
  }
  count = Math.min(count, histogram.count);
  if (count < rank) return hasNan ? { value: Number.NaN, nanEffect: 'result-is-nan' } : plain(upper);
  rank = forward ? rank - (count - bucket.count) : count - rank;
  const value = interpolate(lower, upper, rank / bucket.count, usesCustomBuckets(histogram));
  return { value, nanEffect: hasNan ? 'result-is-skewed' : 'none' };
}

/** With buckets on one side only, the zero bucket is on that side too. */
function zeroBucketBounds(histogram: FloatHistogram, lower: number, upper: number): [number, number] {
  const positive = histogram.positiveBuckets.length > 0;
  const negative = histogram.negativeBuckets.length > 0;
  if (positive && !negative) return [0, upper];
  return negative && !positive ? [lower, 0] : [lower, upper];
}

/** The value that `fraction` of a bucket's observations are below. */
function interpolate(lower: number, upper: number, fraction: number, linear: boolean): number {
  if (linear || (lower <= 0 && upper >= 0)) return lower + (upper - lower) * fraction;
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  if (lower > 0) return 2 ** (logLower + (logUpper - logLower) * fraction);
  return -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)));
}

/** The part of a bucket's observations that is below `value`, which lies inside of it. */
export function fractionBelow(value: number, lower: number, upper: number, linear: boolean): number {
  if (linear || (lower <= 0 && upper >= 0)) {
    // Of a bucket without beginning everything is taken to be below.
    return lower === Number.NEGATIVE_INFINITY ? 1 : (value - lower) / (upper - lower);
  }
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  const logValue = Math.log2(Math.abs(value));
  if (value > 0) return (logValue - logLower) / (logUpper - logLower);
  return 1 - (logValue - logUpper) / (logLower - logUpper);
}

/** The fraction of observations between two values. NaN observations are below no value. */
export function histogramFraction(lower: number, upper: number, histogram: FloatHistogram): number {
  if (histogram.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  const buckets = allBuckets(histogram);
  return (rankOf(upper, buckets, histogram) - rankOf(lower, buckets, histogram)) / histogram.count;
}

/** How many observations are below a value. */
function rankOf(value: number, buckets: readonly Bucket[], histogram: FloatHistogram): number {
  const custom = usesCustomBuckets(histogram);
  let rank = 0;
  for (const bucket of buckets) {
    let { lower, upper } = bucket;
    const isZero = lower <= 0 && upper >= 0;
    if (isZero && !custom) [lower, upper] = zeroBucketBounds(histogram, lower, upper);
    if (custom && lower === Number.NEGATIVE_INFINITY && upper > 0) lower = 0;
    if (lower >= value) break;
    if (upper > value) {
      rank += bucket.count * fractionBelow(value, lower, upper, custom || isZero);
      break;
    }
    rank += bucket.count;
  }
  return Math.min(rank, histogram.count);
}
