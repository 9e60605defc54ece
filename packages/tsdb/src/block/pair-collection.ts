// The label pairs of a block in the making: each (name, value) gets a number when it first comes, and
// texts get theirs, so that series can be set down as numbers before the sorted symbol table is known.

import { assert } from '@ampere/platform';
import { compareText } from '@ampere/series';
import { sortPaced } from '../paced-sort.ts';
import type { Pacer } from '../pacer.ts';

interface NameValues {
  readonly nameText: number;
  readonly pairs: Map<string, number>;
}

const SURROGATE_OR_ABOVE = /[\ud800-\uffff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

export class PairCollection {
  /** Blocks from Prometheus' head have the empty text too, as the name of the list of all series. */
  readonly #texts = new Map<string, number>([['', 0]]);
  readonly #names = new Map<string, NameValues>();
  /** By pair: the numbers of its texts, and how many series have it. */
  readonly nameTexts: number[] = [];
  readonly valueTexts: number[] = [];
  readonly seriesCounts: number[] = [];
  #isPlain = true;

  get count(): number {
    return this.nameTexts.length;
  }

  /** The pair's number; counts one more series that has it. */
  add(name: string, value: string): number {
    let values = this.#names.get(name);
    if (values === undefined) {
      values = { nameText: this.#text(name), pairs: new Map() };
      this.#names.set(name, values);
    }
    let pair = values.pairs.get(value);
    if (pair === undefined) {
      pair = this.nameTexts.length;
      this.nameTexts.push(values.nameText);
      this.valueTexts.push(this.#text(value));
      this.seriesCounts.push(0);
      values.pairs.set(value, pair);
    }
    this.seriesCounts[pair]!++;
    return pair;
  }

  #text(text: string): number {
    let number = this.#texts.get(text);
    if (number === undefined) {
      if (SURROGATE_OR_ABOVE.test(text)) {
        assert(!LONE_SURROGATE.test(text), 'a label is not well-formed Unicode');
        this.#isPlain = false;
      }
      number = this.#texts.size;
      this.#texts.set(text, number);
    }
    return number;
  }

  /** All texts in the order of their UTF-8 bytes, and by number the place of each among them. */
  async sortTexts(pacer: Pacer): Promise<{ sorted: string[]; places: Uint32Array }> {
    const texts = [...this.#texts.keys()];
    // JavaScript's own order is the same as long as no surrogate is compared, and much quicker.
    const compare = this.#isPlain ? inOwnOrder : compareText;
    const order = await sortPaced(ascending(texts.length), (a, b) => compare(texts[a]!, texts[b]!), pacer);
    const places = new Uint32Array(texts.length);
    const sorted: string[] = [];
    for (let i = 0; i < order.length; i++) {
      places[order[i]!] = i;
      sorted.push(texts[order[i]!]!);
    }
    return { sorted, places };
  }

  /** All pairs in the order of their names, then values. */
  async sortPairs(places: Uint32Array, pacer: Pacer): Promise<Uint32Array> {
    const { nameTexts, valueTexts } = this;
    const byPlaces = (a: number, b: number) =>
      places[nameTexts[a]!]! - places[nameTexts[b]!]! || places[valueTexts[a]!]! - places[valueTexts[b]!]!;
    return await sortPaced(ascending(this.count), byPlaces, pacer);
  }
}

function ascending(count: number): Uint32Array {
  return new Uint32Array(count).map((_, i) => i);
}

function inOwnOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
