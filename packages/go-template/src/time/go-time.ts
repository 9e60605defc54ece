// time.Time with the methods that templates use, and the types around it.
//
// Every time here is in UTC: Local and In change nothing, IsDST is false. Methods that would change a
// time (the Unmarshal family) or give raw bytes (Gob, binary) are left out.

import { assert } from '@ampere/platform';
import {
  bytesArg,
  goBool,
  goBytes,
  goFunction,
  goInt,
  goInt64,
  goPointer,
  goSlice,
  goStruct,
  intArg,
  structType,
} from '../values/construct.ts';
import {
  BYTES,
  type GoFunction,
  GoType,
  type GoValue,
  INT,
  INT64,
  pointerTo,
  STRING,
  UINT8,
  UINT64,
  ZERO_TIME_NS,
} from '../values/types.ts';
import { addDate, civilOf, floorDiv, MONTHS, NS_PER_SECOND, WEEKDAYS } from './calendar.ts';
import { DURATION, goDuration } from './duration.ts';
import { formatTime } from './layout.ts';

export const TIME_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST';
const RFC3339_NANO = '2006-01-02T15:04:05.999999999Z07:00';

const enumText = (names: readonly string[], prefix: string, first: number) => (value: GoValue) => {
  const number = Number(intArg(value));
  return names[number - first] ?? `%!${prefix}(${BigInt.asUintN(64, intArg(value))})`;
};

function enumType(name: string, text: (value: GoValue) => string): GoType {
  const methods = new Map<string, GoFunction>();
  const type = new GoType(name, 'int', { isNamed: true, methods, stringer: text });
  methods.set(
    'String',
    goFunction([type], ([self]) => goBytes(text(self!))),
  );
  return type;
}

export const MONTH = enumType('time.Month', enumText(MONTHS, 'Month', 1));
export const WEEKDAY = enumType('time.Weekday', enumText(WEEKDAYS, 'Weekday', 0));

const locationMethods = new Map<string, GoFunction>();
const LOCATION = new GoType('time.Location', 'struct', {
  isNamed: true,
  fields: structType('', []).fields,
  methods: locationMethods,
  stringer: () => 'UTC',
});
const LOCATION_POINTER = pointerTo(LOCATION);
locationMethods.set(
  'String',
  goFunction([LOCATION], () => goBytes('UTC')),
);
const UTC = goPointer(LOCATION_POINTER, goStruct(LOCATION, []));

const methods = new Map<string, GoFunction>();

export const TIME: GoType = new GoType('time.Time', 'time', {
  isNamed: true,
  fields: [
    { name: 'wall', type: UINT64 },
    { name: 'ext', type: INT64 },
    { name: 'loc', type: LOCATION_POINTER },
  ],
  methods,
  stringer: (value) => formatTime(nsOf(value), TIME_LAYOUT),
  goStringer: (value) => goSyntax(nsOf(value)),
});

/** A time.Time in UTC; the zero time is `ZERO_TIME_NS`. */
export function goTime(unixNs: bigint): GoValue {
  return { kind: 'time', type: TIME, unixNs };
}

/** A time.Time of milliseconds since 1970. */
export function goTimeMs(unixMs: number): GoValue {
  return goTime(BigInt(Math.trunc(unixMs)) * 1_000_000n);
}

function nsOf(value: GoValue | undefined): bigint {
  assert(value?.kind === 'time', `a time is expected, not ${value?.kind}`);
  return value.unixNs;
}

function goSyntax(ns: bigint): string {
  const c = civilOf(ns);
  const month = MONTHS[c.month - 1];
  return `time.Date(${c.year}, time.${month}, ${c.day}, ${c.hour}, ${c.minute}, ${c.second}, ${c.nanosecond}, time.UTC)`;
}

/** Multiples are counted from the zero time, as Go does. */
function truncate(ns: bigint, unit: bigint): bigint {
  if (unit <= 0n) return ns;
  const since = ns - ZERO_TIME_NS;
  return ZERO_TIME_NS + floorDiv(since, unit) * unit;
}

function round(ns: bigint, unit: bigint): bigint {
  if (unit <= 0n) return ns;
  const down = truncate(ns, unit);
  return (ns - down) * 2n < unit ? down : down + unit;
}

