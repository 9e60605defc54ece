// Native histograms of every sort, the same for the same seed: counters that begin anew, get buckets and change
// their resolution, gauges, floats, custom buckets; series that mix them with floats; stale markers, gaps.

import type { SeededRandom } from '@ampere/platform';
import { encodeHistogram, type OutgoingSeries } from '@ampere/remote-write';
import { histogramSequence } from '@ampere/tsdb/testing';
import { LENGTH_MS, START_MS } from './data-set.ts';

const STEP_MS = 15_000;

/** Requests one after another, each a sample of every series `latency{job, instance, kind}`. */
export function histogramRequests(random: SeededRandom): OutgoingSeries[][] {
  const steps = Math.floor(LENGTH_MS / STEP_MS) - 20;
  const requests: OutgoingSeries[][] = Array.from({ length: steps }, () => []);
  for (const job of ['api', 'db']) {
    for (const instance of ['a', 'b', 'c', 'd']) {
      const kind = instance === 'a' || instance === 'c' ? 'integer' : 'float';
      const labels = Object.entries({ __name__: 'latency', instance, job, kind });
      /** Floats that are still to come in a row. */
      let floats = 0;
      const samples = histogramSequence(random, kind, steps, START_MS, STEP_MS, true);
      for (const [i, { timeMs, histogram, isStale }] of samples.entries()) {
        if (random.integer(30) === 0) continue;
        if (instance === 'd' && floats === 0 && random.integer(30) === 0) floats = 8;
        if (floats > 0) {
          floats--;
          requests[i]!.push({ labels, samples: [{ timestampMs: timeMs, value: random.integer(100) }] });
          continue;
        }
        const message = encodeHistogram({ timestampMs: timeMs, histogram, kind, stale: isStale });
        requests[i]!.push({ labels, samples: [], histograms: [message] });
      }
    }
  }
  return requests;
}

/** SELECTOR, RANGE and SHARE are filled in, at each place anew. */
export const HISTOGRAM_QUERIES = [
  'SELECTOR',
  'SELECTOR[RANGE]',
  'rate(SELECTOR[RANGE])',
  'increase(SELECTOR[RANGE])',
  'delta(SELECTOR[RANGE])',
  'irate(SELECTOR[RANGE])',
  'idelta(SELECTOR[RANGE])',
  'histogram_quantile(SHARE, SELECTOR)',
  'histogram_quantile(SHARE, rate(SELECTOR[RANGE]))',
  'histogram_quantile(SHARE, sum by (job) (rate(SELECTOR[RANGE])))',
  'histogram_fraction(0.5, 2, rate(SELECTOR[RANGE]))',
  'histogram_count(SELECTOR) - histogram_sum(SELECTOR)',
  'histogram_avg(rate(SELECTOR[RANGE]))',
  'histogram_stddev(SELECTOR) + histogram_stdvar(SELECTOR)',
  'histogram_count(rate(SELECTOR[RANGE]))',
  'histogram_sum(increase(SELECTOR[RANGE]))',
  'sum(SELECTOR)',
  'sum by (kind) (SELECTOR)',
  'avg by (job) (SELECTOR)',
  'count by (kind) (SELECTOR)',
  'sum_over_time(SELECTOR[RANGE])',
  'avg_over_time(SELECTOR[RANGE])',
  'last_over_time(SELECTOR[RANGE])',
  'count_over_time(SELECTOR[RANGE])',
  'present_over_time(SELECTOR[RANGE])',
  'max_over_time(SELECTOR[RANGE])',
  'changes(SELECTOR[RANGE])',
  'resets(SELECTOR[RANGE])',
  'rate(SELECTOR[RANGE] offset 2m)',
  'SELECTOR * 2 - SELECTOR / 4',
  'SELECTOR == SELECTOR',
  'SELECTOR + on (job, instance) group_left () SELECTOR',
  '-SELECTOR',
  'group(SELECTOR)',
  'topk(2, SELECTOR)',
  'max(SELECTOR)',
  'stddev(SELECTOR)',
  'histogram_quantile(SHARE, sum(increase(SELECTOR[RANGE])))',
  'sum_over_time(rate(SELECTOR[RANGE])[RANGE:1m])',
  'timestamp(SELECTOR)',
  'absent(SELECTOR)',
  'abs(SELECTOR)',
  'label_replace(SELECTOR, "x", "$1", "job", "(.*)")',
];

const FILLINGS: Readonly<Record<string, readonly string[]>> = {
  SELECTOR: [
    'latency',
    'latency{instance="a"}',
    'latency{kind="float"}',
    'latency{job="api", instance="b"}',
    'latency{instance="c", job="db"}',
    'latency{instance="d"}',
  ],
  RANGE: ['1m', '2m', '5m', '10m', '47s'],
  SHARE: ['0.5', '0.9', '0.99', '0', '1', '1.5', '-1'],
};

export function histogramQuery(random: SeededRandom, index: number): string {
  const query = HISTOGRAM_QUERIES[index % HISTOGRAM_QUERIES.length]!;
  return query.replace(/[A-Z]{5,}/g, (name) => {
    const list = FILLINGS[name]!;
    return list[random.integer(list.length)]!;
  });
}
