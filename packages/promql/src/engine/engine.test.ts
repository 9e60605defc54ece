// Queries over a small store, with their whole answer as a text: what the conformance scripts don't
// reach, and one line for each way through the engine.

import { Labels } from '@ampere/series';
import { expect, it } from 'vitest';
import { WHOLE_LANGUAGE } from '../parser/options.ts';
import { parseExpr } from '../parser/parser.ts';
import { QueryError, QueryTimeoutError } from './errors.ts';
import { formatLabels } from './go-text.ts';
import { evaluate } from './index.ts';
import { MemoryQuerier, type MemorySeries, samplesEvery } from './testing/memory-querier.ts';
import type { EngineOptions, QueryRequest, QueryResult } from './types.ts';

const OPTIONS: EngineOptions = {
  lookbackDeltaMs: 300_000,
  subqueryStepMs: 60_000,
  delayedNameRemoval: false,
  typeAndUnitLabels: false,
};

function series(
  labels: Record<string, string>,
  value: (minute: number) => number | 'stale' | undefined,
): MemorySeries {
  const points = Array.from({ length: 61 }, (_, minute) => value(minute));
  return { labels: Labels.fromRecord(labels), samples: samplesEvery(60_000, points) };
}

/** One sample a minute for an hour. */
const STORE: MemorySeries[] = [
  series({ __name__: 'a_total', job: 'x', i: '0' }, (minute) => 10 * minute),
  series({ __name__: 'a_total', job: 'x', i: '1' }, (minute) => 20 * (minute % 30)),
  series({ __name__: 'a_total', job: 'y', i: '0' }, (minute) => 5 * minute),
  series({ __name__: 'up', job: 'x' }, () => 1),
  series({ __name__: 'ends', job: 'x' }, (minute) =>
    minute < 30 ? minute : minute === 30 ? 'stale' : undefined,
  ),
  series({ __name__: 'early', k: 'v' }, (minute) => (minute <= 10 ? 1 : undefined)),
  series({ __name__: 'late', k: 'v' }, (minute) => (minute >= 50 ? 2 : undefined)),
];

const HOUR_MS = 3_600_000;

function run(
  query: string,
  request: Partial<QueryRequest> = {},
  options: Partial<EngineOptions> = {},
): QueryResult {
  const times = { startMs: HOUR_MS, endMs: HOUR_MS, stepMs: 0 };
  const expr = parseExpr(query, WHOLE_LANGUAGE);
  const whole = { expr, text: query, ...times, samplesMax: 0, ...request };
  return evaluate(new MemoryQuerier(STORE), whole, { ...OPTIONS, ...options });
}

function show({ value, warnings, infos }: QueryResult): string {
  const notes = [...warnings, ...infos].map((note) => ` | ${note}`).join('');
  switch (value.type) {
    case 'scalar':
    case 'string':
      return `${value.value}${notes}`;
    case 'vector':
      return value.labels.map((labels, i) => `${formatLabels(labels)} ${value.values[i]}`).join('; ') + notes;
    case 'matrix': {
      const shown = value.labels.map((labels, i) => {
        const { timesMs, values, length } = value.columns[i]!;
        const points = Array.from({ length }, (_, j) => `${values[j]}@${timesMs[j]! / 60_000}`);
        return `${formatLabels(labels)} ${points.join(' ')}`;
      });
      return shown.join('; ') + notes;
    }
  }
}

/** An instant query at one hour. */
function check(query: string, expected: string): void {
  expect(show(run(query)), query).toBe(expected);
}

/** A range query at minutes `from` to `to`, every `step` minutes. */
function checkRange(query: string, from: number, to: number, step: number, expected: string): void {
  const request = { startMs: from * 60_000, endMs: to * 60_000, stepMs: step * 60_000 };
  expect(show(run(query, request)), query).toBe(expected);
}

function checkError(query: string, message: string, request: Partial<QueryRequest> = {}): void {
  expect(() => run(query, request), query).toThrow(new QueryError(message));
}

