// Kernels over windows with native histograms, alone or among floats.

import {
  addHistograms,
  compactHistogram,
  detectReset,
  divideHistogram,
  histogramsEqual,
  IncompatibleHistogramsError,
  reduceResolution,
  scaleHistogram,
  subtractHistograms,
  usesCustomBuckets,
} from '../histograms.ts';
import type { FloatHistogram } from '../types.ts';
import { differ, extrapolationFactor } from './counter-kernels.ts';
import type { RangeNotes } from './range-functions.ts';
import type { RangeColumns } from './range-source.ts';
import type { Window } from './window.ts';

type Histograms = readonly FloatHistogram[];
type Result = FloatHistogram | undefined;

export function rate(
  timesMs: Float64Array,
  histograms: Histograms,
  window: Window,
  notes: RangeNotes,
): Result {
  return extrapolatedChange(timesMs, histograms, window, notes, true, window.rangeMs / 1000);
}

export function increase(
  timesMs: Float64Array,
  histograms: Histograms,
  window: Window,
  notes: RangeNotes,
): Result {
  return extrapolatedChange(timesMs, histograms, window, notes, true, 1);
}

export function delta(
  timesMs: Float64Array,
  histograms: Histograms,
  window: Window,
  notes: RangeNotes,
): Result {
  return extrapolatedChange(timesMs, histograms, window, notes, false, 1);
}

function extrapolatedChange(
  timesMs: Float64Array,
  histograms: Histograms,
  window: Window,
  notes: RangeNotes,
  isCounter: boolean,
  divisor: number,
): Result {
  const change = orIncompatible(notes, () => histogramChange(histograms, window, notes, isCounter));
  if (change === undefined) return undefined;
  const firstCount = histograms[window.from]!.count;
  const factor = extrapolationFactor(timesMs, firstCount, change.count, window, isCounter);
  return scaleHistogram(change, factor / divisor);
}

/**
 * Last minus first, with what was lost at each reset of a counter added back. When the counter was
 * reset right after the first histogram, that one isn't looked at.
 */
function histogramChange(
  histograms: Histograms,
  window: Window,
  notes: RangeNotes,
  isCounter: boolean,
): Result {
  const first = histograms[window.from]!;
  const last = histograms[window.to - 1]!;
  const { annotations, metric, position } = notes;
  if (!isCounter) {
    const change = subtract(last, first, notes);
    if (first.counterReset !== 'gauge' || last.counterReset !== 'gauge') {
      annotations.histogramNotGauge(metric, position);
    }
    return { ...change, counterReset: 'gauge' };
  }
  let hasGauge = first.counterReset === 'gauge' || last.counterReset === 'gauge';
  const resetAtSecond = detectReset(histograms[window.from + 1]!, first);
  const from = resetAtSecond ? window.from + 1 : window.from;
  const isCustom = usesCustomBuckets(last);
  if (usesCustomBuckets(histograms[from]!) !== isCustom) {
    if (hasGauge) annotations.histogramNotCounter(metric, position);
    throw new IncompatibleHistogramsError();
  }
  let schema = Math.min(histograms[from]!.schema, last.schema);
  for (let i = window.from + 1; i < window.to - 1; i++) {
    // Prometheus says nothing of gauges when another kind of buckets lies between the first and the last.
    if (usesCustomBuckets(histograms[i]!) !== isCustom) throw new IncompatibleHistogramsError();
    if (histograms[i]!.counterReset === 'gauge') hasGauge = true;
    schema = Math.min(schema, histograms[i]!.schema);
  }
  if (hasGauge) annotations.histogramNotCounter(metric, position);
  let change = schema === last.schema ? last : reduceResolution(last, schema);
  if (!resetAtSecond) change = subtract(change, first, notes);
  for (let i = from + 1; i < window.to; i++) {
    if (detectReset(histograms[i]!, histograms[i - 1]!)) change = add(change, histograms[i - 1]!, notes);
  }
  return { ...compactHistogram(change), counterReset: 'gauge' };
}

function add(a: FloatHistogram, b: FloatHistogram, notes: RangeNotes): FloatHistogram {
  const sum = addHistograms(a, b);
  if (sum.boundsReconciled) notes.annotations.reconciledCustomBuckets('addition', notes.position);
  return sum.histogram;
}

function subtract(a: FloatHistogram, b: FloatHistogram, notes: RangeNotes): FloatHistogram {
  const difference = subtractHistograms(a, b);
  if (difference.boundsReconciled) notes.annotations.reconciledCustomBuckets('subtraction', notes.position);
  return difference.histogram;
}

/** Histograms of different kinds of buckets make no result and a warning. */
function orIncompatible(notes: RangeNotes, compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof IncompatibleHistogramsError)) throw error;
    notes.annotations.mixedExponentialCustom(notes.metric, notes.position);
    return undefined;
  }
}