const SELF = [TIME];
const TWO = [TIME, TIME];
const civil = (value: GoValue | undefined) => civilOf(nsOf(value));
const getter = (get: (ns: bigint) => GoValue) => goFunction(SELF, ([self]) => get(nsOf(self)));
const part = (name: 'year' | 'day' | 'hour' | 'minute' | 'second' | 'nanosecond' | 'yearDay') =>
  goFunction(SELF, ([self]) => goInt(civil(self)[name]));
const refused = (resultCount: number): GoFunction => ({ ...getter(goTime), resultCount });
const bytesValue = (bytes: string) =>
  goSlice(
    [...bytes].map((byte) => goInt(byte.charCodeAt(0), UINT8)),
    BYTES,
  );

const table: readonly (readonly [string, GoFunction])[] = [
  ['Year', part('year')],
  ['Month', goFunction(SELF, ([self]) => goInt(civil(self).month, MONTH))],
  ['Day', part('day')],
  ['Weekday', goFunction(SELF, ([self]) => goInt(civil(self).weekday, WEEKDAY))],
  ['Hour', part('hour')],
  ['Minute', part('minute')],
  ['Second', part('second')],
  ['Nanosecond', part('nanosecond')],
  ['YearDay', part('yearDay')],
  ['Date', refused(3)],
  ['Clock', refused(3)],
  ['ISOWeek', refused(2)],
  ['Zone', refused(2)],
  ['ZoneBounds', refused(2)],
  ['Unix', getter((ns) => goInt64(floorDiv(ns, NS_PER_SECOND)))],
  ['UnixMilli', getter((ns) => goInt64(floorDiv(ns, 1_000_000n)))],
  ['UnixMicro', getter((ns) => goInt64(floorDiv(ns, 1_000n)))],
  ['UnixNano', getter(goInt64)],
  ['UTC', getter(goTime)],
  ['Local', getter(goTime)],
  ['In', goFunction([TIME, LOCATION_POINTER], ([self]) => goTime(nsOf(self)))],
  ['Location', getter(() => UTC)],
  ['IsDST', getter(() => goBool(false))],
  ['IsZero', getter((ns) => goBool(ns === ZERO_TIME_NS))],
  ['String', getter((ns) => goBytes(formatTime(ns, TIME_LAYOUT)))],
  ['GoString', getter((ns) => goBytes(goSyntax(ns)))],
  ['MarshalText', getter((ns) => bytesValue(formatTime(ns, RFC3339_NANO)))],
  ['MarshalJSON', getter((ns) => bytesValue(`"${formatTime(ns, RFC3339_NANO)}"`))],
  ['After', goFunction(TWO, ([self, other]) => goBool(nsOf(self) > nsOf(other)))],
  ['Before', goFunction(TWO, ([self, other]) => goBool(nsOf(self) < nsOf(other)))],
  ['Equal', goFunction(TWO, ([self, other]) => goBool(nsOf(self) === nsOf(other)))],
  ['Sub', goFunction(TWO, ([self, other]) => goDuration(nsOf(self) - nsOf(other)))],
  ['Add', goFunction([TIME, DURATION], ([self, by]) => goTime(nsOf(self) + intArg(by)))],
  ['Truncate', goFunction([TIME, DURATION], ([self, by]) => goTime(truncate(nsOf(self), intArg(by))))],
  ['Round', goFunction([TIME, DURATION], ([self, by]) => goTime(round(nsOf(self), intArg(by))))],
  [
    'AddDate',
    goFunction([TIME, INT, INT, INT], ([self, years, months, days]) => {
      const [y, m, d] = [years, months, days].map((count) => Number(BigInt.asIntN(32, intArg(count))));
      return goTime(addDate(nsOf(self), y!, m!, d!));
    }),
  ],
  [
    'Format',
    goFunction([TIME, STRING], ([self, layout], context) => {
      context.spendBytes(bytesArg(layout).length * 8);
      return goBytes(formatTime(nsOf(self), bytesArg(layout)));
    }),
  ],
];
for (const [name, method] of table) methods.set(name, method);
