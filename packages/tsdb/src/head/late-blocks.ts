// Writes late samples as blocks, each of two hours at most, that other blocks may overlap: compaction merges them.

import type { Clock, Disk, Random } from '@ampere/platform';
import { SampleColumns } from '@ampere/series';
import type { BlockMeta } from '../block/block-meta.ts';
import { BlockWriter } from '../block/block-writer.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
import { ChunkPacker } from '../compact/chunk-packer.ts';
import { Pacer } from '../pacer.ts';
import { CHUNK_RANGE_MS, type Head, SAMPLES_PER_CHUNK_MAX } from './head.ts';
import { inLabelOrder } from './series-order.ts';

export interface LateBlocksOptions {
  /** Of the blocks. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Gives up, rejecting with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Writes the late samples before a time; resolves with the blocks when they are durable. Rejects with a DiskError; what
 * was written then stays: its samples are the same as those that are still in memory.
 */
export async function writeLateBlocks(
  head: Head,
  beforeMs: number,
  options: LateBlocksOptions,
): Promise<BlockMeta[]> {
  const { signal, ...shared } = options;
  const pacer = new Pacer(options.clock);
  const series = await inLabelOrder(head, Uint32Array.from(head.outOfOrder.lateSeries(beforeMs)), pacer);
  const samples = new SampleColumns();
  const starts = new Set<number>();
  for (const one of series) {
    head.outOfOrder.readLate(one, beforeMs, samples);
    for (let i = 0; i < samples.length; i++) starts.add(startOf(samples.timesMs[i]!));
  }
  const packer = new ChunkPacker(SAMPLES_PER_CHUNK_MAX);
  const written: BlockMeta[] = [];
  for (const startMs of [...starts].sort((a, b) => a - b)) {
    const endMs = Math.min(startMs + CHUNK_RANGE_MS, beforeMs);
    const writer = await BlockWriter.create({ ...shared, rangeMs: { minTime: startMs, maxTime: endMs } });
    try {
      for (const one of series) {
        signal.throwIfAborted();
        head.outOfOrder.readLate(one, beforeMs, samples);
        const chunks: ChunkData[] = [];
        packer.add(within(samples, startMs, endMs), chunks);
        packer.flush(chunks);
        if (chunks.length > 0) await writer.add(head.labelsOf(one), chunks);
        if (pacer.isDue()) await pacer.pause();
      }
      const meta = await writer.finish();
      if (meta !== undefined) written.push(meta);
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  }
  return written;
}

function startOf(timeMs: number): number {
  return Math.floor(timeMs / CHUNK_RANGE_MS) * CHUNK_RANGE_MS;
}

/** The samples of [startMs, endMs), copied. */
function within(samples: SampleColumns, startMs: number, endMs: number): SampleColumns {
  const { timesMs, words, histograms, length } = samples;
  let from = 0;
  while (from < length && timesMs[from]! < startMs) from++;
  let to = from;
  while (to < length && timesMs[to]! < endMs) to++;
  const part = new SampleColumns(to - from);
  part.timesMs.set(timesMs.subarray(from, to));
  part.words.set(words.subarray(2 * from, 2 * to));
  part.histograms = histograms?.slice(from, to) ?? null;
  part.length = to - from;
  return part;
}
