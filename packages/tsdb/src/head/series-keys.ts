// Finds a series by the bytes of its label set as they came over the wire.
//
// 1. Senders write the same series in the same order time after time: the key that followed the last
//    one found is tried first, and takes one comparison of bytes and no hash.
// 2. Otherwise a 64-bit hash of the bytes leads into a table with open addressing; a hit counts only
//    when the bytes themselves are equal, so that no collision can merge two series.
// 3. Every series has one canonical key. Another encoding of the same labels is remembered as an
//    alias, within bounds; without it a sender pays for decoding each time, and nothing worse.

import type { Random } from '@ampere/platform';
import { grow } from '../chunk/xor-encode.ts';
import type { Slabs } from '../slabs.ts';

/** No such key. */
export const UNKNOWN_SERIES = -1;

const NO_KEY = 0;
const ALIASES_MIN = 1024;

/** The hash that `hash` made last. */
let hashLow = 0;
let hashHigh = 0;

export class SeriesKeys {
  readonly #slabs: Slabs;
  readonly #seedLow: number;
  readonly #seedHigh: number;
  /** By key, from 1. */
  #series = new Uint32Array(64);
  #address = new Uint32Array(64);
  #bytes = new Uint32Array(64);
  #low = new Uint32Array(64);
  #high = new Uint32Array(64);
  #successor = new Uint32Array(64);
  #used = 1;
  #aliases = 0;
  #previous = NO_KEY;
  /** Keys; the length is a power of two. */
  #slots = new Uint32Array(128);

  constructor(slabs: Slabs, random: Random) {
    this.#slabs = slabs;
    const seeds = new DataView(random.bytes(8).slice().buffer);
    this.#seedLow = seeds.getUint32(0);
    this.#seedHigh = seeds.getUint32(4);
  }

  /** The series with this key; `view` is over the same memory as the bytes. */
  find(view: DataView, from: number, to: number): number {
    const guess = this.#successor[this.#previous]!;
    if (guess !== NO_KEY && this.#equals(guess, view, from, to)) {
      this.#previous = guess;
      return this.#series[guess]!;
    }
    hash(view, from, to, this.#seedLow, this.#seedHigh);
    const mask = this.#slots.length - 1;
    for (let slot = hashLow & mask; ; slot = (slot + 1) & mask) {
      const key = this.#slots[slot]!;
      if (key === NO_KEY) return UNKNOWN_SERIES;
      if (this.#low[key] !== hashLow || this.#high[key] !== hashHigh) continue;
      if (!this.#equals(key, view, from, to)) continue;
      this.#successor[this.#previous] = key;
      this.#previous = key;
      return this.#series[key]!;
    }
  }

  /** Adds a series' canonical key, whose bytes the caller keeps at `address`. Returns the key. */
  add(address: number, bytes: number, series: number): number {
    const from = this.#slabs.offset(address);
    return this.#insert(this.#slabs.view(address), from, from + bytes, address, series);
  }

  /** Remembers another encoding of a series' labels, if there is still room for one. */
  addAlias(source: Uint8Array, view: DataView, from: number, to: number, series: number): void {
    if (this.#aliases >= Math.max(ALIASES_MIN, this.#used - this.#aliases)) return;
    const address = this.#slabs.allocate(to - from);
    this.#slabs.slab(address).set(source.subarray(from, to), this.#slabs.offset(address));
    this.#insert(view, from, to, address, series);
    this.#aliases++;
    this.#aliasBlocks.push(address, to - from);
  }

  /** Addresses and lengths of the aliases, whose bytes are ours. */
  #aliasBlocks: number[] = [];

  /** Forgets everything, aliases' bytes included; the canonical keys are then added again. */
  clear(): void {
    for (let i = 0; i < this.#aliasBlocks.length; i += 2) {
      this.#slabs.free(this.#aliasBlocks[i]!, this.#aliasBlocks[i + 1]!);
    }
    this.#aliasBlocks = [];
    this.#aliases = 0;
    this.#used = 1;
    this.#previous = NO_KEY;
    this.#successor.fill(NO_KEY);
    this.#slots.fill(NO_KEY);
  }

  #insert(view: DataView, from: number, to: number, address: number, series: number): number {
    hash(view, from, to, this.#seedLow, this.#seedHigh);
    if (this.#used === this.#series.length) this.#growKeys();
    if (2 * this.#used > this.#slots.length) this.#growSlots();
    const key = this.#used++;
    this.#series[key] = series;
    this.#address[key] = address;
    this.#bytes[key] = to - from;
    this.#low[key] = hashLow;
    this.#high[key] = hashHigh;
    this.#successor[key] = NO_KEY;
    this.#place(key);
    this.#successor[this.#previous] = key;
    this.#previous = key;
    return key;
  }

  #place(key: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#low[key]! & mask;
    while (this.#slots[slot] !== NO_KEY) slot = (slot + 1) & mask;
    this.#slots[slot] = key;
  }

  #equals(key: number, view: DataView, from: number, to: number): boolean {
    const bytes = this.#bytes[key]!;
    if (bytes !== to - from) return false;
    const address = this.#address[key]!;
    const own = this.#slabs.view(address);
    let at = this.#slabs.offset(address);
    for (; from + 4 <= to; from += 4, at += 4) {
      if (view.getInt32(from, true) !== own.getInt32(at, true)) return false;
    }
    for (; from < to; from++, at++) {
      if (view.getUint8(from) !== own.getUint8(at)) return false;
    }
    return true;
  }

  #growKeys(): void {
    const capacity = 2 * this.#series.length;
    this.#series = grow(this.#series, new Uint32Array(capacity));
    this.#address = grow(this.#address, new Uint32Array(capacity));
    this.#bytes = grow(this.#bytes, new Uint32Array(capacity));
    this.#low = grow(this.#low, new Uint32Array(capacity));
    this.#high = grow(this.#high, new Uint32Array(capacity));
    this.#successor = grow(this.#successor, new Uint32Array(capacity));
  }

  #growSlots(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let key = 1; key < this.#used; key++) this.#place(key);
  }
}

/**
 * Two lanes of multiply-and-rotate over 32-bit words, seeded, with MurmurHash3's final mix. It only
 * has to spread well: equality is always decided by the bytes.
 */
function hash(view: DataView, from: number, to: number, seedLow: number, seedHigh: number): void {
  let a = seedLow ^ (to - from);
  let b = seedHigh;
  for (; from + 4 <= to; from += 4) {
    const word = view.getInt32(from, true);
    a = Math.imul(a ^ word, 0x9e3779b1);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b + word, 0x85ebca77);
    b ^= b >>> 13;
  }
  for (; from < to; from++) {
    a = Math.imul(a ^ view.getUint8(from), 0x9e3779b1);
    b = Math.imul(b + view.getUint8(from), 0x85ebca77);
    b ^= b >>> 13;
  }
  hashLow = mix(a ^ b) >>> 0;
  hashHigh = mix(b ^ hashLow) >>> 0;
}

function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
