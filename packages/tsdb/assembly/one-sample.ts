import { appendSample, noteStored, publish, replaceOpen, seal } from './chunks';
import { STORED } from './layout';
import { logSample } from './log';
import { seriesAt } from './slots';

/** Appends one sample, its value as two words, to a series; nothing is logged. */
export function appendOne(series: u32, timeMs: f64, low: u32, high: u32): i32 {
  const record = seriesAt(series);
  const verdict = appendSample(record, timeMs, (<u64>high << 32) | <u64>low);
  if (verdict == STORED) {
    noteStored(1, timeMs, timeMs);
    publish(record);
  }
  return verdict;
}

/** Logs one sample, which is stored already. */
export function logOne(number: u32, timeMs: f64, low: u32, high: u32): void {
  logSample(number, timeMs, (<u64>high << 32) | <u64>low);
}

/** Copies a series' open chunk to the full ones; false when no memory is left. */
export function sealOpen(series: u32): bool {
  return seal(seriesAt(series));
}

/** Has another block be a series' open chunk; the old one is given back when nobody reads it. */
export function setOpen(series: u32, open: u32, bytes: u32): void {
  replaceOpen(seriesAt(series), open, bytes);
}
