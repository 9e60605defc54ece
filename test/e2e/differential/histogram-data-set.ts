// Native histograms of every sort, the same for the same seed: counters that begin anew, get buckets and change
// their resolution, gauges, floats, custom buckets; series that mix them with floats; stale markers, gaps.
//
// All of it twice: `latency` as it comes, and `served` with so many observations in one bucket that no line through its
// counts meets zero near a window. There rate and increase have to be the same in all versions of Prometheus, of which
// those from 3.6 on follow a counter no further than zero.

import type { SeededRandom } from '@ampere/platform';
import { encodeHistogram, type OutgoingSeries } from '@ampere/remote-write';
import { type HistogramSample, histogramSequence } from '@ampere/tsdb/testing';
import { LENGTH_MS, START_MS } from './data-set.ts';

type FloatHistogram = HistogramSample['histogram'];

const STEP_MS = 15_000;

/** What is added to the first counts, and what stays of that each time the counter may begin anew. */
const RAISED = 2 ** 40;
const RAISED_STAYS = 0.75;

/**
 * The same samples far from zero: with each reset less is added, so that what is added back for resets stays little
 * beside the first count of any window. Counts are such that their sums are exact.
 */
function raised(samples: readonly HistogramSample[]): HistogramSample[] {
  let added = RAISED;
  let before: FloatHistogram | undefined;
  return samples.map((sample) => {
    const histogram = withExactCounts(sample.histogram);
    if (before !== undefined && mayReset(before, histogram)) added = Math.floor(added * RAISED_STAYS);
    before = histogram;
    return { ...sample, histogram: withObservations(histogram, added) };
  });
}

function withExactCounts(histogram: FloatHistogram): FloatHistogram {
  const exact = (count: number) => Math.round(1024 * count) / 1024;
  const zeroCount = exact(histogram.zeroCount);
  const positiveBuckets = histogram.positiveBuckets.map(exact);
  const negativeBuckets = histogram.negativeBuckets.map(exact);
  const count = [...positiveBuckets, ...negativeBuckets].reduce((sum, bucket) => sum + bucket, zeroCount);
  return { ...histogram, zeroCount, positiveBuckets, negativeBuckets, count };
}

function mayReset(before: FloatHistogram, after: FloatHistogram): boolean {
  return (
    after.counterReset === 'reset' ||
    after.count < before.count ||
    after.schema !== before.schema ||
    after.zeroThreshold !== before.zeroThreshold ||
    after.customValues !== before.customValues
  );
}

/** More observations, in the zero bucket or, where there is none, above the highest bound. */
function withObservations(histogram: FloatHistogram, added: number): FloatHistogram {
  const count = histogram.count + added;
  if (histogram.customValues === null) return { ...histogram, count, zeroCount: histogram.zeroCount + added };
  const positiveBuckets = new Float64Array(histogram.customValues.length + 1);
  let bucket = 0;
  let index = 0;
  for (const { offset, length } of histogram.positiveSpans) {
    index += offset;
    for (let i = 0; i < length; i++) positiveBuckets[index++] = histogram.positiveBuckets[bucket++]!;
  }
  positiveBuckets[positiveBuckets.length - 1]! += added;
  return {
    ...histogram,
    count,
    positiveBuckets,
    positiveSpans: [{ offset: 0, length: positiveBuckets.length }],
  };
}

/** Requests one after another, each a sample of every series `latency` and `served{job, instance, kind}`. */
export function histogramRequests(random: SeededRandom): OutgoingSeries[][] {
  const steps = Math.floor(LENGTH_MS / STEP_MS) - 20;
  const requests: OutgoingSeries[][] = Array.from({ length: steps }, () => []);
  const metrics = ['latency', 'served'];
  const jobs = ['api', 'db'];
  const instances = ['a', 'b', 'c', 'd'];
  for (const name of metrics) {
    for (const job of jobs) {
      for (const instance of instances) {
        const kind = instance === 'a' || instance === 'c' ? 'integer' : 'float';
        const labels = Object.entries({ __name__: name, instance, job, kind });
        /** Floats that are still to come in a row. */
        let floats = 0;
        const own = histogramSequence(random, kind, steps, START_MS, STEP_MS, true);
        const samples = name === 'served' ? raised(own) : own;
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
  const isServed = random.integer(2) === 0;
  return query.replace(/[A-Z]{5,}/g, (name) => {
    const list = FILLINGS[name]!;
    const filling = list[random.integer(list.length)]!;
    return isServed ? filling.replace('latency', 'served') : filling;
  });
}
