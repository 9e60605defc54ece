// `anchored` and `smoothed` over native histograms; the same rules as for floats (extended.ts).

import { METRIC_NAME } from '@ampere/series';
import type { VectorSelector } from '../../parser/ast.ts';
import {
  addHistograms,
  compactHistogram,
  detectReset,
  divideHistogram,
  IncompatibleHistogramsError,
  scaleHistogram,
  subtractHistograms,
  usesCustomBuckets,
} from '../histograms.ts';
import { type Evaluation, originOf } from '../query-context.ts';
import type { FloatHistogram } from '../types.ts';
import type { ExtendedCall } from './extended.ts';
import { changes, resets } from './histogram-kernels.ts';
import type { RangeNotes } from './range-functions.ts';
import type { RangeColumns } from './range-source.ts';
import type { Window } from './window.ts';

/** Over samples `first` to `last`, at least one of which is a histogram. */
export function extendedHistogramRate(
  call: ExtendedCall,
  columns: RangeColumns,
  first: number,
  last: number,
  window: Window,
  notes: RangeNotes,
): FloatHistogram | number | undefined {
  if (call.name === 'changes' || call.name === 'resets') {
    window.from = first;
    window.to = last + 1;
    return call.name === 'changes' ? changes(columns, window) : resets(columns, window);
  }
  const { annotations, metric, position } = notes;
  const histograms = columns.histograms!;
  for (let i = first; i <= last; i++) {
    const histogram = histograms[i];
    if (histogram === undefined) {
      annotations.mixedFloatsHistograms(metric, position);
      return undefined;
    }
    if (usesCustomBuckets(histogram) !== usesCustomBuckets(histograms[first]!)) {
      annotations.mixedExponentialCustom(metric, position);
      return undefined;
    }
    if (call.isCounter && histogram.counterReset === 'gauge')
      annotations.histogramNotCounter(metric, position);
  }
  if (!call.isCounter && !(isGauge(histograms[first]) && isGauge(histograms[last]))) {
    annotations.histogramNotGauge(metric, position);
  }
  const change = changeBetween(call, columns, first, last, window);
  const scaled = call.isRate ? divideHistogram(change, window.rangeMs / 1000) : change;
  return { ...compactHistogram(scaled), counterReset: 'gauge' };
}

function isGauge(histogram: FloatHistogram | undefined): boolean {
  return histogram?.counterReset === 'gauge';
}

function changeBetween(
  call: ExtendedCall,
  columns: RangeColumns,
  first: number,
  last: number,
  window: Window,
): FloatHistogram {
  const { timesMs } = columns;
  const histograms = columns.histograms!;
  const leftBetween = call.smoothed && timesMs[first]! < window.startMs;
  const rightBetween = call.smoothed && last > first && timesMs[last]! > window.endMs;
  const left = leftBetween ? interpolate(columns, first, window.startMs, call.isCounter) : histograms[first]!;
  const right = rightBetween
    ? interpolate(columns, last - 1, window.endMs, call.isCounter)
    : histograms[last]!;
  let change = subtractHistograms(right, left).histogram;
  if (!call.isCounter) return change;
  // Interpolation at the start has dealt with a reset between the two samples around it.
  for (let i = leftBetween ? first + 2 : first + 1; i <= last; i++) {
    if (detectReset(histograms[i]!, histograms[i - 1]!))
      change = addHistograms(change, histograms[i - 1]!).histogram;
  }
  return change;
}

/** The histogram on the line from sample `index` to the next; a counter that is reset starts from nothing. */
function interpolate(columns: RangeColumns, index: number, atMs: number, isCounter: boolean): FloatHistogram {
  const { timesMs } = columns;
  const start = columns.histograms![index]!;
  const end = columns.histograms![index + 1]!;
  const share = (atMs - timesMs[index]!) / (timesMs[index + 1]! - timesMs[index]!);
  if (usesCustomBuckets(start) !== usesCustomBuckets(end)) {
    throw new IncompatibleHistogramsError('no line leads from exponential to custom buckets');
  }
  if (isCounter && detectReset(end, start)) return scaleHistogram(end, share);
  const change = subtractHistograms(end, start).histogram;
  return addHistograms(start, scaleHistogram(change, share)).histogram;
}

/**
 * A smoothed selector's value at a step where histograms are in reach: sample `index`, or between it
 * and the next when `timeMs` is given. A mix of types has no value.
 */
export function interpolateHistogramAt(
  ev: Evaluation,
  selector: VectorSelector,
  columns: RangeColumns,
  window: Window,
  index: number,
  timeMs: number | undefined,
  metricLabels: { get(name: string): string },
): FloatHistogram | undefined {
  const { annotations } = ev.query;
  const metric = metricLabels.get(METRIC_NAME);
  const histograms = columns.histograms!;
  for (let i = window.from; i < window.to; i++) {
    if (histograms[i] !== undefined) continue;
    annotations.mixedFloatsHistograms(metric, originOf(ev.query, selector));
    return undefined;
  }
  if (timeMs === undefined) return histograms[index];
  try {
    return interpolate(columns, index, timeMs, !isGauge(histograms[index]));
  } catch (error) {
    if (!(error instanceof IncompatibleHistogramsError)) throw error;
    annotations.mixedExponentialCustom(metric, originOf(ev.query, selector));
    return undefined;
  }
}
