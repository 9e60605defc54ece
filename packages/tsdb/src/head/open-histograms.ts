// Appends native histograms to the series of a head.
//
// 1. What appending needs to know of an open chunk is an object here; its bytes are copied to the series' block in
//    the shared memory, where readers find them as they find those of floats (assembly/chunks.ts): new bytes come
//    first, then the count, which is stored atomically. The byte that was begun keeps its first bits.
// 2. A chunk that was recoded, or has outgrown its block, gets another block, made known when it is whole.
// 3. A float chunk that is open is sealed before a histogram begins one. To have the kernel seal a histogram chunk
//    before a float begins one, the record says that the chunk's two hours are over.
// 4. A chunk is full at 1 KiB when it has some samples (of large histograms more than a few bytes are one sample), and
//    where two hours of the clock end.

import { assert } from '@ampere/platform';
import type { FloatHistogram } from '@ampere/series';
import {
  CAPACITY_SHIFT,
  CHUNK_RANGE_MS,
  H_MAX_MS,
  H_MIN_MS,
  H_OPEN_CHUNKS,
  H_SAMPLES,
  O_CHUNK,
  O_ENCODING,
  O_MIN_MS,
  OTHER_VALUE,
  OUT_OF_ORDER,
  R_BITS,
  R_CHUNK_END_MS,
  R_CHUNK_SAMPLES,
  R_COUNT,
  R_LAST_MS,
  R_LAST_VALUE,
  R_OPEN,
  R_STATE,
  REPEATED,
  STORED,
  USED,
} from '../../assembly/layout.ts';
import { HistogramChunk, type HistogramKind, storedKind } from '../chunk/histogram-encode.ts';
import { type HeadMemory, memoryFull } from './head-memory.ts';

const CHUNK_BYTES = 1024;
const SAMPLES_PER_CHUNK_MIN = 10;
/** However small they are: as many as a header can count, less some. */
const SAMPLES_PER_CHUNK_MAX = 60_000;
/** A NaN that nobody sends: no float says the same as a histogram at the same time. */
const NO_VALUE_HIGH = 0x7ff4a3b1;
const NO_VALUE_LOW = 0x5e0d17c3;

interface Open {
  chunk: HistogramChunk;
  /** Its block, how much of it may hold bytes of the chunk, and how many are there. */
  block: number;
  capacity: number;
  published: number;
  recodings: number;
}

export class OpenHistograms {
  readonly #memory: HeadMemory;
  readonly #open = new Map<number, Open>();

  constructor(memory: HeadMemory) {
    this.#memory = memory;
  }

  /** Appends one sample; returns the verdict, as for floats. Throws a TsdbError 'memory-full'. */
  append(
    series: number,
    timeMs: number,
    histogram: FloatHistogram,
    sentKind: HistogramKind,
    isStale: boolean,
  ): number {
    const { view } = this.#memory;
    const record = view.series(series);
    const lastMs = view.float(record + R_LAST_MS);
    const open = this.#current(series, record);
    if (timeMs <= lastMs) {
      if (timeMs < lastMs) return OUT_OF_ORDER;
      return open?.chunk.isLast(histogram, isStale) === true ? REPEATED : OTHER_VALUE;
    }
    const kind = isStale && open !== undefined ? open.chunk.kind : storedKind(sentKind, histogram);
    let chunk: HistogramChunk;
    if (open === undefined || open.chunk.kind !== kind || isFull(open.chunk, timeMs)) {
      chunk = HistogramChunk.start(kind, timeMs, histogram, isStale, open?.chunk);
    } else chunk = open.chunk.append(timeMs, histogram, isStale);
    if (chunk !== open?.chunk) this.#begin(series, record, chunk);
    else this.#publish(series, record, open);
    view.setFloat(record + R_LAST_MS, timeMs);
    view.setFloat(H_MAX_MS, Math.max(view.float(H_MAX_MS), timeMs));
    view.setFloat(H_MIN_MS, Math.min(view.float(H_MIN_MS), timeMs));
    view.setFloat(H_SAMPLES, view.float(H_SAMPLES) + 1);
    return STORED;
  }

