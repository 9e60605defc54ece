// Builds the records of the log (FORMAT.md) in memory while samples are appended.

import { putUvarint, putVarint } from './bytes';
import {
  RECORD_BYTES_MAX,
  W_MAX_TIME_MS,
  W_NUMBER,
  W_SAMPLES,
  W_SAMPLES_LENGTH,
  W_SERIES,
  W_SERIES_LENGTH,
  W_TIME_MS,
} from './layout';

const SERIES_NEXT: u32 = 1 << 4;
const SERIES_DELTA: u32 = 2 << 4;
const TIME_DELTA: u32 = 1 << 6;

/** Whether a record is so long that it is to be closed, or has no room for a key of so many bytes. */
// @ts-ignore: decorator
@inline
export function isLogFull(): bool {
  return load<u32>(W_SAMPLES_LENGTH) >= <u32>RECORD_BYTES_MAX;
}

export function hasRoomForSeries(keyBytes: u32): bool {
  return load<u32>(W_SERIES_LENGTH) + keyBytes + 16 <= <u32>RECORD_BYTES_MAX;
}

export function logSeries(number: u32, from: u32, to: u32): void {
  const start = load<u32>(W_SERIES);
  let at = start + load<u32>(W_SERIES_LENGTH);
  at = putUvarint(at, number);
  at = putUvarint(at, to - from);
  memory.copy(at, from, to - from);
  store<u32>(W_SERIES_LENGTH, at + (to - from) - start);
}

export function logSample(number: u32, timeMs: f64, value: u64): void {
  const start = load<u32>(W_SAMPLES);
  let at = start + load<u32>(W_SAMPLES_LENGTH);
  const step = <i64>number - <i64>load<u32>(W_NUMBER);
  const delayMs = <i64>(timeMs - load<f64>(W_TIME_MS));
  const valueBytes: u32 = value == 0 ? 0 : 8 - (<u32>ctz<u64>(value) >> 3);
  const seriesBits: u32 = step == 0 ? 0 : step == 1 ? SERIES_NEXT : SERIES_DELTA;
  store<u8>(at++, <u8>(valueBytes | seriesBits | (delayMs == 0 ? 0 : TIME_DELTA)));
  if (seriesBits == SERIES_DELTA) at = putVarint(at, step);
  if (delayMs != 0) at = putVarint(at, delayMs);
  store<u64>(at, bswap<u64>(value));
  store<u32>(W_SAMPLES_LENGTH, at + valueBytes - start);
  store<u32>(W_NUMBER, number);
  store<f64>(W_TIME_MS, timeMs);
  if (timeMs > load<f64>(W_MAX_TIME_MS)) store<f64>(W_MAX_TIME_MS, timeMs);
}
