// Buckets of two histograms of one schema side by side: which of them each lacks, and whether counts went
// down. Layouts are compared by the indices of their buckets; spans are only the form they are kept in.

import { bucketsOf, type Spans } from './histogram-layout.ts';

/** One side of two histograms compared, `a` being the one that is there. */
export interface SideComparison {
  /** A bucket has a smaller count in `b`, or had one and is gone. */
  readonly isReset: boolean;
  /** `b` has buckets that `a` lacks, and the reverse. */
  readonly hasNew: boolean;
  readonly hasGone: boolean;
  /** The indices of both, ascending. */
  readonly union: readonly number[];
}

/** Compares the positive or the negative buckets of two histograms. */
export function compareSide(
  aSpans: Spans,
  aCounts: Float64Array,
  bSpans: Spans,
  bCounts: Float64Array,
): SideComparison {
  if (sameSpans(aSpans, bSpans)) {
    let isReset = false;
    for (let i = 0; i < aCounts.length; i++) if (aCounts[i]! > bCounts[i]!) isReset = true;
    return { isReset, hasNew: false, hasGone: false, union: [] };
  }
  const a = indicesOf(aSpans);
  const b = indicesOf(bSpans);
  const union: number[] = [];
  let isReset = false;
  let hasNew = false;
  let hasGone = false;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const x = a[i] ?? Number.POSITIVE_INFINITY;
    const y = b[j] ?? Number.POSITIVE_INFINITY;
    union.push(Math.min(x, y));
    if (x === y) {
      if (aCounts[i]! > bCounts[j]!) isReset = true;
      i++;
      j++;
    } else if (x < y) {
      // A bucket that was never used may go.
      if (aCounts[i] !== 0) isReset = true;
      hasGone = true;
      i++;
    } else {
      hasNew = true;
      j++;
    }
  }
  return { isReset, hasNew, hasGone, union };
}

/** Indices of the buckets of spans, ascending. */
export function indicesOf(spans: Spans): Int32Array {
  const indices = new Int32Array(bucketsOf(spans));
  let at = 0;
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++) indices[at++] = index++;
  }
  return indices;
}

/** Spans of ascending indices. */
export function spansOf(indices: readonly number[]): Spans {
  const spans: { offset: number; length: number }[] = [];
  let next = 0;
  for (const index of indices) {
    const offset = index - next;
    if (spans.length > 0 && offset === 0) spans.at(-1)!.length++;
    else spans.push({ offset, length: 1 });
    next = index + 1;
  }
  return spans;
}

/** The counts of `from`'s buckets laid out as `to`'s, which must have them all; the others are 0. */
export function spread(from: Spans, counts: Float64Array, to: Spans): Float64Array {
  if (sameSpans(from, to)) return counts;
  const source = indicesOf(from);
  const target = indicesOf(to);
  const laid = new Float64Array(target.length);
  for (let i = 0, j = 0; i < source.length; j++) if (target[j] === source[i]) laid[j] = counts[i++]!;
  return laid;
}

function sameSpans(a: Spans, b: Spans): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i]!.offset !== b[i]!.offset || a[i]!.length !== b[i]!.length) return false;
  }
  return true;
}
