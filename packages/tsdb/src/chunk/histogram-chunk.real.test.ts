// Chunks of native histograms bit for bit as a real Prometheus makes them: it is sent sequences of
// histograms, writes its head out as a block, and each of its chunks is made again here from its samples.
//
// With AMPERE_UPDATE_GOLDEN=1 the chunks are kept as testdata/prometheus-histogram-chunks.json, which
// histogram-chunk.test.ts compares with where there is no Prometheus.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeDisk, SeededRandom } from '@ampere/platform';
import { encodeHistogram, encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { SampleColumns } from '@ampere/series';
import { describeWith, RealPrometheus, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { BlockReader } from '../block/block-reader.ts';
import { SeriesEntry } from '../block/index-reader.ts';
import { type HistogramSample, histogramSequence } from '../testing/histograms.ts';
import { decodeHistograms } from './histogram-decode.ts';
import { HistogramChunk } from './histogram-encode.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const GOLDEN = fileURLToPath(new URL('../../testdata/prometheus-histogram-chunks.json', import.meta.url));
const START_MS = 1_699_999_200_000;
const SAMPLES = 150;

describeWith('chunks of native histograms beside Prometheus 3.5', ['prometheus'], ({ prometheus }) => {
  test(`are the same bytes (seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    const sequences = new Map<string, { kind: 'integer' | 'float'; samples: HistogramSample[] }>();
    for (let i = 0; i < 40; i++) {
      const kind = i % 2 === 0 ? 'integer' : 'float';
      const samples = histogramSequence(random, kind, SAMPLES, START_MS, 15_000);
      // The open chunk holds this one alone: Prometheus fails to write some of several anew.
      const last = samples.at(-1)!;
      const histogram = { ...last.histogram, counterReset: 'reset' } as const;
      samples.push({ timeMs: last.timeMs + 15_000, histogram, isStale: false });
      sequences.set(`h${i}`, { kind, samples });
    }
    const dataFolder = temporaryFolder();
    const server = await RealPrometheus.start(prometheus, {
      dataFolder,
      arguments: [
        '--enable-feature=native-histograms',
        '--web.enable-admin-api',
        '--storage.tsdb.retention.time=100y',
      ],
    });
    for (let i = 0; i <= SAMPLES; i++) {
      const timeseries = [...sequences].map(([name, { kind, samples }]) => {
        const { timeMs, histogram, isStale } = samples[i]!;
        const message = encodeHistogram({ timestampMs: timeMs, histogram, kind, stale: isStale });
        return { labels: [['__name__', name]] as const, samples: [], histograms: [message] };
      });
      await server.write(encodeSnappy(encodeWriteRequest({ timeseries })));
    }
    const { text } = await server.ask('POST admin/tsdb/snapshot');
    expect(JSON.parse(text)).toMatchObject({ status: 'success' });
    const snapshot = join(dataFolder, 'snapshots', JSON.parse(text).data.name);
    const golden: unknown[] = [];
    for (const ulid of readdirSync(snapshot)) {
      const block = BlockReader.open(join(snapshot, ulid), { disk: new NodeDisk() });
      const entry = new SeriesEntry();
      for (const one of block.find([])) {
        const name = block.labelsOf(one).metricName;
        block.index.readSeries(one, entry);
        golden.push(...compare(block, entry, name, sequences.get(name)!));
      }
      block.release();
    }
    expect(golden.length).toBeGreaterThan(100);
    if (process.env['AMPERE_UPDATE_GOLDEN'] === '1') {
      writeFileSync(
        GOLDEN,
        `${golden
          .slice(0, 60)
          .map((one) => JSON.stringify(one))
          .join('\n')}\n`,
      );
    }
    await server.process.kill('SIGTERM');
  }, 120_000);
});

/** Makes the chunks of a series anew and returns them as golden entries. */
function compare(
  block: BlockReader,
  entry: SeriesEntry,
  name: string,
  { kind, samples }: { kind: 'integer' | 'float'; samples: HistogramSample[] },
): unknown[] {
  const golden: unknown[] = [];
  let at = 0;
  let before: HistogramChunk | undefined;
  for (let i = 0; i < entry.chunkCount; i++) {
    block.chunks.locate(entry.chunkRefs[i]!);
    const { encoding, bytes, at: from, length } = block.chunks;
    const theirs = bytes.slice(from, from + length);
    const columns = new SampleColumns();
    decodeHistograms(encoding, theirs, 0, length, -Infinity, Infinity, columns);
    const own = samples.slice(at, at + columns.length);
    at += columns.length;
    expect([...columns.timesMs.subarray(0, columns.length)]).toEqual(own.map(({ timeMs }) => timeMs));
    const first = own[0]!;
    // Either it doesn't fit behind the chunk before, or that one was full, which the header may tell.
    const forced = before?.append(first.timeMs, first.histogram, first.isStale);
    const isForced = forced !== undefined && forced !== before && forced.content()[2] === theirs[2];
    if (forced !== undefined && forced === before) before = remade(kind, samples.slice(0, at - own.length));
    let chunk = isForced
      ? forced
      : HistogramChunk.start(kind, first.timeMs, first.histogram, first.isStale, before);
    for (const { timeMs, histogram, isStale } of own.slice(1)) {
      const next = chunk.append(timeMs, histogram, isStale);
      expect(next, `${name}: a chunk is cut where Prometheus cuts none`).toBe(chunk);
      chunk = next;
    }
    const ours = chunk.content().slice();
    // The open chunk is written anew from what reading tells, by which its beginning is unknown.
    if (i === entry.chunkCount - 1 && theirs[2]! >>> 6 === 0) ours[2] = 0;
    const label = `${name}, chunk ${i} of ${entry.chunkCount}, ${own.length} samples`;
    expect(Buffer.from(ours).toString('hex'), label).toBe(Buffer.from(theirs).toString('hex'));
    golden.push({
      kind,
      header: theirs[2]! >>> 6,
      messages: own.map(({ timeMs, histogram, isStale }) =>
        Buffer.from(encodeHistogram({ timestampMs: timeMs, histogram, kind, stale: isStale })).toString(
          'hex',
        ),
      ),
      chunk: Buffer.from(theirs).toString('hex'),
    });
    before = chunk;
  }
  expect(at).toBe(samples.length);
  return golden;
}

/** The last chunk of a sequence, without a bound of its size. */
function remade(kind: 'integer' | 'float', samples: readonly HistogramSample[]): HistogramChunk {
  const first = samples[0]!;
  let chunk = HistogramChunk.start(kind, first.timeMs, first.histogram, first.isStale);
  for (const one of samples.slice(1)) chunk = chunk.append(one.timeMs, one.histogram, one.isStale);
  return chunk;
}
