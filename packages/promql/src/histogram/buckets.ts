// Bounds of buckets, and walking over all buckets of a histogram in ascending order.
//
// Exponential schema n: the upper bound of bucket i is 2^(i / 2^n). Custom buckets (schema -53): bucket i
// ends at custom value i, the one behind the last value ends at +Inf, the first begins at -Inf.

import type { FloatHistogram } from '../engine/types.ts';
import { sparseOf } from './sparse.ts';

export const CUSTOM_BUCKETS = -53;
const SCHEMA_MAX = 8;

export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly lowerInclusive: boolean;
  readonly upperInclusive: boolean;
  readonly count: number;
}

export function usesCustomBuckets(histogram: FloatHistogram): boolean {
  return histogram.schema === CUSTOM_BUCKETS;
}

/** 2^(i / 256) for i in 0 … 255, each rounded only once. */
const ROOTS = rootsOfTwo();

function rootsOfTwo(): Float64Array {
  const bits = 120n;
  let step = 2n << bits;
  for (let i = 0; i < SCHEMA_MAX; i++) step = squareRoot(step << bits);
  const roots = new Float64Array(256);
  let value = 1n << bits;
  for (let i = 0; i < 256; i++) {
    // The nearest float to a whole number of more than 53 bits, then an exact scaling.
    roots[i] = Number(value) / 2 ** Number(bits);
    value = (value * step) >> bits;
  }
  return roots;
}

function squareRoot(value: bigint): bigint {
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const better = (guess + value / guess) >> 1n;
    if (better >= guess) return guess;
    guess = better;
  }
}

/** Upper bound of a bucket in an exponential schema (the greatest float instead of 2^1024). */
export function exponentialBound(index: number, schema: number): number {
  const perPower = 2 ** schema;
  const power = Math.floor(index / perPower);
  if (power >= 1024)
    return power === 1024 && index === power * perPower ? Number.MAX_VALUE : Number.POSITIVE_INFINITY;
  const root = schema > 0 ? ROOTS[(index - power * perPower) * (256 / perPower)]! : 1;
  return root * 2 ** (schema > 0 ? power : index / perPower);
}

function customBound(index: number, values: Float64Array | null): number {
  if (index < 0) return Number.NEGATIVE_INFINITY;
  return values !== null && index < values.length ? values[index]! : Number.POSITIVE_INFINITY;
}

/** Buckets of the positive side, ascending; empty ones too. */
export function positiveBuckets(histogram: FloatHistogram): Bucket[] {
  const { schema, customValues } = histogram;
  const { indices, counts } = sparseOf(histogram.positiveSpans, histogram.positiveBuckets);
  if (schema === CUSTOM_BUCKETS) {
    return indices.map((index, i) => ({
      lower: customBound(index - 1, customValues),
      upper: customBound(index, customValues),
      lowerInclusive: index === 0,
      upperInclusive: true,
      count: counts[i]!,
    }));
  }
  return indices.map((index, i) => ({
    lower: exponentialBound(index - 1, schema),
    upper: exponentialBound(index, schema),
    lowerInclusive: false,
    upperInclusive: true,
    count: counts[i]!,
  }));
}

/** Buckets of the negative side from zero downwards; empty ones too. */
export function negativeBuckets(histogram: FloatHistogram): Bucket[] {
  const { indices, counts } = sparseOf(histogram.negativeSpans, histogram.negativeBuckets);
  return indices.map((index, i) => ({
    lower: -exponentialBound(index, histogram.schema),
    upper: -exponentialBound(index - 1, histogram.schema),
    lowerInclusive: true,
    upperInclusive: false,
    count: counts[i]!,
  }));
}

export function zeroBucket({ zeroThreshold, zeroCount }: FloatHistogram): Bucket {
  return {
    lower: -zeroThreshold,
    upper: zeroThreshold,
    lowerInclusive: true,
    upperInclusive: true,
    count: zeroCount,
  };
}

/**
 * All buckets in ascending order; the zero bucket when it is not empty. Where a bucket overlaps with
 * the zero bucket, it ends there.
 */
export function allBuckets(histogram: FloatHistogram): Bucket[] {
  const { zeroThreshold, zeroCount } = histogram;
  const all = negativeBuckets(histogram).reverse();
  if (zeroCount > 0) all.push(zeroBucket(histogram));
  all.push(...positiveBuckets(histogram));
  if (zeroThreshold === 0) return all;
  return all.map((bucket) => {
    if (bucket.upper < 0 && bucket.upper > -zeroThreshold) return { ...bucket, upper: -zeroThreshold };
    if (bucket.lower > 0 && bucket.lower < zeroThreshold) return { ...bucket, lower: zeroThreshold };
    return bucket;
  });
}