it('answers with every type', () => {
  check('1 + 2 * 3', '7');
  check('"text"', 'text');
  check('up', '{__name__="up", job="x"} 1');
  check('up[2m]', '{__name__="up", job="x"} 1@59 1@60');
  check('(up)[2m:30s]', '{__name__="up", job="x"} 1@58.5 1@59 1@59.5 1@60');
  check('nothing', '');
  checkRange('time()', 1, 3, 1, '{} 60@1 120@2 180@3');
  checkRange('up * 2', 0, 2, 1, '{job="x"} 2@0 2@1 2@2');
  checkRange('sum by (job) (a_total)', 1, 2, 1, '{job="x"} 30@1 60@2; {job="y"} 5@1 10@2');
});

it('knows stale markers, offsets and fixed times', () => {
  checkRange('ends', 28, 31, 1, '{__name__="ends", job="x"} 28@28 29@29');
  checkRange('count_over_time(ends[3m])', 29, 33, 1, '{job="x"} 3@29 2@30 1@31');
  check('a_total{job="y"} offset 10m', '{__name__="a_total", i="0", job="y"} 250');
  check('a_total{job="y"} offset -10m', '');
  checkRange('a_total{job="y"} @ 120', 1, 2, 1, '{__name__="a_total", i="0", job="y"} 10@1 10@2');
  checkRange('sum(up @ end()) + time() * 0', 1, 2, 1, '{} 1@1 1@2');
  checkRange('timestamp(up offset 30s)', 1, 2, 1, '{job="x"} 0@1 60@2');
});

it('orders instant vectors', () => {
  const [x0, x1, y0] = ['i="0", job="x"} 600', 'i="1", job="x"} 0', 'i="0", job="y"} 300'].map(
    (rest) => `{__name__="a_total", ${rest}`,
  );
  check('sort(a_total)', `${x1}; ${y0}; ${x0}`);
  check('sort_desc(a_total)', `${x0}; ${y0}; ${x1}`);
  check('topk(2, a_total)', `${x0}; ${y0}`);
  check('bottomk(2, a_total)', `${x1}; ${y0}`);
  check('sort_by_label_desc(a_total, "i", "job")', `${x1}; ${y0}; ${x0}`);
});

it('matches vectors', () => {
  check(
    'a_total{i="0"} / on(job) group_left() sum by (job) (a_total)',
    '{i="0", job="x"} 1; {i="0", job="y"} 1',
  );
  check('a_total > bool 300', '{i="0", job="x"} 1; {i="1", job="x"} 0; {i="0", job="y"} 0');
  check(
    'a_total and on(job) up',
    '{__name__="a_total", i="0", job="x"} 600; {__name__="a_total", i="1", job="x"} 0',
  );
  check('a_total unless on(job) up', '{__name__="a_total", i="0", job="y"} 300');
  check('up + on() group_right() nothing', '');
  checkError(
    'up + on() a_total',
    'found duplicate series for the match group {} on the right hand-side of the operation: ' +
      '[{__name__="a_total", i="0", job="x"}, {__name__="a_total", i="1", job="x"}]' +
      ';many-to-many matching not allowed: matching labels must be unique on one side',
  );
  checkError('topk(NaN, up) + label_replace(up, "", "", "", "")', 'Parameter value is NaN');
  checkError('topk(NaN, up) and label_replace(up, "", "", "", "")', 'Parameter value is NaN');
  checkError(
    'a_total + on(job) up',
    'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
  );
  checkError(
    'a_total + on(job) group_left(i) up',
    'multiple matches for labels: grouping labels must ensure unique matches',
  );
});

it('joins series that become equal and never meet', () => {
  checkRange('-{k="v"}', 9, 51, 21, '{k="v"} -1@9 -2@51');
  checkRange(
    'rate({k="v"}[5m])',
    10,
    60,
    25,
    '{k="v"} 0@10 0@60 | PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "early" (1:6) | PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "late" (1:6)',
  );
  checkRange('early or late', 10, 50, 40, '{__name__="early", k="v"} 1@10; {__name__="late", k="v"} 2@50');
  const early = { startMs: 600_000, endMs: 600_000 };
  checkError('abs({__name__=~"up|ends"})', 'vector cannot contain metrics with the same labelset', early);
});

