// Packs the samples of one series into chunks of an even size.
//
// 1. Floats wait until there are enough, so that what is left at the end can be shared out evenly.
// 2. Native histograms go to a chunk of their own kind at once, which tells when it needs another. A stale marker
//    behind them goes there too; elsewhere it is a float.

import { assert } from '@ampere/platform';
import { isStaleAt, SampleColumns } from '@ampere/series';
import { ENCODING_XOR } from '../block/chunk-segments.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
import type { StoredHistogram } from '../chunk/histogram-decode.ts';
import { HistogramChunk, NO_HISTOGRAM } from '../chunk/histogram-encode.ts';
import {
  appendXor,
  startXor,
  XOR_HEADER_BYTES,
  XOR_ROOM_BYTES,
  XorStates,
  xorBytes,
} from '../chunk/xor-encode.ts';
import { appendColumns } from './columns-merge.ts';

/** A chunk's header has 16 bits for the number of its samples. */
const SAMPLES_PER_CHUNK_MAX = 0xffff;
/** A chunk of so many bytes of histograms is full once it has a few. */
const HISTOGRAM_CHUNK_BYTES = 4096;
const HISTOGRAMS_PER_CHUNK_MIN = 10;

export class ChunkPacker {
  readonly #samplesPerChunk: number;
  readonly #waiting = new SampleColumns();
  /** The open chunk, when the last sample was a histogram. */
  #histograms: HistogramChunk | undefined;
  readonly #states = new XorStates();
  readonly #view: DataView;

  constructor(samplesPerChunk: number) {
    assert(samplesPerChunk > 0 && samplesPerChunk <= SAMPLES_PER_CHUNK_MAX, 'samples per chunk out of range');
    this.#samplesPerChunk = samplesPerChunk;
    this.#states.reserve(1);
    this.#view = new DataView(new ArrayBuffer(XOR_HEADER_BYTES + XOR_ROOM_BYTES * (samplesPerChunk + 1)));
  }

  /** Samples that are in no finished chunk yet. */
  get waiting(): number {
    return this.#waiting.length + (this.#histograms?.samples ?? 0);
  }

  /** Takes samples later than all before; full chunks go to `into`. */
  add(columns: SampleColumns, into: ChunkData[]): void {
    if (columns.histograms === null && this.#histograms === undefined) {
      appendColumns(columns, this.#waiting);
      this.#packFull(into);
      return;
    }
    for (let i = 0; i < columns.length; i++) {
      const histogram = columns.histograms?.[i] as StoredHistogram | undefined;
      const isStale = histogram === undefined && isStaleAt(columns.words, i);
      if (histogram !== undefined || (isStale && this.#histograms !== undefined)) {
        this.#addHistogram(columns.timesMs[i]!, histogram, into);
      } else {
        this.#closeHistograms(into);
        this.#addFloat(columns, i);
        this.#packFull(into);
      }
    }
  }

  /** Packs what is waiting. */
  flush(into: ChunkData[]): void {
    this.#closeHistograms(into);
    this.#packAll(into);
  }

  #addFloat({ timesMs, words }: SampleColumns, index: number): void {
    const waiting = this.#waiting;
    waiting.reserve(waiting.length + 1);
    const at = waiting.length++;
    waiting.timesMs[at] = timesMs[index]!;
    waiting.words[2 * at] = words[2 * index]!;
    waiting.words[2 * at + 1] = words[2 * index + 1]!;
  }

  /** Takes a histogram, or the stale marker when it is undefined. */
  #addHistogram(timeMs: number, histogram: StoredHistogram | undefined, into: ChunkData[]): void {
    this.#packAll(into);
    const open = this.#histograms;
    const kind = histogram?.kind ?? open!.kind;
    const isStale = histogram === undefined;
    const one = histogram ?? NO_HISTOGRAM;
    if (open === undefined || open.kind !== kind || this.#isFull(open)) {
      this.#closeHistograms(into);
      this.#histograms = HistogramChunk.start(kind, timeMs, one, isStale, open);
      return;
    }
    const next = open.append(timeMs, one, isStale);
    if (next === open) return;
    this.#closeHistograms(into);
    this.#histograms = next;
  }

  #isFull(chunk: HistogramChunk): boolean {
    if (chunk.samples >= this.#samplesPerChunk) return true;
    return chunk.length >= HISTOGRAM_CHUNK_BYTES && chunk.samples >= HISTOGRAMS_PER_CHUNK_MIN;
  }

  #closeHistograms(into: ChunkData[]): void {
    const chunk = this.#histograms;
    if (chunk === undefined) return;
    this.#histograms = undefined;
    into.push({
      encoding: chunk.encoding,
      minTimeMs: chunk.minTimeMs,
      maxTimeMs: chunk.lastTimeMs,
      bytes: chunk.content(),
      from: 0,
      to: chunk.length,
    });
  }

  /** Packs all full chunks of floats; so many are held back that the rest can be shared out evenly. */
  #packFull(into: ChunkData[]): void {
    let from = 0;
    while (this.#waiting.length - from >= 2 * this.#samplesPerChunk) {
      into.push(this.#pack(from, from + this.#samplesPerChunk));
      from += this.#samplesPerChunk;
    }
    this.#forget(from);
  }

  #packAll(into: ChunkData[]): void {
    const samples = this.#waiting.length;
    const chunks = Math.ceil(samples / this.#samplesPerChunk);
    for (let i = 0; i < chunks; i++) {
      into.push(this.#pack(Math.floor((i * samples) / chunks), Math.floor(((i + 1) * samples) / chunks)));
    }
    this.#waiting.clear();
  }

  #forget(count: number): void {
    if (count === 0) return;
    const { timesMs, words, length } = this.#waiting;
    timesMs.copyWithin(0, count, length);
    words.copyWithin(0, 2 * count, 2 * length);
    this.#waiting.length = length - count;
  }

  #pack(from: number, to: number): ChunkData {
    const { timesMs, words } = this.#waiting;
    const states = this.#states;
    startXor(states, 0, this.#view, 0, timesMs[from]!, words[2 * from]!, words[2 * from + 1]!);
    for (let i = from + 1; i < to; i++) {
      appendXor(states, 0, this.#view, 0, timesMs[i]!, words[2 * i]!, words[2 * i + 1]!);
    }
    const bytes = new Uint8Array(this.#view.buffer, 0, xorBytes(states, 0)).slice();
    return {
      encoding: ENCODING_XOR,
      minTimeMs: timesMs[from]!,
      maxTimeMs: timesMs[to - 1]!,
      bytes,
      from: 0,
      to: bytes.length,
    };
  }
}
