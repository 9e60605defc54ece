// Hands the columns of a write request to the kernel that stores them.
//
// A decoder that works in the same memory has left them there: then only their addresses go over. Columns from
// anywhere else (rules, an import, a decoder whose memory has just grown) are copied in first.

import type { WriteColumns } from '@ampere/series';
import {
  A_FIRST_SAMPLE,
  A_LABELS,
  A_LABELS_FROM,
  A_LABELS_TO,
  A_ROWS,
  A_TIMES,
  A_TOUCHED,
  A_TOUCHED_COUNT,
  A_VALUES,
} from '../../assembly/layout.ts';
import type { HeadMemory } from './head-memory.ts';

/** The kernels may read a little behind what they are given. */
const SLACK_BYTES = 16;

type Column = Uint8Array | Uint32Array | Float64Array;

export class WriteArguments {
  readonly #memory: HeadMemory;
  readonly #copies: Region;
  readonly #touched: Region;

  constructor(memory: HeadMemory) {
    this.#memory = memory;
    this.#copies = new Region(memory);
    this.#touched = new Region(memory);
  }

  /** Throws a TsdbError 'memory-full'. */
  place(columns: WriteColumns): void {
    const { seriesCount, sampleCount } = columns;
    const { view } = this.#memory;
    view.setWord(A_ROWS, seriesCount);
    view.setWord(A_TOUCHED, this.#touched.reserve(4 * seriesCount));
    view.setWord(A_TOUCHED_COUNT, 0);
    const all: [address: number, column: Column, length: number][] = [
      [A_TIMES, columns.timesMs, sampleCount],
      [A_VALUES, columns.valueWords, 2 * sampleCount],
      [A_FIRST_SAMPLE, columns.firstSample, seriesCount + 1],
      [A_LABELS_FROM, columns.labelsFrom, seriesCount],
      [A_LABELS_TO, columns.labelsTo, seriesCount],
      [A_LABELS, columns.bytes, columns.bytes.length],
    ];
    const shared = this.#memory.memory.buffer;
    if (all.every(([, column]) => column.buffer === shared)) {
      for (const [address, column] of all) view.setWord(address, column.byteOffset);
      return;
    }
    const bytes = all.reduce(
      (sum, [, column, length]) => sum + column.BYTES_PER_ELEMENT * length,
      SLACK_BYTES,
    );
    let at = this.#copies.reserve(bytes);
    for (const [address, column, length] of all) {
      const own = column.subarray(0, length);
      view.bytes.set(new Uint8Array(own.buffer, own.byteOffset, own.byteLength), at);
      view.setWord(address, at);
      at += own.byteLength;
    }
  }
}

/** A block that grows with what is asked for. */
class Region {
  readonly #memory: HeadMemory;
  #block = 0;
  #blockBytes = 0;

  constructor(memory: HeadMemory) {
    this.#memory = memory;
  }

  reserve(bytes: number): number {
    if (bytes <= this.#blockBytes) return this.#block;
    const grownBytes = bytes + (bytes >>> 1);
    const grown = this.#memory.allocate(grownBytes);
    if (this.#block !== 0) this.#memory.free(this.#block, this.#blockBytes);
    this.#block = grown;
    this.#blockBytes = grownBytes;
    return grown;
  }
}
