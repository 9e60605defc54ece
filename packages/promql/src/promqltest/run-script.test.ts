// The runner must find faults, not only agree: each case is a script, and what it says of its last eval.
// The engine here gives the samples that stand exactly at the asked times, and can be made to fail or warn.

import { type Labels, type Matcher, SampleColumns } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import { QueryError } from '../engine/errors.ts';
import type { Evaluate, FloatHistogram, QueryValue } from '../engine/types.ts';
import { almostEqual } from './compare.ts';
import { runScript } from './run-script.ts';
import { parseSeriesLine } from './series-line.ts';

const evaluate: Evaluate = (querier, { expr, startMs, endMs, stepMs }) => {
  let value: QueryValue;
  if (expr.kind === 'number') value = { type: 'scalar', timeMs: startMs, value: expr.value };
  else if (expr.kind === 'string') value = { type: 'string', timeMs: startMs, value: expr.value };
  else if (expr.kind === 'call') throw new QueryError(`no ${expr.func.name}`);
  else if (expr.kind !== 'vector-selector') throw new Error(`the test engine has no ${expr.kind}`);
  else
    value = select(querier, expr.matchers, expr.at?.kind === 'time' ? expr.at.timeMs : null, {
      startMs,
      endMs,
      stepMs,
    });
  if (stepMs > 0 && value.type === 'scalar') throw new QueryError('no scalars in ranges');
  const noisy = expr.kind === 'vector-selector' && expr.name === 'noisy';
  const stats = { totalQueryableSamples: 0, peakSamples: 0, seriesRead: 0 };
  return {
    value,
    warnings: noisy ? ['PromQL warning: loud (1:1)'] : [],
    infos: noisy ? ['PromQL info: shrill (1:1)'] : [],
    stats,
  };
};

function select(
  querier: Parameters<Evaluate>[0],
  matchers: readonly Matcher[],
  pinnedMs: number | null,
  { startMs, endMs, stepMs }: { startMs: number; endMs: number; stepMs: number },
): QueryValue {
  const set = querier.select({ startMs: -1e9, endMs: 1e9 }, matchers);
  const labels: Labels[] = [];
  const columns: SampleColumns<FloatHistogram>[] = [];
  while (set.next()) {
    const samples = new SampleColumns<FloatHistogram>();
    set.read(samples);
    const steps = new SampleColumns<FloatHistogram>();
    for (let t = startMs; t <= endMs; t += stepMs || 1) {
      const at = samples.timesMs.subarray(0, samples.length).indexOf(pinnedMs ?? t);
      if (at < 0) continue;
      steps.timesMs[steps.length] = t;
      steps.values[steps.length] = samples.values[at]!;
      if (samples.histograms?.[at] !== undefined)
        (steps.histograms ??= [])[steps.length] = samples.histograms[at];
      steps.length++;
    }
    if (steps.length === 0) continue;
    labels.push(set.labels());
    columns.push(steps);
  }
  if (stepMs > 0) return { type: 'matrix', labels, columns };
  const values = Float64Array.from(columns, (column) => column.values[0]!);
  return {
    type: 'vector',
    timeMs: startMs,
    labels,
    values,
    histograms: columns.map((column) => column.histograms?.[0]),
  };
}

const options = { lookbackDeltaMs: 1, subqueryStepMs: 1, delayedNameRemoval: true, typeAndUnitLabels: false };

const DATA = `
load 1m
  a{x="1"} 1 2 3 4
  a{x="2"} 10+10x3
  noisy 1 2
  h {{schema:1 count:4 sum:5 buckets:[1 3] counter_reset_hint:gauge}}x1
`;

function faultOf(script: string): string | null {
  return runScript(`${DATA}\n${script}`, { evaluate, options }).at(-1)!.fault;
}

describe('holds', () => {
  const check = (script: string) => test(script, () => expect(faultOf(script)).toBeNull());
  check('eval instant at 1m a\n  a{x="1"} 2\n  a{x="2"} 20');
  check('eval instant at 1m a\n  a{x="2"} 20.00001\n  {__name__="a",x="1"} 2');
  check('eval range from 0 to 3m step 1m a{x="1"}\n  a{x="1"} 1+1x3');
  check('eval range from 2m to 4m step 1m a{x="1"}\n  a{x="1"} 3 4 _');
  check('eval instant at 9m a');
  check('eval_ordered instant at 1m a\n  a{x="1"} 2\n  a{x="2"} 20');
  check('eval instant at 0 noisy\n  noisy 1');
  check('eval instant at 0 noisy\n  expect warn\n  expect info msg: PromQL info: shrill (1:1)\n  noisy 1');
  check('eval instant at 0 noisy\n  expect warn regex: l.*d\n  noisy 1');
  check('eval_fail instant at 0 time()');
  check('eval instant at 0 time()\n  expect fail msg: no time');
  check('eval_fail instant at 0 time()\n  expected_fail_regexp no t');
  check('eval instant at 0 (\n  expect fail regex: unclosed left');
  check('eval instant at 0 "x"\n  expect string "x"');
  check('eval instant at 1m h\n  h {{schema:1 count:4 sum:5 buckets:[1 3 0]}}');
  check('eval instant at 1m h\n  h {{schema:1 count:4 sum:5 buckets:[1 3] counter_reset_hint:gauge}}');
});

