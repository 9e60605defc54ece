import { appendSample } from './chunks';
import { seriesAt } from './slots';

/** Appends one sample, its value as two words, to a series; nothing is logged. */
export function appendOne(series: u32, timeMs: f64, low: u32, high: u32): i32 {
  return appendSample(seriesAt(series), timeMs, (<u64>high << 32) | <u64>low);
}