it('keeps names to the end when asked to', () => {
  const request = { startMs: 10 * 60_000, endMs: 50 * 60_000, stepMs: 40 * 60_000 };
  const delayed = { delayedNameRemoval: true };
  expect(show(run('-early or -late', request, delayed))).toBe('{k="v"} -1@10 -2@50');
  expect(show(run('label_replace(-up, "was", "$1", "__name__", "(.*)")', {}, delayed))).toBe(
    '{job="x", was="up"} -1',
  );
});

it('refuses what makes no sense', () => {
  checkError('topk(NaN, up)', 'Parameter value is NaN');
  checkError('topk(1e30, up)', 'Scalar value 1e+30 overflows int64');
  checkError('label_replace(up, "", "x", "job", "x")', 'invalid destination label name in label_replace(): ');
  checkError('label_replace(up, "a", "x", "job", "(")', 'invalid regular expression in label_replace(): (');
  checkError(
    'double_exponential_smoothing(up[5m], 2, 0.5)',
    'invalid smoothing factor. Expected: 0 < sf < 1, got: 2.000000',
  );
  checkError(
    'up[5m]',
    'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    {
      stepMs: 1000,
    },
  );
  checkError(
    'changes(up[5m] smoothed)',
    'smoothed modifier can only be used with: delta, increase, rate - not with changes',
  );
});

it('says what is odd, and where', () => {
  check(
    'quantile(1.5, up)',
    '{} Infinity | PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:10)',
  );
  check(
    '1 +\n  quantile(2, up)',
    '{} Infinity | PromQL warning: quantile value should be between 0 and 1, got 2 (2:12)',
  );
  check(
    'limit_ratio(-2, up)',
    '{__name__="up", job="x"} 1 | PromQL warning: ratio value should be between -1 and 1, got -2, capping to -1 (1:13)',
  );
});

it('counts samples and keeps to the limit', () => {
  expect(run('sum(a_total)').stats.totalQueryableSamples).toBe(3);
  expect(run('rate(a_total[5m])').stats.totalQueryableSamples).toBe(15);
  expect(run('max_over_time(up[10m:1m])').stats.totalQueryableSamples).toBe(10);
  const range = { startMs: 60_000, endMs: 600_000, stepMs: 60_000 };
  expect(run('up @ 60', range).stats.totalQueryableSamples).toBe(10);
  const text = 'query processing would load too many samples into memory in query execution';
  checkError('a_total', text, { ...range, samplesMax: 29 });
  expect(run('a_total', { ...range, samplesMax: 30 + 11 }).stats.peakSamples).toBeLessThanOrEqual(41);
  expect(run('sum(a_total)', { ...range, samplesMax: 30 }).stats.peakSamples).toBeLessThan(30);
});

it('keeps to the memory that its columns may take', () => {
  const text = 'query processing would load too many samples into memory in query execution';
  // Few samples at many steps: a column has room for all steps.
  const range = { startMs: 0, endMs: 900 * HOUR_MS, stepMs: HOUR_MS / 10 };
  const columnBytes = 9001 * 9;
  checkError('a_total', text, { ...range, bytesMax: 3 * columnBytes - 1 });
  expect(run('a_total', { ...range, bytesMax: 3 * columnBytes }).value.type).toBe('matrix');
  expect(run('sum(a_total)', { ...range, bytesMax: 3 * columnBytes - 1 }).value.type).toBe('matrix');
});

it('counts samples for each step when asked', () => {
  const range = { startMs: 60_000, endMs: 180_000, stepMs: 60_000, countsSteps: true };
  expect(run('a_total', range).stepSamples).toEqual(Float64Array.of(3, 3, 3));
  expect(run('up @ 60', range).stepSamples).toEqual(Float64Array.of(1, 1, 1));
  expect(run('up', { ...range, countsSteps: false }).stepSamples).toBeUndefined();
});

it('ends when it is told to', () => {
  const checkAlive = () => {
    throw new QueryTimeoutError('query timed out in expression evaluation');
  };
  const range = { startMs: 0, endMs: HOUR_MS, stepMs: 1 };
  expect(() => run('sum(a_total)', { ...range, checkAlive })).toThrow(QueryTimeoutError);
  expect(() =>
    run('max_over_time(up[1h:1s] @ 3600) + time()', { stepMs: 10, startMs: 0, checkAlive }),
  ).toThrow(QueryTimeoutError);
});
