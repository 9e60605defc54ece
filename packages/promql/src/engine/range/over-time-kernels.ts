// Kernels of the *_over_time family over one window of floats, and of the regressions.

import { kahanAdd, kahanCompensation } from '../kahan.ts';
import { quantileOfSorted, sortNaNFirst } from '../quantile.ts';
import type { Window } from './window.ts';

const INFINITY = Number.POSITIVE_INFINITY;

// sum and avg are the hottest of all: kahanAdd is written out in their loops.

export function sumOverTime(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  const { from, to } = window;
  let sum = 0;
  let lost = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    const total = sum + value;
    if (total === INFINITY || total === -INFINITY) lost = 0;
    else if (Math.abs(sum) >= Math.abs(value)) lost += sum - total + value;
    else lost += value - total + sum;
    sum = total;
  }
  return sum === INFINITY || sum === -INFINITY ? sum : sum + lost;
}

/**
 * The sum divided by the count; when the sum would overflow, from there on the mean is moved by each
 * value in turn instead.
 */
export function avgOverTime(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  const { from, to } = window;
  let sum = values[from]!;
  let lost = 0;
  let i = from + 1;
  for (; i < to; i++) {
    const value = values[i]!;
    const total = sum + value;
    if (total === INFINITY || total === -INFINITY) break;
    if (Math.abs(sum) >= Math.abs(value)) lost += sum - total + value;
    else lost += value - total + sum;
    sum = total;
  }
  let count = i - from;
  if (i === to) return sum / count + lost / count;
  let mean = sum / count;
  lost /= count;
  for (; i < to; i++) {
    count++;
    const weight = (count - 1) / count;
    mean = kahanAdd(values[i]! / count, weight * mean, weight * lost);
    lost = kahanCompensation;
  }
  return mean + lost;
}

export function minOverTime(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  let least = values[window.from]!;
  for (let i = window.from + 1; i < window.to; i++) {
    const value = values[i]!;
    if (value < least || Number.isNaN(least)) least = value;
  }
  return least;
}

export function maxOverTime(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  let most = values[window.from]!;
  for (let i = window.from + 1; i < window.to; i++) {
    const value = values[i]!;
    if (value > most || Number.isNaN(most)) most = value;
  }
  return most;
}

export function countOverTime(_timesMs: Float64Array, _values: Float64Array, window: Window): number {
  return window.to - window.from;
}

export function presentOverTime(): number {
  return 1;
}

export function firstOverTime(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  return values[window.from]!;
}

export function lastOverTime(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  return values[window.to - 1]!;
}

export function timeOfFirst(timesMs: Float64Array, _values: Float64Array, window: Window): number {
  return timesMs[window.from]! / 1000;
}

export function timeOfLast(timesMs: Float64Array, _values: Float64Array, window: Window): number {
  return timesMs[window.to - 1]! / 1000;
}

/** Of equal values the latest counts. */
export function timeOfMin(timesMs: Float64Array, values: Float64Array, window: Window): number {
  let best = window.from;
  for (let i = window.from; i < window.to; i++) {
    if (values[i]! <= values[best]! || Number.isNaN(values[best]!)) best = i;
  }
  return timesMs[best]! / 1000;
}

export function timeOfMax(timesMs: Float64Array, values: Float64Array, window: Window): number {
  let best = window.from;
  for (let i = window.from; i < window.to; i++) {
    if (values[i]! >= values[best]! || Number.isNaN(values[best]!)) best = i;
  }
  return timesMs[best]! / 1000;
}

/** Welford's method with compensated sums. */
export function stdvarOverTime(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  let count = 0;
  let mean = 0;
  let meanCompensation = 0;
  let squares = 0;
  let squaresCompensation = 0;
  for (let i = window.from; i < window.to; i++) {
    const value = values[i]!;
    count++;
    const distance = value - (mean + meanCompensation);
    mean = kahanAdd(distance / count, mean, meanCompensation);
    meanCompensation = kahanCompensation;
    squares = kahanAdd(distance * (value - (mean + meanCompensation)), squares, squaresCompensation);
    squaresCompensation = kahanCompensation;
  }
  return (squares + squaresCompensation) / count;
}