export function sumOverTime(
  _timesMs: Float64Array,
  histograms: Histograms,
  window: Window,
  notes: RangeNotes,
): Result {
  return orIncompatible(notes, () => sumOf(histograms, window, notes));
}

export function avgOverTime(
  _timesMs: Float64Array,
  histograms: Histograms,
  window: Window,
  notes: RangeNotes,
): Result {
  return orIncompatible(notes, () =>
    divideHistogram(sumOf(histograms, window, notes), window.to - window.from),
  );
}

function sumOf(histograms: Histograms, window: Window, notes: RangeNotes): FloatHistogram {
  let sum = histograms[window.from]!;
  let resetSeen = sum.counterReset === 'reset';
  let noResetSeen = sum.counterReset === 'not-reset';
  for (let i = window.from + 1; i < window.to; i++) {
    const histogram = histograms[i]!;
    if (histogram.counterReset === 'reset') resetSeen = true;
    if (histogram.counterReset === 'not-reset') noResetSeen = true;
    const next = addHistograms(sum, histogram);
    if (next.boundsReconciled) notes.annotations.reconciledCustomBuckets('aggregation', notes.position);
    sum = next.histogram;
  }
  if (resetSeen && noResetSeen) notes.annotations.counterResetCollision('aggregation', notes.position);
  return sum;
}

export function countOverTime(_columns: RangeColumns, window: Window): number {
  return window.to - window.from;
}

export function presentOverTime(): number {
  return 1;
}

export function firstOverTime(columns: RangeColumns, window: Window): number | FloatHistogram {
  return columns.histograms?.[window.from] ?? columns.values[window.from]!;
}

export function lastOverTime(columns: RangeColumns, window: Window): number | FloatHistogram {
  return columns.histograms?.[window.to - 1] ?? columns.values[window.to - 1]!;
}

export function timeOfFirst(columns: RangeColumns, window: Window): number {
  return columns.timesMs[window.from]! / 1000;
}

export function timeOfLast(columns: RangeColumns, window: Window): number {
  return columns.timesMs[window.to - 1]! / 1000;
}

export function resets(columns: RangeColumns, window: Window): number {
  let count = 0;
  for (let i = window.from + 1; i < window.to; i++) {
    const current = columns.histograms?.[i];
    const previous = columns.histograms?.[i - 1];
    if (current === undefined && previous === undefined) {
      if (columns.values[i]! < columns.values[i - 1]!) count++;
    } else if (current === undefined || previous === undefined || detectReset(current, previous)) {
      count++;
    }
  }
  return count;
}

export function changes(columns: RangeColumns, window: Window): number {
  let count = 0;
  for (let i = window.from + 1; i < window.to; i++) {
    const current = columns.histograms?.[i];
    const previous = columns.histograms?.[i - 1];
    if (current === undefined && previous === undefined) {
      if (differ(columns.values[i]!, columns.values[i - 1]!)) count++;
    } else if (current === undefined || previous === undefined || !histogramsEqual(current, previous)) {
      count++;
    }
  }
  return count;
}

export function irate(columns: RangeColumns, window: Window, notes: RangeNotes): number | Result {
  return lastChange(columns, window, notes, true);
}

export function idelta(columns: RangeColumns, window: Window, notes: RangeNotes): number | Result {
  return lastChange(columns, window, notes, false);
}

function lastChange(
  columns: RangeColumns,
  window: Window,
  notes: RangeNotes,
  isRate: boolean,
): number | Result {
  const last = window.to - 1;
  if (last === window.from) return undefined;
  const current = columns.histograms?.[last];
  const previous = columns.histograms?.[last - 1];
  const seconds = isRate ? (columns.timesMs[last]! - columns.timesMs[last - 1]!) / 1000 : 1;
  const { annotations, metric, position } = notes;
  if (current === undefined && previous === undefined) {
    const value = columns.values[last]!;
    const before = columns.values[last - 1]!;
    return (isRate && value < before ? value : value - before) / seconds;
  }
  if (current === undefined || previous === undefined) {
    annotations.mixedFloatsHistograms(metric, position);
    return undefined;
  }
  const gauges = (current.counterReset === 'gauge' ? 1 : 0) + (previous.counterReset === 'gauge' ? 1 : 0);
  if (isRate && gauges > 0) annotations.histogramNotCounter(metric, position);
  if (!isRate && gauges < 2) annotations.histogramNotGauge(metric, position);
  const change = orIncompatible(notes, () =>
    isRate && detectReset(current, previous) ? current : subtract(current, previous, notes),
  );
  if (change === undefined) return undefined;
  return { ...divideHistogram(change, seconds), counterReset: 'gauge' };
}
