// Microbenchmarks of the engine over series in memory: node_modules/.bin/vitest bench --run packages/promql
//
// 20,000 series with a sample every 15 s for 30 minutes, copied out as fast as memory allows, so that
// what is measured is the engine. After all have run, samples per second are printed as JSON.

import { Labels, type Matcher, type Querier, type SampleColumns, type SeriesSet } from '@ampere/series';
import { afterAll, bench } from 'vitest';
import { parseExpr } from '../parser/parser.ts';
import { evaluate } from './index.ts';

const SERIES = 20_000;
const SAMPLES = 120;
const STEP_MS = 15_000;
const END_MS = SAMPLES * STEP_MS;
const OPTIONS = {
  lookbackDeltaMs: 300_000,
  subqueryStepMs: 60_000,
  delayedNameRemoval: false,
  typeAndUnitLabels: false,
};

interface BenchSeries {
  readonly labels: Labels;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

const BOUNDS = ['0.005', '0.01', '0.05', '0.1', '0.5', '1', '5', '10', '30', '+Inf'];

function makeSeries(): BenchSeries[] {
  const timesMs = Float64Array.from({ length: SAMPLES }, (_, i) => (i + 1) * STEP_MS);
  const all: BenchSeries[] = [];
  for (let i = 0; i < SERIES / 2; i++) {
    const labels = {
      job: `job-${i % 7}`,
      instance: `10.0.${i >> 8}.${i & 255}:9100`,
      namespace: `ns-${i % 40}`,
    };
    const values = Float64Array.from({ length: SAMPLES }, (_, j) => 1000 + j * (1 + (i % 13)));
    all.push({ labels: Labels.fromRecord({ __name__: 'cpu_seconds_total', ...labels }), timesMs, values });
    const [le, service] = [BOUNDS[i % BOUNDS.length]!, `svc-${Math.floor(i / BOUNDS.length) % 100}`];
    const bucket = { __name__: 'latency_bucket', le, service, pod: `pod-${Math.floor(i / BOUNDS.length)}` };
    all.push({ labels: Labels.fromRecord(bucket), timesMs, values });
  }
  return all;
}

class BenchQuerier implements Querier {
  readonly #series: readonly BenchSeries[];

  constructor(series: readonly BenchSeries[]) {
    this.#series = series;
  }

  select(_hints: unknown, matchers: readonly Matcher[]): SeriesSet {
    const name = matchers.find((matcher) => matcher.name === '__name__')!;
    const found = this.#series.filter(({ labels }) => name.matches(labels.metricName));
    let at = -1;
    return {
      next: () => ++at < found.length,
      labels: () => found[at]!.labels,
      read: (into: SampleColumns) => {
        into.clear();
        into.reserve(SAMPLES);
        into.timesMs.set(found[at]!.timesMs);
        into.values.set(found[at]!.values);
        into.length = SAMPLES;
      },
    };
  }

  labelNames(): string[] {
    return [];
  }

  labelValues(): string[] {
    return [];
  }

  series(): Labels[] {
    return [];
  }

  close(): void {}
}

const querier = new BenchQuerier(makeSeries());
const report: { query: string; steps: number; samplesPerSecond: number }[] = [];

// Registered first, so it runs last.
afterAll(() => {
  console.log(
    JSON.stringify({ kind: 'promql-engine', node: process.version, series: SERIES, report }, null, 1),
  );
});

/** A range query of `steps` steps over the last part of the data; an instant query for 1. */
function measure(query: string, steps: number): void {
  const expr = parseExpr(query);
  const startMs = END_MS - (steps - 1) * STEP_MS;
  const request = {
    expr,
    text: query,
    startMs,
    endMs: END_MS,
    stepMs: steps === 1 ? 0 : STEP_MS,
    samplesMax: 0,
  };
  let best = Number.POSITIVE_INFINITY;
  let samples = 0;
  bench(
    `${query} (${steps} steps)`,
    () => {
      const before = process.cpuUsage();
      samples = evaluate(querier, request, OPTIONS).stats.totalQueryableSamples;
      const { user, system } = process.cpuUsage(before);
      best = Math.min(best, (user + system) / 1e6);
    },
    { iterations: 5, time: 1_000, warmupIterations: 2, warmupTime: 100 },
  );
  afterAll(() => {
    report.push({ query, steps, samplesPerSecond: Math.round(samples / best) });
  });
}

measure('cpu_seconds_total', 100);
measure('sum by (namespace) (cpu_seconds_total)', 100);
measure('sum by (namespace) (rate(cpu_seconds_total[5m]))', 100);
measure('sum by (namespace, instance) (rate(cpu_seconds_total[5m]))', 1);
measure('avg by (namespace) (avg_over_time(cpu_seconds_total[10m]))', 60);
measure('histogram_quantile(0.99, sum by (le, service) (rate(latency_bucket[5m])))', 50);
measure('sum(rate(cpu_seconds_total[5m]) * on (instance) group_left () cpu_seconds_total)', 20);
measure('topk(5, rate(cpu_seconds_total[5m]))', 50);
measure('count by (__name__) ({__name__=~".+"})', 1);
// A part that occurs twice, beside the same with the matchers of one in another order, which are read twice.
const ONE = '{__name__="cpu_seconds_total",job!=""}';
const OTHER = '{job!="",__name__="cpu_seconds_total"}';
for (const right of [OTHER, ONE]) {
  measure(`sum by (namespace) (rate(${ONE}[5m])) / sum by (namespace) (rate(${right}[5m]))`, 100);
  measure(`max_over_time(${ONE}[5m]) - min_over_time(${right}[5m])`, 10);
  measure(`${ONE} / on (namespace) group_left () sum by (namespace) (${right})`, 50);
}