export function stddevOverTime(timesMs: Float64Array, values: Float64Array, window: Window): number {
  return Math.sqrt(stdvarOverTime(timesMs, values, window));
}

export function quantileOverTime(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  return quantileOfSorted(window.parameter, sortedCopy(values, window));
}

/** Median of the distances from the median. */
export function madOverTime(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  const sorted = sortedCopy(values, window);
  const median = quantileOfSorted(0.5, sorted);
  for (let i = 0; i < sorted.length; i++) sorted[i] = Math.abs(sorted[i]! - median);
  sortNaNFirst(sorted);
  return quantileOfSorted(0.5, sorted);
}

function sortedCopy(values: Float64Array, window: Window): Float64Array {
  const count = window.to - window.from;
  const copy = window.room(count).subarray(0, count);
  copy.set(values.subarray(window.from, window.to));
  sortNaNFirst(copy);
  return copy;
}

/** Smoothing factor in `parameter`, trend factor in `secondParameter`. */
export function doubleExponentialSmoothing(
  _timesMs: Float64Array,
  values: Float64Array,
  window: Window,
): number {
  const { from, to, parameter: smoothing, secondParameter: trendFactor } = window;
  let previous = 0;
  let current = values[from]!;
  let trend = values[from + 1]! - values[from]!;
  for (let i = from + 1; i < to; i++) {
    if (i > from + 1) trend = trendFactor * (current - previous) + (1 - trendFactor) * trend;
    const next = smoothing * values[i]! + (1 - smoothing) * (current + trend);
    previous = current;
    current = next;
  }
  return current;
}

/** The intercept of the last `regressionSlope`. */
let intercept = 0;

/** Slope per second of the least-squares line through a window's samples. */
function regressionSlope(
  timesMs: Float64Array,
  values: Float64Array,
  window: Window,
  originMs: number,
): number {
  const { from, to } = window;
  const firstValue = values[from]!;
  let constant = true;
  let sumX = 0;
  let lostX = 0;
  let sumY = 0;
  let lostY = 0;
  let sumXY = 0;
  let lostXY = 0;
  let sumXX = 0;
  let lostXX = 0;
  for (let i = from; i < to; i++) {
    const y = values[i]!;
    if (y !== firstValue && i > from) constant = false;
    const x = (timesMs[i]! - originMs) / 1000;
    sumX = kahanAdd(x, sumX, lostX);
    lostX = kahanCompensation;
    sumY = kahanAdd(y, sumY, lostY);
    lostY = kahanCompensation;
    sumXY = kahanAdd(x * y, sumXY, lostXY);
    lostXY = kahanCompensation;
    sumXX = kahanAdd(x * x, sumXX, lostXX);
    lostXX = kahanCompensation;
  }
  if (constant) {
    const infinite = firstValue === Number.POSITIVE_INFINITY || firstValue === Number.NEGATIVE_INFINITY;
    intercept = infinite ? Number.NaN : firstValue;
    return infinite ? Number.NaN : 0;
  }
  sumX += lostX;
  sumY += lostY;
  sumXY += lostXY;
  sumXX += lostXX;
  const count = to - from;
  const slope = (sumXY - (sumX * sumY) / count) / (sumXX - (sumX * sumX) / count);
  intercept = sumY / count - (slope * sumX) / count;
  return slope;
}

export function deriv(timesMs: Float64Array, values: Float64Array, window: Window): number {
  return regressionSlope(timesMs, values, window, timesMs[window.from]!);
}

/** Seconds ahead in `parameter`. */
export function predictLinear(timesMs: Float64Array, values: Float64Array, window: Window): number {
  const slope = regressionSlope(timesMs, values, window, window.evaluationMs);
  return slope * window.parameter + intercept;
}
