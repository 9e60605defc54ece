// Histograms are written as in the test scripts; expected values follow from the bounds of the buckets.

import { SeededRandom } from '@ampere/platform';
import { describe, expect, test } from 'vitest';
import type { FloatHistogram } from '../engine/types.ts';
import { parseSeriesLine } from '../promqltest/series-line.ts';
import {
  addHistograms,
  allBuckets,
  compactHistogram,
  detectReset,
  divideHistogram,
  exponentialBound,
  formatHistogram,
  histogramFraction,
  histogramLiteral,
  histogramQuantile,
  histogramsEqual,
  histogramToJson,
  IncompatibleHistogramsError,
  reduceResolution,
  scaleHistogram,
  subtractHistograms,
  trimHistogram,
} from './index.ts';

function read(literal: string): FloatHistogram {
  const value = parseSeriesLine(`h {{${literal}}}`).values[0]!;
  if (value.kind !== 'histogram') throw new Error(literal);
  return value.histogram;
}

describe('bounds', () => {
  const check = (index: number, schema: number, bound: number) =>
    test(`${index} in schema ${schema}`, () => expect(exponentialBound(index, schema)).toBe(bound));
  check(0, 0, 1);
  check(1, 0, 2);
  check(-1, 0, 0.5);
  check(1, 1, Math.SQRT2);
  check(-1, 1, Math.SQRT1_2);
  check(2, -1, 16);
  check(-1, -4, 2 ** -16);
  check(1, 8, 1.0027112750502025);
  check(255, 8, 1.9945921121709402);
  check(1024, 0, Number.MAX_VALUE);
  check(1023, 0, 2 ** 1023);
  check(-1074, 0, Number.MIN_VALUE);
  check(1024 * 256, 8, Number.MAX_VALUE);
});

describe('a + b', () => {
  const check = (a: string, b: string, sum: string) =>
    test(`${a} + ${b}`, () => {
      const { histogram } = addHistograms(read(a), read(b));
      expect(histogramLiteral(histogram)).toBe(`{{${sum}}}`);
      expect(histogramLiteral(addHistograms(read(b), read(a)).histogram)).toBe(`{{${sum}}}`);
    });
  check(
    'count:3 sum:4 buckets:[1 2]',
    'count:5 sum:1 offset:1 buckets:[4 1]',
    'count:8 sum:5 buckets:[1 6 1]',
  );
  check('count:3 buckets:[1 2]', 'count:1 n_buckets:[1]', 'count:4 buckets:[1 2] n_buckets:[1]');
  check('schema:1 count:4 buckets:[1 1 1 1]', 'count:1 buckets:[1]', 'count:5 buckets:[2 2 1]');
  check(
    'count:2 z_bucket:1 z_bucket_w:0.5 offset:3 buckets:[1]',
    'count:4 buckets:[1 2 1]',
    'count:6 z_bucket:1 z_bucket_w:0.5 buckets:[1 2 1 1]',
  );
  check(
    'count:1 z_bucket:1 z_bucket_w:1.5',
    'count:4 buckets:[1 2 1]',
    'count:5 z_bucket:4 z_bucket_w:2 offset:2 buckets:[1]',
  );
  check(
    'schema:-53 count:3 custom_values:[1 2] buckets:[1 1 1]',
    'schema:-53 count:3 custom_values:[1 2] buckets:[1 0 2]',
    'schema:-53 count:6 custom_values:[1 2] buckets:[2 1 3]',
  );
  check(
    'schema:-53 count:3 custom_values:[1 2 3] buckets:[1 1 1]',
    'schema:-53 count:4 custom_values:[2 3 4] buckets:[1 1 1 1]',
    'schema:-53 count:7 custom_values:[2 3] buckets:[3 2 2]',
  );
  check(
    'count:1 counter_reset_hint:gauge buckets:[1]',
    'count:1 buckets:[1]',
    'count:2 counter_reset_hint:gauge buckets:[2]',
  );
  check(
    'count:1 counter_reset_hint:reset buckets:[1]',
    'count:1 counter_reset_hint:not_reset buckets:[1]',
    'count:2 buckets:[2]',
  );
});

