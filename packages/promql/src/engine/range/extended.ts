// The range modifiers `anchored` and `smoothed`.
//
// Both look beyond the window (start, end]: `anchored` takes the last sample at or before the start as
// the window's first, so that nothing needs to be extrapolated; `smoothed` interpolates the values at
// the start and at the end from the samples around them. How far they look is the lookback delta.
//
//      anchored:   ·────|──·───·───·──|      first sample is from before the start
//      smoothed:   ·────x──·───·───·──x──·   x are interpolated
//
// A smoothed instant selector interpolates the value at the step's time the same way.

import type { VectorSelector } from '../../parser/ast.ts';
import { QueryError } from '../errors.ts';
import type { Evaluation } from '../query-context.ts';
import { ABSENT, FLOAT, type StepSeries } from '../step-series.ts';
import { differ } from './counter-kernels.ts';
import { extendedHistogramRate, interpolateHistogramAt } from './extended-histograms.ts';
import type { RangeNotes } from './range-functions.ts';
import { dropStaleMarkers, type RangeColumns, type RangeExpr, type RangeMargins } from './range-source.ts';
import { Window } from './window.ts';

const ANCHORED_FUNCTIONS = ['changes', 'delta', 'increase', 'rate', 'resets'];
const SMOOTHED_FUNCTIONS = ['delta', 'increase', 'rate'];

/** What is computed over an extended window. */
export interface ExtendedCall {
  readonly name: string;
  readonly smoothed: boolean;
  readonly isCounter: boolean;
  readonly isRate: boolean;
}

/** Fills the series from one series' columns; whether there is any value. */
export type ExtendedKernel = (
  columns: RangeColumns,
  series: StepSeries,
  window: Window,
  firstEndMs: number,
  stepMs: number,
  notes: RangeNotes,
) => boolean;

/** Where to look beyond the range, or undefined without a modifier. Throws when the function takes none. */
export function extendedMargins(ev: Evaluation, range: RangeExpr, name: string): RangeMargins | undefined {
  if (range.kind === 'subquery') return undefined;
  const modifier = range.selector.extended;
  if (modifier === undefined) return undefined;
  const allowed = modifier === 'anchored' ? ANCHORED_FUNCTIONS : SMOOTHED_FUNCTIONS;
  if (!allowed.includes(name)) {
    throw new QueryError(
      `${modifier} modifier can only be used with: ${allowed.join(', ')} - not with ${name}`,
    );
  }
  const lookbackMs = ev.query.lookbackDeltaMs;
  return { beforeMs: lookbackMs, afterMs: modifier === 'smoothed' ? lookbackMs : 0 };
}

export function extendedKernel(ev: Evaluation, range: RangeExpr, name: string): ExtendedKernel | null {
  const margins = extendedMargins(ev, range, name);
  if (margins === undefined || range.kind === 'subquery') return null;
  const call: ExtendedCall = {
    name,
    smoothed: range.selector.extended === 'smoothed',
    isCounter: name !== 'delta',
    isRate: name === 'rate',
  };
  return (columns, series, window, firstEndMs, stepMs, notes) => {
    let any = false;
    const wide = new Window(window.rangeMs + margins.beforeMs + margins.afterMs);
    for (let step = 0; step < series.kinds.length; step++) {
      const endMs = firstEndMs + step * stepMs;
      series.kinds[step] = ABSENT;
      wide.advance(columns.timesMs, columns.length, endMs + margins.afterMs);
      if (wide.from === wide.to) continue;
      window.startMs = endMs - window.rangeMs;
      window.endMs = endMs;
      window.from = wide.from;
      window.to = wide.to;
      ev.query.budget.passedOn(wide.to - wide.from);
      if (ev.query.budget.stepSamples !== null) ev.query.budget.passedOnAt(step, wide.to - wide.from);
      ev.query.budget.work(wide.to - wide.from);
      any = evaluateWindow(call, columns, window, series, step, notes) || any;
    }
    return any;
  };
}

