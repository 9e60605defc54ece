// Adding, subtracting and scaling native histograms.
//
// 1. Both must have exponential buckets, or both custom ones.
// 2. The zero buckets are made equally wide: the smaller threshold grows to the greater one, and on to
//    the end of a bucket with observations that it would otherwise cut.
// 3. The finer schema is merged down to the coarser. Custom bounds that differ are reduced to those
//    that both have.
// 4. Counts of equal buckets are added; empty buckets are left out of the result.

import type { FloatHistogram } from '../engine/types.ts';
import { negativeBuckets, positiveBuckets, usesCustomBuckets } from './buckets.ts';
import { coarser, mergeSparse, type SparseBuckets, spansOf, sparseOf } from './sparse.ts';

/** One histogram has exponential buckets, the other custom ones. */
export class IncompatibleHistogramsError extends Error {
  override name = 'IncompatibleHistogramsError';
}

export interface CombinedHistogram {
  readonly histogram: FloatHistogram;
  /** One said that the counter was reset, the other that it was not. */
  readonly counterResetCollision: boolean;
  /** Custom bounds differed and were reduced to the common ones. */
  readonly boundsReconciled: boolean;
}

export function addHistograms(a: FloatHistogram, b: FloatHistogram): CombinedHistogram {
  return combine(a, b, 1);
}

/** `a - b`. The hint is that of an addition; for the operator `-` the result is a gauge. */
export function subtractHistograms(a: FloatHistogram, b: FloatHistogram): CombinedHistogram {
  return combine(a, b, -1);
}

/** All counts and the sum times `factor`; a negative one makes a gauge. */
export function scaleHistogram(histogram: FloatHistogram, factor: number): FloatHistogram {
  return {
    ...histogram,
    zeroCount: histogram.zeroCount * factor,
    count: histogram.count * factor,
    sum: histogram.sum * factor,
    positiveBuckets: histogram.positiveBuckets.map((count) => count * factor),
    negativeBuckets: histogram.negativeBuckets.map((count) => count * factor),
    counterReset: factor < 0 ? 'gauge' : histogram.counterReset,
  };
}

/** All counts and the sum divided; division by zero leaves no buckets. */
export function divideHistogram(histogram: FloatHistogram, divisor: number): FloatHistogram {
  const keep = divisor !== 0;
  const none = new Float64Array(0);
  return {
    ...histogram,
    zeroCount: histogram.zeroCount / divisor,
    count: histogram.count / divisor,
    sum: histogram.sum / divisor,
    positiveSpans: keep ? histogram.positiveSpans : [],
    negativeSpans: keep ? histogram.negativeSpans : [],
    positiveBuckets: keep ? histogram.positiveBuckets.map((count) => count / divisor) : none,
    negativeBuckets: keep ? histogram.negativeBuckets.map((count) => count / divisor) : none,
    counterReset: divisor < 0 ? 'gauge' : histogram.counterReset,
  };
}

/** Without empty buckets. */
export function compactHistogram(histogram: FloatHistogram): FloatHistogram {
  return withBuckets(histogram, positiveOf(histogram), negativeOf(histogram));
}

/** The same in a coarser exponential schema. */
export function reduceResolution(histogram: FloatHistogram, schema: number): FloatHistogram {
  return withBuckets(
    { ...histogram, schema },
    coarser(positiveOf(histogram), histogram.schema, schema),
    coarser(negativeOf(histogram), histogram.schema, schema),
  );
}

/** A histogram without observations that others can be added to. */
export function emptyLike(histogram: FloatHistogram): FloatHistogram {
  return withBuckets(
    { ...histogram, count: 0, sum: 0, zeroCount: 0 },
    { indices: [], counts: [] },
    { indices: [], counts: [] },
  );
}

function positiveOf(histogram: FloatHistogram): SparseBuckets {
  return sparseOf(histogram.positiveSpans, histogram.positiveBuckets);
}

function negativeOf(histogram: FloatHistogram): SparseBuckets {
  return sparseOf(histogram.negativeSpans, histogram.negativeBuckets);
}

function withBuckets(
  histogram: FloatHistogram,
  positive: SparseBuckets,
  negative: SparseBuckets,
): FloatHistogram {
  const { spans: positiveSpans, buckets: positives } = spansOf(positive);
  const { spans: negativeSpans, buckets: negatives } = spansOf(negative);
  return {
    ...histogram,
    positiveSpans,
    negativeSpans,
    positiveBuckets: positives,
    negativeBuckets: negatives,
  };
}

