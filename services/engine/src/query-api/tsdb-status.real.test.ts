// status/tsdb of our storage and of a real Prometheus over the same series: every number must be the
// same.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest, WriteRequestDecoder } from '@ampere/remote-write';
import { describeWith, RealPrometheus } from '@ampere/testing';
import { Tsdb } from '@ampere/tsdb';
import { beforeAll, expect, test } from 'vitest';
import { ApiKit, memorySeries, NOW_MS } from './testing/api-kit.ts';
import type { MemorySeries } from './testing/memory-querier.ts';

/** Counts that differ, so that which entries are the largest is no matter of chance. */
function seriesOf(metrics: number): MemorySeries[] {
  const series: MemorySeries[] = [];
  for (let metric = 1; metric <= metrics; metric++) {
    for (let i = 0; i < 3 * metric; i++) {
      const labels: Record<string, string> = { __name__: `metric_${metric}`, instance: `host-${i}:9090` };
      if (i % 4 === 0) labels['path'] = `/é/${'x'.repeat(20 * i)}`;
      if (metric > 5) labels['"odd" näme'] = 'v';
      // More than a chunk's worth in some.
      const samples = Array.from(
        { length: i === 0 ? 300 : 2 },
        (_, s) => [NOW_MS + 1000 * (s - 300), s] as const,
      );
      series.push(memorySeries(labels, samples));
    }
  }
  return series;
}

async function tsdbOf(series: readonly MemorySeries[]): Promise<Tsdb> {
  const random = new SeededRandom(1);
  const disk = new MemoryDisk(random);
  const tsdb = await Tsdb.open({ folder: '/d', disk, clock: new FakeClock(NOW_MS), random });
  const decoder = new WriteRequestDecoder({ samplesMax: 100_000, metadataMax: 1 });
  tsdb.appender().append(decoder.decode(requestOf(series)).columns);
  return tsdb;
}

function requestOf(series: readonly MemorySeries[]): Uint8Array {
  const timeseries = series.map(({ labels, samples }) => ({
    labels,
    samples: samples.map(([timestampMs, value]) => ({ timestampMs, value })),
  }));
  return encodeWriteRequest({ timeseries });
}

interface Status {
  readonly data: Readonly<Record<string, unknown>>;
}

/** Entries of equal count come in any order. */
function sorted(json: unknown): unknown {
  const data = Object.entries((json as Status).data).map(([key, value]) =>
    Array.isArray(value) ? [key, value.map((entry) => JSON.stringify(entry)).sort()] : [key, value],
  );
  return { ...(json as Status), data: Object.fromEntries(data) };
}

function values(json: unknown): unknown {
  const lists = Object.entries((json as Status).data).filter(([, list]) => Array.isArray(list));
  return lists.map(([key, list]) => [key, (list as { value: number }[]).map(({ value }) => value)]);
}

describeWith('status/tsdb beside a real Prometheus', ['prometheus'], ({ prometheus }) => {
  let real: RealPrometheus;
  let kit: ApiKit;
  beforeAll(async () => {
    real = await RealPrometheus.start(prometheus);
    const series = seriesOf(12);
    const tsdb = await tsdbOf(series);
    kit = new ApiKit({ status: (limit) => tsdb.status(limit) });
    await real.write(encodeSnappy(requestOf(series)));
  });

  const compare = async (target: string, shape: (json: unknown) => unknown) => {
    const theirs = await real.ask(target);
    const ours = await kit.ask(target);
    expect(ours.status).toBe(theirs.status);
    expect(shape(ours.json)).toEqual(shape(JSON.parse(theirs.text)));
  };

  test('all entries', () => compare('GET status/tsdb?limit=10000', sorted));
  test('the largest', () => compare('GET status/tsdb?limit=3', values));
  test('as many as are listed when nobody says', () => compare('GET status/tsdb', values));

  test('an empty database', async () => {
    const empty = await RealPrometheus.start(prometheus);
    const tsdb = await tsdbOf([]);
    const emptyKit = new ApiKit({ status: (limit) => tsdb.status(limit) });
    const theirs = await empty.ask('GET status/tsdb');
    expect((await emptyKit.ask('GET status/tsdb')).json).toEqual(JSON.parse(theirs.text));
  });
});
