// Label names, pairs and the series of each, read from a head's memory on any thread.
//
// 1. A (name, value) pair is a number; a series is a list of pairs. Names are numbers too.
// 2. Each name has the list of its pairs, each pair the list of its series, in the order in which they came.
// 3. Texts are made when they are asked for, and kept within bounds.
//
// Numbers mean the same for as long as nothing was taken out (`generation`): a new generation gets a new index.
// The writer adds meanwhile: what is read twice may be longer the second time.

import { Labels } from '@ampere/series';
import {
  H_GENERATION,
  H_NAME_BOUND,
  H_NAME_TABLE,
  H_PAIR_BOUND,
  H_PAIR_COUNT,
  H_PAIR_TABLE,
  H_SEED,
  H_SERIES_BOUND,
  H_SERIES_COUNT,
  H_TAG_MASK,
  L_ITEMS,
  L_LENGTH,
  N_PAIRS,
  N_STATE,
  N_TEXT,
  N_TEXT_BYTES,
  P_FIELD,
  P_FIELD_BYTES,
  P_NAME,
  P_SERIES,
  P_STATE,
  P_VALUE_FROM,
  R_PAIR_COUNT,
  R_PAIRS,
  R_STATE,
  T_ENTRIES,
  T_MASK,
  T_REMOVED,
  USED,
} from '../../assembly/layout.ts';
import { encodeLabel } from '../head/label-set.ts';
import type { MemoryView } from '../head/memory-view.ts';
import { tagOfBytes } from './tag.ts';

/** Texts of values, and label sets, that are kept for the next query. */
const VALUES_CACHED_MAX = 500_000;
const LABELS_CACHED_MAX = 200_000;

/** No such name or pair. */
export const NONE = -1;

export class LabelIndex {
  readonly view: MemoryView;
  readonly generation: number;
  readonly #names: (string | undefined)[] = [];
  #values: (string | undefined)[] = [];
  #valuesCached = 0;
  #labels: (Labels | undefined)[] = [];
  #labelsCached = 0;

  constructor(view: MemoryView, generation = view.load(H_GENERATION)) {
    this.view = view;
    this.generation = generation;
  }

  /** Series there are. */
  get count(): number {
    return this.view.load(H_SERIES_COUNT);
  }

  /** Above every series number; some below may be unused. */
  get seriesBound(): number {
    return this.view.load(H_SERIES_BOUND);
  }

  isSeries(series: number): boolean {
    return this.view.load(this.view.series(series) + R_STATE) === USED;
  }

  get pairs(): number {
    return this.view.load(H_PAIR_COUNT);
  }

  get pairBound(): number {
    return this.view.load(H_PAIR_BOUND);
  }

  isPair(pair: number): boolean {
    return this.view.load(this.view.pair(pair) + P_STATE) === USED;
  }

  /** All names. */
  *names(): Iterable<number> {
    const bound = this.view.load(H_NAME_BOUND);
    for (let name = 0; name < bound; name++) {
      if (this.view.load(this.view.name(name) + N_STATE) === USED) yield name;
    }
  }

  nameText(name: number): string {
    const known = this.#names[name];
    if (known !== undefined) return known;
    const record = this.view.name(name);
    const text = this.#text(this.view.word(record + N_TEXT), this.view.word(record + N_TEXT_BYTES));
    this.#names[name] = text;
    return text;
  }

