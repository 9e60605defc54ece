// Merges blocks into one.
//
// 1. All blocks are gone through at once in the order of their series' labels.
// 2. A series' chunks from all blocks that have it are merged (series-merge.ts) and written.
//
// The sources are untouched; who calls this takes them away when the new block is durable.

import type { Clock, Disk, Random } from '@ampere/platform';
import type { Labels } from '@ampere/series';
import type { BlockMeta } from '../block/block-meta.ts';
import type { BlockReader } from '../block/block-reader.ts';
import { BlockWriter } from '../block/block-writer.ts';
import { SeriesEntry } from '../block/index-reader.ts';
import { Pacer } from '../pacer.ts';
import { SeriesMerge, type SeriesSource } from './series-merge.ts';

/**
 * Samples that a chunk is to have after compaction; Prometheus makes chunks of 120. Measured
 * (compact.bench.ts): 240 save 2 to 4 % of the bytes; 480 save another 1 % and make it twice as dear to read
 * a few minutes of many series, since a chunk is decoded from its beginning.
 */
export const SAMPLES_PER_CHUNK = 240;

export interface CompactionOptions {
  /** Where the new block goes. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly samplesPerChunk?: number;
  readonly segmentBytesMax?: number;
  /** Gives up, rejecting with its reason and leaving nothing behind. */
  readonly signal?: AbortSignal;
}

/**
 * Writes the merger of the blocks and resolves with its meta; with undefined when every sample was deleted
 * and there is no new block. Of equal times of a series, the first block's sample counts. Rejects with a
 * BlockError when a source is corrupt, with a DiskError when writing fails; nothing is left behind then.
 *
 * Reads synchronously, and pauses every few milliseconds for others on the thread.
 */
export async function compactBlocks(
  blocks: readonly BlockReader[],
  options: CompactionOptions,
): Promise<BlockMeta | undefined> {
  const metas = blocks.map((block) => block.meta);
  const writer = await BlockWriter.create({
    folder: options.folder,
    disk: options.disk,
    clock: options.clock,
    random: options.random,
    ...(options.segmentBytesMax === undefined ? {} : { segmentBytesMax: options.segmentBytesMax }),
    rangeMs: {
      minTime: Math.min(...metas.map((meta) => meta.minTime)),
      maxTime: Math.max(...metas.map((meta) => meta.maxTime)),
    },
    compaction: {
      level: 1 + Math.max(...metas.map((meta) => meta.compaction.level)),
      sources: [...new Set(metas.flatMap((meta) => meta.compaction.sources))].sort(),
      parents: metas.map(({ ulid, minTime, maxTime }) => ({ ulid, minTime, maxTime })),
    },
  });
  for (const block of blocks) block.retain();
  try {
    const merge = new SeriesMerge(options.samplesPerChunk ?? SAMPLES_PER_CHUNK);
    const pacer = new Pacer(options.clock);
    for (const sources of joinSeries(blocks)) {
      options.signal?.throwIfAborted();
      const chunks = merge.merge(sources);
      if (chunks.length > 0) await writer.add(sources[0]!.labels!, chunks);
      if (pacer.isDue()) await pacer.pause();
    }
    return await writer.finish();
  } catch (error) {
    await abandon(writer, error);
    throw error;
  } finally {
    for (const block of blocks) block.release();
  }
}

/** Takes an unfinished block away. A disk that fails once more leaves it to the next opening of the store. */
async function abandon(writer: BlockWriter, why: unknown): Promise<void> {
  try {
    await writer.abandon();
  } catch (error) {
    throw new AggregateError([why, error], 'a block could be neither written nor taken away', { cause: why });
  }
}

/** A block that is gone through. */
class SeriesCursor implements SeriesSource {
  readonly block: BlockReader;
  readonly entry = new SeriesEntry();
  series = 0;
  /** Of the current series; undefined after the last. */
  labels: Labels | undefined;
  readonly #all: Uint32Array;
  #at = -1;

  constructor(block: BlockReader) {
    this.block = block;
    this.#all = block.index.allSeries();
    this.advance();
  }

  advance(): void {
    this.#at++;
    this.labels = undefined;
    if (this.#at >= this.#all.length) return;
    this.series = this.#all[this.#at]!;
    this.block.index.readSeries(this.series, this.entry);
    this.labels = this.block.index.labelsOf(this.entry);
  }
}

/** Series after series, the blocks' cursors that stand on it. */
function* joinSeries(blocks: readonly BlockReader[]): IterableIterator<readonly SeriesCursor[]> {
  const cursors = blocks.map((block) => new SeriesCursor(block));
  const current: SeriesCursor[] = [];
  for (;;) {
    current.length = 0;
    for (const cursor of cursors) {
      if (cursor.labels === undefined) continue;
      const order = current.length === 0 ? 0 : cursor.labels.compare(current[0]!.labels!);
      if (order > 0) continue;
      if (order < 0) current.length = 0;
      current.push(cursor);
    }
    if (current.length === 0) return;
    yield current;
    for (const cursor of current) cursor.advance();
  }
}
