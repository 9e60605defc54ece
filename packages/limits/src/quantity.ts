// Values of limits as people write them: counts, bytes, durations, rates.
//
// 1. A count is an integer; underscores and thousands separators are YAML's business, not ours.
// 2. Bytes are an integer, or a number with a unit: B, KB, MB, GB. Units are powers of 1024 (`1 MB` is
//    1,048,576 bytes; KiB, MiB and GiB say the same), so that nothing AMP takes is refused.
// 3. A duration is Prometheus': `32d`, `1h30m`, units y w d h m s ms, each once and in falling order.
//    A bare number would leave the unit to guesses and is refused, except 0.
// 4. A rate is a number per second, or a list of that number and the burst.
import { durationMs } from '@ampere/go-text';
import type { Rate } from './table.ts';

/** A count or number of bytes or milliseconds above this would lose integers. */
const VALUE_MAX = Number.MAX_SAFE_INTEGER;

const BYTES_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KB', 2 ** 10],
  ['MB', 2 ** 20],
  ['GB', 2 ** 30],
  ['KIB', 2 ** 10],
  ['MIB', 2 ** 20],
  ['GIB', 2 ** 30],
]);

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A non-negative integer, or undefined when it is none. */
export function parseCount(value: unknown): number | undefined {
  return isCount(value) ? value : undefined;
}

/** Bytes, or undefined when it is no byte value. */
export function parseBytes(value: unknown): number | undefined {
  if (typeof value !== 'string') return parseCount(value);
  const parts = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(value);
  if (parts === null) return undefined;
  const unitBytes = BYTES_PER_UNIT.get(parts[2] === '' ? 'B' : parts[2]!.toUpperCase());
  if (unitBytes === undefined) return undefined;
  const bytes = Number(parts[1]) * unitBytes;
  return Number.isInteger(bytes) && bytes <= VALUE_MAX ? bytes : undefined;
}

/** Milliseconds, or undefined when it is no duration. */
export function parseDurationMs(value: unknown): number | undefined {
  if (value === 0 || value === '0') return 0;
  const ms = typeof value === 'string' ? durationMs(value) : undefined;
  return ms !== undefined && ms <= VALUE_MAX ? ms : undefined;
}

/** A rate, or undefined when it is none. A number alone is its own burst, and at least 1. */
export function parseRate(value: unknown): Rate | undefined {
  if (typeof value === 'number') {
    return isRateNumber(value) ? { perSecond: value, burst: Math.ceil(value) } : undefined;
  }
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [perSecond, burst]: readonly unknown[] = value;
  return isRateNumber(perSecond) && isCount(burst) ? { perSecond, burst } : undefined;
}

function isRateNumber(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= VALUE_MAX;
}
