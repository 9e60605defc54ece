// Full chunks: their bytes one behind the other in slabs, out of the way of what is appended to.
//
// 1. Each series has its chunks in a linked list, oldest first; the list's ends are the series' own.
// 2. A chunk's bytes go to the end of the newest slab. Chunks that are sealed together grow old
//    together, so a slab is given back whole, when the last chunk in it is dropped.

import { XOR_READ_AHEAD_BYTES } from '../chunk/xor-decode.ts';
import { grow } from '../chunk/xor-encode.ts';

const SLAB_BYTES = 1 << 20;

/** No chunk; the end of every list. */
export const NO_CHUNK = 0;

export class SealedChunks {
  minMs = new Float64Array(64);
  maxMs = new Float64Array(64);
  /** The chunk after this one in its series. */
  next = new Uint32Array(64);
  #slabOf = new Uint32Array(64);
  #offset = new Uint32Array(64);
  #bytesOf = new Uint16Array(64);
  #used = 1;
  #free = NO_CHUNK;

  readonly #views: (DataView | undefined)[] = [];
  readonly #live: number[] = [];
  readonly #freeSlabs: number[] = [];
  #newest = -1;
  #newestUsed = SLAB_BYTES;

  chunks = 0;
  /** Bytes of the chunks. */
  bytes = 0;

  get slabBytes(): number {
    return (this.#views.length - this.#freeSlabs.length) * (SLAB_BYTES + XOR_READ_AHEAD_BYTES);
  }

  /** Copies a chunk in; returns its number. */
  add(from: Uint8Array, minMs: number, maxMs: number): number {
    if (this.#newestUsed + from.length > SLAB_BYTES) this.#addSlab();
    const chunk = this.#takeNumber();
    new Uint8Array(this.#views[this.#newest]!.buffer).set(from, this.#newestUsed);
    this.minMs[chunk] = minMs;
    this.maxMs[chunk] = maxMs;
    this.next[chunk] = NO_CHUNK;
    this.#slabOf[chunk] = this.#newest;
    this.#offset[chunk] = this.#newestUsed;
    this.#bytesOf[chunk] = from.length;
    this.#newestUsed += from.length;
    this.#live[this.#newest]!++;
    this.chunks++;
    this.bytes += from.length;
    return chunk;
  }

  /** Gives a chunk's memory back; the caller has taken it out of its list. */
  drop(chunk: number): void {
    const slab = this.#slabOf[chunk]!;
    this.chunks--;
    this.bytes -= this.#bytesOf[chunk]!;
    this.next[chunk] = this.#free;
    this.#free = chunk;
    if (--this.#live[slab]! > 0) return;
    this.#views[slab] = undefined;
    this.#freeSlabs.push(slab);
    if (slab === this.#newest) {
      this.#newest = -1;
      this.#newestUsed = SLAB_BYTES;
    }
  }

  view(chunk: number): DataView {
    return this.#views[this.#slabOf[chunk]!]!;
  }

  /** Where in its view a chunk begins. */
  offset(chunk: number): number {
    return this.#offset[chunk]!;
  }

  /** Its bytes. */
  length(chunk: number): number {
    return this.#bytesOf[chunk]!;
  }

  #takeNumber(): number {
    if (this.#free !== NO_CHUNK) {
      const chunk = this.#free;
      this.#free = this.next[chunk]!;
      return chunk;
    }
    const capacity = this.minMs.length;
    if (this.#used === capacity) {
      this.minMs = grow(this.minMs, new Float64Array(2 * capacity));
      this.maxMs = grow(this.maxMs, new Float64Array(2 * capacity));
      this.next = grow(this.next, new Uint32Array(2 * capacity));
      this.#slabOf = grow(this.#slabOf, new Uint32Array(2 * capacity));
      this.#offset = grow(this.#offset, new Uint32Array(2 * capacity));
      this.#bytesOf = grow(this.#bytesOf, new Uint16Array(2 * capacity));
    }
    return this.#used++;
  }

  #addSlab(): void {
    const slab = this.#freeSlabs.pop() ?? this.#views.length;
    this.#views[slab] = new DataView(new ArrayBuffer(SLAB_BYTES + XOR_READ_AHEAD_BYTES));
    this.#live[slab] = 0;
    this.#newest = slab;
    this.#newestUsed = 0;
  }
}
