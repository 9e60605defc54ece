// Random queries through the engine and through the naive evaluator: the same series, values and
// refusals.
//
// The data are small whole numbers with gaps, stale markers, counter resets and now and then NaN, so
// that both sides' rounding agrees and equal values (where an order is free) are rare.

import { SeededRandom } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { expect, it } from 'vitest';
import type { Expr } from '../parser/ast.ts';
import { typeOf } from '../parser/check.ts';
import { ParseError } from '../parser/errors.ts';
import { FUNCTIONS } from '../parser/functions.ts';
import { WHOLE_LANGUAGE } from '../parser/options.ts';
import { parseExpr } from '../parser/parser.ts';
import { generateQuery, type Vocabulary } from '../testing/query-generator.ts';
import { QueryError } from './errors.ts';
import { evaluate } from './index.ts';
import { MemoryQuerier, type MemorySeries, samplesEvery } from './testing/memory-querier.ts';
import { Naive, NaiveError } from './testing/naive.ts';

const LONG = process.env['AMPERE_TEST_LONG'] === '1';
const ROUNDS = Number(process.env['AMPERE_FUZZ_ROUNDS'] ?? (LONG ? 200_000 : 3_000));
const OPTIONS = {
  lookbackDeltaMs: 300_000,
  subqueryStepMs: 60_000,
  delayedNameRemoval: false,
  typeAndUnitLabels: false,
};

/** What the naive evaluator doesn't know, and what leaves the choice of equal values open. */
const WITHOUT = new Set([
  ...['histogram_count', 'histogram_sum', 'histogram_avg', 'histogram_stddev', 'histogram_stdvar'],
  ...[
    'histogram_fraction',
    'histogram_quantiles',
    'info',
    'start',
    'end',
    'step',
    'range',
    'min_of',
    'max_of',
  ],
  ...['start_timestamp', 'limit_ratio', 'limitk'],
]);

const VOCABULARY: Vocabulary = {
  metrics: ['requests_total', 'load', 'latency_bucket', 'gone'],
  labels: ['job', 'instance', 'le'],
  values: ['api', 'db', 'a', 'b', 'c', '0.1', '+Inf'],
  without: WITHOUT,
  rare: true,
};

function dataSet(random: SeededRandom): MemorySeries[] {
  const store: MemorySeries[] = [];
  const add = (record: Record<string, string>, next: (previous: number) => number) => {
    let value = random.integer(50);
    const points = Array.from({ length: 100 }, () => {
      const fate = random.integer(40);
      if (fate === 0) return 'stale';
      if (fate < 4) return undefined;
      value = next(value);
      return fate === 4 ? Number.NaN : value;
    });
    store.push({ labels: Labels.fromRecord(record), samples: samplesEvery(15_000, points) });
  };
  const count = (value: number) =>
    random.integer(25) === 0 ? random.integer(3) : value + random.integer(97);
  for (const job of ['api', 'db']) {
    for (const instance of ['a', 'b', 'c']) {
      add({ __name__: 'requests_total', job, instance }, count);
      add({ __name__: 'load', job, instance }, (value) => value + random.integer(401) - 200);
    }
    for (const le of ['0.1', '0.5', '1', '+Inf']) add({ __name__: 'latency_bucket', job, le }, count);
  }
  return store;
}

/** A query in which `part` occurs again, so that it is evaluated once and kept. */
function twice(random: SeededRandom, part: string): string {
  const name = `requests_total{job="${['api', 'db'][random.integer(2)]}"}`;
  const forms = [
    `(${part}) - (${part})`,
    `(${part}) / on () group_left () sum(${part})`,
    `sum(${part}) + on () (count(${part}) or sum(-(${part})))`,
    `max(${part}) - min((${part})) - avg(${part})`,
    `(${part}) and (${part}) > 10`,
    `max_over_time((${part})[3m:30s]) - min_over_time((${part})[3m:30s])`,
    `max_over_time(${name}[4m]) - min_over_time(${name}[4m]) + rate(${name}[4m] offset 1m)`,
    `sum_over_time(${name}[4m]) / on (instance, job) (count_over_time(${name}[4m]) + ${name} + (${part}))`,
  ];
  return forms[random.integer(forms.length)]!;
}

type Outcome =
  | { readonly failed: true }
  | { readonly failed: false; readonly series: Map<string, Map<number, number>> };