function combine(a: FloatHistogram, b: FloatHistogram, sign: 1 | -1): CombinedHistogram {
  if (usesCustomBuckets(a) !== usesCustomBuckets(b)) {
    throw new IncompatibleHistogramsError('incompatible bucket layouts: exponential and custom buckets');
  }
  const { counterReset, collision: counterResetCollision } = combineHints(a, b);
  const base = { ...a, counterReset, count: a.count + sign * b.count, sum: a.sum + sign * b.sum };
  if (usesCustomBuckets(a)) {
    const boundsReconciled = !sameBounds(a.customValues, b.customValues);
    const bounds = boundsReconciled ? commonBounds(a.customValues, b.customValues) : a.customValues;
    const left = boundsReconciled ? toBounds(positiveOf(a), a.customValues, bounds) : positiveOf(a);
    const right = boundsReconciled ? toBounds(positiveOf(b), b.customValues, bounds) : positiveOf(b);
    const histogram = withBuckets({ ...base, customValues: bounds }, mergeSparse(left, right, sign), NONE);
    return { histogram, counterResetCollision, boundsReconciled };
  }
  const [x, y] = equalZeroBuckets(a, b);
  const schema = Math.min(a.schema, b.schema);
  const side = (of: (histogram: FloatHistogram) => SparseBuckets) =>
    mergeSparse(coarser(of(x), x.schema, schema), coarser(of(y), y.schema, schema), sign);
  const histogram = withBuckets(
    {
      ...base,
      schema,
      zeroThreshold: x.zeroThreshold,
      zeroCount: x.zeroCount + sign * y.zeroCount,
    },
    side(positiveOf),
    side(negativeOf),
  );
  return { histogram, counterResetCollision, boundsReconciled: false };
}

const NONE: SparseBuckets = { indices: [], counts: [] };

/** A gauge wins; then "unknown"; a contradiction makes "unknown" too. */
function combineHints(
  a: FloatHistogram,
  b: FloatHistogram,
): { counterReset: FloatHistogram['counterReset']; collision: boolean } {
  const [x, y] = [a.counterReset, b.counterReset];
  if (x === y) return { counterReset: x, collision: false };
  if (x === 'gauge' || y === 'gauge') return { counterReset: 'gauge', collision: false };
  return { counterReset: 'unknown', collision: x !== 'unknown' && y !== 'unknown' };
}

function equalZeroBuckets(a: FloatHistogram, b: FloatHistogram): [FloatHistogram, FloatHistogram] {
  while (a.zeroThreshold !== b.zeroThreshold) {
    if (a.zeroThreshold > b.zeroThreshold) b = widenZeroBucket(b, a.zeroThreshold);
    else a = widenZeroBucket(a, b.zeroThreshold);
  }
  return [a, b];
}

/**
 * The histogram with at least this zero threshold: more where it would cut a bucket that has
 * observations. The buckets inside become part of the zero bucket.
 */
export function widenZeroBucket(histogram: FloatHistogram, threshold: number): FloatHistogram {
  if (threshold === histogram.zeroThreshold) return histogram;
  const positive = positiveBuckets(histogram);
  const negative = negativeBuckets(histogram);
  for (let before = -1; before !== threshold; ) {
    before = threshold;
    for (const { lower, upper, count } of positive) {
      if (lower < threshold && upper > threshold && count !== 0) threshold = upper;
    }
    for (const { lower, upper, count } of negative) {
      if (-upper < threshold && -lower > threshold && count !== 0) threshold = -lower;
    }
  }
  let zeroCount = histogram.zeroCount;
  const outside = (buckets: SparseBuckets, starts: readonly number[]): SparseBuckets => {
    let inside = 0;
    while (inside < starts.length && starts[inside]! < threshold) zeroCount += buckets.counts[inside++]!;
    return { indices: buckets.indices.slice(inside), counts: buckets.counts.slice(inside) };
  };
  const kept = [
    outside(
      positiveOf(histogram),
      positive.map(({ lower }) => lower),
    ),
    outside(
      negativeOf(histogram),
      negative.map(({ upper }) => -upper),
    ),
  ] as const;
  return withBuckets({ ...histogram, zeroThreshold: threshold, zeroCount }, ...kept);
}

export function sameBounds(a: Float64Array | null, b: Float64Array | null): boolean {
  const [x, y] = [a ?? [], b ?? []];
  return x.length === y.length && x.every((value, i) => value === y[i]);
}

function commonBounds(a: Float64Array | null, b: Float64Array | null): Float64Array {
  const other = new Set(b ?? []);
  return (a ?? new Float64Array(0)).filter((bound) => other.has(bound));
}

/** Custom buckets with only some of their bounds left. */
function toBounds(
  { indices, counts }: SparseBuckets,
  from: Float64Array | null,
  to: Float64Array | null,
): SparseBuckets {
  const bounds = to ?? new Float64Array(0);
  const merged = new Float64Array(bounds.length + 1);
  let target = 0;
  for (let i = 0; i < indices.length; i++) {
    const upper = from?.[indices[i]!] ?? Number.POSITIVE_INFINITY;
    while (target < bounds.length && bounds[target]! < upper) target++;
    merged[target]! += counts[i]!;
  }
  return { indices: [...merged.keys()], counts: [...merged] };
}