test('what an addition has to say', () => {
  const hints = addHistograms(read('counter_reset_hint:reset'), read('counter_reset_hint:not_reset'));
  expect(hints).toMatchObject({ counterResetCollision: true, boundsReconciled: false });
  const bounds = addHistograms(read('schema:-53 custom_values:[1]'), read('schema:-53 custom_values:[2]'));
  expect(bounds).toMatchObject({ counterResetCollision: false, boundsReconciled: true });
  expect(() => addHistograms(read('schema:0'), read('schema:-53'))).toThrow(IncompatibleHistogramsError);
});

describe('properties', () => {
  const seed = Number(process.env['AMPERE_SEED'] ?? 1);
  const random = new SeededRandom(seed);
  const side = (prefix: string) => {
    const buckets = Array.from({ length: random.integer(6) }, () => random.integer(4));
    return `${prefix}offset:${random.integer(9) - 4} ${prefix}buckets:[${buckets.join(' ')}]`;
  };
  const any = () => {
    const zero = random.integer(2) === 0 ? 'z_bucket_w:0.001' : 'z_bucket_w:0.5 z_bucket:2';
    return read(
      `schema:${random.integer(4) - 1} count:${random.integer(50)} sum:3 ${zero} ${side('')} ${side('n_')}`,
    );
  };
  test(`seed ${seed}`, () => {
    const total = (histogram: FloatHistogram) =>
      histogram.zeroCount +
      [...histogram.positiveBuckets, ...histogram.negativeBuckets].reduce((a, b) => a + b, 0);
    for (let i = 0; i < 500; i++) {
      const [a, b] = [any(), any()];
      const sum = addHistograms(a, b).histogram;
      expect(total(sum)).toBe(total(a) + total(b));
      expect(histogramsEqual(sum, addHistograms(b, a).histogram)).toBe(true);
      // Taking away what was added leaves the first, as coarse as the second made it.
      const first = subtractHistograms(sum, b).histogram;
      expect(total(first)).toBe(total(a));
      expect(total(subtractHistograms(a, a).histogram)).toBe(0);
      expect(detectReset(sum, a)).toBe(false);
      expect(histogramsEqual(compactHistogram(a), compactHistogram(compactHistogram(a)))).toBe(true);
      expect(total(reduceResolution(a, -2))).toBe(total(a));
      expect(total(trimHistogram(a, 0.7, true)) + total(trimHistogram(a, 0.7, false))).toBeCloseTo(
        total(a),
        9,
      );
      const bounds = allBuckets(a).filter(({ count }) => count > 0);
      for (let j = 1; j < bounds.length; j++)
        expect(bounds[j]!.lower).toBeGreaterThanOrEqual(bounds[j - 1]!.upper);
    }
  });
});

describe('reset', () => {
  const check = (previous: string, current: string, reset: boolean) =>
    test(`${previous} → ${current}`, () => expect(detectReset(read(current), read(previous))).toBe(reset));
  check('count:3 buckets:[1 2]', 'count:3 buckets:[1 2]', false);
  check('count:3 buckets:[1 2]', 'count:4 buckets:[1 3]', false);
  check('count:3 buckets:[1 2]', 'count:2 buckets:[1 1]', true);
  check('count:3 buckets:[1 2]', 'count:5 buckets:[0 5]', true);
  check('count:3 buckets:[1 2]', 'count:5 offset:1 buckets:[5]', true);
  check('count:2 buckets:[0 2]', 'count:5 offset:1 buckets:[5]', false);
  check('count:3 n_buckets:[1 2]', 'count:5 n_buckets:[1]', true);
  check('count:3 z_bucket:3', 'count:3 z_bucket:2', true);
  check('count:3 z_bucket_w:0.5', 'count:3 z_bucket_w:0.1', true);
  check('schema:0 count:3 buckets:[3]', 'schema:1 count:3 buckets:[3]', true);
  check('schema:1 count:3 buckets:[1 1 1]', 'schema:0 count:3 buckets:[1 2]', false);
  check('count:9 buckets:[9]', 'count:1 counter_reset_hint:not_reset', false);
  check('count:1', 'count:9 counter_reset_hint:reset', true);
  check(
    'schema:-53 count:3 custom_values:[1 2] buckets:[1 2]',
    'schema:-53 count:3 custom_values:[1] buckets:[1 2]',
    false,
  );
  check(
    'schema:-53 count:3 custom_values:[1 2] buckets:[2 1]',
    'schema:-53 count:3 custom_values:[1] buckets:[1 2]',
    true,
  );
  check('count:3 buckets:[3]', 'schema:-53 count:3 buckets:[3]', true);
});