interface Run {
  readonly store: readonly MemorySeries[];
  readonly expr: Expr;
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

function byEngine(run: Run): Outcome {
  const series = new Map<string, Map<number, number>>();
  try {
    const { value } = evaluate(new MemoryQuerier(run.store), { ...run, samplesMax: 0 }, OPTIONS);
    if (value.type === 'scalar') series.set('', new Map([[value.timeMs, value.value]]));
    else if (value.type === 'vector') {
      for (const [i, labels] of value.labels.entries())
        series.set(labels.key, new Map([[value.timeMs, value.values[i]!]]));
    } else if (value.type === 'matrix') {
      for (const [i, labels] of value.labels.entries()) {
        const { timesMs, values, length } = value.columns[i]!;
        const points = new Map<number, number>();
        for (let j = 0; j < length; j++) points.set(timesMs[j]!, values[j]!);
        series.set(labels.key, points);
      }
    }
    return { failed: false, series };
  } catch (error) {
    if (error instanceof QueryError) return { failed: true };
    throw error;
  }
}

/** Undefined when more than one answer is right. */
function byNaive(run: Run): Outcome | undefined {
  const naive = new Naive({
    ...run,
    lookbackMs: OPTIONS.lookbackDeltaMs,
    subqueryStepMs: OPTIONS.subqueryStepMs,
  });
  const series = new Map<string, Map<number, number>>();
  try {
    for (let timeMs = run.startMs; timeMs <= run.endMs; timeMs += run.stepMs || 1) {
      if (typeOf(run.expr) === 'scalar') {
        const points = series.get('') ?? new Map();
        series.set('', points.set(timeMs, naive.scalar(run.expr, timeMs)));
        continue;
      }
      for (const { labels, value } of naive.vector(run.expr, timeMs)) {
        const points = series.get(labels.key) ?? new Map();
        series.set(labels.key, points.set(timeMs, value));
      }
    }
    return naive.ambiguous ? undefined : { failed: false, series };
  } catch (error) {
    if (error instanceof NaiveError) return { failed: true };
    throw error;
  }
}

function difference(engine: Outcome, naive: Outcome): string | undefined {
  if (engine.failed || naive.failed) {
    return engine.failed === naive.failed
      ? undefined
      : `engine ${engine.failed ? 'fails' : 'answers'}, naive doesn't`;
  }
  for (const key of new Set([...engine.series.keys(), ...naive.series.keys()])) {
    const a = engine.series.get(key) ?? new Map<number, number>();
    const b = naive.series.get(key) ?? new Map<number, number>();
    for (const timeMs of new Set([...a.keys(), ...b.keys()])) {
      if (!close(a.get(timeMs), b.get(timeMs))) {
        return `${key} at ${timeMs}: engine ${a.get(timeMs)}, naive ${b.get(timeMs)}`;
      }
    }
  }
  return undefined;
}

function close(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return Math.abs(a - b) <= 1e-7 * Math.max(Math.abs(a), Math.abs(b), 1e-3);
}

it('agrees with the naive evaluator', () => {
  const seed = Number(process.env['AMPERE_SEED'] ?? 20_250_731);
  const random = new SeededRandom(seed);
  let store = dataSet(random);
  let compared = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 100 === 0) store = dataSet(random);
    const once = generateQuery(random, VOCABULARY, 3, random.integer(10) === 0 ? 'scalar' : 'vector');
    const text = random.integer(4) === 0 ? twice(random, once) : once;
    let expr: Expr;
    try {
      expr = parseExpr(text, WHOLE_LANGUAGE);
    } catch (error) {
      if (error instanceof ParseError) continue;
      throw error;
    }
    const stepMs = [0, 15_000, 60_000, 7_000][random.integer(4)]!;
    const startMs = 300_000 + 1_000 * random.integer(900);
    const endMs = startMs + stepMs * random.integer(20);
    const run: Run = { store, expr, text, startMs, endMs, stepMs };
    const expected = byNaive(run);
    if (expected === undefined) continue;
    const found = difference(byEngine(run), expected);
    expect(
      found,
      `seed ${seed}, round ${round}: ${text} from ${startMs} to ${endMs} step ${stepMs}`,
    ).toBeUndefined();
    compared++;
  }
  expect(compared).toBeGreaterThan(ROUNDS / 2);
  expect([...WITHOUT].every((name) => FUNCTIONS.has(name) || name.startsWith('limit'))).toBe(true);
});
