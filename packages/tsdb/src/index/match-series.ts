// Finds the series that a set of matchers takes.
//
// 1. A matcher that doesn't take the empty value can only take series that have its label: the values
//    it takes, and so the number of their series, are known from the index.
// 2. The one with the fewest series gives the candidates. When every matcher takes the empty value, all
//    series are candidates.
// 3. Each candidate is checked against the other matchers by its own pairs; a missing label has the
//    empty value, as in Prometheus.
//
// A regular expression that is alternatives of literal text is looked up. Any other is tested once per value; the verdicts are
// kept from query to query.

import type { Matcher } from '@ampere/series';
import type { AliveCheck } from '../alive-check.ts';
import { type LabelIndex, NONE } from './label-index.ts';

const UNTESTED = 0;
const TAKEN = 1;
const REFUSED = 2;

/** Verdicts are forgotten, oldest use first, beyond either of these. */
const CACHED_MATCHERS_MAX = 256;
const CACHED_BYTES_MAX = 16 << 20;

export class SeriesMatching {
  readonly #index: LabelIndex;
  /** Verdicts by pair number, most recently used last. */
  readonly #verdicts = new Map<string, Uint8Array>();
  #verdictBytes = 0;

  constructor(index: LabelIndex) {
    this.#index = index;
  }

  /** The series, each once. */
  find(matchers: readonly Matcher[], alive: AliveCheck): Uint32Array {
    const index = this.#index;
    const tests: ValueTest[] = [];
    for (const matcher of matchers) {
      const name = index.findName(matcher.name);
      if (name === NONE) {
        // No series has the label.
        if (!matcher.matchesEmpty) return new Uint32Array(0);
        continue;
      }
      tests.push(new ValueTest(index, matcher, name, this.#verdictsOf(matcher), alive));
    }
    let narrowest: ValueTest | undefined;
    for (const test of tests) {
      if (test.takesMissing) continue;
      if (narrowest === undefined || test.series() < narrowest.series()) narrowest = test;
    }
    let candidates = narrowest?.postings() ?? allOf(index);
    for (const test of tests) {
      if (test !== narrowest) candidates = keep(candidates, index, test, alive);
    }
    return candidates;
  }

  #verdictsOf(matcher: Matcher): Uint8Array | undefined {
    if (matcher.kind === '=' || matcher.kind === '!=') return undefined;
    const key = `${matcher.name.length}:${matcher.name}${matcher.kind}${matcher.value}`;
    let verdicts = this.#verdicts.get(key);
    this.#verdicts.delete(key);
    this.#verdictBytes -= verdicts?.length ?? 0;
    const { pairBound } = this.#index;
    if (verdicts === undefined || verdicts.length < pairBound) {
      const grown = new Uint8Array(Math.ceil(1.25 * pairBound));
      if (verdicts !== undefined) grown.set(verdicts);
      verdicts = grown;
    }
    this.#verdicts.set(key, verdicts);
    this.#verdictBytes += verdicts.length;
    for (const [oldest, bytes] of this.#verdicts) {
      if (this.#verdicts.size <= CACHED_MATCHERS_MAX && this.#verdictBytes <= CACHED_BYTES_MAX) break;
      if (oldest === key) break;
      this.#verdicts.delete(oldest);
      this.#verdictBytes -= bytes.length;
    }
    return verdicts;
  }
}

/** One matcher over the values of its label. */
class ValueTest {
  readonly name: number;
  readonly takesMissing: boolean;
  readonly #alive: AliveCheck;
  readonly #index: LabelIndex;
  readonly #matcher: Matcher;
  readonly #verdicts: Uint8Array | undefined;
  /** For `=` and `!=`: the pair with the value itself, or NONE. */
  readonly #pair: number;
  #taken: number[] | undefined;
  #series = 0;

  constructor(
    index: LabelIndex,
    matcher: Matcher,
    name: number,
    verdicts: Uint8Array | undefined,
    alive: AliveCheck,
  ) {
    this.#alive = alive;
    this.#index = index;
    this.#matcher = matcher;
    this.name = name;
    this.#verdicts = verdicts;
    this.takesMissing = matcher.matchesEmpty;
    this.#pair = verdicts === undefined ? index.findPair(matcher.name, matcher.value) : NONE;
  }

  /** Whether a series with this pair is taken. */
  takes(pair: number): boolean {
    if (this.#verdicts === undefined) return (pair === this.#pair) === (this.#matcher.kind === '=');
    let verdict = this.#verdicts[pair] ?? UNTESTED;
    if (verdict === UNTESTED) {
      verdict = this.#matcher.matches(this.#index.valueOf(pair)) ? TAKEN : REFUSED;
      // A pair that came since the verdicts were laid out is beyond their end, and tested again the next time.
      this.#verdicts[pair] = verdict;
    }
    return verdict === TAKEN;
  }

  /** About how many series have a value that is taken: others may be coming. */
  series(): number {
    this.#collect();
    return this.#series;
  }

  /** The series that have a value that is taken. */
  postings(): Uint32Array {
    const lists = this.#collect().map((pair) => this.#index.seriesOf(pair));
    if (lists.length === 1) return lists[0]!;
    const all = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0));
    let length = 0;
    for (const list of lists) {
      all.set(list, length);
      length += list.length;
    }
    // One series has one value: the lists share nothing. Ascending order reads memory in order.
    return all.sort();
  }

  #collect(): number[] {
    if (this.#taken !== undefined) return this.#taken;
    const taken: number[] = [];
    if (this.#matcher.kind === '=') {
      if (this.#pair !== NONE) taken.push(this.#pair);
    } else if (
      (this.#matcher.texts?.length ?? Number.POSITIVE_INFINITY) < this.#index.valueCount(this.name)
    ) {
      for (const text of this.#matcher.texts!) {
        this.#alive.tick();
        const pair = this.#index.findPair(this.#matcher.name, text);
        if (pair !== NONE) taken.push(pair);
      }
    } else {
      for (const pair of this.#index.pairsOf(this.name)) {
        this.#alive.tick();
        if (this.takes(pair)) taken.push(pair);
      }
    }
    for (const pair of taken) this.#series += this.#index.seriesWith(pair);
    this.#taken = taken;
    return taken;
  }
}

function keep(candidates: Uint32Array, index: LabelIndex, test: ValueTest, alive: AliveCheck): Uint32Array {
  let kept = 0;
  for (let i = 0; i < candidates.length; i++) {
    alive.tick();
    const pair = index.pairOf(candidates[i]!, test.name);
    if (pair === NONE ? test.takesMissing : test.takes(pair)) candidates[kept++] = candidates[i]!;
  }
  return candidates.subarray(0, kept);
}

function allOf(index: LabelIndex): Uint32Array {
  const bound = index.seriesBound;
  const all = new Uint32Array(bound);
  let count = 0;
  for (let series = 0; series < bound; series++) if (index.isSeries(series)) all[count++] = series;
  return all.subarray(0, count);
}
