// The humanize family of Prometheus' templates: four significant digits, unit prefixes, durations and
// timestamps. Arguments are floats; results are byte strings.

import { DURATION_MAX_MS, durationMs } from '@ampere/go-text';
import { FunctionError } from '../errors.ts';
import { formatFloat } from '../format/float.ts';
import { TIME_LAYOUT } from '../time/go-time.ts';
import { formatTime } from '../time/layout.ts';

const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];

/** `%.4g`. */
const four = (value: number) => formatFloat(value, 'g', 4);

export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return four(value);
  return Math.abs(value) >= 1 ? divided(value, 1000, LARGE) : multiplied(value);
}

export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return four(value);
  return divided(value, 1024, BINARY);
}

function divided(value: number, by: number, prefixes: readonly string[]): string {
  let rest = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(rest) < by) break;
    prefix = next;
    rest /= by;
  }
  return four(rest) + prefix;
}

function multiplied(value: number): string {
  let rest = value;
  let prefix = '';
  for (const next of SMALL) {
    if (Math.abs(rest) >= 1) break;
    prefix = next;
    rest *= 1000;
  }
  return four(rest) + prefix;
}

export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return four(seconds);
  if (seconds === 0) return `${four(seconds)}s`;
  if (Math.abs(seconds) < 1) return `${multiplied(seconds)}s`;
  const sign = seconds < 0 ? '-' : '';
  const size = Math.abs(seconds);
  // What doesn't fit 64 bits becomes their minimum, as the processor converts it for Go.
  const whole = size < 2 ** 63 ? BigInt(Math.trunc(size)) : -(1n << 63n);
  const s = whole % 60n;
  const m = (whole / 60n) % 60n;
  const h = (whole / 3600n) % 24n;
  const d = whole / 86_400n;
  if (d !== 0n) return `${sign}${d}d ${h}h ${m}m ${s}s`;
  if (h !== 0n) return `${sign}${h}h ${m}m ${s}s`;
  if (m !== 0n) return `${sign}${m}m ${s}s`;
  return `${sign}${four(size)}s`;
}

export function humanizePercentage(ratio: number): string {
  return `${four(ratio * 100)}%`;
}

/** Nanoseconds, cut to milliseconds, of a time in seconds. Throws FunctionError beyond 64 bits. */
export function nanosecondsOf(seconds: number): bigint {
  if (!Number.isFinite(seconds)) throw new FunctionError('value is NaN or Inf');
  const ns = seconds * 1e9;
  if (ns > 2 ** 63 || ns < -(2 ** 63)) {
    const shown = formatFloat(seconds, 'g', -1);
    throw new FunctionError(
      `${shown} cannot be represented as a nanoseconds timestamp since it overflows int64`,
    );
  }
  const whole = BigInt.asIntN(64, BigInt(Math.trunc(ns)));
  return (whole / 1_000_000n) * 1_000_000n;
}

export function humanizeTimestamp(seconds: number): string {
  if (!Number.isFinite(seconds)) return four(seconds);
  return formatTime(nanosecondsOf(seconds), TIME_LAYOUT);
}

/** Prometheus' duration text (`1h30m`) in seconds; `quoted` is the text as errors show it. */
export function parseDuration(text: string, quoted: string): number {
  if (text === '0') return 0;
  if (text === '') throw new FunctionError('empty duration string');
  const ms = durationMs(text);
  if (ms === undefined) throw new FunctionError(`not a valid duration string: ${quoted}`);
  if (ms > DURATION_MAX_MS) throw new FunctionError('duration out of range');
  return (ms * 1e6) / 1e9;
}
