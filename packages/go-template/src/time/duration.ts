// time.Duration: 64-bit nanoseconds with methods, and the texts of durations.

import { goBytes, goFloat, goFunction, goInt, goInt64, intArg } from '../values/construct.ts';
import { type GoFunction, GoType, type GoValue } from '../values/types.ts';

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;

/** Go's String: `1h0m0.5s`, `1.5ms`, `0s`. */
export function durationText(ns: bigint): string {
  if (ns === 0n) return '0s';
  const sign = ns < 0n ? '-' : '';
  const size = ns < 0n ? -ns : ns;
  if (size < 1_000n) return `${sign}${size}ns`;
  // The micro sign, as UTF-8 bytes.
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}\xc2\xb5s`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** size / 10^places without trailing zeros. */
function decimal(size: bigint, places: number): string {
  const unit = 10n ** BigInt(places);
  const fraction = (size % unit).toString().padStart(places, '0').replace(/0+$/, '');
  return `${size / unit}${fraction === '' ? '' : `.${fraction}`}`;
}

function clamp(ns: bigint): bigint {
  return ns > MAX ? MAX : ns < MIN ? MIN : ns;
}

function truncate(ns: bigint, unit: bigint): bigint {
  return unit <= 0n ? ns : ns - (ns % unit);
}

/** To the nearest multiple, halves away from zero; what would overflow becomes the extreme. */
function round(ns: bigint, unit: bigint): bigint {
  if (unit <= 0n) return ns;
  const size = ns < 0n ? -ns : ns;
  const rest = size % unit;
  const rounded = rest * 2n < unit ? size - rest : size - rest + unit;
  return clamp(ns < 0n ? -rounded : rounded);
}

/** So many units as a float, whole part and fraction apart, as Go computes it. */
function inUnits(ns: bigint, unit: bigint): GoValue {
  return goFloat(Number(ns / unit) + Number(ns % unit) / Number(unit));
}

const methods = new Map<string, GoFunction>();

export const DURATION: GoType = new GoType('time.Duration', 'int', {
  isNamed: true,
  methods,
  stringer: (value) => durationText(intArg(value)),
});

export function goDuration(ns: bigint): GoValue {
  return goInt(clamp(ns), DURATION);
}

const SELF = [DURATION];
const SELF_AND_UNIT = [DURATION, DURATION];
const table: readonly (readonly [string, GoFunction])[] = [
  ['String', goFunction(SELF, ([self]) => goBytes(durationText(intArg(self))))],
  ['Nanoseconds', goFunction(SELF, ([self]) => goInt64(intArg(self)))],
  ['Microseconds', goFunction(SELF, ([self]) => goInt64(intArg(self) / 1_000n))],
  ['Milliseconds', goFunction(SELF, ([self]) => goInt64(intArg(self) / 1_000_000n))],
  ['Seconds', goFunction(SELF, ([self]) => inUnits(intArg(self), 1_000_000_000n))],
  ['Minutes', goFunction(SELF, ([self]) => inUnits(intArg(self), 60_000_000_000n))],
  ['Hours', goFunction(SELF, ([self]) => inUnits(intArg(self), 3_600_000_000_000n))],
  ['Abs', goFunction(SELF, ([self]) => goDuration(intArg(self) < 0n ? -intArg(self) : intArg(self)))],
  ['Truncate', goFunction(SELF_AND_UNIT, ([self, unit]) => goDuration(truncate(intArg(self), intArg(unit))))],
  ['Round', goFunction(SELF_AND_UNIT, ([self, unit]) => goDuration(round(intArg(self), intArg(unit))))],
];
for (const [name, method] of table) methods.set(name, method);
