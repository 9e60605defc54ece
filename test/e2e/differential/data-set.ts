// Series with everything that makes evaluation hard, the same for the same seed: counters with resets,
// gauges, classic histograms (a few of them not monotonic), gaps, stale markers, NaN and infinities,
// irregular times, values of every size.

import type { SeededRandom } from '@ampere/platform';
import type { Vocabulary } from '@ampere/promql/testing';
import type { OutgoingSample, OutgoingSeries } from '@ampere/remote-write';

/** All samples are within this; Prometheus takes samples of at most an hour in any order of series. */
export const START_MS = 1_700_000_000_000;
export const LENGTH_MS = 3_000_000;

/** What the data set is made of, for queries that find something. */
export const DATA_VOCABULARY: Omit<Vocabulary, 'without'> = {
  metrics: [
    ...['requests_total', 'load', 'latency_seconds_bucket', 'latency_seconds_sum', 'latency_seconds_count'],
    ...['gone', 'sparse', 'job:sizes:sum', 'odd_total', 'missing'],
  ],
  labels: ['job', 'instance', 'code', 'le', 'env'],
  values: ['api', 'a', '200', '0.5', 'prod', ''],
  valuesOf: {
    job: ['api', 'db'],
    instance: ['a', 'b', 'c', 'nowhere'],
    code: ['', '200', '500'],
    le: ['', '', '0.5', '+Inf'],
    env: ['prod', 'test', ''],
  },
  rare: true,
};

const BOUNDS = ['0.05', '0.1', '0.5', '1', '2.5', '+Inf'];

export function dataSet(random: SeededRandom): OutgoingSeries[] {
  const series: OutgoingSeries[] = [];
  const add = (labels: Record<string, string>, samples: OutgoingSample[]) =>
    series.push({ labels: Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)), samples });
  const fraction = () => random.fraction();

  for (const job of ['api', 'db']) {
    for (const instance of ['a', 'b', 'c']) {
      const env = instance === 'c' ? {} : { env: instance === 'a' ? 'prod' : 'test' };
      for (const code of ['200', '404', '500']) {
        const step = 1 + fraction() * 40;
        add(
          { __name__: 'requests_total', job, instance, code, ...env },
          walk(random, 15_000, 0, (value) =>
            random.integer(40) === 0 ? fraction() * 3 : value + fraction() * step,
          ),
        );
      }
      add(
        { __name__: 'load', job, instance, ...env },
        walk(random, 15_000, fraction() * 10, (value) => value + fraction() * 4 - 2, oddValue),
      );
      add(
        { __name__: 'sparse', job, instance },
        walk(random, 170_000, fraction(), (value) => value * (0.5 + fraction() * 1.1)),
      );
    }
    addHistogram(random, job, add);
    add({ __name__: 'gone', job, instance: 'a' }, lifetime(random, 0, LENGTH_MS / 3));
    add({ __name__: 'gone', job, instance: 'b' }, [
      ...lifetime(random, LENGTH_MS / 6, LENGTH_MS / 2),
      ...lifetime(random, (LENGTH_MS * 2) / 3, LENGTH_MS),
    ]);
    add(
      { __name__: 'job:sizes:sum', job },
      walk(random, 30_000, 1, () => (fraction() - 0.5) * 10 ** (random.integer(40) - 20)),
    );
    // A counter that falls, stands and becomes no number.
    add(
      { __name__: 'odd_total', job, env: 'prod' },
      walk(random, 15_000, 5, (value) => value + random.integer(3) - 1, oddValue),
    );
  }
  return series;
}

/** Buckets that count up together; those of the job `db` now and then lag behind each other. */
function addHistogram(
  random: SeededRandom,
  job: string,
  add: (labels: Record<string, string>, samples: OutgoingSample[]) => void,
): void {
  const counts = BOUNDS.map(() => 0);
  const buckets: OutgoingSample[][] = BOUNDS.map(() => []);
  const sums: OutgoingSample[] = [];
  let sum = 0;
  for (let timestampMs = START_MS; timestampMs < START_MS + LENGTH_MS; timestampMs += 15_000) {
    if (random.integer(60) === 0) counts.fill((sum = 0));
    for (let observations = random.integer(12); observations > 0; observations--) {
      const value = random.fraction() ** 3 * 4;
      sum += value;
      for (const [i, bound] of BOUNDS.entries())
        if (value <= Number(bound.replace('+Inf', 'Infinity'))) counts[i]!++;
    }
    for (const [i, bucket] of buckets.entries()) {
      const lag = job === 'db' && random.integer(15) === 0 ? random.integer(3) : 0;
      bucket.push({ timestampMs, value: Math.max(0, counts[i]! - lag) });
    }
    sums.push({ timestampMs, value: sum });
  }
  for (const [i, le] of BOUNDS.entries())
    add({ __name__: 'latency_seconds_bucket', job, instance: 'a', le }, buckets[i]!);
  add({ __name__: 'latency_seconds_count', job, instance: 'a' }, buckets.at(-1)!);
  add({ __name__: 'latency_seconds_sum', job, instance: 'a' }, sums);
}

/** Samples about `everyMs` apart, with gaps and stale markers; `odd` may replace a value. */
function walk(
  random: SeededRandom,
  everyMs: number,
  first: number,
  next: (value: number) => number,
  odd?: (random: SeededRandom) => number | undefined,
): OutgoingSample[] {
  const samples: OutgoingSample[] = [];
  let value = first;
  let timestampMs = START_MS + random.integer(everyMs);
  // Half of the series are scraped on the dot, as most are in the world.
  const jitterMs = random.integer(2) === 0 ? 0 : everyMs / 3;
  while (timestampMs < START_MS + LENGTH_MS) {
    value = next(value);
    const fate = random.integer(60);
    if (fate === 0) samples.push({ timestampMs, value: 0, stale: true });
    else if (fate > 3) samples.push({ timestampMs, value: odd?.(random) ?? value });
    else if (fate === 1) timestampMs += random.integer(30) * everyMs;
    timestampMs += Math.max(1, Math.round(everyMs + (random.fraction() - 0.5) * 2 * jitterMs));
  }
  return samples;
}

function oddValue(random: SeededRandom): number | undefined {
  const fate = random.integer(60);
  if (fate === 0) return Number.NaN;
  if (fate === 1) return Number.POSITIVE_INFINITY;
  if (fate === 2) return Number.NEGATIVE_INFINITY;
  return fate === 3 ? 0 : undefined;
}

/** A series that lives from one time to another and ends with a stale marker. */
function lifetime(random: SeededRandom, fromMs: number, toMs: number): OutgoingSample[] {
  const samples: OutgoingSample[] = [];
  for (let at = fromMs; at < toMs; at += 20_000)
    samples.push({ timestampMs: START_MS + at, value: random.integer(100) });
  return [...samples, { timestampMs: START_MS + toMs - 1, value: 0, stale: true }];
}
