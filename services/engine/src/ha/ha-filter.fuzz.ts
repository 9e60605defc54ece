// Random requests through decoder and filter, against a model that works on decoded labels.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import {
  encodeSnappy,
  encodeWriteRequest,
  ScratchMemory,
  WriteRequestDecoder,
  WriteRequestKernel,
} from '@ampere/remote-write';
import type { WriteColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import { HaFilter } from './ha-filter.ts';
import { FAILOVER_MS, HaTracker } from './ha-tracker.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20260101);
const ROUNDS = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 300;

type Pair = [string, string];
interface Series {
  readonly labels: Pair[];
  readonly samples: { timestampMs: number; value: number }[];
}

const NAMES = ['__name__', 'clusteR', 'Cluster', '__replicas_', '_', 'a', 'zz', 'clusters', 'x'.repeat(200)];
const LONG = 'v'.repeat(1024);
const TOO_LONG = 'v'.repeat(1025);

function randomSeries(random: SeededRandom): Series {
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]!;
  const labels: Pair[] = NAMES.filter(() => random.integer(2) === 0).map((name) => [
    name,
    pick(['v', 'é', '\n\x07cluster', '\n\x0b__replica__', 'w'.repeat(130), 'w'.repeat(20_000), '']),
  ]);
  const chance = () => random.integer(4) > 0;
  if (chance())
    labels.push(['cluster', pick(['c', 'd', 'd', LONG, random.integer(9) === 0 ? TOO_LONG : 'e', ''])]);
  if (chance())
    labels.push(['__replica__', pick(['a', 'b', 'é', '𝄞', random.integer(9) === 0 ? TOO_LONG : 'a'])]);
  if (random.integer(20) === 0) labels.push([pick(['cluster', '__replica__']), 'twice']);
  const at = () => random.integer(labels.length || 1);
  for (let i = 0; i < labels.length; i++) {
    const [one, other] = [at(), at()];
    [labels[one], labels[other]] = [labels[other]!, labels[one]!];
  }
  const samples = Array.from({ length: random.integer(4) }, () => ({
    timestampMs: random.integer(1000),
    value: random.integer(1000),
  }));
  return { labels, samples };
}

/** The elections, one replica a cluster. */
class Model {
  readonly elected = new Map<string, { replica: string; atMs: number }>();

  apply(request: readonly Series[], nowMs: number) {
    const stored: Series[] = [];
    const counts = { deduplicated: 0, withoutReplica: 0, withoutCluster: 0 };
    for (const series of request) {
      if (series.samples.length === 0) continue;
      const present = series.labels.filter(([, value]) => value !== '');
      const valuesOf = (name: string) =>
        present.filter(([other]) => other === name).map(([, value]) => value);
      const [clusters, replicas] = [valuesOf('cluster'), valuesOf('__replica__')];
      if (clusters.length > 0 && replicas.length === 0) counts.withoutReplica += series.samples.length;
      if (clusters.length === 0 && replicas.length > 0) counts.withoutCluster += series.samples.length;
      const isPair = clusters.length === 1 && replicas.length === 1;
      if (!isPair || [...clusters, ...replicas].some((value) => Buffer.byteLength(value) > 1024)) {
        stored.push({ labels: present, samples: series.samples });
        continue;
      }
      const [cluster, replica] = [clusters[0]!, replicas[0]!];
      const election = this.elected.get(cluster);
      if (election !== undefined && election.replica !== replica && nowMs - election.atMs < FAILOVER_MS) {
        counts.deduplicated += series.samples.length;
        continue;
      }
      this.elected.set(cluster, { replica, atMs: nowMs });
      const labels = present.filter(([name]) => name !== '__replica__');
      stored.push({ labels, samples: series.samples });
    }
    return { stored, counts };
  }
}

function contentOf(columns: WriteColumns): unknown {
  const floats = new Float64Array(columns.valueWords.slice(0, 2 * columns.sampleCount).buffer);
  return Array.from({ length: columns.seriesCount }, (_, i) => {
    const [first, end] = [columns.firstSample[i]!, columns.firstSample[i + 1]!];
    return {
      labels: Buffer.from(columns.bytes.subarray(columns.labelsFrom[i]!, columns.labelsTo[i]!)).toString(
        'latin1',
      ),
      samples: Array.from({ length: end - first }, (_, s) => [columns.timesMs[first + s], floats[first + s]]),
    };
  });
}

test(`random requests, seed ${seed}`, async () => {
  const random = new SeededRandom(seed);
  const clock = new FakeClock();
  const disk = new MemoryDisk(random);
  const tracker = await HaTracker.open({ path: '/ha.json', disk, clock, log: () => {} });
  const decoder = new WriteRequestDecoder({ samplesMax: 10_000, metadataMax: 0 });
  const bounds = { samplesMax: 10_000, metadataMax: 0, symbolsMax: 0, labelBytesMax: 0 };
  const kernel = new WriteRequestKernel(new ScratchMemory(), bounds);
  const filter = new HaFilter();
  const model = new Model();
  for (let round = 0; round < ROUNDS; round++) {
    const isPlain = random.integer(4) === 0;
    const request = Array.from({ length: random.integer(12) }, () => {
      const series = randomSeries(random);
      if (!isPlain) return series;
      return { ...series, labels: series.labels.filter(([name, v]) => name !== '__replica__' && v !== '') };
    });
    const expected = model.apply(request, clock.monotonicMs());
    const bytes = encodeWriteRequest({ timeseries: request });
    // In arrays of their own and in a linear memory.
    const decoded = round % 2 === 0 ? decoder.decode(bytes) : kernel.decode(encodeSnappy(bytes), 1, 1 << 24);
    const { columns, deduplicated, withoutReplica, withoutCluster } = filter.apply(decoded.columns, tracker);
    expect({ deduplicated, withoutReplica, withoutCluster }).toEqual(expected.counts);
    const own = contentOf(columns);
    const { columns: theirs } = new WriteRequestDecoder({ samplesMax: 10_000, metadataMax: 0 }).decode(
      encodeWriteRequest({ timeseries: expected.stored }),
    );
    expect(own).toEqual(contentOf(theirs));
    clock.advance(random.integer(20_000));
  }
  expect(tracker.electionsMade).toBeGreaterThan(tracker.clusterCount);
  const elected = tracker.clusters().map(({ cluster, replica }) => [cluster, replica]);
  expect(new Map(elected as [string, string][])).toEqual(
    new Map([...model.elected].map(([cluster, { replica }]) => [cluster, replica])),
  );
});
