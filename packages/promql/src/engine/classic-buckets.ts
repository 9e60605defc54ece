// Quantiles and fractions of classic histograms: cumulative counts under upper bounds.
//
// Buckets come as two parallel arrays, ascending by bound; both are worked on in place.

/** Counts that differ by less than this share of their sum are taken to be equal. */
const TOLERANCE = 1e-12;
const SMALLEST_NORMAL = 2.2250738585072014e-308;

/** Whether the last `bucketQuantile` had to lift counts that were lower than those before them. */
export let bucketsWereRepaired = false;

/**
 * The value below which a share of all observations lies, found by linear interpolation within a
 * bucket. NaN without a +Inf bucket, without another one, and without observations.
 */
export function bucketQuantile(quantile: number, bounds: Float64Array, counts: Float64Array): number {
  bucketsWereRepaired = false;
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  if (bounds[bounds.length - 1] !== Number.POSITIVE_INFINITY) return Number.NaN;
  const length = mergeEqualBounds(bounds, counts);
  const repaired = makeMonotonic(counts, length);
  const observations = counts[length - 1]!;
  if (length < 2 || observations === 0) return Number.NaN;
  bucketsWereRepaired = repaired;
  let rank = quantile * observations;
  const bucket = searchRank(counts, length - 1, rank);
  if (bucket === length - 1) return bounds[length - 2]!;
  if (bucket === 0 && bounds[0]! <= 0) return bounds[0]!;
  let start = 0;
  let count = counts[bucket]!;
  if (bucket > 0) {
    start = bounds[bucket - 1]!;
    count -= counts[bucket - 1]!;
    rank -= counts[bucket - 1]!;
  }
  return start + (bounds[bucket]! - start) * (rank / count);
}

/**
 * The first of the counts below `end` that reaches the rank, else `end`. By halving, as counts may be
 * NaN and what is found among them then depends on the way.
 */
function searchRank(counts: Float64Array, end: number, rank: number): number {
  let from = 0;
  let to = end;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (counts[middle]! >= rank) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** The share of observations between two values. Observations in a bucket of infinite width don't count. */
export function bucketFraction(
  lower: number,
  upper: number,
  bounds: Float64Array,
  counts: Float64Array,
): number {
  if (bounds[bounds.length - 1] !== Number.POSITIVE_INFINITY) return Number.NaN;
  const length = mergeEqualBounds(bounds, counts);
  const observations = counts[length - 1]!;
  if (observations === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  const below = Math.min(observations, rankOf(lower, bounds, counts, length));
  return (Math.min(observations, rankOf(upper, bounds, counts, length)) - below) / observations;
}

/** How many observations are below a value. */
function rankOf(value: number, bounds: Float64Array, counts: Float64Array, length: number): number {
  let before = 0;
  for (let i = 0; i < length; i++) {
    const bound = bounds[i]!;
    let start = i > 0 ? bounds[i - 1]! : Number.NEGATIVE_INFINITY;
    if (i === 0 && bound > 0) start = 0;
    if (start >= value) return before;
    if (bound > value) {
      if (start === Number.NEGATIVE_INFINITY) return counts[i]!;
      return before + ((counts[i]! - before) * (value - start)) / (bound - start);
    }
    before = counts[i]!;
  }
  return Number.POSITIVE_INFINITY;
}

/** Buckets whose bounds are spelled differently but are the same number add up. Returns how many are left. */
function mergeEqualBounds(bounds: Float64Array, counts: Float64Array): number {
  let last = 0;
  for (let i = 1; i < bounds.length; i++) {
    if (bounds[i] === bounds[last]) {
      counts[last]! += counts[i]!;
    } else {
      last++;
      bounds[last] = bounds[i]!;
      counts[last] = counts[i]!;
    }
  }
  return last + 1;
}

/** Lifts counts that decrease; true when by more than rounding. */
function makeMonotonic(counts: Float64Array, length: number): boolean {
  let forced = false;
  let previous = counts[0]!;
  for (let i = 1; i < length; i++) {
    const count = counts[i]!;
    if (count === previous) continue;
    const close = almostEqual(previous, count);
    if (close || count < previous) {
      counts[i] = previous;
      if (!close) forced = true;
    } else {
      previous = count;
    }
  }
  return forced;
}

function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < TOLERANCE * SMALLEST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE;
}
