// Times and durations as the query API takes them.
//
// A time is float seconds (rounded to milliseconds) or RFC 3339 with any number of decimals (cut to
// milliseconds). A duration is float seconds or Prometheus' own notation, `1h30m`. Times far beyond
// storage's range are clamped to MIN_TIME_MS/MAX_TIME_MS, where Go's integers would wrap around; NaN
// and infinities are no times at all.

import { durationMs, parseGoFloat, quote } from '@ampere/go-text';

/** The times that stand for "from the beginning" and "to the end". */
export const MIN_TIME_MS = -Number.MAX_SAFE_INTEGER;
export const MAX_TIME_MS = Number.MAX_SAFE_INTEGER;

/** What Prometheus prints for its own first and last time; its clients send them back. */
const MIN_TIME_TEXT = '-292273086-05-16T16:47:06Z';
const MAX_TIME_TEXT = '292277025-08-18T07:12:54.999999999Z';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** A text that is no time or duration; the message is Prometheus'. */
export class FormatError extends Error {
  override name = 'FormatError';
}

/** Milliseconds since 1970. Throws FormatError. */
export function parseTime(text: string): number {
  const seconds = parseGoFloat(text);
  if (seconds !== undefined) {
    if (Number.isFinite(seconds)) return clamp(millisecondsOf(seconds));
  } else {
    if (text === MIN_TIME_TEXT) return MIN_TIME_MS;
    if (text === MAX_TIME_TEXT) return MAX_TIME_MS;
    const timeMs = parseRfc3339(text);
    if (timeMs !== undefined) return timeMs;
  }
  throw new FormatError(`cannot parse ${quote(text)} to a valid timestamp`);
}

/** Rounds as Prometheus does: the fraction alone, half away from zero; what is below a millisecond then is cut off. */
function millisecondsOf(seconds: number): number {
  const whole = Math.trunc(seconds);
  const fraction = seconds - whole;
  const rounded = (Math.sign(fraction) * Math.round(Math.abs(fraction) * 1000)) / 1000;
  return whole * 1000 + Math.trunc(Math.trunc(rounded * 1e9) / 1e6);
}

function clamp(timeMs: number): number {
  return Math.min(Math.max(timeMs, MIN_TIME_MS), MAX_TIME_MS);
}

/** As Go's `time.Parse(time.RFC3339Nano, …)` takes it; that includes a comma, `T1:00:00` and `+24:60`. */
function parseRfc3339(text: string): number | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const offsetHours = Number(parts[9] ?? 0);
  const offsetMinutes = Number(parts[10] ?? 0);
  if (offsetHours > 24 || offsetMinutes > 60) return undefined;
  const offset = (parts[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes);
  const minutes = (daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset;
  const nanoseconds = Number((parts[7] ?? '').padEnd(9, '0').slice(0, 9));
  // Cut off towards 1970, as Go's integers do.
  return Math.trunc((minutes * 60 + second) * 1000 + nanoseconds / 1e6) + 0;
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Days of the proleptic Gregorian calendar, years beginning in March so that a leap day comes last. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1 - 719_468;
}

const INT64_LIMIT = 2 ** 63;

/** Nanoseconds; negative ones are possible. NaN is the most negative duration, as it is for Go. Throws FormatError. */
export function parseDurationNs(text: string): number {
  const seconds = parseGoFloat(text);
  if (seconds !== undefined) {
    if (Number.isNaN(seconds)) return -INT64_LIMIT;
    const durationNs = seconds * 1e9;
    if (durationNs > INT64_LIMIT || durationNs < -INT64_LIMIT) {
      throw new FormatError(`cannot parse ${quote(text)} to a valid duration. It overflows int64`);
    }
    return Math.trunc(durationNs);
  }
  const ms = durationMs(text);
  if (ms !== undefined && ms * 1e6 < INT64_LIMIT) return ms * 1e6;
  throw new FormatError(`cannot parse ${quote(text)} to a valid duration`);
}
