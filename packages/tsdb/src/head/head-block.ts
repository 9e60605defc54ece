// Writes the oldest part of the head as a block.
//
// 1. The series with samples in the range are put in the order of their labels.
// 2. Their chunks go to the block as they are: the head ends chunks where two hours of the clock end, so
//    none lies across the end of the range. One that begins before the range (of which the head shows only the rest) is
//    decoded and packed anew.
//
// 3. A series with samples out of order in the range is read and packed anew.
//
// Others append meanwhile: the caller has seen to it that nothing is taken into the range any more, and that
// nothing is dropped or renumbered before this is over.

import { assert, type Clock, type Disk, type Random } from '@ampere/platform';
import { SampleColumns } from '@ampere/series';
import type { BlockMeta } from '../block/block-meta.ts';
import { BlockWriter } from '../block/block-writer.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
import { ChunkPacker } from '../compact/chunk-packer.ts';
import { Pacer } from '../pacer.ts';
import { CHUNK_RANGE_MS, type Head, SAMPLES_PER_CHUNK_MAX } from './head.ts';
import { inLabelOrder } from './series-order.ts';

/** The head is cut when it spans more than so much: what is younger is asked for most and still changes. */
const HEAD_SPAN_MS = 1.5 * CHUNK_RANGE_MS;

/** First millisecond, and the first one after it. */
export interface CutRange {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The two hours to cut off the head next; undefined while it isn't long enough. Samples that are later than
 * the clock don't make it longer: one wrong time in a year to come must not end the present.
 */
export function nextCut(head: Head, nowMs: number): CutRange | undefined {
  const { minTimeMs } = head;
  if (minTimeMs === undefined || Math.min(head.maxTimeMs, nowMs) - minTimeMs <= HEAD_SPAN_MS)
    return undefined;
  return wholeHead(head);
}

/** The two hours that the head begins in, however few samples it has. */
export function wholeHead(head: Head): CutRange | undefined {
  const { minTimeMs, floorMs } = head;
  if (minTimeMs === undefined) return undefined;
  const alignedMs = Math.floor(Math.ceil(minTimeMs) / CHUNK_RANGE_MS) * CHUNK_RANGE_MS;
  return { startMs: Math.max(alignedMs, Math.ceil(floorMs)), endMs: alignedMs + CHUNK_RANGE_MS };
}

export interface HeadBlockOptions {
  /** Of the blocks. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Gives up, rejecting with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Writes all that the head shows in the range; resolves when the block is durable, with undefined when there
 * is nothing. Rejects with a DiskError; what could be written then is taken away, or left half-made for the next
 * opening of the folder.
 */
export async function writeHeadBlock(
  head: Head,
  { startMs, endMs }: CutRange,
  options: HeadBlockOptions,
): Promise<BlockMeta | undefined> {
  assert(startMs < endMs && endMs % CHUNK_RANGE_MS === 0, 'the head is cut within a chunk');
  const { signal, ...shared } = options;
  const pacer = new Pacer(options.clock);
  const scratch = new SampleColumns();
  const found = new Uint32Array(head.bound);
  let count = 0;
  for (let one = 0; one < found.length; one++) {
    if (head.hasSampleIn(one, startMs, endMs - 1, scratch)) found[count++] = one;
    if (pacer.isDue()) await pacer.pause();
  }
  const series = await inLabelOrder(head, found.subarray(0, count), pacer);
  const writer = await BlockWriter.create({ ...shared, rangeMs: { minTime: startMs, maxTime: endMs } });
  try {
    const chunks = new HeadChunks(head);
    for (const one of series) {
      signal.throwIfAborted();
      await writer.add(head.labelsOf(one), chunks.of(one, startMs, endMs));
      if (pacer.isDue()) await pacer.pause();
    }
    return await writer.finish();
  } catch (error) {
    await abandon(writer, error);
    throw error;
  }
}

async function abandon(writer: BlockWriter, why: unknown): Promise<void> {
  try {
    await writer.abandon();
  } catch (error) {
    throw new AggregateError([why, error], 'a block could be neither written nor taken away', { cause: why });
  }
}

class HeadChunks {
  readonly #head: Head;
  readonly #packer = new ChunkPacker(SAMPLES_PER_CHUNK_MAX);
  readonly #samples = new SampleColumns();

  constructor(head: Head) {
    this.#head = head;
  }

  /** The chunks of a series in [startMs, endMs); the memory of full ones is the head's. */
  of(series: number, startMs: number, endMs: number): ChunkData[] {
    const into: ChunkData[] = [];
    if (this.#head.hasOutOfOrderIn(series, startMs, endMs - 1)) {
      this.#pack(series, startMs, endMs - 1, into);
      return into;
    }
    for (const chunk of this.#head.chunksOf(series)) {
      const { encoding, minTimeMs, maxTimeMs, at } = chunk;
      if (minTimeMs >= endMs) break;
      assert(maxTimeMs < endMs, 'a chunk lies across the end of two hours');
      if (maxTimeMs < startMs) continue;
      if (minTimeMs < startMs) {
        this.#pack(series, startMs, maxTimeMs, into);
        continue;
      }
      const { bytes: memory } = this.#head.view;
      let bytes: Uint8Array = memory.subarray(at, at + chunk.bytes);
      if (chunk.openSamples > 0) {
        // Copied: the next sample may have it sealed, and its block used for something else.
        bytes = Uint8Array.from(bytes);
        bytes[0] = chunk.openSamples >>> 8;
        bytes[1] = chunk.openSamples;
      }
      into.push({ encoding, minTimeMs, maxTimeMs, bytes, from: 0, to: bytes.length });
    }
    return into;
  }

  #pack(series: number, startMs: number, endMs: number, into: ChunkData[]): void {
    this.#samples.clear();
    this.#head.read(series, startMs, endMs, this.#samples);
    if (this.#samples.length === 0) return;
    this.#packer.add(this.#samples, into);
    this.#packer.flush(into);
  }
}