function evaluateWindow(
  call: ExtendedCall,
  columns: RangeColumns,
  window: Window,
  series: StepSeries,
  step: number,
  notes: RangeNotes,
): boolean {
  const { timesMs, values } = columns;
  let first = window.from;
  let last = window.to - 1;
  // The last sample at or before the start, or else the first of all.
  while (first < last && timesMs[first + 1]! <= window.startMs) first++;
  // The first sample at or after the end, or else the last of all.
  if (call.smoothed) while (last > window.from && timesMs[last - 1]! >= window.endMs) last--;
  if (timesMs[last]! <= window.startMs || timesMs[first]! > window.endMs) return false;
  if (hasHistograms(columns, first, last)) {
    const result = extendedHistogramRate(call, columns, first, last, window, notes);
    if (result === undefined) return false;
    if (typeof result === 'number') series.setFloat(step, result);
    else series.setHistogram(step, result);
    return true;
  }
  let result: number;
  if (call.name === 'changes') result = countChanges(values, first, last);
  else if (call.name === 'resets') result = countResets(values, first, last);
  else result = floatRate(call, timesMs, values, first, last, window);
  series.setFloat(step, result);
  return true;
}

function hasHistograms(columns: RangeColumns, first: number, last: number): boolean {
  if (columns.histograms === null) return false;
  for (let i = first; i <= last; i++) if (columns.histograms[i] !== undefined) return true;
  return false;
}

function countChanges(values: Float64Array, first: number, last: number): number {
  let count = 0;
  for (let i = first + 1; i <= last; i++) if (differ(values[i]!, values[i - 1]!)) count++;
  return count;
}

function countResets(values: Float64Array, first: number, last: number): number {
  let count = 0;
  for (let i = first + 1; i <= last; i++) if (values[i]! < values[i - 1]!) count++;
  return count;
}

function floatRate(
  call: ExtendedCall,
  timesMs: Float64Array,
  values: Float64Array,
  first: number,
  last: number,
  window: Window,
): number {
  const { startMs, endMs } = window;
  let left = values[first]!;
  if (call.smoothed && timesMs[first]! < startMs) {
    left = interpolate(timesMs, values, first, startMs, call.isCounter);
  }
  let right = values[last]!;
  if (call.smoothed && last > 0 && timesMs[last]! > endMs) {
    right = interpolate(timesMs, values, last - 1, endMs, call.isCounter);
  }
  let result = right - left;
  if (call.isCounter) {
    // Interpolation has dealt with resets at the borders; these are the ones inside.
    const from = timesMs[first]! <= startMs ? first + 1 : first;
    const to = timesMs[last]! >= endMs ? last - 1 : last;
    let previous = left;
    let lost = 0;
    for (let i = from; i <= to; i++) {
      if (values[i]! < previous) lost += previous;
      previous = values[i]!;
    }
    if (right < previous) lost += previous;
    result += lost;
  }
  return call.isRate ? result / (window.rangeMs / 1000) : result;
}

/** The value at `atMs` on the line from sample `index` to the next; a counter that drops starts from 0. */
function interpolate(
  timesMs: Float64Array,
  values: Float64Array,
  index: number,
  atMs: number,
  isCounter: boolean,
): number {
  const end = values[index + 1]!;
  const start = isCounter && end < values[index]! ? 0 : values[index]!;
  const share = (atMs - timesMs[index]!) / (timesMs[index + 1]! - timesMs[index]!);
  return start + (end - start) * share;
}

/**
 * The smoothed instant selector: the sample at the step's time, else the value between the samples
 * around it, else the last one before it.
 */
export function interpolateLatest(
  ev: Evaluation,
  selector: VectorSelector,
  columns: RangeColumns,
  into: StepSeries,
  firstMs: number,
  stepMs: number,
): void {
  dropStaleMarkers(columns);
  const { timesMs, values, histograms } = columns;
  const lookbackMs = ev.query.lookbackDeltaMs;
  const window = new Window(2 * lookbackMs);
  for (let step = 0; step < into.kinds.length; step++) {
    const timeMs = firstMs + step * stepMs;
    into.kinds[step] = ABSENT;
    window.advance(timesMs, columns.length, timeMs + lookbackMs);
    let after = window.from;
    while (after < window.to && timesMs[after]! < timeMs) after++;
    const exact = after < window.to && timesMs[after] === timeMs;
    if (!exact && after === window.from) continue;
    if (histograms !== null && hasHistograms(columns, window.from, window.to - 1)) {
      const index = exact ? after : after - 1;
      const between = !exact && after < window.to;
      const result = interpolateHistogramAt(
        ev,
        selector,
        columns,
        window,
        index,
        between ? timeMs : undefined,
        into.labels,
      );
      if (result !== undefined) into.setHistogram(step, result);
      continue;
    }
    into.kinds[step] = FLOAT;
    if (exact) into.values[step] = values[after]!;
    else if (after < window.to) into.values[step] = interpolate(timesMs, values, after - 1, timeMs, false);
    else into.values[step] = values[after - 1]!;
  }
}
