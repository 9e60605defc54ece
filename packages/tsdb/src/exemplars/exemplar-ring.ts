// The newest exemplars of all series, a bounded number of them.
//
// 1. Each series has its exemplars in the order in which they came, which is that of their times.
// 2. A ring of the series that got them tells which exemplar is the oldest of all: the first one of the series in
//    whose turn it is. It goes when there is no room.
// What is taken, and what is said of what isn't, is as in Prometheus' circular storage.

import { assert } from '@ampere/platform';
import type { Labels, Matcher } from '@ampere/series';

/** Characters of an exemplar's labels, names and values together; from OpenMetrics. */
export const EXEMPLAR_CHARACTERS_MAX = 128;

export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

/** What became of an exemplar. */
export type ExemplarVerdict = 'stored' | 'repeated' | 'out-of-order' | 'labels-too-long' | 'disabled';

/** A series and exemplars of it, the oldest first. */
export interface SeriesExemplars {
  readonly series: Labels;
  readonly exemplars: readonly Exemplar[];
}

interface Owner {
  readonly series: Labels;
  /** From `first` on. */
  exemplars: Exemplar[];
  first: number;
}

/** Forgotten exemplars in front of a list are cut off when there are so many. */
const CUT_FROM = 64;

export class ExemplarRing {
  readonly #capacity: number;
  readonly #owners = new Map<string, Owner>();
  /** The owner of each exemplar; `#next` is overwritten next, and is the oldest when the ring is full. */
  #ring: Owner[] = [];
  #next = 0;

  /** Holds so many exemplars; none at all with 0. */
  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 0, 'a ring of exemplars of a strange size');
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#ring.length;
  }

  add(series: Labels, exemplar: Exemplar): ExemplarVerdict {
    if (this.#capacity === 0) return 'disabled';
    if (charactersOf(exemplar.labels) > EXEMPLAR_CHARACTERS_MAX) return 'labels-too-long';
    const owner = this.#owners.get(series.key);
    if (owner !== undefined) {
      const verdict = verdictBehind(owner, exemplar);
      if (verdict !== 'stored') return verdict;
    }
    this.#put(owner ?? this.#own(series), exemplar);
    return 'stored';
  }

  /** Exemplars within [startMs, endMs] of the series that all matchers of one of the sets take, in the order of labels. */
  select(startMs: number, endMs: number, sets: readonly (readonly Matcher[])[]): SeriesExemplars[] {
    const found: SeriesExemplars[] = [];
    for (const { series, exemplars, first } of this.#owners.values()) {
      if (!sets.some((set) => set.every((matcher) => matcher.matches(series.get(matcher.name))))) continue;
      const within = exemplars.slice(first).filter(({ timeMs }) => timeMs >= startMs && timeMs <= endMs);
      if (within.length > 0) found.push({ series, exemplars: within });
    }
    return found.sort((a, b) => a.series.compare(b.series));
  }

  /** All of them, the oldest first. */
  *entries(): Iterable<[series: Labels, exemplar: Exemplar]> {
    const given = new Map<Owner, number>();
    const from = this.#ring.length < this.#capacity ? 0 : this.#next;
    for (let i = 0; i < this.#ring.length; i++) {
      const owner = this.#ring[(from + i) % this.#ring.length]!;
      const at = given.get(owner) ?? owner.first;
      given.set(owner, at + 1);
      yield [owner.series, owner.exemplars[at]!];
    }
  }

  #own(series: Labels): Owner {
    const owner: Owner = { series, exemplars: [], first: 0 };
    this.#owners.set(series.key, owner);
    return owner;
  }

  #put(owner: Owner, exemplar: Exemplar): void {
    owner.exemplars.push(exemplar);
    if (this.#ring.length < this.#capacity) this.#ring.push(owner);
    else {
      const oldest = this.#ring[this.#next]!;
      this.#ring[this.#next] = owner;
      this.#forgetFirst(oldest);
    }
    this.#next = (this.#next + 1) % this.#capacity;
  }

  #forgetFirst(owner: Owner): void {
    owner.first++;
    if (owner.first === owner.exemplars.length) this.#owners.delete(owner.series.key);
    else if (owner.first === CUT_FROM) {
      owner.exemplars = owner.exemplars.slice(CUT_FROM);
      owner.first = 0;
    }
  }
}

/**
 * Several buckets of a native histogram may have exemplars of one time: they come in the order of their values,
 * and a request may come twice.
 */
function verdictBehind({ exemplars, first }: Owner, exemplar: Exemplar): ExemplarVerdict {
  const newest = exemplars.at(-1)!;
  if (exemplar.timeMs < newest.timeMs) return 'out-of-order';
  for (let i = exemplars.length - 1; i >= first && exemplars[i]!.timeMs === exemplar.timeMs; i--) {
    if (isSame(exemplars[i]!, exemplar)) return 'repeated';
  }
  return exemplar.timeMs === newest.timeMs && exemplar.value < newest.value ? 'out-of-order' : 'stored';
}

function isSame(a: Exemplar, b: Exemplar): boolean {
  return a.timeMs === b.timeMs && Object.is(a.value, b.value) && a.labels.equals(b.labels);
}

/** Code points of names and values. */
function charactersOf(labels: Labels): number {
  let characters = 0;
  for (const [name, value] of labels) characters += [...name].length + [...value].length;
  return characters;
}
