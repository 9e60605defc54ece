// Finds the series that a set of matchers takes.
//
// 1. A matcher that doesn't take the empty value can only take series that have its label: the values
//    it takes, and so the number of their series, are known from the index.
// 2. The one with the fewest series gives the candidates. When every matcher takes the empty value, all
//    series are candidates.
// 3. Each candidate is checked against the other matchers by its own pairs; a missing label has the
//    empty value, as in Prometheus.
//
// A regular expression is tested once per value; the verdicts are kept from query to query.

import type { Matcher } from '@ampere/series';
import type { LabelIndex, LabelValues } from './label-index.ts';

/** What matching needs to know of series. */
export interface SeriesPairs {
  readonly count: number;
  /** The pair that a series has of these values' name, or -1. */
  pairOf(series: number, values: LabelValues): number;
}

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
  #generation = -1;

  constructor(index: LabelIndex) {
    this.#index = index;
  }

  /** The series, each once. */
  find(series: SeriesPairs, matchers: readonly Matcher[]): Uint32Array {
    const tests: ValueTest[] = [];
    for (const matcher of matchers) {
      const values = this.#index.valuesOf(matcher.name);
      if (values === undefined) {
        // No series has the label.
        if (!matcher.matchesEmpty) return new Uint32Array(0);
        continue;
      }
      tests.push(new ValueTest(this.#index, matcher, values, this.#verdictsOf(matcher)));
    }
    let narrowest: ValueTest | undefined;
    for (const test of tests) {
      if (test.takesMissing) continue;
      if (narrowest === undefined || test.series() < narrowest.series()) narrowest = test;
    }
    let candidates = narrowest?.postings() ?? allOf(series.count);
    for (const test of tests) {
      if (test !== narrowest) candidates = keep(candidates, series, test);
    }
    return candidates;
  }

  #verdictsOf(matcher: Matcher): Uint8Array | undefined {
    if (matcher.kind === '=' || matcher.kind === '!=') return undefined;
    if (this.#generation !== this.#index.generation) {
      this.#verdicts.clear();
      this.#verdictBytes = 0;
      this.#generation = this.#index.generation;
    }
    const key = `${matcher.name.length}:${matcher.name}${matcher.kind}${matcher.value}`;
    let verdicts = this.#verdicts.get(key);
    this.#verdicts.delete(key);
    this.#verdictBytes -= verdicts?.length ?? 0;
    if (verdicts === undefined || verdicts.length < this.#index.pairBound) {
      const grown = new Uint8Array(Math.ceil(1.25 * this.#index.pairBound));
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
  readonly values: LabelValues;
  readonly takesMissing: boolean;
  readonly #index: LabelIndex;
  readonly #matcher: Matcher;
  readonly #verdicts: Uint8Array | undefined;
  /** For `=` and `!=`: the pair with the value itself, or -1. */
  readonly #pair: number;
  #taken: number[] | undefined;
  #series = 0;

  constructor(index: LabelIndex, matcher: Matcher, values: LabelValues, verdicts: Uint8Array | undefined) {
    this.#index = index;
    this.#matcher = matcher;
    this.values = values;
    this.#verdicts = verdicts;
    this.takesMissing = matcher.matchesEmpty;
    this.#pair = values.pairs.get(matcher.value) ?? -1;
  }

  /** Whether a series with this pair is taken. */
  takes(pair: number): boolean {
    if (this.#verdicts === undefined) return (pair === this.#pair) === (this.#matcher.kind === '=');
    let verdict = this.#verdicts[pair];
    if (verdict === UNTESTED) {
      verdict = this.#matcher.matches(this.#index.valueOf(pair)) ? TAKEN : REFUSED;
      this.#verdicts[pair] = verdict;
    }
    return verdict === TAKEN;
  }

  /** How many series have a value that is taken. */
  series(): number {
    this.#collect();
    return this.#series;
  }

  /** The series that have a value that is taken. */
  postings(): Uint32Array {
    const taken = this.#collect();
    const all = new Uint32Array(this.#series);
    let length = 0;
    for (const pair of taken) {
      this.#index.postings(pair, all, length);
      length += this.#index.seriesWith(pair);
    }
    // One series has one value: the lists share nothing. Ascending order reads memory in order.
    return taken.length > 1 ? all.sort() : all;
  }

  #collect(): number[] {
    if (this.#taken !== undefined) return this.#taken;
    const taken: number[] = [];
    if (this.#matcher.kind === '=') {
      if (this.#pair >= 0) taken.push(this.#pair);
    } else {
      for (const pair of this.values.pairs.values()) if (this.takes(pair)) taken.push(pair);
    }
    for (const pair of taken) this.#series += this.#index.seriesWith(pair);
    this.#taken = taken;
    return taken;
  }
}

function keep(candidates: Uint32Array, series: SeriesPairs, test: ValueTest): Uint32Array {
  let kept = 0;
  for (let i = 0; i < candidates.length; i++) {
    const pair = series.pairOf(candidates[i]!, test.values);
    if (pair < 0 ? test.takesMissing : test.takes(pair)) candidates[kept++] = candidates[i]!;
  }
  return candidates.subarray(0, kept);
}

function allOf(count: number): Uint32Array {
  const all = new Uint32Array(count);
  for (let i = 0; i < count; i++) all[i] = i;
  return all;
}
