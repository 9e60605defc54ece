// The table of functions over range vectors: which kernel does a function's work, how many samples
// it needs, and what it makes of native histograms.

import { formatFixed } from '@ampere/go-text';
import type { Annotations } from '../annotations.ts';
import { QueryError } from '../errors.ts';
import type { Origin } from '../query-context.ts';
import type { FloatHistogram } from '../types.ts';
import type { FloatKernel } from './counter-kernels.ts';
import * as counter from './counter-kernels.ts';
import * as histogram from './histogram-kernels.ts';
import * as overTime from './over-time-kernels.ts';
import type { RangeColumns } from './range-source.ts';
import type { Window } from './window.ts';

/** Where a kernel says what was odd about a series. */
export interface RangeNotes {
  readonly annotations: Annotations;
  metric: string;
  /** Of the range vector argument. */
  readonly position: Origin;
  /** Of the first argument, whatever it is. */
  readonly firstPosition: Origin;
}

/** Over a window that has histograms only. No result when undefined. */
export type HistogramKernel = (
  timesMs: Float64Array,
  histograms: readonly FloatHistogram[],
  window: Window,
  notes: RangeNotes,
) => FloatHistogram | undefined;

/** Over a window of floats and histograms as they come. */
export type MergedKernel = (
  columns: RangeColumns,
  window: Window,
  notes: RangeNotes,
) => number | FloatHistogram | undefined;

export interface RangeFunction {
  /** For windows of floats. */
  readonly floats: FloatKernel;
  readonly floatsMin: number;
  /**
   * What happens to a series with histograms: `ignored` takes the floats alone and says so; `alone`
   * has a kernel for them but not for a mix, which is refused with a warning; `merged` takes both.
   */
  readonly histograms:
    | { readonly kind: 'ignored' }
    | { readonly kind: 'alone'; readonly kernel: HistogramKernel; readonly samplesMin: number }
    | { readonly kind: 'merged'; readonly kernel: MergedKernel };
  readonly keepsName: boolean;
  /** The kernel wants to know where the series drops. */
  readonly needsDrops: boolean;
  /** The name is expected to be a counter's. */
  readonly expectsCounter: boolean;
  /** Looks at the scalar arguments of a step; throws or annotates when they are no good. */
  readonly checkParameters: ((window: Window, notes: RangeNotes) => void) | null;
}

const IGNORED = { kind: 'ignored' } as const;

function define(
  floats: FloatKernel,
  floatsMin: number,
  histograms: RangeFunction['histograms'],
  more: Partial<RangeFunction> = {},
): RangeFunction {
  return {
    floats,
    floatsMin,
    histograms,
    keepsName: false,
    needsDrops: false,
    expectsCounter: false,
    checkParameters: null,
    ...more,
  };
}

function alone(kernel: HistogramKernel, samplesMin: number): RangeFunction['histograms'] {
  return { kind: 'alone', kernel, samplesMin };
}

function merged(kernel: MergedKernel): RangeFunction['histograms'] {
  return { kind: 'merged', kernel };
}

export const RANGE_FUNCTIONS: ReadonlyMap<string, RangeFunction> = new Map([
  ['rate', define(counter.rate, 2, alone(histogram.rate, 2), { needsDrops: true, expectsCounter: true })],
  [
    'increase',
    define(counter.increase, 2, alone(histogram.increase, 2), { needsDrops: true, expectsCounter: true }),
  ],
  ['delta', define(counter.delta, 2, alone(histogram.delta, 2))],
  ['irate', define(counter.irate, 2, merged(histogram.irate))],
  ['idelta', define(counter.idelta, 2, merged(histogram.idelta))],
  ['resets', define(counter.resets, 1, merged(histogram.resets))],
  ['changes', define(counter.changes, 1, merged(histogram.changes))],
  ['sum_over_time', define(overTime.sumOverTime, 1, alone(histogram.sumOverTime, 1))],
  ['avg_over_time', define(overTime.avgOverTime, 1, alone(histogram.avgOverTime, 1))],
  ['min_over_time', define(overTime.minOverTime, 1, IGNORED)],
  ['max_over_time', define(overTime.maxOverTime, 1, IGNORED)],
  ['count_over_time', define(overTime.countOverTime, 1, merged(histogram.countOverTime))],
  ['present_over_time', define(overTime.presentOverTime, 1, merged(histogram.presentOverTime))],
  ['absent_over_time', define(overTime.presentOverTime, 1, merged(histogram.presentOverTime))],
  [
    'first_over_time',
    define(overTime.firstOverTime, 1, merged(histogram.firstOverTime), { keepsName: true }),
  ],
  ['last_over_time', define(overTime.lastOverTime, 1, merged(histogram.lastOverTime), { keepsName: true })],
  ['ts_of_first_over_time', define(overTime.timeOfFirst, 1, merged(histogram.timeOfFirst))],
  ['ts_of_last_over_time', define(overTime.timeOfLast, 1, merged(histogram.timeOfLast))],
  ['ts_of_min_over_time', define(overTime.timeOfMin, 1, IGNORED)],
  ['ts_of_max_over_time', define(overTime.timeOfMax, 1, IGNORED)],
  ['stdvar_over_time', define(overTime.stdvarOverTime, 1, IGNORED)],
  ['stddev_over_time', define(overTime.stddevOverTime, 1, IGNORED)],
  ['mad_over_time', define(overTime.madOverTime, 1, IGNORED)],
  ['quantile_over_time', define(overTime.quantileOverTime, 1, IGNORED, { checkParameters: checkQuantile })],
  [
    'double_exponential_smoothing',
    define(overTime.doubleExponentialSmoothing, 2, IGNORED, { checkParameters: checkSmoothing }),
  ],
  ['deriv', define(overTime.deriv, 2, IGNORED)],
  ['predict_linear', define(overTime.predictLinear, 2, IGNORED)],
]);

function checkQuantile(window: Window, notes: RangeNotes): void {
  const quantile = window.parameter;
  if (quantile >= 0 && quantile <= 1) return;
  notes.annotations.invalidQuantile(quantile, notes.firstPosition);
}

function checkSmoothing(window: Window): void {
  const smoothing = window.parameter;
  if (smoothing <= 0 || smoothing >= 1) {
    throw new QueryError(`invalid smoothing factor. Expected: 0 < sf < 1, got: ${formatFixed(smoothing, 6)}`);
  }
  const trend = window.secondParameter;
  if (trend <= 0 || trend >= 1) {
    throw new QueryError(`invalid trend factor. Expected: 0 < tf < 1, got: ${formatFixed(trend, 6)}`);
  }
}