  findName(text: string): number {
    const bytes = Buffer.from(text);
    return this.#lookUp(H_NAME_TABLE, bytes, (name) => {
      const record = this.view.name(name);
      return this.#isAt(this.view.word(record + N_TEXT), this.view.word(record + N_TEXT_BYTES), bytes);
    });
  }

  findPair(name: string, value: string): number {
    const field = encodeLabel(name, value);
    return this.#lookUp(H_PAIR_TABLE, field, (pair) => {
      const record = this.view.pair(pair);
      return this.#isAt(this.view.word(record + P_FIELD), this.view.word(record + P_FIELD_BYTES), field);
    });
  }

  /** The pairs of a name, in memory of their own. */
  pairsOf(name: number): Uint32Array {
    return this.#list(this.view.name(name) + N_PAIRS);
  }

  /** Whether any pair of a name passes the test: nearly always the first one does. */
  somePairOf(name: number, test: (pair: number) => boolean): boolean {
    return this.#some(this.view.name(name) + N_PAIRS, test);
  }

  /** How many pairs a name has. */
  valueCount(name: number): number {
    return this.#length(this.view.name(name) + N_PAIRS);
  }

  nameOf(pair: number): number {
    return this.view.word(this.view.pair(pair) + P_NAME);
  }

  valueOf(pair: number): string {
    const known = this.#values[pair];
    if (known !== undefined) return known;
    const record = this.view.pair(pair);
    const from = this.view.word(record + P_VALUE_FROM);
    const field = this.view.word(record + P_FIELD);
    const text = this.#text(field + from, this.view.word(record + P_FIELD_BYTES) - from);
    if (this.#valuesCached >= VALUES_CACHED_MAX) {
      this.#values = [];
      this.#valuesCached = 0;
    }
    this.#values[pair] = text;
    this.#valuesCached++;
    return text;
  }

  /** How many series have a pair. */
  seriesWith(pair: number): number {
    return this.#length(this.view.pair(pair) + P_SERIES);
  }

  /** The series of a pair, in memory of their own. */
  seriesOf(pair: number): Uint32Array {
    return this.#list(this.view.pair(pair) + P_SERIES);
  }

  /** Whether any series of a pair passes the test. */
  someSeriesOf(pair: number, test: (series: number) => boolean): boolean {
    return this.#some(this.view.pair(pair) + P_SERIES, test);
  }

  /** The pair that a series has of a name, or NONE. */
  pairOf(series: number, name: number): number {
    const { view } = this;
    const record = view.series(series);
    const from = view.word(record + R_PAIRS);
    const to = from + 4 * view.word(record + R_PAIR_COUNT);
    view.reach(to);
    for (let at = from; at < to; at += 4) {
      const pair = view.word(at);
      if (view.word(view.pair(pair) + P_NAME) === name) return pair;
    }
    return NONE;
  }

  labelsOf(series: number): Labels {
    const cached = this.#labels[series];
    if (cached !== undefined) return cached;
    const { view } = this;
    const record = view.series(series);
    const from = view.word(record + R_PAIRS);
    const count = view.word(record + R_PAIR_COUNT);
    view.reach(from + 4 * count);
    const names: string[] = [];
    const values: string[] = [];
    for (let i = 0; i < count; i++) {
      const pair = view.word(from + 4 * i);
      names.push(this.nameText(this.nameOf(pair)));
      values.push(this.valueOf(pair));
    }
    const labels = new Labels(names, values);
    if (this.#labelsCached >= LABELS_CACHED_MAX) {
      this.#labels = [];
      this.#labelsCached = 0;
    }
    this.#labels[series] = labels;
    this.#labelsCached++;
    return labels;
  }

  #text(from: number, bytes: number): string {
    this.view.reach(from + bytes);
    return this.view.bytes.toString('utf8', from, from + bytes);
  }

  #isAt(from: number, bytes: number, wanted: Uint8Array): boolean {
    if (bytes !== wanted.length) return false;
    this.view.reach(from + bytes);
    const found = this.view.bytes;
    for (let i = 0; i < bytes; i++) if (found[from + i] !== wanted[i]) return false;
    return true;
  }

  #lookUp(word: number, bytes: Uint8Array, isMeant: (item: number) => boolean): number {
    const { view } = this;
    const table = view.load(word);
    if (table === 0) return NONE;
    view.reach(table + T_ENTRIES);
    const mask = view.word(table + T_MASK);
    view.reach(table + T_ENTRIES + 8 * (mask + 1));
    const tag = tagOfBytes(bytes, view.view.getBigUint64(H_SEED, true), view.word(H_TAG_MASK));
    for (let slot = (tag & mask) >>> 0; ; slot = (slot + 1) & mask) {
      const entry = table + T_ENTRIES + 8 * slot;
      const item = view.load(entry);
      if (item === 0) return NONE;
      if (item !== T_REMOVED && view.word(entry + 4) === tag && isMeant(item - 1)) return item - 1;
    }
  }

  #length(word: number): number {
    const list = this.view.load(word);
    if (list === 0) return 0;
    if (list % 2 === 1) return 1;
    this.view.reach(list + L_ITEMS);
    return this.view.load(list + L_LENGTH);
  }

  /** A list is copied only when its first item is not the one that is sought. */
  #some(word: number, test: (item: number) => boolean): boolean {
    const list = this.view.load(word);
    if (list === 0) return false;
    if (list % 2 === 1) return test(list >>> 1);
    this.view.reach(list + L_ITEMS + 4);
    if (this.view.load(list + L_LENGTH) > 0 && test(this.view.word(list + L_ITEMS))) return true;
    return this.#list(word).some(test);
  }

  #list(word: number): Uint32Array {
    const list = this.view.load(word);
    if (list === 0) return new Uint32Array(0);
    if (list % 2 === 1) return Uint32Array.of(list >>> 1);
    this.view.reach(list + L_ITEMS);
    const length = this.view.load(list + L_LENGTH);
    this.view.reach(list + L_ITEMS + 4 * length);
    return this.view.words.slice((list + L_ITEMS) >>> 2, ((list + L_ITEMS) >>> 2) + length);
  }
}
