// Brings the log's records (FORMAT.md) back into the head.
//
// Series have numbers in the log, which stay the same while those in the head are given out anew; a table leads from
// one to the other while the log is read.

import { appendSample, noteStored } from './chunks';
import { readUvarint, readVarint, cursor } from './bytes';
import {
  FULL,
  DONE,
  FOREIGN_SERIES,
  FURTHER_NUMBER,
  G_AT,
  G_FLOOR_MS,
  G_HIGHEST_NUMBER,
  G_LABELS,
  G_MAX_TIME_MS,
  G_NUMBER,
  G_SERIES,
  G_SKIPPED,
  G_STORED,
  G_TABLE,
  G_UNKNOWN,
  H_SERIES_BOUND,
  R_CHUNK_SAMPLES,
  R_COUNT,
  R_NUMBER,
  STORED,
  T_ENTRIES,
  T_MASK,
} from './layout';
import { NO_MEMORY } from './labels';
import { findOrMakeSeries } from './series';
import { seriesAt } from './slots';
import { addEntry, dropTable, reserveEntry } from './tables';

const SERIES_NEXT: u32 = 1 << 4;
const SERIES_DELTA: u32 = 2 << 4;
const TIME_DELTA: u32 = 1 << 6;

/**
 * Reads the payload of a series record up to `to`, from the place in the arguments on. Stops behind a series whose labels
 * aren't canonical, and behind one that has another number already.
 */
export function replaySeries(to: u32): i32 {
  let at = load<u32>(G_AT);
  while (at < to) {
    const number = <u32>readUvarint(at);
    const bytes = <u32>readUvarint(cursor);
    const labels = cursor;
    at = labels + bytes;
    store<u32>(G_AT, at);
    store<u32>(G_LABELS, labels);
    store<u32>(G_NUMBER, number);
    if (number > load<u32>(G_HIGHEST_NUMBER)) store<u32>(G_HIGHEST_NUMBER, number);
    const series = findOrMakeSeries(labels, at, number);
    store<i32>(G_SERIES, series);
    if (series == NO_MEMORY) return FULL;
    if (series < 0) return FOREIGN_SERIES;
    if (!noteNumber(number, series)) return FULL;
    if (load<u32>(seriesAt(series), R_NUMBER) != number) return FURTHER_NUMBER;
  }
  return DONE;
}

/** Remembers which series has a number; false when no memory is left. */
export function noteNumber(number: u32, series: u32): bool {
  if (seriesOf(number) == <i32>series) return true;
  if (!reserveEntry(G_TABLE)) return false;
  addEntry(G_TABLE, series + 1, number);
  return true;
}

/** The series with a number, or -1. */
export function seriesOf(number: u32): i32 {
  const table = load<u32>(G_TABLE);
  if (table == 0) return -1;
  const mask = load<u32>(table, T_MASK);
  // Numbers are dense: as tags they spread by themselves.
  for (let slot = number & mask; ; slot = (slot + 1) & mask) {
    const entry = table + T_ENTRIES + (slot << 3);
    const item = load<u32>(entry);
    if (item == 0) return -1;
    if (load<u32>(entry, 4) == number) return item - 1;
  }
  return -1;
}

/** Appends the samples of a record's payload; counts what became of them in the arguments. */
export function replaySamples(from: u32, to: u32): i32 {
  const floorMs = load<f64>(G_FLOOR_MS);
  const bound = load<u32>(H_SERIES_BOUND);
  let stored: u32 = 0;
  let skipped: u32 = 0;
  let unknown: u32 = 0;
  let number: u32 = 0;
  let series: i32 = -1;
  let isFound = false;
  let timeMs: i64 = 0;
  let maxMs: f64 = load<f64>(G_MAX_TIME_MS);
  let storedMinMs: f64 = Infinity;
  let storedMaxMs: f64 = -Infinity;
  let reason: i32 = DONE;
  for (let at = from; at < to; ) {
    const control = <u32>load<u8>(at++);
    const seriesBits = control & (3 << 4);
    if (seriesBits == SERIES_NEXT) {
      number++;
      const guess = series + 1;
      isFound = series >= 0 && <u32>guess < bound && load<u32>(seriesAt(guess), R_NUMBER) == number;
      series = guess;
    } else if (seriesBits == SERIES_DELTA) {
      number = <u32>(<i64>number + readVarint(at));
      at = cursor;
      isFound = false;
    }
    if ((control & TIME_DELTA) != 0) {
      timeMs += readVarint(at);
      at = cursor;
    }
    const valueBytes = control & 15;
    const value = valueBytes == 0 ? 0 : bswap<u64>(load<u64>(at)) & (<u64>-1 << (64 - 8 * <u64>valueBytes));
    at += valueBytes;
    if (!isFound) {
      series = seriesOf(number);
      isFound = true;
      if (number > load<u32>(G_HIGHEST_NUMBER)) store<u32>(G_HIGHEST_NUMBER, number);
    }
    const time = <f64>timeMs;
    if (time > maxMs) maxMs = time;
    // Before the floor the series itself may have been forgotten.
    if (time < floorMs) skipped++;
    else if (series < 0) unknown++;
    else {
      const record = seriesAt(series);
      const verdict = appendSample(record, time, value);
      if (verdict == STORED) {
        stored++;
        if (time < storedMinMs) storedMinMs = time;
        if (time > storedMaxMs) storedMaxMs = time;
        // Nobody reads yet: it need not be an ordered store.
        store<u32>(record, <u32>load<u16>(record, R_CHUNK_SAMPLES), R_COUNT);
      } else if (verdict == FULL) {
        reason = FULL;
        break;
      } else skipped++;
    }
  }
  noteStored(stored, storedMinMs, storedMaxMs);
  store<f64>(G_MAX_TIME_MS, maxMs);
  store<u32>(G_STORED, load<u32>(G_STORED) + stored);
  store<u32>(G_SKIPPED, load<u32>(G_SKIPPED) + skipped);
  store<u32>(G_UNKNOWN, load<u32>(G_UNKNOWN) + unknown);
  return reason;
}

/** Gives the table of numbers back. */
export function endReplay(): void {
  dropTable(G_TABLE);
}
