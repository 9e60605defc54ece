// Each float kernel on one window, one check a line.

import { expect, it } from 'vitest';
import { RANGE_FUNCTIONS } from './range-functions.ts';
import { Window } from './window.ts';

const INF = Number.POSITIVE_INFINITY;

/** Samples every 15 s, the last at 1000 s; the window is the 60 s (or `rangeSeconds`) up to 1000 s. */
function run(
  name: string,
  values: readonly number[],
  rangeSeconds: number,
  parameters: readonly number[],
): number {
  const timesMs = Float64Array.from(values, (_, i) => 1_000_000 - 15_000 * (values.length - 1 - i));
  const window = new Window(rangeSeconds * 1000);
  const columns = Float64Array.from(values);
  window.findDrops(columns, columns.length);
  window.advance(timesMs, timesMs.length, 1_000_000);
  window.evaluationMs = 1_000_000;
  [window.parameter = 0, window.secondParameter = 0] = parameters;
  return RANGE_FUNCTIONS.get(name)!.floats(timesMs, columns, window);
}

function check(
  name: string,
  values: readonly number[],
  expected: number,
  rangeSeconds = 60,
  ...parameters: number[]
): void {
  const found = run(name, values, rangeSeconds, parameters);
  if (Number.isFinite(expected)) expect(found, `${name}(${values})`).toBeCloseTo(expected, 12);
  else expect(found, `${name}(${values})`).toBe(expected);
}

it('increases of counters', () => {
  check('increase', [0, 15, 30, 45], 45);
  check('increase', [15, 30, 45, 60], 60);
  check('increase', [10, 25, 40, 55], 55, 60);
  check('increase', [5, 20, 35, 50], 50, 60);
  check('rate', [100, 115, 130, 145], 1);
  check('rate', [100, 115, 5, 20], (35 * 60) / 45 / 60);
  check('increase', [100, 115, 130, 145], 45 * (52.5 / 45), 120);
  check('delta', [100, 115, 130, 100], 0);
  check('delta', [9, 6, 3, 0], -12);
  check('increase', [1, 1, 1, 1], 0);
  check('irate', [1, 2, 3, 18], 1);
  check('irate', [1, 2, 30, 15], 1);
  check('idelta', [1, 2, 30, 15], -15);
  check('resets', [1, 0, 3, 2], 2);
  check('changes', [1, 1, Number.NaN, Number.NaN], 1);
  check('changes', [1, 2, 2, 3], 2);
});

it('windows are open on the left', () => {
  check('count_over_time', [1, 2, 3, 4, 5], 4);
  check('count_over_time', [1, 2, 3, 4, 5], 5, 60.001);
  check('sum_over_time', [100, 1, 2, 3, 4], 10);
});

it('aggregates over time', () => {
  check('sum_over_time', [1e100, 1, -1e100, 1], 2);
  check('sum_over_time', [INF, 1, 2, 3], INF);
  check('avg_over_time', [1, 2, 3, 6], 3);
  check('avg_over_time', [1.5e308, 1.5e308, 1.5e308, 1.5e308], 1.5e308);
  check('min_over_time', [Number.NaN, 2, 1, 3], 1);
  check('max_over_time', [Number.NaN, 2, 1, 3], 3);
  check('max_over_time', [Number.NaN, Number.NaN], Number.NaN);
  check('stdvar_over_time', [1, 2, 3, 4], 1.25);
  check('stddev_over_time', [1, 1, 1, 1], 0);
  check('mad_over_time', [4, 6, 2, 1], 1.5);
  check('quantile_over_time', [4, 6, 2, 0], 3, 60, 0.5);
  check('quantile_over_time', [4, Number.NaN, 2, 0], 1, 60, 0.5);
  check('quantile_over_time', [4, 6], INF, 60, 1.5);
  check('first_over_time', [7, 1, 2, 3], 7);
  check('last_over_time', [7, 1, 2, 3], 3);
  check('present_over_time', [7], 1);
  check('ts_of_min_over_time', [7, 1, 1, 3], 985);
  check('ts_of_max_over_time', [7, 1, 7, 3], 985);
  check('ts_of_first_over_time', [7, 1, 7, 3], 955);
  check('ts_of_last_over_time', [7, 1, 7, 3], 1000);
});

it('fits lines', () => {
  check('deriv', [0, 15, 30, 45], 1);
  check('deriv', [3, 3, 3, 3], 0);
  check('deriv', [INF, INF], Number.NaN);
  check('predict_linear', [0, 15, 30, 45], 105, 60, 60);
  check('double_exponential_smoothing', [1, 2, 3, 4], 4, 60, 0.5, 0.5);
});
