// Packs the samples of one series into chunks of an even size.

import { assert } from '@ampere/platform';
import { SampleColumns } from '@ampere/series';
import { ENCODING_XOR } from '../block/chunk-segments.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
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

export class ChunkPacker {
  readonly #samplesPerChunk: number;
  readonly #waiting = new SampleColumns();
  readonly #states = new XorStates();
  readonly #view: DataView;

  constructor(samplesPerChunk: number) {
    assert(samplesPerChunk > 0 && samplesPerChunk <= SAMPLES_PER_CHUNK_MAX, 'samples per chunk out of range');
    this.#samplesPerChunk = samplesPerChunk;
    this.#states.reserve(1);
    this.#view = new DataView(new ArrayBuffer(XOR_HEADER_BYTES + XOR_ROOM_BYTES * (samplesPerChunk + 1)));
  }

  /** Samples that are in no chunk yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes samples later than all before; full chunks go to `into`. */
  add(columns: SampleColumns, into: ChunkData[]): void {
    assert(columns.histograms === null, 'native histograms are not packed into XOR chunks');
    appendColumns(columns, this.#waiting);
    // So many are held back that what is left at the end can be shared out evenly.
    let from = 0;
    while (this.#waiting.length - from >= 2 * this.#samplesPerChunk) {
      into.push(this.#pack(from, from + this.#samplesPerChunk));
      from += this.#samplesPerChunk;
    }
    this.#forget(from);
  }

  /** Packs what is waiting. */
  flush(into: ChunkData[]): void {
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
