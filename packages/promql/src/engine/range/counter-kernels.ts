// Kernels over one window of floats: rate, increase, delta, irate, idelta, resets, changes.
//
// Kernels take the series' columns and a window and return the value; the caller has made sure that
// the window has the least number of samples the kernel asks for.

import type { Window } from './window.ts';

export type FloatKernel = (timesMs: Float64Array, values: Float64Array, window: Window) => number;

export function rate(timesMs: Float64Array, values: Float64Array, window: Window): number {
  const change = counterIncrease(values, window);
  const factor = extrapolationFactor(timesMs, values[window.from]!, change, window, true);
  // In this order, so that the last digit is Prometheus' too.
  return change * (factor / (window.rangeMs / 1000));
}

export function increase(timesMs: Float64Array, values: Float64Array, window: Window): number {
  return extrapolate(timesMs, values[window.from]!, counterIncrease(values, window), window, true);
}

export function delta(timesMs: Float64Array, values: Float64Array, window: Window): number {
  const change = values[window.to - 1]! - values[window.from]!;
  return extrapolate(timesMs, values[window.from]!, change, window, false);
}

/** Last minus first, with what was lost at each drop of the counter added back. */
function counterIncrease(values: Float64Array, window: Window): number {
  const { from, to, drops, dropCount } = window;
  let increase = values[to - 1]! - values[from]!;
  let next = window.nextDrop;
  while (next < dropCount && drops[next]! <= from) next++;
  window.nextDrop = next;
  for (; next < dropCount && drops[next]! < to; next++) increase += values[drops[next]! - 1]!;
  return increase;
}

/**
 * Stretches a change between the first and last sample to the borders of the window, as Prometheus
 * does it: a border nearer than 1.1 average intervals is reached, else half an interval is assumed;
 * a counter is not followed below zero.
 */
function extrapolate(
  timesMs: Float64Array,
  firstValue: number,
  change: number,
  window: Window,
  isCounter: boolean,
): number {
  return change * extrapolationFactor(timesMs, firstValue, change, window, isCounter);
}

/** Also for histograms, whose `firstValue` and `change` are counts of observations. */
export function extrapolationFactor(
  timesMs: Float64Array,
  firstValue: number,
  change: number,
  window: Window,
  isCounter: boolean,
): number {
  const firstMs = timesMs[window.from]!;
  const lastMs = timesMs[window.to - 1]!;
  const sampled = (lastMs - firstMs) / 1000;
  const average = sampled / (window.to - 1 - window.from);
  const threshold = average * 1.1;
  let toStart = (firstMs - window.startMs) / 1000;
  let toEnd = (window.endMs - lastMs) / 1000;
  if (toStart >= threshold) toStart = average / 2;
  if (isCounter && change > 0 && firstValue >= 0) {
    const toZero = sampled * (firstValue / change);
    if (toZero < toStart) toStart = toZero;
  }
  if (toEnd >= threshold) toEnd = average / 2;
  return (sampled + toStart + toEnd) / sampled;
}

export function irate(timesMs: Float64Array, values: Float64Array, window: Window): number {
  const last = window.to - 1;
  const seconds = (timesMs[last]! - timesMs[last - 1]!) / 1000;
  const value = values[last]!;
  const before = values[last - 1]!;
  return (value < before ? value : value - before) / seconds;
}

export function idelta(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  return values[window.to - 1]! - values[window.to - 2]!;
}

export function resets(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  let count = 0;
  for (let i = window.from + 1; i < window.to; i++) if (values[i]! < values[i - 1]!) count++;
  return count;
}

export function changes(_timesMs: Float64Array, values: Float64Array, window: Window): number {
  let count = 0;
  for (let i = window.from + 1; i < window.to; i++) if (differ(values[i]!, values[i - 1]!)) count++;
  return count;
}

/** Unequal, where NaN counts as equal to NaN. */
export function differ(a: number, b: number): boolean {
  return a !== b && !(Number.isNaN(a) && Number.isNaN(b));
}
