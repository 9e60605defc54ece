// Samples that came too late for the chunks of their series: earlier than its newest one, or than where the head
// begins to take samples (late ones).
//
// 1. They are gathered in parts of up to 32 samples, sorted. A part is kept as chunks in the shared memory, in a list
//    of the series' own, the newest first; the newest part is written anew with each sample, in another place.
// 2. Readers merge them with the samples in order, and with each other (stored-samples.ts).
// 3. Samples that are not late go into the block of their two hours together with those in order; late ones become
//    blocks of their own (late-blocks.ts), which are merged with the others later.
//
// Of samples of one time in one part, the first counts; the others are known already, whatever their value: so it is in Prometheus.

import { type FloatHistogram, SampleColumns, STALE_HIGH_WORD, STALE_LOW_WORD } from '@ampere/series';
import {
  ENCODING_SHIFT,
  H_OUT_OF_ORDER,
  R_EXTENSION,
  S_CHUNK,
  S_LENGTH,
  S_MAX_MS,
  S_MIN_MS,
  S_NEXT,
} from '../../assembly/layout.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
import type { StoredHistogram } from '../chunk/histogram-decode.ts';
import { type HistogramKind, storedKind } from '../chunk/histogram-encode.ts';
import { ChunkPacker } from '../compact/chunk-packer.ts';
import { mergeColumns } from '../compact/columns-merge.ts';
import type { HeadMemory } from './head-memory.ts';

const SAMPLES_PER_PART_MAX = 32;
/** Decoding may read a little behind a chunk. */
const SLACK_BYTES = 16;

/** A sample's value: two words, or a histogram. */
export interface LateValue {
  readonly low: number;
  readonly high: number;
  readonly histogram: StoredHistogram | undefined;
}

/** A histogram as such a value; a stale marker is one of floats. */
export function lateValue(histogram: FloatHistogram, kind: HistogramKind, isStale: boolean): LateValue {
  if (isStale) return { low: STALE_LOW_WORD, high: STALE_HIGH_WORD, histogram: undefined };
  return { low: 0, high: 0, histogram: { ...histogram, kind: storedKind(kind, histogram) } };
}

interface Part {
  readonly samples: SampleColumns;
  isLate: boolean;
  minMs: number;
  maxMs: number;
  /** The segment of the log that has it holds a sample of this time or a later one. */
  logMs: number;
  /** Its chunks, with how many bytes each takes. */
  blocks: { readonly address: number; readonly bytes: number }[];
}

export class OutOfOrder {
  readonly #memory: HeadMemory;
  /** Oldest first. */
  readonly #parts = new Map<number, Part[]>();
  readonly #packer = new ChunkPacker(SAMPLES_PER_PART_MAX);

  constructor(memory: HeadMemory) {
    this.#memory = memory;
  }

  /** How many samples there are. */
  get samples(): number {
    return this.#memory.view.word(H_OUT_OF_ORDER);
  }

