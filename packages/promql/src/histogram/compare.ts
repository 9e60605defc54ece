// Whether two histograms are equal, and whether a counter was reset between them.

import type { FloatHistogram } from '../engine/types.ts';
import { reduceResolution, sameBounds, widenZeroBucket } from './arithmetic.ts';
import { positiveBuckets, usesCustomBuckets } from './buckets.ts';
import { type SparseBuckets, sparseOf } from './sparse.ts';

/** Exactly equal data. A different layout of empty buckets makes a difference, the hint does not. */
export function histogramsEqual(a: FloatHistogram, b: FloatHistogram): boolean {
  return (
    a.schema === b.schema &&
    Object.is(a.count, b.count) &&
    Object.is(a.sum, b.sum) &&
    a.zeroThreshold === b.zeroThreshold &&
    Object.is(a.zeroCount, b.zeroCount) &&
    (!usesCustomBuckets(a) || sameBounds(a.customValues, b.customValues)) &&
    sameBuckets(positiveOf(a), positiveOf(b)) &&
    sameBuckets(negativeOf(a), negativeOf(b))
  );
}

function positiveOf(histogram: FloatHistogram): SparseBuckets {
  return sparseOf(histogram.positiveSpans, histogram.positiveBuckets);
}

function negativeOf(histogram: FloatHistogram): SparseBuckets {
  return sparseOf(histogram.negativeSpans, histogram.negativeBuckets);
}

function sameBuckets(a: SparseBuckets, b: SparseBuckets): boolean {
  if (a.indices.length !== b.indices.length) return false;
  return a.indices.every((index, i) => index === b.indices[i] && Object.is(a.counts[i], b.counts[i]));
}

/**
 * Whether a counter was reset between `previous` and `current`: what the hint says or, without one, a
 * count that went down, a finer schema, a narrower zero bucket, or a bucket that has gone.
 */
export function detectReset(current: FloatHistogram, previous: FloatHistogram): boolean {
  if (current.counterReset === 'reset') return true;
  if (current.counterReset === 'not-reset') return false;
  return countsDecreased(current, previous);
}

/** As detectReset, without regard to the hint. */
export function countsDecreased(current: FloatHistogram, previous: FloatHistogram): boolean {
  if (current.count < previous.count) return true;
  if (usesCustomBuckets(current)) {
    if (!usesCustomBuckets(previous)) return true;
    if (!sameBounds(current.customValues, previous.customValues)) {
      return customBucketsDecreased(current, previous);
    }
  }
  if (current.schema > previous.schema || current.zeroThreshold < previous.zeroThreshold) return true;
  let before = widenZeroBucket(previous, current.zeroThreshold);
  if (before.zeroThreshold !== current.zeroThreshold) return true;
  if (current.zeroCount < before.zeroCount) return true;
  if (before.schema !== current.schema) {
    if (usesCustomBuckets(before)) return true;
    before = reduceResolution(before, current.schema);
  }
  return (
    decreased(positiveOf(current), positiveOf(before)) || decreased(negativeOf(current), negativeOf(before))
  );
}

function decreased(current: SparseBuckets, previous: SparseBuckets): boolean {
  let i = 0;
  for (let j = 0; j < previous.indices.length; j++) {
    const index = previous.indices[j]!;
    while (i < current.indices.length && current.indices[i]! < index) i++;
    const count = current.indices[i] === index ? current.counts[i]! : 0;
    if (count < previous.counts[j]!) return true;
  }
  return false;
}

/** With bounds that differ, the buckets between the bounds that both have are compared. */
function customBucketsDecreased(current: FloatHistogram, previous: FloatHistogram): boolean {
  const previousBounds = new Set(previous.customValues ?? []);
  const bounds = [...(current.customValues ?? [])].filter((bound) => previousBounds.has(bound));
  const now = rolledUp(current, bounds);
  const before = rolledUp(previous, bounds);
  return now.some((count, i) => count < before[i]!);
}

function rolledUp(histogram: FloatHistogram, bounds: readonly number[]): number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let target = 0;
  for (const { upper, count } of positiveBuckets(histogram)) {
    while (target < bounds.length && bounds[target]! < upper) target++;
    counts[target]! += count;
  }
  return counts;
}
