import { ConfigError } from '../errors.ts';
import { goQuote } from '../go-quote.ts';

const DURATION =
  /^(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/;
const UNITS_MS = [365 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000, 1];
/** Go's durations are 64-bit nanoseconds. */
const DURATION_MAX_MS = 2 ** 63 / 1e6;

/** Prometheus' durations (`1h30m`, `0`), in milliseconds. Throws ConfigError in Prometheus' words. */
export function parseDurationMs(text: string): number {
  if (text === '0') return 0;
  if (text === '') throw new ConfigError('empty duration string');
  const match = DURATION.exec(text);
  if (match === null) throw new ConfigError(`not a valid duration string: ${goQuote(text)}`);
  let totalMs = 0;
  UNITS_MS.forEach((unitMs, index) => {
    totalMs += Number(match[index + 1] ?? 0) * unitMs;
  });
  if (totalMs >= DURATION_MAX_MS) throw new ConfigError('duration out of range');
  return totalMs;
}