  /** Whether samples wait for blocks of their own. */
  get hasLate(): boolean {
    for (const parts of this.#parts.values()) if (parts.some(({ isLate }) => isLate)) return true;
    return false;
  }

  /** The log is needed from here on for the sake of late samples. */
  get logNeededFromMs(): number {
    let from = Number.POSITIVE_INFINITY;
    for (const parts of this.#parts.values()) {
      for (const { isLate, logMs } of parts) if (isLate) from = Math.min(from, logMs);
    }
    return from;
  }

  /** Takes a sample; false when its part has one of that time. Throws a TsdbError 'memory-full'. */
  insert(series: number, timeMs: number, value: LateValue, isLate: boolean, logMs: number): boolean {
    const parts = this.#parts.get(series) ?? [];
    let part = parts.at(-1);
    if (part === undefined || part.isLate !== isLate || part.samples.length >= SAMPLES_PER_PART_MAX) {
      part = newPart(isLate);
      parts.push(part);
      this.#parts.set(series, parts);
    }
    if (!insertSorted(part.samples, timeMs, value)) return false;
    part.minMs = Math.min(part.minMs, timeMs);
    part.maxMs = Math.max(part.maxMs, timeMs);
    part.logMs = Math.min(part.logMs, logMs);
    this.#count(1);
    this.#publish(series, parts, part);
    return true;
  }

  /** After the two hours [startMs, endMs) became a block: what was in it goes, what lay before it is late. */
  settle(startMs: number, endMs: number): void {
    for (const [series, parts] of this.#parts) {
      for (const part of parts) if (!part.isLate && part.minMs < startMs) part.isLate = true;
      this.#drop(series, (part) => !part.isLate && part.maxMs < endMs);
    }
  }

  /** Series with late samples, all of which are before a time. */
  lateSeries(beforeMs: number): number[] {
    return [...this.#parts.keys()].filter((series) => this.#lateParts(series, beforeMs).length > 0);
  }

  /** Replaces `into` with a series' late samples, all of which are before a time. */
  readLate(series: number, beforeMs: number, into: SampleColumns): void {
    into.clear();
    for (const { samples } of this.#lateParts(series, beforeMs)) {
      const merged = new SampleColumns();
      mergeColumns(into, samples, merged);
      copyInto(merged, into);
    }
  }

  /** What to drop when the late samples that are there now have become blocks. */
  lateSnapshot(beforeMs: number): () => void {
    const kept = new Map<number, Set<Part>>();
    for (const series of this.lateSeries(beforeMs)) {
      const parts = this.#lateParts(series, beforeMs);
      kept.set(series, new Set(parts));
      // What comes now goes to a part of its own.
      this.#parts.get(series)!.push(newPart(true));
    }
    return () => {
      for (const [series, parts] of kept) this.#drop(series, (part) => parts.has(part));
    };
  }

  /** Forgets what is before a time: it is in blocks. */
  forgetBefore(beforeMs: number): void {
    for (const series of [...this.#parts.keys()]) this.#drop(series, (part) => part.maxMs < beforeMs);
  }

  #lateParts(series: number, beforeMs: number): Part[] {
    const parts = this.#parts.get(series) ?? [];
    return parts.filter(({ isLate, samples, maxMs }) => isLate && samples.length > 0 && maxMs < beforeMs);
  }

  #drop(series: number, isGone: (part: Part) => boolean): void {
    const parts = this.#parts.get(series)!;
    const gone = parts.filter(isGone);
    if (gone.length === 0) return;
    const kept = parts.filter((part) => !gone.includes(part) && part.samples.length > 0);
    if (kept.length === 0) this.#parts.delete(series);
    else this.#parts.set(series, kept);
    this.#link(series, kept);
    for (const part of gone) this.#release(part);
    this.#count(-gone.reduce((sum, { samples }) => sum + samples.length, 0));
  }

  /** Writes a part's chunks anew. */
  #publish(series: number, parts: readonly Part[], part: Part): void {
    const chunks: ChunkData[] = [];
    this.#packer.add(part.samples, chunks);
    this.#packer.flush(chunks);
    const old = [...part.blocks];
    part.blocks = chunks.map((chunk) => this.#write(chunk));
    this.#link(series, parts);
    for (const { address, bytes } of old) this.#memory.kernel.releaseBlock(address, bytes);
  }

  #write({ encoding, minTimeMs, maxTimeMs, bytes: content, from, to }: ChunkData): Part['blocks'][number] {
    const bytes = S_CHUNK + (to - from) + SLACK_BYTES;
    const address = this.#memory.allocate(bytes);
    const { view } = this.#memory;
    view.setWord(address + S_NEXT, 0);
    view.setWord(address + S_LENGTH, ((to - from) | (encoding << ENCODING_SHIFT)) >>> 0);
    view.setFloat(address + S_MIN_MS, minTimeMs);
    view.setFloat(address + S_MAX_MS, maxTimeMs);
    view.bytes.set(content.subarray(from, to), address + S_CHUNK);
    return { address, bytes };
  }

  /** Makes the list: the newest first. Who follows the old one meets chunks that stay until he is done. */
  #link(series: number, parts: readonly Part[]): void {
    const { view } = this.#memory;
    let next = 0;
    for (const { blocks } of parts) {
      for (const { address } of blocks) {
        Atomics.store(view.words, (address + S_NEXT) >>> 2, next);
        next = address;
      }
    }
    Atomics.store(view.words, (view.series(series) + R_EXTENSION) >>> 2, next);
  }

  #release({ blocks }: Part): void {
    for (const { address, bytes } of blocks) this.#memory.kernel.releaseBlock(address, bytes);
  }

  #count(change: number): void {
    const { view } = this.#memory;
    Atomics.store(view.words, H_OUT_OF_ORDER >>> 2, view.word(H_OUT_OF_ORDER) + change);
  }
}

function newPart(isLate: boolean): Part {
  return {
    samples: new SampleColumns(SAMPLES_PER_PART_MAX),
    isLate,
    minMs: Number.POSITIVE_INFINITY,
    maxMs: Number.NEGATIVE_INFINITY,
    logMs: Number.POSITIVE_INFINITY,
    blocks: [],
  };
}

/** Puts a sample in its place; false when there is one of that time. */
function insertSorted(samples: SampleColumns, timeMs: number, value: LateValue): boolean {
  const { timesMs } = samples;
  let at = samples.length;
  while (at > 0 && timesMs[at - 1]! > timeMs) at--;
  if (at > 0 && timesMs[at - 1] === timeMs) return false;
  samples.reserve(samples.length + 1);
  const { timesMs: times, words, length } = samples;
  times.copyWithin(at + 1, at, length);
  words.copyWithin(2 * at + 2, 2 * at, 2 * length);
  times[at] = timeMs;
  words[2 * at] = value.low;
  words[2 * at + 1] = value.high;
  samples.length++;
  if (value.histogram === undefined && samples.histograms === null) return true;
  samples.histograms ??= new Array(length).fill(undefined);
  samples.histograms.splice(at, 0, value.histogram);
  return true;
}

function copyInto(from: SampleColumns, into: SampleColumns): void {
  into.clear();
  into.reserve(from.length);
  into.timesMs.set(from.timesMs.subarray(0, from.length));
  into.words.set(from.words.subarray(0, 2 * from.length));
  into.histograms = from.histograms;
  into.length = from.length;
}
