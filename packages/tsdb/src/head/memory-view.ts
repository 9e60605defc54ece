// A head's memory as any thread sees it: typed arrays that are renewed when the memory has grown.

import {
  NAME_BYTES,
  NAME_PAGES,
  PAGE_BYTES,
  PAIR_BYTES,
  PAIR_PAGES,
  SERIES_BYTES,
  SERIES_PAGES,
  SLOT_MASK,
  SLOT_SHIFT,
} from '../../assembly/layout.ts';

export class MemoryView {
  readonly memory: WebAssembly.Memory;
  bytes!: Buffer;
  words!: Uint32Array;
  floats!: Float64Array;
  view!: DataView;
  /** Up to here everything can be read, and a page behind it. */
  #reach = 0;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.refresh();
  }

  /** Makes what lies before an address readable; a page behind every block is readable too. */
  reach(end: number): void {
    if (end > this.#reach) this.refresh();
  }

  /** Renews the arrays; those taken before stay valid for what they cover. */
  refresh(): void {
    // Growing by nothing has a thread see how far others have grown the memory.
    this.memory.grow(0);
    const buffer = this.memory.buffer as ArrayBuffer;
    this.bytes = Buffer.from(buffer);
    this.words = new Uint32Array(buffer);
    this.floats = new Float64Array(buffer);
    this.view = new DataView(buffer);
    this.#reach = buffer.byteLength - PAGE_BYTES;
  }

  /** A word that another thread may be writing. */
  load(address: number): number {
    return Atomics.load(this.words, address >>> 2);
  }

  word(address: number): number {
    return this.words[address >>> 2]!;
  }

  setWord(address: number, value: number): void {
    this.words[address >>> 2] = value;
  }

  float(address: number): number {
    return this.floats[address >>> 3]!;
  }

  setFloat(address: number, value: number): void {
    this.floats[address >>> 3] = value;
  }

  /** The record of a series, readable. */
  series(slot: number): number {
    return this.#record(SERIES_PAGES, SERIES_BYTES, slot);
  }

  pair(slot: number): number {
    return this.#record(PAIR_PAGES, PAIR_BYTES, slot);
  }

  name(slot: number): number {
    return this.#record(NAME_PAGES, NAME_BYTES, slot);
  }

  #record(pages: number, bytes: number, slot: number): number {
    const page = this.words[(pages >>> 2) + (slot >>> SLOT_SHIFT)]!;
    const address = page + (slot & SLOT_MASK) * bytes;
    this.reach(address + bytes);
    return address;
  }
}
