// Durations: Prometheus' (`1h30m`, units from large to small, each once, no fractions) and Go's (`1h30m0s`).

import { quote } from './quote.ts';

/** Unit, its milliseconds, and whether it is only written when nothing remains; in the order in which they must stand. */
const UNITS: readonly (readonly [string, number, boolean])[] = [
  ['y', 365 * 86_400_000, true],
  ['w', 7 * 86_400_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1_000, false],
  ['ms', 1, false],
];
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** The longest that Go's 64-bit nanoseconds hold, in whole milliseconds. */
export const DURATION_MAX_MS = 9_223_372_036_854;

/** A text that is no duration; the text of the error is that of Prometheus 3. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
}

/** Milliseconds of a duration of any length, undefined for any other text (a bare `0` too), for those with words of their own. */
export function durationMs(text: string): number | undefined {
  const match = text === '' ? null : DURATION.exec(text);
  if (match === null) return undefined;
  return UNITS.reduce((sum, [, unitMs], at) => sum + Number(match[at + 1] ?? 0) * unitMs, 0);
}

/** Milliseconds of a duration, or of `0`, as Prometheus 3 reads it. Throws DurationError. */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  if (text === '') throw new DurationError('empty duration string');
  const invalid = () => new DurationError(`not a valid duration string: ${quote(text)}`);
  let total = 0;
  let next = 0;
  for (const [part, digits, unit] of text.matchAll(/(\d*)(\D*)/g)) {
    if (part === '') break;
    if (digits === '' || unit === '' || BigInt(digits!) >= 2n ** 64n) throw invalid();
    const position = UNITS.findIndex(([name]) => name === unit);
    if (position < 0) throw new DurationError(`unknown unit ${quote(unit!)} in duration ${quote(text)}`);
    if (position < next) throw invalid();
    next = position + 1;
    total += Number(digits) * UNITS[position]![1];
    if (total > DURATION_MAX_MS) throw new DurationError('duration out of range');
  }
  return total;
}

/** Prometheus' duration text (`1h30m`, `0s`) of whole milliseconds; a fraction is cut off. */
export function formatDuration(durationMs: number): string {
  let rest = Math.trunc(durationMs);
  if (rest === 0) return '0s';
  let out = '';
  if (rest < 0) {
    out = '-';
    rest = -rest;
  }
  for (const [unit, unitMs, onlyWhole] of UNITS) {
    // Days carry what is no whole number of years and weeks.
    if (onlyWhole && rest % unitMs !== 0) continue;
    const count = Math.floor(rest / unitMs);
    if (count === 0) continue;
    out += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return out;
}

/** `time.Duration.String()` of a whole number of milliseconds: `768h0m0s`, `1.5s`, `20ms`. */
export function formatGoDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  const sign = durationMs < 0 ? '-' : '';
  const totalMs = Math.abs(durationMs);
  if (totalMs < 1000) return `${sign}${totalMs}ms`;
  const hours = Math.floor(totalMs / 3_600_000);
  const minutes = Math.floor(totalMs / 60_000) % 60;
  const seconds = (totalMs % 60_000) / 1000;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}
