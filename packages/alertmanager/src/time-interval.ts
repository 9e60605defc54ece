// Time intervals of routes: when a route is muted, or when it is active at all.
//
// 1. An interval contains a moment when each of its parts that is given does: times of the day, weekdays,
//    days of the month, months, years.
// 2. The moment is taken apart in the interval's time zone (UTC when it has none).
// 3. Days of the month below zero count from the month's end; ranges that reach over it are cut.

import { list, type Reader, struct, text, textAs } from './config/yaml-reader.ts';
import { ConfigError } from './errors.ts';

/** Both ends inclusive; of minutes of the day the end is exclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Parts that are null are not restricted. */
export interface TimeInterval {
  readonly minutes: readonly Range[] | null;
  readonly weekdays: readonly Range[] | null;
  readonly daysOfMonth: readonly Range[] | null;
  readonly months: readonly Range[] | null;
  readonly years: readonly Range[] | null;
  /** An IANA name. */
  readonly location: string;
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** Whether any of the intervals contains the moment. */
export function anyContains(intervals: readonly TimeInterval[], timeMs: number): boolean {
  return intervals.some((interval) => contains(interval, timeMs));
}

/** Whether the interval contains the moment, in milliseconds since 1970. */
export function contains(interval: TimeInterval, timeMs: number): boolean {
  const at = civilTime(timeMs, interval.location);
  return (
    (interval.minutes?.some(({ from, to }) => at.minute >= from && at.minute < to) ?? true) &&
    (interval.daysOfMonth?.some((range) => containsDay(range, at.day, at.daysInMonth)) ?? true) &&
    within(interval.months, at.month) &&
    within(interval.weekdays, at.weekday) &&
    within(interval.years, at.year)
  );
}

function within(ranges: readonly Range[] | null, value: number): boolean {
  return ranges?.some(({ from, to }) => value >= from && value <= to) ?? true;
}

function containsDay(range: Range, day: number, daysInMonth: number): boolean {
  const from = range.from < 0 ? daysInMonth + range.from + 1 : range.from;
  const to = range.to < 0 ? daysInMonth + range.to + 1 : range.to;
  return from <= daysInMonth && day >= from && day <= Math.min(to, daysInMonth);
}

interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly minute: number;
  readonly daysInMonth: number;
}

/** Zones are a few hundred; a formatter costs some 10 kB and is slow to make. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(location: string): Intl.DateTimeFormat {
  let formatter = formatters.get(location);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: location,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formatters.set(location, formatter);
  }
  return formatter;
}

function civilTime(timeMs: number, location: string): CivilTime {
  const parts = new Map<string, number>();
  for (const { type, value } of formatterOf(location).formatToParts(timeMs)) parts.set(type, Number(value));
  const [year, month, day] = [parts.get('year')!, parts.get('month')!, parts.get('day')!];
  return {
    year,
    month,
    day,
    weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay(),
    minute: parts.get('hour')! * 60 + parts.get('minute')!,
    daysInMonth: new Date(Date.UTC(year, month, 0)).getUTCDate(),
  };
}

function parseRange(source: string, member: (part: string) => number): Range {
  const parts = source.split(':');
  if (parts.length > 2) throw new ConfigError(`couldn't parse range ${source}, invalid format`);
  const from = member(parts[0]!);
  return { from, to: parts.length === 2 ? member(parts[1]!) : from };
}

function integer(part: string): number {
  if (!/^[+-]?[0-9]+$/.test(part)) {
    throw new ConfigError(`strconv.Atoi: parsing "${part}": invalid syntax`);
  }
  return Number(part);
}

function parseWeekdays(source: string): Range {
  const range = parseRange(source.toLowerCase(), (part) => {
    const index = WEEKDAYS.indexOf(part);
    if (index < 0) throw new ConfigError(`${part} is not a valid weekday`);
    return index;
  });
  if (range.from > range.to) throw new ConfigError('start day cannot be before end day');
  return range;
}

function parseDaysOfMonth(source: string): Range {
  const range = parseRange(source, integer);
  for (const day of [range.from, range.to]) {
    if (day === 0 || day < -31 || day > 31) {
      throw new ConfigError(`${day} is not a valid day of the month: out of range`);
    }
  }
  if (range.from < 0 && range.to > 0) {
    throw new ConfigError('end day must be negative if start day is negative');
  }
  // Of a month's length only its minimum is known here.
  const ofShortest = (day: number) => (day < 0 ? 28 + day : day);
  if (ofShortest(range.from) > ofShortest(range.to)) {
    throw new ConfigError(`end day ${range.to} is always before start day ${range.from}`);
  }
  return range;
}

function parseMonths(source: string): Range {
  const range = parseRange(source.toLowerCase(), (part) => {
    const index = MONTHS.indexOf(part);
    if (index >= 0) return index + 1;
    if (!/^[+-]?[0-9]+$/.test(part)) throw new ConfigError(`${part} is not a valid month`);
    return Number(part);
  });
  if (range.from > range.to) {
    const name = (month: number) => MONTHS[month - 1] ?? '';
    throw new ConfigError(`end month ${name(range.to)} is before start month ${name(range.from)}`);
  }
  return range;
}

function parseYears(source: string): Range {
  const range = parseRange(source, integer);
  if (range.from > range.to) {
    throw new ConfigError(`end year ${range.to} is before start year ${range.from}`);
  }
  return range;
}

function parseMinute(source: string): number {
  if (!/^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/.test(source)) {
    throw new ConfigError(`couldn't parse timestamp ${source}, invalid format`);
  }
  return Number(source.slice(0, 2)) * 60 + Number(source.slice(3));
}

function parseLocation(name: string): string {
  if (name === '' || name === 'UTC') return 'UTC';
  try {
    formatterOf(name);
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(`unknown time zone ${name}`);
    throw error;
  }
  return name;
}

const times = struct(
  'timeinterval.yamlTimeRange',
  { start_time: text, end_time: text },
  ({ start_time: start, end_time: end }): Range => {
    if (!start || !end) throw new ConfigError('both start and end times must be provided');
    const range = { from: parseMinute(start), to: parseMinute(end) };
    if (range.from >= range.to) {
      throw new ConfigError('start time cannot be equal or greater than end time');
    }
    return range;
  },
);

/** Reads one interval of a configuration. */
export const timeInterval: Reader<TimeInterval> = struct(
  'timeinterval.TimeInterval',
  {
    times: list(times, 'timeinterval.TimeRange'),
    weekdays: list(textAs(parseWeekdays), 'timeinterval.WeekdayRange'),
    days_of_month: list(textAs(parseDaysOfMonth), 'timeinterval.DayOfMonthRange'),
    months: list(textAs(parseMonths), 'timeinterval.MonthRange'),
    years: list(textAs(parseYears), 'timeinterval.YearRange'),
    location: textAs(parseLocation),
  },
  (fields) => ({
    minutes: fields.times ?? null,
    weekdays: fields.weekdays ?? null,
    daysOfMonth: fields.days_of_month ?? null,
    months: fields.months ?? null,
    years: fields.years ?? null,
    location: fields.location ?? 'UTC',
  }),
);
