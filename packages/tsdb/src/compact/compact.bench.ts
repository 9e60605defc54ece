// `npx tsx packages/tsdb/src/compact/compact.bench.ts` prints JSON: CPU seconds per million samples of
// writing, opening, selecting, decoding and compacting blocks on the real disk, and for several chunk sizes
// the bytes per sample on disk and what reading one sample of each series costs.
//
// The samples are of a kind that Prometheus sees: counters of whole numbers, gauges of measured numbers,
// flags that rarely change; every 15 s with some milliseconds of jitter.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeDisk, SeededRandom, SystemClock, SystemRandom } from '@ampere/platform';
import { Labels, Matcher, SampleColumns } from '@ampere/series';
import { BlockQuerier } from '../block/block-querier.ts';
import { BlockReader } from '../block/block-reader.ts';
import { BlockWriter } from '../block/block-writer.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
import { ChunkPacker } from './chunk-packer.ts';
import { compactBlocks } from './compact-blocks.ts';

const SERIES = 20_000;
const SAMPLES = 480;
const STEP_MS = 15_000;
const START_MS = 1_699_999_200_000;
const disk = new NodeDisk();
const clock = new SystemClock();
const random = new SystemRandom();
const root = mkdtempSync(join(tmpdir(), 'ampere-bench-'));

interface Measured {
  cpuSeconds: number;
  wallSeconds: number;
}

async function measure<T>(step: () => Promise<T> | T): Promise<[T, Measured]> {
  const before = process.cpuUsage();
  const startMs = clock.monotonicMs();
  const result = await step();
  const { user, system } = process.cpuUsage(before);
  return [result, { cpuSeconds: (user + system) / 1e6, wallSeconds: (clock.monotonicMs() - startMs) / 1000 }];
}

const labels = Array.from({ length: SERIES }, (_, i) =>
  Labels.fromRecord({
    __name__: `metric_${i % 280}_total`,
    cluster: 'production-eu-west-1',
    container: `container-${i % 25}`,
    instance: `10.12.${i % 250}.17:10250`,
    job: 'kubelet',
    namespace: `team-${i % 40}`,
    pod: `service-${i}-7c9f8d6b5-x2x${i % 10}z`,
  }),
).sort((a, b) => a.compare(b));

function fill(columns: SampleColumns, series: number, fromMs: number): void {
  const seeded = new SeededRandom(series);
  columns.clear();
  columns.reserve(SAMPLES);
  let value = seeded.integer(1_000_000);
  for (let i = 0; i < SAMPLES; i++) {
    if (series % 3 === 0) value += seeded.integer(500);
    else if (series % 3 === 1) value = Math.round(1000 * (40 + 5 * seeded.fraction())) / 1000;
    else if (seeded.integer(200) === 0) value = 1 - value;
    columns.timesMs[i] = fromMs + i * STEP_MS + (series % 2 === 0 ? 0 : seeded.integer(4));
    columns.values[i] = value;
  }
  columns.length = SAMPLES;
}

async function write(folder: string, fromMs: number, samplesPerChunk: number): Promise<string> {
  const writer = await BlockWriter.create({ folder, disk, clock, random });
  const packer = new ChunkPacker(samplesPerChunk);
  const columns = new SampleColumns(SAMPLES);
  for (let i = 0; i < SERIES; i++) {
    const chunks: ChunkData[] = [];
    fill(columns, i, fromMs);
    packer.add(columns, chunks);
    packer.flush(chunks);
    await writer.add(labels[i]!, chunks);
  }
  await writer.finish();
  return `${folder}/${writer.ulid}`;
}

function readAll(block: BlockReader, startMs: number, endMs: number, matchers: Matcher[]): number {
  const querier = new BlockQuerier(block);
  const columns = new SampleColumns();
  const set = querier.select({ startMs, endMs }, matchers);
  let samples = 0;
  while (set.next()) {
    set.labels();
    set.read(columns);
    samples += columns.length;
  }
  querier.close();
  return samples;
}

function report(name: string, measured: Measured, fields: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ name, ...measured, ...fields })}\n`);
}

const perMillion = (cpuSeconds: number, samples: number) => Number(((cpuSeconds * 1e6) / samples).toFixed(3));
const total = SERIES * SAMPLES;
try {
  for (const samplesPerChunk of [120, 240, 480]) {
    const folder = join(root, `chunks-${samplesPerChunk}`);
    mkdirSync(folder);
    const [path, writing] = await measure(() => write(folder, START_MS, samplesPerChunk));
    report('write', writing, {
      samplesPerChunk,
      cpuSecondsPerMillion: perMillion(writing.cpuSeconds, total),
    });
    const [block, opening] = await measure(() => BlockReader.open(path, { disk }));
    report('open', opening, { series: SERIES });
    report('size', opening, {
      samplesPerChunk,
      chunkBytesPerSample: Number((block.chunks.bytesOnDisk / total).toFixed(3)),
      bytesPerSample: Number((block.bytes / total).toFixed(3)),
    });
    const atMs = START_MS + (SAMPLES / 2) * STEP_MS;
    for (let pass = 0; pass < 2; pass++) {
      const [all, decoding] = await measure(() => readAll(block, 0, 2 ** 52, []));
      report('select and decode all', decoding, {
        pass,
        nsPerSample: Math.round((decoding.cpuSeconds * 1e9) / all),
      });
      const [few, instant] = await measure(() => readAll(block, atMs - 300_000, atMs, []));
      report('five minutes of all', instant, {
        pass,
        samples: few,
        microsPerSeries: Number(((instant.cpuSeconds * 1e6) / SERIES).toFixed(2)),
      });
    }
    const [, one] = await measure(() => {
      for (let i = 0; i < 100; i++)
        readAll(block, 0, 2 ** 52, [
          new Matcher('pod', '=', `service-${i * 7}-7c9f8d6b5-x2x${(i * 7) % 10}z`),
        ]);
    });
    report('one series, 100 times', one, { microsPerSelect: Math.round(one.cpuSeconds * 1e4) });
    const [, regex] = await measure(() =>
      readAll(block, atMs, atMs + 60_000, [new Matcher('pod', '=~', 'service-1[0-9]*5-.*')]),
    );
    report('a regular expression over 20k values', regex, {});
    block.release();
  }
  const folder = join(root, 'compaction');
  mkdirSync(folder);
  const blocks: BlockReader[] = [];
  for (let i = 0; i < 3; i++) {
    blocks.push(BlockReader.open(await write(folder, START_MS + i * SAMPLES * STEP_MS, 120), { disk }));
  }
  const before = blocks.reduce((sum, block) => sum + block.bytes, 0);
  for (const samplesPerChunk of [120, 240, 480, 960]) {
    const [meta, compacting] = await measure(() =>
      compactBlocks(blocks, { folder, disk, clock, random, samplesPerChunk }),
    );
    const merged = BlockReader.open(`${folder}/${meta!.ulid}`, { disk });
    report('compact 3 blocks', compacting, {
      samplesPerChunk,
      cpuSecondsPerMillion: perMillion(compacting.cpuSeconds, 3 * total),
      bytesPerSampleBefore: Number((before / (3 * total)).toFixed(3)),
      bytesPerSampleAfter: Number((merged.bytes / (3 * total)).toFixed(3)),
    });
    merged.release();
  }
} finally {
  rmSync(root, { recursive: true });
}
