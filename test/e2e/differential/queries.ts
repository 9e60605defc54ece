// The queries of the differential test: what dashboards ask, filled in at random, among queries of
// random structure, a fifth of them mutated.

import type { SeededRandom } from '@ampere/platform';
import { FUNCTIONS } from '@ampere/promql';
import { AFTER_3_5, generateQuery, mutateQuery } from '@ampere/promql/testing';
import { DATA_VOCABULARY } from './data-set.ts';

/** METRIC, COUNTER, RANGE, LABEL, SHARE and STEP are filled in, at each place anew. */
const DASHBOARD = [
  'rate(METRIC[RANGE])',
  'sum by (LABEL) (rate(COUNTER[RANGE]))',
  'sum by (LABEL, LABEL) (increase(METRIC[RANGE])) / ignoring (code) sum by (LABEL) (increase(METRIC[RANGE]))',
  'sum by (job) (rate(COUNTER{code=~"5.."}[RANGE])) / sum by (job) (rate(COUNTER[RANGE])) > SHARE',
  'histogram_quantile(SHARE, sum by (le, LABEL) (rate(latency_seconds_bucket[RANGE])))',
  'histogram_quantile(SHARE, METRIC)',
  'rate(latency_seconds_sum[RANGE]) / rate(latency_seconds_count[RANGE])',
  'quantile by (LABEL) (SHARE, METRIC)',
  'quantile_over_time(SHARE, METRIC[RANGE])',
  'max_over_time(rate(COUNTER[RANGE])[RANGE:STEP])',
  'delta(METRIC[RANGE]) or -METRIC',
  'avg without (LABEL, LABEL) (METRIC) > bool SHARE',
  'METRIC * on (job, instance) group_left (env) load',
  'predict_linear(METRIC[RANGE], 600) - deriv(METRIC[RANGE])',
  'double_exponential_smoothing(METRIC[RANGE], SHARE, 0.3)',
  'absent(METRIC{job="api"}) or absent_over_time(METRIC[RANGE])',
  'label_replace(irate(METRIC[RANGE]), "LABEL", "x-$1", "job", "(.*)")',
  'changes(METRIC[RANGE]) + on (job, instance, code, le, env) resets(METRIC[RANGE])',
  'timestamp(METRIC) - time()',
  'stddev by (LABEL) (METRIC) and on (LABEL) METRIC unless METRIC offset RANGE',
  'sort_desc(sum by (LABEL) (METRIC))',
  'METRIC @ end() - METRIC offset STEP',
  'clamp(METRIC, SHARE, 5) % 2 ^ SHARE',
  'count_values("v", round(METRIC, SHARE))',
  'sum_over_time(METRIC[RANGE]) / count_over_time(METRIC[RANGE]) - avg_over_time(METRIC[RANGE])',
  'hour(METRIC) + day_of_month() + minute(vector(time()))',
];
const FILLINGS: Readonly<Record<string, readonly string[]>> = {
  METRIC: DATA_VOCABULARY.metrics,
  COUNTER: ['requests_total', 'odd_total', 'latency_seconds_count'],
  RANGE: ['1m', '5m', '47s', '10m', '1h', '300'],
  LABEL: DATA_VOCABULARY.labels,
  SHARE: ['0.5', '0.9', '0.99', '0', '1', '1.5', '-1', 'NaN'],
  STEP: ['15s', '1m', '7s'],
};

export function randomQuery(random: SeededRandom): string {
  const part = random.integer(3) === 0 ? dashboardQuery(random) : generatedQuery(random);
  const query = random.integer(8) === 0 ? repeated(random, part) : part;
  return random.integer(5) === 0 ? mutateQuery(random, query) : query;
}

/** A query that has a part more than once: it is evaluated once, which must not show. */
function repeated(random: SeededRandom, part: string): string {
  const forms = [
    `(${part}) - (${part})`,
    `(${part}) / on () group_left () sum(${part})`,
    `max(${part}) - min((${part}))`,
    `max_over_time((${part})[3m:30s]) + on (job, instance) min_over_time((${part})[3m:30s])`,
  ];
  return forms[random.integer(forms.length)]!;
}

function dashboardQuery(random: SeededRandom): string {
  const pick = (list: readonly string[]) => list[random.integer(list.length)]!;
  return pick(DASHBOARD).replace(/[A-Z]{4,}/g, (name) => pick(FILLINGS[name]!));
}

function generatedQuery(random: SeededRandom): string {
  // 3.5 answers NaN when the lower bound lies in the first bucket; later versions don't.
  const without = [...AFTER_3_5, 'histogram_fraction'];
  // Experimental functions are refused by both; a few of them are enough.
  const experimental = [...FUNCTIONS.values()].filter((one) => one.experimental).map(({ name }) => name);
  const refused = random.integer(10) === 0 ? [] : [...experimental, 'limitk', 'limit_ratio'];
  const vocabulary = { ...DATA_VOCABULARY, without: new Set([...without, ...refused]) };
  const type = random.integer(12) === 0 ? 'scalar' : random.integer(12) === 0 ? 'matrix' : 'vector';
  return generateQuery(random, vocabulary, 1 + random.integer(3), type);
}
