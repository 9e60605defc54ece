// The calendar of Go's time package: UTC, Gregorian without beginning or end, nanoseconds as bigint
// since 1970. Templates only meet times in UTC; there is no zone database here.

export const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_DAY = 86_400n * NS_PER_SECOND;

export interface CivilTime {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  /** 0 is Sunday. */
  weekday: number;
  /** 1 to 366. */
  yearDay: number;
}

/** Division that rounds down. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

export function civilOf(unixNs: bigint): CivilTime {
  const days = floorDiv(unixNs, NS_PER_DAY);
  const inDay = unixNs - days * NS_PER_DAY;
  const seconds = Number(inDay / NS_PER_SECOND);
  const { year, month, day } = dateOf(Number(days));
  return {
    year,
    month,
    day,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    nanosecond: Number(inDay % NS_PER_SECOND),
    weekday: (((Number(days) + 4) % 7) + 7) % 7,
    yearDay: Number(days) - daysOf(year, 1, 1) + 1,
  };
}

/** Days since 1970-01-01 of a date; months and days beyond their range carry over. */
export function daysOf(year: number, month: number, day: number): number {
  const carried = year + Math.floor((month - 1) / 12);
  const month0 = (((month - 1) % 12) + 12) % 12;
  // Years that begin in March put the leap day last.
  const shifted = month0 < 2 ? carried - 1 : carried;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month0 + 10) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** The same time of day, so many years, months and days later, normalised as Go does. */
export function addDate(unixNs: bigint, years: number, months: number, days: number): bigint {
  const civil = civilOf(unixNs);
  const inDay = unixNs - floorDiv(unixNs, NS_PER_DAY) * NS_PER_DAY;
  const date = daysOf(civil.year + years, civil.month + months, civil.day + days);
  return BigInt(date) * NS_PER_DAY + inDay;
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
