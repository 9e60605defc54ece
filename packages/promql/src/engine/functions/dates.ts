// Calendar functions over seconds since 1970, in UTC.
//
// Days are turned into dates by counting in cycles of 400 years (146,097 days) from 1 March of year 0,
// so that the leap day is the last of its year; it works for any day that a float can tell apart.

const SECONDS_PER_DAY = 86_400;
const DAYS_PER_CYCLE = 146_097;
/** From 0000-03-01 to 1970-01-01. */
const DAYS_TO_EPOCH = 719_468;

export const DATE_FUNCTIONS: ReadonlyMap<string, (seconds: number) => number> = new Map([
  ['minute', (seconds: number) => Math.floor(modulo(whole(seconds), 3600) / 60)],
  ['hour', (seconds: number) => Math.floor(modulo(whole(seconds), SECONDS_PER_DAY) / 3600)],
  ['day_of_week', (seconds: number) => modulo(dayOf(seconds) + 4, 7)],
  ['day_of_month', (seconds: number) => toDate(dayOf(seconds)).day],
  ['day_of_year', (seconds: number) => dayOfYear(dayOf(seconds))],
  ['days_in_month', (seconds: number) => daysInMonth(dayOf(seconds))],
  ['month', (seconds: number) => toDate(dayOf(seconds)).month],
  ['year', (seconds: number) => toDate(dayOf(seconds)).year],
]);

/** Whole seconds. What 64 bits can't hold (and NaN) is 2^63 seconds after 1970, as it is in Go on x86. */
function whole(seconds: number): number {
  return Math.abs(seconds) < 2 ** 63 ? Math.trunc(seconds) : 2 ** 63;
}

function dayOf(seconds: number): number {
  const exact = whole(seconds);
  return Math.round((exact - modulo(exact, SECONDS_PER_DAY)) / SECONDS_PER_DAY);
}

/** Never negative; exact for every whole number that a float can hold. */
function modulo(value: number, divisor: number): number {
  const remainder = value % divisor;
  // Adding 0 makes a negative zero a plain one.
  return remainder < 0 ? remainder + divisor : remainder + 0;
}

interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

function toDate(day: number): CalendarDate {
  const shifted = day + DAYS_TO_EPOCH;
  const cycle = Math.floor(shifted / DAYS_PER_CYCLE);
  const dayOfCycle = shifted - cycle * DAYS_PER_CYCLE;
  const yearOfCycle = Math.floor(
    (dayOfCycle -
      Math.floor(dayOfCycle / 1460) +
      Math.floor(dayOfCycle / 36_524) -
      Math.floor(dayOfCycle / 146_096)) /
      365,
  );
  const dayOfMarchYear =
    dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  // Months from March on have 153 days in every five.
  const marchMonth = Math.floor((5 * dayOfMarchYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0),
    month,
    day: dayOfMarchYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

/** The day number of the first of a month. */
function firstOfMonth(year: number, month: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const cycle = Math.floor(marchYear / 400);
  const yearOfCycle = marchYear - cycle * 400;
  const dayOfMarchYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5);
  const dayOfCycle =
    yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfMarchYear;
  return cycle * DAYS_PER_CYCLE + dayOfCycle - DAYS_TO_EPOCH;
}

function dayOfYear(day: number): number {
  return day - firstOfMonth(toDate(day).year, 1) + 1;
}

function daysInMonth(day: number): number {
  const { year, month } = toDate(day);
  const next = month === 12 ? firstOfMonth(year + 1, 1) : firstOfMonth(year, month + 1);
  return next - firstOfMonth(year, month);
}
