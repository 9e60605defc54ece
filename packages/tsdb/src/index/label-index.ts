// Label pairs and, for each, the series that have it.
//
// 1. A (name, value) pair is interned once and has a number; a series is a list of pair numbers.
// 2. Each pair has its postings: the ascending list of its series. A list of one is kept in the
//    address itself, since most values of large labels belong to a single series.
// 3. Series are only ever added at the end, so that lists grow at their end. When many are gone, the
//    survivors are renumbered in their order (`renumber`), which keeps the lists sorted, and pairs without
//    series are forgotten.

import { assert } from '@ampere/platform';
import { grow } from '../chunk/xor-encode.ts';
import { Slabs } from '../slabs.ts';

/** Says in a renumbering that a series is gone. */
export const GONE = 0xffffffff;

/** The values of one label name. */
export interface LabelValues {
  readonly name: string;
  /** Pair by value. */
  readonly pairs: Map<string, number>;
}

export class LabelIndex {
  readonly #slabs: Slabs;
  readonly #names = new Map<string, LabelValues>();
  /** By pair. */
  readonly #owners: (LabelValues | undefined)[] = [];
  readonly #values: string[] = [];
  #address = new Uint32Array(64);
  #length = new Uint32Array(64);
  /** In entries; 0 = the address is the one series itself. */
  #capacity = new Uint32Array(64);
  readonly #freePairs: number[] = [];
  #generation = 0;

  constructor(slabs: Slabs) {
    this.#slabs = slabs;
  }

  /** Changes when pairs were forgotten: what was remembered by pair number is void. */
  get generation(): number {
    return this.#generation;
  }

  /** Pairs with a series. */
  get pairs(): number {
    return this.#values.length - this.#freePairs.length;
  }

  /** Whether a pair number stands for a pair. */
  isUsed(pair: number): boolean {
    return this.#owners[pair] !== undefined;
  }

  /** Above every pair number. */
  get pairBound(): number {
    return this.#values.length;
  }

  names(): Iterable<LabelValues> {
    return this.#names.values();
  }

  valuesOf(name: string): LabelValues | undefined {
    return this.#names.get(name);
  }

  /** The values that a pair's is one of. */
  ownerOf(pair: number): LabelValues {
    return this.#owners[pair]!;
  }

  nameOf(pair: number): string {
    return this.#owners[pair]!.name;
  }

  valueOf(pair: number): string {
    return this.#values[pair]!;
  }

  /** How many series have a pair. */
  seriesWith(pair: number): number {
    return this.#length[pair]!;
  }

  /** The pair's number, made when it is new. */
  intern(name: string, value: string): number {
    let owner = this.#names.get(name);
    if (owner === undefined) this.#names.set(name, (owner = { name, pairs: new Map() }));
    const known = owner.pairs.get(value);
    if (known !== undefined) return known;
    const pair = this.#freePairs.pop() ?? this.#values.length;
    if (pair === this.#address.length) {
      this.#address = grow(this.#address, new Uint32Array(2 * pair));
      this.#length = grow(this.#length, new Uint32Array(2 * pair));
      this.#capacity = grow(this.#capacity, new Uint32Array(2 * pair));
    }
    this.#owners[pair] = owner;
    this.#values[pair] = value;
    this.#length[pair] = 0;
    this.#capacity[pair] = 0;
    owner.pairs.set(value, pair);
    return pair;
  }

  /** Adds a series, whose number must be above those of all others that have the pair. */
  add(pair: number, series: number): void {
    const length = this.#length[pair]!;
    if (length === 0) {
      this.#address[pair] = series;
    } else {
      if (length >= this.#capacity[pair]!) this.#growList(pair);
      const address = this.#address[pair]!;
      const view = this.#slabs.view(address);
      const at = this.#slabs.offset(address) + 4 * length;
      assert(view.getUint32(at - 4, true) < series, 'series are not added in order');
      view.setUint32(at, series, true);
    }
    this.#length[pair] = length + 1;
  }

  /** Copies a pair's series, ascending, into an array from an index on. */
  postings(pair: number, into: Uint32Array, from: number): void {
    const length = this.#length[pair]!;
    const address = this.#address[pair]!;
    if (this.#capacity[pair] === 0) {
      if (length === 1) into[from] = address;
      return;
    }
    const view = this.#slabs.view(address);
    const at = this.#slabs.offset(address);
    for (let i = 0; i < length; i++) into[from + i] = view.getUint32(at + 4 * i, true);
  }

  /** Gives every series its number in `map`, which must keep their order; GONE ones are taken out. */
  renumber(map: Uint32Array): void {
    this.#generation++;
    for (let pair = 0; pair < this.#values.length; pair++) {
      const owner = this.#owners[pair];
      if (owner === undefined) continue;
      this.#renumberList(pair, map);
      if (this.#length[pair] !== 0) continue;
      if (this.#capacity[pair] !== 0) this.#slabs.free(this.#address[pair]!, 4 * this.#capacity[pair]!);
      owner.pairs.delete(this.#values[pair]!);
      if (owner.pairs.size === 0) this.#names.delete(owner.name);
      this.#owners[pair] = undefined;
      this.#values[pair] = '';
      this.#freePairs.push(pair);
    }
  }

  #renumberList(pair: number, map: Uint32Array): void {
    const length = this.#length[pair]!;
    const address = this.#address[pair]!;
    if (this.#capacity[pair] === 0) {
      if (length === 0) return;
      this.#address[pair] = map[address]!;
      if (map[address] === GONE) this.#length[pair] = 0;
      return;
    }
    const view = this.#slabs.view(address);
    const from = this.#slabs.offset(address);
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const series = map[view.getUint32(from + 4 * i, true)]!;
      if (series !== GONE) view.setUint32(from + 4 * kept++, series, true);
    }
    this.#length[pair] = kept;
  }

  #growList(pair: number): void {
    const length = this.#length[pair]!;
    const before = this.#capacity[pair]!;
    const capacity = Slabs.capacity(4 * Math.max(4, 2 * before)) / 4;
    const address = this.#slabs.allocate(4 * capacity);
    const view = this.#slabs.view(address);
    const at = this.#slabs.offset(address);
    const old = this.#address[pair]!;
    if (before === 0) {
      view.setUint32(at, old, true);
    } else {
      const from = this.#slabs.offset(old);
      this.#slabs.slab(address).set(this.#slabs.slab(old).subarray(from, from + 4 * length), at);
      this.#slabs.free(old, 4 * before);
    }
    this.#address[pair] = address;
    this.#capacity[pair] = capacity;
  }
}
