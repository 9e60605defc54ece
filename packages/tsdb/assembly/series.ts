// Makes series.
//
// What a series needs is taken first; only when all of it is there the series is made, so that running out of
// memory leaves nothing half done. Readers find a series through the lists of its pairs, so those come last.

import { allocate, free } from './allocator';
import { findKey, addKey, reserveKey } from './keys';
import { activeCount } from './active';
import {
  F_NAME_BYTES,
  F_PAIR,
  F_VALUE_BYTES,
  findPairs,
  labelAt,
  makePairs,
  metricLabel,
  NO_MEMORY,
  NOT_CANONICAL,
  takeApart,
} from './labels';
import {
  A_ACTIVE_MAX,
  A_LABELS_MAX,
  A_METRIC_MAX,
  A_MINUTE,
  A_NAME_BYTES_MAX,
  A_VALUE_BYTES_MAX,
  H_SERIES_COUNT,
  P_SERIES,
  R_KEY_BYTES,
  R_LAST_MS,
  R_METRIC,
  R_NUMBER,
  R_PAIR_COUNT,
  R_PAIRS,
  R_STATE,
  USED,
  W_NEXT_NUMBER,
} from './layout';
import { listLength, pushItem, reserveItem } from './lists';
import { pairAt, seriesAt, takeSeriesSlot } from './slots';
import { logSeries } from './log';

/**
 * Makes the series of a label set that no key is known of: when it is canonical and nothing speaks against it.
 * Otherwise returns NOT_CANONICAL, and TypeScript says what is to be done with it; or NO_MEMORY.
 */
export function meetSeries(from: u32, to: u32): i32 {
  const labels = takeApart(from, to);
  if (labels == NO_MEMORY) return NO_MEMORY;
  if (labels <= 0 || metricLabel < 0 || !fitsLimits(labels) || !findPairs(labels)) return NOT_CANONICAL;
  const activeMax = load<u32>(A_ACTIVE_MAX);
  if (activeMax != 0 && activeCount(load<u32>(A_MINUTE)) >= activeMax) return NOT_CANONICAL;
  const metricMax = load<u32>(A_METRIC_MAX);
  if (metricMax != 0) {
    const metric = load<i32>(labelAt(metricLabel), F_PAIR);
    if (metric >= 0 && listLength(pairAt(metric) + P_SERIES) >= metricMax) return NOT_CANONICAL;
  }
  const number = load<u32>(W_NEXT_NUMBER);
  const series = build(labels, number, from, to);
  if (series < 0) return NO_MEMORY;
  store<u32>(W_NEXT_NUMBER, number + 1);
  logSeries(number, from, to);
  return series;
}

/** Makes a series whose canonical labels were checked, with a number of the log; NO_MEMORY when there is none left. */
export function makeSeries(from: u32, to: u32, number: u32): i32 {
  const labels = takeApart(from, to);
  if (labels < 0) return labels;
  findPairs(labels);
  return build(labels, number, from, to);
}

/** For the log's records: the series of these labels, made when it isn't there; NOT_CANONICAL when they aren't. */
export function findOrMakeSeries(from: u32, to: u32, number: u32): i32 {
  const known = findKey(from, to);
  return known >= 0 ? known : makeSeries(from, to, number);
}

function fitsLimits(labels: i32): bool {
  const labelsMax = load<u32>(A_LABELS_MAX);
  const nameMax = load<u32>(A_NAME_BYTES_MAX);
  const valueMax = load<u32>(A_VALUE_BYTES_MAX);
  if (labelsMax != 0 && <u32>labels > labelsMax) return false;
  if (nameMax == 0 && valueMax == 0) return true;
  for (let i = 0; i < labels; i++) {
    const label = labelAt(i);
    if (nameMax != 0 && load<u32>(label, F_NAME_BYTES) > nameMax) return false;
    if (valueMax != 0 && load<u32>(label, F_VALUE_BYTES) > valueMax) return false;
  }
  return true;
}

function build(labels: i32, number: u32, from: u32, to: u32): i32 {
  if (!makePairs(labels) || !reserveKey()) return NO_MEMORY;
  for (let i = 0; i < labels; i++) {
    if (!reserveItem(pairAt(load<u32>(labelAt(i), F_PAIR)) + P_SERIES)) return NO_MEMORY;
  }
  const pairs = allocate(<u32>labels << 2);
  if (pairs == 0) return NO_MEMORY;
  const series = takeSeriesSlot();
  if (series < 0) {
    free(pairs, <u32>labels << 2);
    return NO_MEMORY;
  }
  const record = seriesAt(series);
  for (let i = 0; i < labels; i++) store<u32>(pairs + (<u32>i << 2), load<u32>(labelAt(i), F_PAIR));
  store<f64>(record, -Infinity, R_LAST_MS);
  store<u32>(record, number, R_NUMBER);
  store<u32>(record, to - from, R_KEY_BYTES);
  store<u32>(record, pairs, R_PAIRS);
  store<u32>(record, labels, R_PAIR_COUNT);
  store<u32>(record, metricLabel < 0 ? 0xffffffff : load<u32>(labelAt(metricLabel), F_PAIR), R_METRIC);
  addKey(series, from, to);
  atomic.store<u32>(record + R_STATE, USED);
  for (let i = 0; i < labels; i++) pushItem(pairAt(load<u32>(labelAt(i), F_PAIR)) + P_SERIES, series);
  store<u32>(H_SERIES_COUNT, load<u32>(H_SERIES_COUNT) + 1);
  return series;
}