describe('quantile', () => {
  const check = (q: number, literal: string, value: number) =>
    test(`${q} of ${literal}`, () =>
      expect(histogramQuantile(q, read(literal)).value).toBeCloseTo(value, 12));
  check(0.5, 'count:4 buckets:[0 4]', Math.SQRT2);
  check(0, 'count:4 buckets:[0 4]', 1);
  check(1, 'count:4 buckets:[0 4]', 2);
  check(0.5, 'count:4 n_buckets:[0 4]', -Math.SQRT2);
  check(0.5, 'count:4 z_bucket:4 z_bucket_w:1', 0);
  check(0.25, 'count:4 z_bucket:4 z_bucket_w:1 buckets:[0]', 0.25);
  check(0.5, 'schema:-53 count:4 custom_values:[2 6] buckets:[1 3]', 2 + 4 / 3);
  check(0.9, 'schema:-53 count:4 custom_values:[2] buckets:[1 3]', 2);
  check(-0.1, 'count:1 buckets:[1]', Number.NEGATIVE_INFINITY);
  check(1.1, 'count:1 buckets:[1]', Number.POSITIVE_INFINITY);
  test('of nothing', () => expect(histogramQuantile(0.5, read('count:0')).value).toBeNaN());
  test('observations that are not numbers', () => {
    expect(histogramQuantile(0.9, read('count:4 sum:NaN buckets:[2]'))).toEqual({
      value: Number.NaN,
      nanEffect: 'result-is-nan',
    });
    expect(histogramQuantile(0.4, read('count:4 sum:NaN buckets:[2]')).nanEffect).toBe('result-is-skewed');
  });
});

describe('fraction', () => {
  const check = (lower: number, upper: number, literal: string, value: number) =>
    test(`${lower} … ${upper} of ${literal}`, () =>
      expect(histogramFraction(lower, upper, read(literal))).toBeCloseTo(value, 12));
  check(0, 2, 'count:4 buckets:[0 3 1]', 0.75);
  check(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 'count:4 buckets:[3] n_buckets:[1]', 1);
  check(1, Math.SQRT2, 'count:4 buckets:[0 4]', 0.5);
  check(2, 1, 'count:4 buckets:[0 4]', 0);
  test('of nothing', () => expect(histogramFraction(0, 1, read('count:0'))).toBeNaN());
});

describe('as text', () => {
  const check = (literal: string, text: string) =>
    test(literal, () => expect(formatHistogram(read(literal))).toBe(text));
  check(
    'count:20 sum:10 z_bucket_w:0.001 z_bucket:2 buckets:[1 2] n_buckets:[1 2]',
    '{count:20, sum:10, [-2,-1):2, [-1,-0.5):1, [-0.001,0.001]:2, (0.5,1]:1, (1,2]:2}',
  );
  check(
    'schema:-53 count:3 sum:1e9 custom_values:[5] buckets:[1 2]',
    '{count:3, sum:1e+09, [-Inf,5]:1, (5,+Inf]:2}',
  );
  test('as JSON', () => {
    expect(
      histogramToJson(read('count:3 sum:0.5 z_bucket:1 z_bucket_w:0.25 buckets:[1 0 1] n_buckets:[1]')),
    ).toEqual({
      count: '3',
      sum: '0.5',
      buckets: [
        [1, '-1', '-0.5', '1'],
        [3, '-0.25', '0.25', '1'],
        [0, '0.5', '1', '1'],
        [0, '2', '4', '1'],
      ],
    });
    expect(histogramToJson(read('count:0'))).toEqual({ count: '0', sum: '0' });
  });
});

test('scaling', () => {
  const histogram = read('count:4 sum:6 z_bucket:1 buckets:[1 2]');
  expect(histogramLiteral(scaleHistogram(histogram, 2))).toBe('{{count:8 sum:12 z_bucket:2 buckets:[2 4]}}');
  expect(histogramLiteral(scaleHistogram(histogram, -1))).toBe(
    '{{count:-4 sum:-6 z_bucket:-1 counter_reset_hint:gauge buckets:[-1 -2]}}',
  );
  expect(histogramLiteral(divideHistogram(histogram, 2))).toBe(
    '{{count:2 sum:3 z_bucket:0.5 buckets:[0.5 1]}}',
  );
  expect(histogramLiteral(divideHistogram(histogram, 0))).toBe('{{count:+Inf sum:+Inf z_bucket:+Inf}}');
});
