import { expect, it } from 'vitest';
import { DATE_FUNCTIONS } from './dates.ts';

const NAMES = [
  'year',
  'month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'days_in_month',
  'hour',
  'minute',
];

function check(seconds: number, expected: readonly number[]): void {
  const found = NAMES.map((name) => DATE_FUNCTIONS.get(name)!(seconds));
  expect(found, String(seconds)).toEqual(expected);
}

it('takes dates apart', () => {
  check(0, [1970, 1, 1, 4, 1, 31, 0, 0]);
  check(-1, [1969, 12, 31, 3, 365, 31, 23, 59]);
  check(1136239445, [2006, 1, 2, 1, 2, 31, 22, 4]);
  check(1456790399, [2016, 2, 29, 1, 60, 29, 23, 59]);
  check(1456790400.9, [2016, 3, 1, 2, 61, 31, 0, 0]);
  check(951782400, [2000, 2, 29, 2, 60, 29, 0, 0]);
  check(-2203891200, [1900, 3, 1, 4, 60, 31, 0, 0]);
});

it('agrees with Prometheus 3.5 far out', () => {
  check(-1e17, [-3168871881, 4, 27, 4, 117, 30, 14, 13]);
  check(Number.NaN, [292277026596, 12, 4, 0, 339, 31, 15, 30]);
  check(1e300, [292277026596, 12, 4, 0, 339, 31, 15, 30]);
});
