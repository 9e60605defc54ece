// Takes the rows of a write request: finds each series, checks and stores its samples, builds the log's records.
//
// What is plain is done here to the end. For anything else (a label set that isn't canonical or may not fit under a
// limit, an inactive series under a limit, a sample that is refused, a record that is full) it stops and says what and
// where; the caller sees to it, moves the place in the arguments on, and calls again.

import { isActive, touch } from './active';
import { appendSample, noteStored, publish } from './chunks';
import { findKey } from './keys';
import { NO_MEMORY } from './labels';
import {
  A_ACTIVE_MAX,
  A_APPENDED,
  A_EARLIEST_MS,
  A_FIRST_SAMPLE,
  A_LABELS,
  A_LABELS_FROM,
  A_LABELS_TO,
  A_LATEST_MS,
  A_METRIC_MAX,
  A_MINUTE,
  A_NEW_SERIES,
  A_ROW,
  A_ROWS,
  A_SAMPLE,
  A_SERIES,
  A_TIMES,
  A_TOUCHED,
  A_TOUCHED_COUNT,
  A_VALUES,
  ACTIVATE_SERIES,
  DONE,
  FLUSH_LOG,
  FULL,
  MEET_SERIES,
  R_NUMBER,
  REPEATED,
  STORED,
  WRONG_TIME,
} from './layout';
import { hasRoomForSeries, isLogFull, logSample } from './log';
import { meetSeries } from './series';
import { seriesAt } from './slots';

export function appendRows(): i32 {
  const rows = load<u32>(A_ROWS);
  const firstSample = load<u32>(A_FIRST_SAMPLE);
  while (load<u32>(A_ROW) < rows) {
    const row = load<u32>(A_ROW);
    if (load<i32>(A_SERIES) < 0) {
      const first = load<u32>(firstSample + (row << 2));
      store<u32>(A_SAMPLE, first);
      if (first != load<u32>(firstSample + (row << 2), 4)) {
        const reason = findSeries(row, first);
        if (reason != DONE) return reason;
      }
    }
    if (load<i32>(A_SERIES) >= 0) {
      const reason = appendRow(load<u32>(firstSample + (row << 2), 4));
      if (reason != DONE) return reason;
    }
    store<i32>(A_SERIES, -1);
    store<u32>(A_ROW, row + 1);
  }
  return DONE;
}

/** Leaves the row's series in the arguments, or says why not. */
function findSeries(row: u32, sample: u32): i32 {
  const labels = load<u32>(A_LABELS);
  const from = labels + load<u32>(load<u32>(A_LABELS_FROM) + (row << 2));
  const to = labels + load<u32>(load<u32>(A_LABELS_TO) + (row << 2));
  let series = findKey(from, to);
  if (series >= 0) {
    store<i32>(A_SERIES, series);
    const isLimited = (load<u32>(A_ACTIVE_MAX) | load<u32>(A_METRIC_MAX)) != 0;
    return isLimited && !isActive(seriesAt(series), load<u32>(A_MINUTE)) ? ACTIVATE_SERIES : DONE;
  }
  const timeMs = load<f64>(load<u32>(A_TIMES) + (sample << 3));
  if (!(timeMs >= load<f64>(A_EARLIEST_MS) && timeMs <= load<f64>(A_LATEST_MS))) return MEET_SERIES;
  if (!hasRoomForSeries(to - from)) return MEET_SERIES;
  series = meetSeries(from, to);
  if (series < 0) return series == NO_MEMORY ? FULL : MEET_SERIES;
  store<u32>(A_NEW_SERIES, load<u32>(A_NEW_SERIES) + 1);
  store<i32>(A_SERIES, series);
  return DONE;
}

/** Stores the samples of the row's series up to `end`. */
function appendRow(end: u32): i32 {
  const record = seriesAt(load<u32>(A_SERIES));
  const number = load<u32>(record, R_NUMBER);
  const earliestMs = load<f64>(A_EARLIEST_MS);
  const latestMs = load<f64>(A_LATEST_MS);
  const times = load<u32>(A_TIMES);
  const values = load<u32>(A_VALUES);
  let sample = load<u32>(A_SAMPLE);
  let appended: u32 = 0;
  let stored: u32 = 0;
  let minMs: f64 = 0;
  let maxMs: f64 = 0;
  let reason: i32 = DONE;
  for (; sample < end; sample++) {
    const timeMs = load<f64>(times + (sample << 3));
    if (!(timeMs >= earliestMs && timeMs <= latestMs)) {
      reason = WRONG_TIME;
      break;
    }
    if (isLogFull()) {
      reason = FLUSH_LOG;
      break;
    }
    const value = load<u64>(values + (sample << 3));
    const verdict = appendSample(record, timeMs, value);
    if (verdict == STORED) {
      logSample(number, timeMs, value);
      if (stored == 0) minMs = timeMs;
      maxMs = timeMs;
      stored++;
    } else if (verdict != REPEATED) {
      reason = verdict;
      break;
    }
    appended++;
  }
  store<u32>(A_SAMPLE, sample);
  if (appended != 0) {
    touch(record, load<u32>(A_MINUTE));
    store<u32>(A_APPENDED, load<u32>(A_APPENDED) + appended);
  }
  if (stored != 0) {
    noteStored(stored, minMs, maxMs);
    const touched = load<u32>(A_TOUCHED_COUNT);
    // A row that was left and gone on with is there already.
    if (touched == 0 || load<u32>(load<u32>(A_TOUCHED) + ((touched - 1) << 2)) != load<u32>(A_SERIES)) {
      store<u32>(load<u32>(A_TOUCHED) + (touched << 2), load<u32>(A_SERIES));
      store<u32>(A_TOUCHED_COUNT, touched + 1);
    }
  }
  return reason;
}

/** Has readers see what the rows since the last call have stored. */
export function publishRows(): void {
  const touched = load<u32>(A_TOUCHED);
  const end = touched + (load<u32>(A_TOUCHED_COUNT) << 2);
  for (let at = touched; at < end; at += 4) publish(seriesAt(load<u32>(at)));
  store<u32>(A_TOUCHED_COUNT, 0);
}
