// Several sources of the same series (the head, blocks) as one Querier.
//
// 1. Sets that come in the order of their labels (blocks) are gone through side by side.
// 2. Of the others (the head), all series are marked first, by their labels; each is read with its
//    namesake of the sorted ones, and what is left at their end.
// 3. A series' samples are joined in time order; of equal times, the first source's counts.

import { assert } from '@ampere/platform';
import {
  compareText,
  type LabelHints,
  Labels,
  type Matcher,
  type Querier,
  SampleColumns,
  type SelectHints,
  type SeriesSet,
} from '@ampere/series';
import { isStored, type StoredSeriesSet } from '../block/stored-series-set.ts';
import { appendColumns, mergeColumns } from './columns-merge.ts';

/** Joins queriers; earlier ones win over later ones at equal times. Closing it closes them all. */
export function mergeQueriers(queriers: readonly Querier[]): Querier {
  return queriers.length === 1 ? queriers[0]! : new MergeQuerier(queriers);
}

class MergeQuerier implements Querier {
  readonly #queriers: readonly Querier[];

  constructor(queriers: readonly Querier[]) {
    this.#queriers = queriers;
  }

  select(hints: SelectHints, matchers: readonly Matcher[]): SeriesSet {
    return new MergedSeriesSet(this.#queriers.map((querier) => querier.select(hints, matchers)));
  }

  labelNames(hints: LabelHints, matchers: readonly Matcher[]): string[] {
    return union(
      this.#queriers.map((querier) => querier.labelNames(hints, matchers)),
      hints.limit,
    );
  }

  labelValues(name: string, hints: LabelHints, matchers: readonly Matcher[]): string[] {
    return union(
      this.#queriers.map((querier) => querier.labelValues(name, hints, matchers)),
      hints.limit,
    );
  }

  series(hints: LabelHints, matchers: readonly Matcher[]): Labels[] {
    const all = new Map<string, Labels>();
    for (const querier of this.#queriers) {
      for (const labels of querier.series(hints, matchers)) {
        all.set(labels.key, labels);
        if (all.size === hints.limit) return [...all.values()];
      }
    }
    return [...all.values()];
  }

  close(): void {
    const errors: unknown[] = [];
    for (const querier of this.#queriers) {
      try {
        querier.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

/** One source's part of the current series. */
interface Part {
  readonly source: StoredSeriesSet;
  readonly rank: number;
  readonly mark: number;
}

interface SortedSource {
  readonly source: StoredSeriesSet;
  readonly rank: number;
  labels: Labels | undefined;
}

class MergedSeriesSet implements SeriesSet {
  readonly #sorted: SortedSource[] = [];
  /** Those that stand on the current series: they go on when it is left, so that it is read where they stand. */
  #current: SortedSource[] = [];
  /** Series of the unsorted sources that did not come yet. */
  readonly #marked = new Map<string, { labels: Labels; parts: Part[] }>();
  #rest: IterableIterator<{ labels: Labels; parts: Part[] }> | undefined;
  #labels: Labels = Labels.EMPTY;
  #parts: Part[] = [];
  #part = new SampleColumns();
  #spare = new SampleColumns();

  constructor(sets: readonly SeriesSet[]) {
    for (let rank = 0; rank < sets.length; rank++) {
      const set = sets[rank]!;
      const source = isStored(set) ? set : new HeldSeriesSet(set);
      if (source.isSorted) this.#sorted.push({ source, rank, labels: advance(source) });
      else this.#mark(source, rank);
    }
  }

  next(): boolean {
    for (const sorted of this.#current) sorted.labels = advance(sorted.source);
    this.#current = [];
    const parts: Part[] = [];
    let labels: Labels | undefined;
    for (const { labels: candidate } of this.#sorted) {
      if (candidate !== undefined && (labels === undefined || candidate.compare(labels) < 0))
        labels = candidate;
    }
    if (labels === undefined) return this.#nextOfRest();
    for (const sorted of this.#sorted) {
      if (!sorted.labels?.equals(labels)) continue;
      parts.push({ source: sorted.source, rank: sorted.rank, mark: sorted.source.mark() });
      this.#current.push(sorted);
    }
    const marked = this.#marked.size === 0 ? undefined : this.#marked.get(labels.key);
    if (marked !== undefined) {
      parts.push(...marked.parts);
      this.#marked.delete(labels.key);
    }
    this.#labels = labels;
    this.#parts = parts.sort((a, b) => a.rank - b.rank);
    return true;
  }

  labels(): Labels {
    return this.#labels;
  }

  read(into: SampleColumns): void {
    assert(this.#parts.length > 0, 'a series set is read before next() or after its end');
    const [first, ...others] = this.#parts as [Part, ...Part[]];
    first.source.readMarked(first.mark, into);
    for (const part of others) {
      part.source.readMarked(part.mark, this.#part);
      this.#join(into, this.#part);
    }
  }

  /** Joins `more` into `into`, which wins at equal times. */
  #join(into: SampleColumns, more: SampleColumns): void {
    if (more.length === 0) return;
    if (into.length === 0 || more.timesMs[0]! > into.timesMs[into.length - 1]!) {
      appendColumns(more, into);
      return;
    }
    mergeColumns(into, more, this.#spare);
    into.clear();
    appendColumns(this.#spare, into);
  }

  #nextOfRest(): boolean {
    this.#rest ??= this.#marked.values();
    const { value } = this.#rest.next();
    this.#labels = value?.labels ?? Labels.EMPTY;
    this.#parts = value?.parts ?? [];
    return value !== undefined;
  }

  #mark(source: StoredSeriesSet, rank: number): void {
    while (source.next()) {
      const labels = source.labels();
      const part = { source, rank, mark: source.mark() };
      const known = this.#marked.get(labels.key);
      if (known === undefined) this.#marked.set(labels.key, { labels, parts: [part] });
      else known.parts.push(part);
    }
  }
}

function advance(source: StoredSeriesSet): Labels | undefined {
  return source.next() ? source.labels() : undefined;
}

/** A set that can be read only in turn: its samples are held, each series' in memory of its own. */
class HeldSeriesSet implements StoredSeriesSet {
  readonly isSorted = false;
  readonly #set: SeriesSet;
  readonly #held: SampleColumns[] = [];

  constructor(set: SeriesSet) {
    this.#set = set;
  }

  next(): boolean {
    return this.#set.next();
  }

  labels(): Labels {
    return this.#set.labels();
  }

  read(into: SampleColumns): void {
    this.#set.read(into);
  }

  mark(): number {
    const columns = new SampleColumns(0);
    this.#set.read(columns);
    return this.#held.push(columns) - 1;
  }

  readMarked(mark: number, into: SampleColumns): void {
    into.clear();
    appendColumns(this.#held[mark]!, into);
  }
}

function union(lists: readonly string[][], limit: number): string[] {
  const all = [...new Set(lists.flat())].sort(compareText);
  return limit > 0 ? all.slice(0, limit) : all;
}
