// The buckets of one side of a histogram as pairs of index and count, ascending by index: the form in
// which buckets of two histograms are brought together. Spans are only for keeping and sending them.

import type { FloatHistogram } from '../engine/types.ts';

export type Spans = FloatHistogram['positiveSpans'];

export interface SparseBuckets {
  readonly indices: readonly number[];
  readonly counts: readonly number[];
}

export const NO_BUCKETS: SparseBuckets = { indices: [], counts: [] };

export function sparseOf(spans: Spans, buckets: Float64Array): SparseBuckets {
  const indices: number[] = [];
  const counts: number[] = [];
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length && counts.length < buckets.length; i++) {
      indices.push(index++);
      counts.push(buckets[counts.length]!);
    }
  }
  return { indices, counts };
}

/** Spans and counts without empty buckets. */
export function spansOf({ indices, counts }: SparseBuckets): { spans: Spans; buckets: Float64Array } {
  const spans: { offset: number; length: number }[] = [];
  const kept: number[] = [];
  let next = 0;
  for (let i = 0; i < indices.length; i++) {
    if (counts[i] === 0) continue;
    const offset = indices[i]! - next;
    if (spans.length > 0 && offset === 0) spans.at(-1)!.length++;
    else spans.push({ offset, length: 1 });
    kept.push(counts[i]!);
    next = indices[i]! + 1;
  }
  return { spans, buckets: Float64Array.from(kept) };
}

/** Counts of equal indices added up: `a + sign * b`. */
export function mergeSparse(a: SparseBuckets, b: SparseBuckets, sign: 1 | -1): SparseBuckets {
  const indices: number[] = [];
  const counts: number[] = [];
  for (let i = 0, j = 0; i < a.indices.length || j < b.indices.length; ) {
    const x = a.indices[i] ?? Number.POSITIVE_INFINITY;
    const y = b.indices[j] ?? Number.POSITIVE_INFINITY;
    indices.push(Math.min(x, y));
    let count = 0;
    if (x <= y) count = a.counts[i++]!;
    if (y <= x) count += sign * b.counts[j++]!;
    counts.push(count);
  }
  return { indices, counts };
}

/** The buckets in a coarser exponential schema. */
export function coarser(buckets: SparseBuckets, fromSchema: number, toSchema: number): SparseBuckets {
  if (fromSchema === toSchema) return buckets;
  const indices: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < buckets.indices.length; i++) {
    // A bucket's index names its upper bound, so index 1 and 2 fall into 1, not 0 and 1.
    const index = Math.floor((buckets.indices[i]! - 1) / 2 ** (fromSchema - toSchema)) + 1;
    if (indices.at(-1) === index) counts[counts.length - 1]! += buckets.counts[i]!;
    else {
      indices.push(index);
      counts.push(buckets.counts[i]!);
    }
  }
  return { indices, counts };
}
