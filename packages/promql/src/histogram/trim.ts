// The operators `</` and `>/`: a histogram with only the observations below or above a value.
//
// 1. Buckets wholly on the right side stay, those on the wrong side go, the one that the value cuts is
//    divided as quantiles divide it.
// 2. A custom bucket without an end in the direction of the cut can't be divided: it goes, unless it
//    lies wholly on the right side; where the cut is on its open side, it stays whole.
// 3. The sum can only be estimated: every bucket counts with its (geometric) middle. When nothing
//    was cut off, histogram and sum are those from before.

import type { FloatHistogram } from '../engine/types.ts';
import { CUSTOM_BUCKETS, exponentialBound } from './buckets.ts';
import { fractionBelow } from './quantile.ts';
import { type SparseBuckets, spansOf, sparseOf } from './sparse.ts';

/** `upper` true: the observations below `bound` (`</`); false: those above it (`>/`). */
export function trimHistogram(histogram: FloatHistogram, bound: number, upper: boolean): FloatHistogram {
  return new Trimming(histogram, bound, upper).result();
}

class Trimming {
  readonly #histogram: FloatHistogram;
  readonly #bound: number;
  readonly #upper: boolean;
  #count = 0;
  #sum = 0;
  #changed = false;

  constructor(histogram: FloatHistogram, bound: number, upper: boolean) {
    this.#histogram = histogram;
    this.#bound = bound;
    this.#upper = upper;
  }

  result(): FloatHistogram {
    const histogram = this.#histogram;
    const { schema, zeroThreshold } = histogram;
    const isCustom = schema === CUSTOM_BUCKETS;
    const values = histogram.customValues ?? new Float64Array(0);
    const positive = this.#side(
      sparseOf(histogram.positiveSpans, histogram.positiveBuckets),
      (index, count) => {
        if (isCustom) return this.#custom(values, index, count);
        const lower = Math.max(exponentialBound(index - 1, schema), zeroThreshold);
        return this.#keep(lower, exponentialBound(index, schema), count, false);
      },
    );
    const negative = this.#side(
      sparseOf(histogram.negativeSpans, histogram.negativeBuckets),
      (index, count) => {
        const upper = Math.min(-exponentialBound(index - 1, schema), -zeroThreshold);
        return this.#keep(-exponentialBound(index, schema), upper, count, false);
      },
    );
    const zeroCount = isCustom ? 0 : this.#zero();
    if (!this.#changed) return histogram;
    const { spans: positiveSpans, buckets: positiveBuckets } = spansOf(positive);
    const { spans: negativeSpans, buckets: negativeBuckets } = spansOf(negative);
    return {
      ...histogram,
      count: this.#count,
      sum: this.#sum,
      zeroCount,
      positiveSpans,
      negativeSpans,
      positiveBuckets,
      negativeBuckets,
    };
  }

  #side(buckets: SparseBuckets, keep: (index: number, count: number) => number): SparseBuckets {
    return {
      indices: buckets.indices,
      counts: buckets.counts.map((count, i) => keep(buckets.indices[i]!, count)),
    };
  }

  #zero(): number {
    const { zeroThreshold, zeroCount, positiveBuckets, negativeBuckets } = this.#histogram;
    const positive = positiveBuckets.some((count) => count !== 0);
    const negative = negativeBuckets.some((count) => count !== 0);
    const lower = positive && !negative ? 0 : -zeroThreshold;
    const upper = negative && !positive ? 0 : zeroThreshold;
    return this.#keep(lower, upper, zeroCount, true);
  }

  #custom(values: Float64Array, index: number, count: number): number {
    let lower = index === 0 ? Number.NEGATIVE_INFINITY : values[index - 1]!;
    const upper = index < values.length ? values[index]! : Number.POSITIVE_INFINITY;
    const bound = this.#bound;
    if (lower === Number.NEGATIVE_INFINITY && upper === Number.POSITIVE_INFINITY) {
      const all = this.#upper ? bound === upper : bound === lower;
      return all ? this.#take(count, 0) : this.#drop(count);
    }
    if (upper === Number.POSITIVE_INFINITY) {
      if (this.#upper) return bound === upper ? this.#take(count, lower) : this.#drop(count);
      return bound === upper ? this.#drop(count) : this.#takeOpen(count, lower, bound > lower);
    }
    if (lower === Number.NEGATIVE_INFINITY) {
      if (bound === lower) return this.#upper ? this.#drop(count) : this.#take(count, Math.min(upper, 0));
      if (upper <= 0) return this.#upper ? this.#takeOpen(count, upper, bound < upper) : this.#drop(count);
      // Taken to begin at zero, which a cut below zero contradicts.
      if (bound < 0) return this.#drop(count);
      lower = 0;
    }
    return this.#keep(lower, upper, count, true);
  }

  /** A bucket that is open on the side that is kept: whole, at the bound if that lies inside. */
  #takeOpen(count: number, end: number, inside: boolean): number {
    if (inside && count !== 0) this.#changed = true;
    return this.#take(count, inside ? this.#bound : end);
  }

  /** What remains of a bucket with two ends. */
  #keep(lower: number, upper: number, count: number, linear: boolean): number {
    const bound = this.#bound;
    if (this.#upper ? upper <= bound : lower >= bound) return this.#take(count, middle(lower, upper, linear));
    if (this.#upper ? lower >= bound : upper <= bound) return this.#drop(count);
    const below = fractionBelow(bound, lower, upper, linear);
    if (count !== 0) this.#changed = true;
    return this.#upper
      ? this.#take(count * below, middle(lower, bound, linear))
      : this.#take(count * (1 - below), middle(bound, upper, linear));
  }

  #take(count: number, at: number): number {
    this.#count += count;
    if (count !== 0) this.#sum += count * at;
    return count;
  }

  #drop(count: number): number {
    if (count !== 0) this.#changed = true;
    return 0;
  }
}

function middle(lower: number, upper: number, linear: boolean): number {
  if (linear) return (lower + upper) / 2;
  return Math.sign(upper) * Math.sqrt(Math.abs(lower) * Math.abs(upper));
}
