// Reads the head: selects series by matchers and decodes their chunks into the caller's columns.

import { assert } from '@ampere/platform';
import {
  compareText,
  type LabelHints,
  type Labels,
  type Matcher,
  type Querier,
  SampleColumns,
  type SelectHints,
} from '@ampere/series';
import type { StoredSeriesSet } from '../block/stored-series-set.ts';
import type { LabelValues } from '../index/label-index.ts';
import type { Head } from './head.ts';

export class HeadQuerier implements Querier {
  readonly #head: Head;
  readonly #onClose: () => void;
  readonly #scratch = new SampleColumns();
  #isOpen = true;

  /** `onClose` is called once. */
  constructor(head: Head, onClose: () => void) {
    this.#head = head;
    this.#onClose = onClose;
  }

  select(hints: SelectHints, matchers: readonly Matcher[]): StoredSeriesSet {
    return new HeadSeriesSet(this.#head, this.#find(matchers), this.#from(hints), hints.endMs, this.#scratch);
  }

  labelNames(hints: LabelHints, matchers: readonly Matcher[]): string[] {
    const names = new Set<string>();
    if (matchers.length === 0) {
      for (const values of this.#head.index.names()) {
        if (this.#anySeries(values, hints)) names.add(values.name);
      }
    } else {
      for (const series of this.#present(hints, matchers)) {
        for (const name of this.#head.labelsOf(series).names) names.add(name);
      }
    }
    return limited([...names].sort(compareText), hints.limit);
  }

  labelValues(name: string, hints: LabelHints, matchers: readonly Matcher[]): string[] {
    const values = this.#head.index.valuesOf(name);
    if (values === undefined) return [];
    const found = new Set<string>();
    if (matchers.length === 0) {
      for (const [value, pair] of values.pairs) {
        if (this.#anySeriesOf(pair, hints)) found.add(value);
      }
    } else {
      for (const series of this.#present(hints, matchers)) {
        const pair = this.#head.pairOf(series, values);
        if (pair >= 0) found.add(this.#head.index.valueOf(pair));
      }
    }
    return limited([...found].sort(compareText), hints.limit);
  }

  series(hints: LabelHints, matchers: readonly Matcher[]): Labels[] {
    const all: Labels[] = [];
    for (const series of this.#present(hints, matchers)) {
      all.push(this.#head.labelsOf(series));
      if (all.length === hints.limit) break;
    }
    return all;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onClose();
  }

  #find(matchers: readonly Matcher[]): Uint32Array {
    assert(this.#isOpen, 'reading through a closed querier');
    return this.#head.matching.find(this.#head, matchers);
  }

  #from(hints: { readonly startMs: number }): number {
    return Math.max(hints.startMs, this.#head.floorMs);
  }

  *#present(hints: LabelHints, matchers: readonly Matcher[]): Iterable<number> {
    const startMs = this.#from(hints);
    for (const series of this.#find(matchers)) {
      if (this.#head.hasSampleIn(series, startMs, hints.endMs, this.#scratch)) yield series;
    }
  }

  #anySeries(values: LabelValues, hints: LabelHints): boolean {
    for (const pair of values.pairs.values()) if (this.#anySeriesOf(pair, hints)) return true;
    return false;
  }

  #anySeriesOf(pair: number, hints: LabelHints): boolean {
    assert(this.#isOpen, 'reading through a closed querier');
    const startMs = this.#from(hints);
    const postings = new Uint32Array(this.#head.index.seriesWith(pair));
    this.#head.index.postings(pair, postings, 0);
    return postings.some((series) => this.#head.hasSampleIn(series, startMs, hints.endMs, this.#scratch));
  }
}

class HeadSeriesSet implements StoredSeriesSet {
  readonly isSorted = false;
  readonly #head: Head;
  readonly #series: Uint32Array;
  readonly #startMs: number;
  readonly #endMs: number;
  readonly #scratch: SampleColumns;
  #at = -1;

  constructor(head: Head, series: Uint32Array, startMs: number, endMs: number, scratch: SampleColumns) {
    this.#head = head;
    this.#series = series;
    this.#startMs = startMs;
    this.#endMs = endMs;
    this.#scratch = scratch;
  }

  next(): boolean {
    while (++this.#at < this.#series.length) {
      if (this.#head.hasSampleIn(this.#series[this.#at]!, this.#startMs, this.#endMs, this.#scratch))
        return true;
    }
    return false;
  }

  labels(): Labels {
    return this.#head.labelsOf(this.mark());
  }

  read(into: SampleColumns): void {
    this.readMarked(this.mark(), into);
  }

  /** The series' number: nothing is renumbered while a querier is open. */
  mark(): number {
    const series = this.#series[this.#at];
    assert(series !== undefined, 'a series set is read before next() or after its end');
    return series;
  }

  readMarked(mark: number, into: SampleColumns): void {
    into.clear();
    this.#head.read(mark, this.#startMs, this.#endMs, into);
  }
}

function limited(all: string[], limit: number): string[] {
  return limit > 0 ? all.slice(0, limit) : all;
}
