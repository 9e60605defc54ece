import { expect, it } from 'vitest';
import { bucketFraction, bucketQuantile, bucketsWereRepaired } from './classic-buckets.ts';

const INF = Number.POSITIVE_INFINITY;
const NAN = Number.NaN;

function check(
  quantile: number,
  bounds: number[],
  counts: number[],
  expected: number,
  repaired = false,
): void {
  const found = bucketQuantile(quantile, Float64Array.from(bounds), Float64Array.from(counts));
  if (Number.isFinite(expected))
    expect(found, `${quantile} of ${bounds}: ${counts}`).toBeCloseTo(expected, 12);
  else expect(found, `${quantile} of ${bounds}: ${counts}`).toBe(expected);
  expect(bucketsWereRepaired).toBe(repaired);
}

it('interpolates quantiles', () => {
  check(0.5, [1, 2, INF], [2, 6, 6], 1.25);
  check(1, [1, 2, INF], [2, 6, 8], 2);
  check(0, [1, 2, INF], [2, 6, 8], 0);
  check(0.1, [-1, 2, INF], [2, 6, 8], -1);
  check(0.5, [1, 2], [2, 6], NAN);
  check(0.5, [INF], [2], NAN);
  check(0.5, [1, INF], [0, 0], NAN);
  check(-0.1, [1, INF], [1, 1], -INF);
  check(1.1, [1, INF], [1, 1], INF);
  check(NAN, [1, INF], [1, 1], NAN);
});

it('merges equal bounds and repairs decreases', () => {
  check(0.5, [1, 1, INF], [1, 1, 4], 1);
  check(0.5, [0.1, 1, 10, 100, 1000, INF], [20, 10, 50, 40, 90, 80], 8.5, true);
  check(0.5, [1, 2, INF], [1, 1 - 1e-14, 2], 1);
});

function checkFraction(lower: number, upper: number, expected: number): void {
  const found = bucketFraction(lower, upper, Float64Array.of(1, 2, 3, INF), Float64Array.of(1, 3, 6, 100));
  if (Number.isNaN(expected)) expect(found).toBe(expected);
  else expect(found, `${lower} to ${upper}`).toBeCloseTo(expected, 12);
}

it('finds fractions', () => {
  checkFraction(0, 1.5, 0.02);
  checkFraction(-INF, INF, 1);
  checkFraction(4, 5, 0);
  checkFraction(400, INF, 0.94);
  checkFraction(2, 2, 0);
  checkFraction(3, 2, 0);
  checkFraction(NAN, 2, NAN);
  checkFraction(-10, -5, 0);
});