describe('does not hold', () => {
  const check = (script: string, fault: RegExp) => test(script, () => expect(faultOf(script)).toMatch(fault));
  check('eval instant at 1m a\n  a{x="1"} 2', /unexpected series/);
  check('eval instant at 1m a\n  a{x="1"} 2\n  a{x="2"} 21', /expected 21 at 60000, got 20/);
  check('eval instant at 1m a\n  a{x="1"} 2\n  a{x="2"} NaN', /expected NaN/);
  check('eval instant at 1m a\n  a{x="1"} 2\n  a{x="2"} 20\n  a{x="3"} 3', /missing/);
  check('eval_ordered instant at 1m a\n  a{x="2"} 20\n  a{x="1"} 2', /position/);
  check('eval range from 0 to 3m step 1m a{x="1"}\n  a{x="1"} 1+1x2', /4 points instead of 3/);
  check('eval range from 0 to 3m step 1m a{x="1"}\n  a{x="1"} 1 2 3 4 5', /more points are expected/);
  check('eval range from 2m to 4m step 1m a{x="1"}\n  a{x="1"} _ 3 4', /a point at 120000 instead of 180000/);
  check('eval instant at 0 noisy\n  expect no_warn\n  noisy 1', /unexpected warnings/);
  check('eval instant at 0 noisy\n  expect no_info\n  noisy 1', /unexpected infos/);
  check('eval instant at 0 a{x="1"}\n  expect warn\n  a{x="1"} 1', /expected a warning/);
  check('eval instant at 0 noisy\n  expect warn msg: silent\n  noisy 1', /no warning like "silent"/);
  check('eval instant at 0 a\n  expect fail', /expected a failure/);
  check('eval instant at 0 time()\n  expect fail msg: other', /expected failure "other", got: no time/);
  check('eval instant at 0 time()\n  0', /failed: no time/);
  check('eval instant at 0 (', /unclosed left/);
  check('eval instant at 0 "x"\n  expect string "y"', /got string "x"/);
  check('eval instant at 0 5\n  6', /expected 6, got 5/);
  check('eval instant at 1m h\n  h 4', /a histogram instead of a float/);
  check('eval instant at 1m h\n  h {{schema:1 count:4 sum:5 buckets:[1 2]}}', /expected \{\{/);
  check(
    'eval instant at 1m h\n  h {{schema:1 count:4 sum:5 buckets:[1 3] counter_reset_hint:reset}}',
    /expected \{\{/,
  );
  check('eval instant at 0 -a', /BUG/);
});

describe('scripts that are wrong', () => {
  const check = (script: string, message: RegExp) =>
    test(script, () => expect(() => runScript(script, { evaluate, options })).toThrow(message));
  check('evaluate this', /line 1: invalid eval command/);
  check('\nstore 5m', /line 2: invalid command/);
  check('load 1m\n  a b', /line 1: bad value: b/);
  check('load 1m\n  a{b} 1', /bad labels/);
  check('eval instant at 0 a\n  expect nothing', /invalid expect line/);
  check('load 1m\n  a {{count:1 count:2}}', /duplicate key "count"/);
  check('load 1m\n  a 1 2\n\nload 1m\n  a 1', /out of order sample/);
});

test('values of a line', () => {
  const { labels, values } = parseSeriesLine('a{b="c", "d.e"=\'f\',} 1 2x1 3-1x2 _ _x2 stale Inf -NaN 1e-3');
  expect([...labels]).toEqual([
    ['__name__', 'a'],
    ['b', 'c'],
    ['d.e', 'f'],
  ]);
  expect(values.map((value) => (value.kind === 'float' ? value.value : value.kind))).toEqual([
    ...[1, 2, 2, 3, 2, 1, 'gap', 'gap', 'gap', 'stale', Number.POSITIVE_INFINITY, Number.NaN, 0.001],
  ]);
});

test('a later clear forgets what was loaded, a load adds', () => {
  expect(faultOf('load 1m\n  b 7\n\neval instant at 0 b\n  b 7')).toBeNull();
  expect(faultOf('clear\neval instant at 0 a')).toBeNull();
});

test('classic histograms as native ones', () => {
  const script = `
clear
load_with_nhcb 1m
  c_bucket{le="1"} 2
  c_bucket{le="5"} 6
  c_bucket{le="+Inf"} 7
  c_count 7
  c_sum 20

eval instant at 0 c
  c {{schema:-53 count:7 sum:20 custom_values:[1 5] buckets:[2 4 1]}}`;
  expect(faultOf(script)).toBeNull();
});

describe('almost equal', () => {
  const check = (a: number, b: number, equal: boolean) =>
    test(`${a} and ${b}`, () => expect(almostEqual(a, b)).toBe(equal));
  check(1, 1.0000001, true);
  check(1, 1.00001, false);
  check(0, 1e-9, false);
  check(Number.NaN, Number.NaN, true);
  check(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, true);
  check(Number.POSITIVE_INFINITY, Number.MAX_VALUE, false);
});
