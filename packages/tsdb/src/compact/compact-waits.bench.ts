// `npx tsx packages/tsdb/src/compact/compact-waits.bench.ts [series]` prints how long others on the thread wait
// while blocks are compacted: a timer that is due every millisecond notes how late it is.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeDisk, SystemClock, SystemRandom } from '@ampere/platform';
import { Labels, SampleColumns } from '@ampere/series';
import { BlockReader } from '../block/block-reader.ts';
import { BlockWriter } from '../block/block-writer.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
import { ChunkPacker } from './chunk-packer.ts';
import { compactBlocks } from './compact-blocks.ts';

const SERIES = Number(process.argv[2] ?? 100_000);
const SAMPLES = 120;
const STEP_MS = 60_000;
const START_MS = 1_699_999_200_000;
const disk = new NodeDisk();
const clock = new SystemClock();
const random = new SystemRandom();
const folder = mkdtempSync(join(tmpdir(), 'ampere-bench-'));

const labels = Array.from({ length: SERIES }, (_, i) =>
  Labels.fromRecord({
    __name__: `metric_${i % 280}_total`,
    instance: `10.12.${i % 250}.17:10250`,
    job: 'kubelet',
    namespace: `team-${i % 40}`,
    pod: `service-${i}-7c9f8d6b5-x2x${i % 10}z`,
  }),
).sort((a, b) => a.compare(b));

async function write(fromMs: number): Promise<BlockReader> {
  const writer = await BlockWriter.create({ folder, disk, clock, random });
  const packer = new ChunkPacker(120);
  const columns = new SampleColumns(SAMPLES);
  for (let series = 0; series < SERIES; series++) {
    columns.clear();
    columns.reserve(SAMPLES);
    for (let i = 0; i < SAMPLES; i++) {
      columns.timesMs[i] = fromMs + i * STEP_MS;
      columns.values[i] = series + i * (series % 7);
    }
    columns.length = SAMPLES;
    const chunks: ChunkData[] = [];
    packer.add(columns, chunks);
    packer.flush(chunks);
    await writer.add(labels[series]!, chunks);
  }
  await writer.finish();
  return BlockReader.open(`${folder}/${writer.ulid}`, { disk });
}

/** Runs something and notes how late a timer of a millisecond is meanwhile. */
async function waitsDuring(name: string, work: () => Promise<unknown>): Promise<void> {
  const lateMs: number[] = [];
  let isOver = false;
  const tick = (dueMs: number): void => {
    lateMs.push(Math.max(0, clock.monotonicMs() - dueMs));
    if (!isOver) setTimeout(tick, 1, clock.monotonicMs() + 1);
  };
  setTimeout(tick, 1, clock.monotonicMs() + 1);
  const cpu = process.cpuUsage();
  const startMs = clock.monotonicMs();
  await work();
  isOver = true;
  const { user, system } = process.cpuUsage(cpu);
  lateMs.sort((a, b) => a - b);
  const at = (share: number) => Number(lateMs[Math.floor(share * (lateMs.length - 1))]!.toFixed(1));
  const seconds = (clock.monotonicMs() - startMs) / 1000;
  const waits = { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  process.stdout.write(
    `${JSON.stringify({ name, series: SERIES, seconds, cpuSeconds: (user + system) / 1e6, ...waits })}\n`,
  );
}

try {
  mkdirSync(folder, { recursive: true });
  const blocks: BlockReader[] = [];
  for (let i = 0; i < 3; i++) blocks.push(await write(START_MS + i * SAMPLES * STEP_MS));
  await waitsDuring('nothing', () => new Promise((resolve) => setTimeout(resolve, 1000)));
  await waitsDuring('compaction of 3 blocks', () => compactBlocks(blocks, { folder, disk, clock, random }));
} finally {
  rmSync(folder, { recursive: true });
}
