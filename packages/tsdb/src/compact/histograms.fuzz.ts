// Series of native histograms and floats through blocks that overlap and their compaction: all that is read
// is what a plain merge of the samples has, of the kind that was written.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { isStaleAt, Labels, SampleColumns, setStaleAt } from '@ampere/series';
import { expect, test } from 'vitest';
import { BlockQuerier } from '../block/block-querier.ts';
import { BlockReader } from '../block/block-reader.ts';
import { BlockWriter } from '../block/block-writer.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
import type { StoredHistogram } from '../chunk/histogram-decode.ts';
import { sameHistogram } from '../chunk/histogram-encode.ts';
import { rounds, SEED } from '../testing/blocks.ts';
import { histogramSequence } from '../testing/histograms.ts';
import { ChunkPacker } from './chunk-packer.ts';
import { compactBlocks } from './compact-blocks.ts';
import { mergeQueriers } from './merge-querier.ts';

const FOLDER = '/data';
const LABELS = Labels.fromRecord({ __name__: 'latency' });
const ALL = { startMs: -Infinity, endMs: Infinity };

/** A stretch of one series: histograms of one kind or the other, floats, stale markers. */
function stretch(random: SeededRandom, startMs: number): SampleColumns {
  const columns = new SampleColumns(1);
  let timeMs = startMs;
  for (let part = random.integer(4); part >= 0; part--) {
    const count = 1 + random.integer(40);
    if (random.integer(3) === 0) {
      for (let i = 0; i < count; i++) add(columns, (timeMs += 500 + random.integer(3)), i, undefined);
      continue;
    }
    const kind = random.integer(2) === 0 ? 'integer' : 'float';
    for (const one of histogramSequence(random, kind, count, timeMs, 500)) {
      timeMs = one.timeMs;
      add(
        columns,
        timeMs,
        one.isStale ? Number.NaN : 0,
        one.isStale ? undefined : { ...one.histogram, kind },
      );
    }
  }
  return columns;
}

function add(
  columns: SampleColumns,
  timeMs: number,
  value: number,
  histogram: StoredHistogram | undefined,
): void {
  columns.reserve(columns.length + 1);
  const at = columns.length++;
  columns.timesMs[at] = timeMs;
  columns.values[at] = value;
  if (Number.isNaN(value)) setStaleAt(columns.words, at);
  if (histogram !== undefined) columns.histograms ??= [];
  if (columns.histograms !== null) columns.histograms[at] = histogram;
}

function read(querier: BlockQuerier | ReturnType<typeof mergeQueriers>): SampleColumns {
  const columns = new SampleColumns();
  const set = querier.select(ALL, []);
  expect(set.next()).toBe(true);
  set.read(columns);
  querier.close();
  return columns;
}

function expectSame(actual: SampleColumns, expected: SampleColumns, what: string): void {
  const times = (columns: SampleColumns) => [...columns.timesMs.subarray(0, columns.length)];
  expect(times(actual), what).toEqual(times(expected));
  for (let i = 0; i < expected.length; i++) {
    const ours = actual.histograms?.[i] as StoredHistogram | undefined;
    const theirs = expected.histograms?.[i] as StoredHistogram | undefined;
    expect(isStaleAt(actual.words, i), `${what}, ${i}`).toBe(isStaleAt(expected.words, i));
    expect(ours?.kind, `${what}, ${i}`).toBe(theirs?.kind);
    if (ours !== undefined) {
      expect(sameHistogram(ours, theirs!), `${what}, ${i}`).toBe(true);
      expect(ours.counterReset === 'gauge').toBe(theirs!.counterReset === 'gauge');
    } else expect(actual.values[i], `${what}, ${i}`).toBe(expected.values[i]);
  }
}

/** What the blocks have together; of equal times, the first one's. */
function together(parts: readonly SampleColumns[]): SampleColumns {
  const all = new Map<number, [SampleColumns, number]>();
  for (const part of parts) {
    for (let i = 0; i < part.length; i++)
      if (!all.has(part.timesMs[i]!)) all.set(part.timesMs[i]!, [part, i]);
  }
  const merged = new SampleColumns();
  for (const [timeMs, [part, i]] of [...all].sort(([a], [b]) => a - b)) {
    add(
      merged,
      timeMs,
      isStaleAt(part.words, i) ? Number.NaN : part.values[i]!,
      part.histograms?.[i] as StoredHistogram,
    );
  }
  return merged;
}

test(`blocks with native histograms are read and compacted (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  for (let round = 0; round < rounds(40); round++) {
    const disk = new MemoryDisk(random);
    const clock = new FakeClock();
    const world = { folder: FOLDER, disk, clock, random };
    await disk.makeFolder(FOLDER);
    const parts: SampleColumns[] = [];
    const blocks: BlockReader[] = [];
    let startMs = 0;
    for (let i = 0; i < 3; i++) {
      const part = stretch(random, startMs);
      startMs += random.integer(2) === 0 ? 5_000 : 100_000;
      parts.push(part);
      const packer = new ChunkPacker(1 + random.integer(60));
      const chunks: ChunkData[] = [];
      packer.add(part, chunks);
      packer.flush(chunks);
      clock.advance(1);
      const writer = await BlockWriter.create(world);
      await writer.add(LABELS, chunks);
      const meta = await writer.finish();
      expect(meta!.stats.numSamples).toBe(part.length);
      blocks.push(BlockReader.open(`${FOLDER}/${meta!.ulid}`, world));
      expectSame(read(new BlockQuerier(blocks[i]!)), part, `round ${round}, block ${i}`);
    }
    const expected = together(parts);
    expectSame(
      read(mergeQueriers(blocks.map((block) => new BlockQuerier(block)))),
      expected,
      `round ${round}`,
    );
    clock.advance(1);
    const merged = await compactBlocks(blocks, { ...world, samplesPerChunk: 1 + random.integer(300) });
    const block = BlockReader.open(`${FOLDER}/${merged!.ulid}`, world);
    expectSame(read(new BlockQuerier(block)), expected, `round ${round}, compacted`);
    for (const one of [block, ...blocks]) one.release();
  }
});