  /** Lets go of chunks that are not open any more. */
  sweep(): void {
    for (const series of this.#open.keys()) this.#current(series, this.#memory.view.series(series));
  }

  /** A series' open histogram chunk; the kernel may have sealed or dropped it since. */
  #current(series: number, record: number): Open | undefined {
    const open = this.#open.get(series);
    if (open === undefined) return undefined;
    const { view } = this.#memory;
    const isOpen =
      view.word(record + R_STATE) === USED &&
      view.word(record + R_OPEN) === open.block &&
      view.word(record + R_BITS) !== 0;
    if (isOpen) return open;
    this.#open.delete(series);
    return undefined;
  }

  #begin(series: number, record: number, chunk: HistogramChunk): void {
    const { view, kernel } = this.#memory;
    if (view.word(record + R_BITS) !== 0 && !kernel.sealOpen(series)) throw memoryFull();
    // Readers leave out what was sealed, until there is another block.
    Atomics.store(view.words, (record + R_COUNT) >>> 2, 0);
    const open: Open = { chunk, block: 0, capacity: 0, published: 0, recodings: chunk.recodings };
    this.#place(series, record, open);
    view.setFloat(record + R_CHUNK_END_MS, Number.NEGATIVE_INFINITY);
    view.setWord(record + R_LAST_VALUE, NO_VALUE_LOW);
    view.setWord(record + R_LAST_VALUE + 4, NO_VALUE_HIGH);
    view.setWord(H_OPEN_CHUNKS, view.word(H_OPEN_CHUNKS) + 1);
    this.#open.set(series, open);
  }

  #publish(series: number, record: number, open: Open): void {
    const { chunk } = open;
    const { view } = this.#memory;
    if (chunk.recodings !== open.recodings || chunk.length > open.capacity) {
      this.#place(series, record, open);
      return;
    }
    const content = chunk.content();
    const from = open.published - 1;
    view.bytes.set(content.subarray(from), open.block + O_CHUNK + from);
    open.published = content.length;
    this.#note(record, chunk);
  }

  /** Gives a chunk another block. */
  #place(series: number, record: number, open: Open): void {
    const { chunk } = open;
    const bytes = this.#memory.kernel.capacityOf(O_CHUNK + chunk.length + Math.max(32, chunk.length >>> 1));
    const block = this.#memory.allocate(bytes);
    const { view } = this.#memory;
    open.block = block;
    open.capacity = bytes - O_CHUNK;
    open.recodings = chunk.recodings;
    open.published = chunk.length;
    view.setWord(block + O_ENCODING, (chunk.encoding | (open.capacity << CAPACITY_SHIFT)) >>> 0);
    view.setFloat(block + O_MIN_MS, chunk.minTimeMs);
    view.bytes.set(chunk.content(), block + O_CHUNK);
    this.#memory.kernel.setOpen(series, block, bytes);
    this.#note(record, chunk);
  }

  /** What sealing goes by, and what readers may decode. */
  #note(record: number, chunk: HistogramChunk): void {
    const { view } = this.#memory;
    assert(chunk.length < 2 ** 24, 'a chunk of histograms outgrew its bound');
    view.setWord(record + R_BITS, 8 * chunk.length);
    view.view.setUint16(record + R_CHUNK_SAMPLES, chunk.samples, true);
    Atomics.store(view.words, (record + R_COUNT) >>> 2, chunk.samples);
  }
}

function isFull(chunk: HistogramChunk, timeMs: number): boolean {
  return (
    (chunk.length >= CHUNK_BYTES && chunk.samples >= SAMPLES_PER_CHUNK_MIN) ||
    chunk.samples >= SAMPLES_PER_CHUNK_MAX ||
    Math.floor(timeMs / CHUNK_RANGE_MS) !== Math.floor(chunk.minTimeMs / CHUNK_RANGE_MS)
  );
}
