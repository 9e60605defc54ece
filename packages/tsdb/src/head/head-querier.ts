// Reads a head, on any thread: selects series by matchers and decodes their chunks into the caller's columns.

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
import { AliveCheck } from '../alive-check.ts';
import type { StoredSeriesSet } from '../block/stored-series-set.ts';
import { type LabelIndex, NONE } from '../index/label-index.ts';
import type { SeriesMatching } from '../index/match-series.ts';
import { hasSeriesIn, readSeries } from './stored-samples.ts';

export class HeadQuerier implements Querier {
  chunkBytes = 0;
  readonly #index: LabelIndex;
  readonly #matching: SeriesMatching;
  readonly #floorMs: number;
  readonly #scratch = new SampleColumns();
  #isOpen = true;

  /** Shows nothing before `floorMs`. Somebody holds a lease until it is closed. */
  constructor(index: LabelIndex, matching: SeriesMatching, floorMs: number) {
    this.#index = index;
    this.#matching = matching;
    this.#floorMs = floorMs;
  }

  select(hints: SelectHints, matchers: readonly Matcher[]): StoredSeriesSet {
    const series = this.#find(matchers, hints);
    return new HeadSeriesSet(this, this.#index, series, hints, this.#floorMs, this.#scratch);
  }

  labelNames(hints: LabelHints, matchers: readonly Matcher[]): string[] {
    assert(this.#isOpen, 'reading through a closed querier');
    const names = new Set<string>();
    if (matchers.length === 0) {
      const alive = new AliveCheck(hints.checkAlive);
      for (const name of this.#index.names()) {
        if (this.#anySeries(name, hints, alive)) names.add(this.#index.nameText(name));
      }
    } else {
      for (const series of this.#present(hints, matchers)) {
        for (const name of this.#index.labelsOf(series).names) names.add(name);
      }
    }
    return limited([...names].sort(compareText), hints.limit);
  }

  labelValues(name: string, hints: LabelHints, matchers: readonly Matcher[]): string[] {
    assert(this.#isOpen, 'reading through a closed querier');
    const index = this.#index;
    const wanted = index.findName(name);
    if (wanted === NONE) return [];
    const found = new Set<string>();
    if (matchers.length === 0) {
      const alive = new AliveCheck(hints.checkAlive);
      for (const pair of index.pairsOf(wanted)) {
        alive.tick();
        if (this.#anySeriesOf(pair, hints)) found.add(index.valueOf(pair));
      }
    } else {
      for (const series of this.#present(hints, matchers)) {
        const pair = index.pairOf(series, wanted);
        if (pair !== NONE) found.add(index.valueOf(pair));
      }
    }
    return limited([...found].sort(compareText), hints.limit);
  }

  series(hints: LabelHints, matchers: readonly Matcher[]): Labels[] {
    const all: Labels[] = [];
    for (const series of this.#present(hints, matchers)) {
      all.push(this.#index.labelsOf(series));
      if (all.length === hints.limit) break;
    }
    return all;
  }

  close(): void {
    this.#isOpen = false;
  }

  #find(matchers: readonly Matcher[], { checkAlive }: Pick<LabelHints, 'checkAlive'>): Uint32Array {
    assert(this.#isOpen, 'reading through a closed querier');
    return this.#matching.find(matchers, new AliveCheck(checkAlive));
  }

  #isPresent(series: number, { startMs, endMs }: LabelHints): boolean {
    return hasSeriesIn(this.#index.view, series, startMs, this.#floorMs, endMs, this.#scratch);
  }

  *#present(hints: LabelHints, matchers: readonly Matcher[]): Iterable<number> {
    const alive = new AliveCheck(hints.checkAlive);
    for (const series of this.#find(matchers, hints)) {
      alive.tick();
      if (this.#isPresent(series, hints)) yield series;
    }
  }

  #anySeries(name: number, hints: LabelHints, alive: AliveCheck): boolean {
    return this.#index.somePairOf(name, (pair) => {
      alive.tick();
      return this.#anySeriesOf(pair, hints);
    });
  }

  #anySeriesOf(pair: number, hints: LabelHints): boolean {
    return this.#index.someSeriesOf(pair, (series) => this.#isPresent(series, hints));
  }
}

class HeadSeriesSet implements StoredSeriesSet {
  readonly isSorted = false;
  readonly #querier: HeadQuerier;
  readonly #index: LabelIndex;
  readonly #series: Uint32Array;
  readonly #alive: AliveCheck;
  readonly #startMs: number;
  readonly #floorMs: number;
  readonly #endMs: number;
  readonly #scratch: SampleColumns;
  #at = -1;

  constructor(
    querier: HeadQuerier,
    index: LabelIndex,
    series: Uint32Array,
    hints: SelectHints,
    floorMs: number,
    scratch: SampleColumns,
  ) {
    this.#querier = querier;
    this.#index = index;
    this.#series = series;
    this.#alive = new AliveCheck(hints.checkAlive);
    this.#startMs = hints.startMs;
    this.#floorMs = floorMs;
    this.#endMs = hints.endMs;
    this.#scratch = scratch;
  }

  next(): boolean {
    const { view } = this.#index;
    while (++this.#at < this.#series.length) {
      this.#alive.tick();
      const series = this.#series[this.#at]!;
      if (hasSeriesIn(view, series, this.#startMs, this.#floorMs, this.#endMs, this.#scratch)) return true;
    }
    return false;
  }

  labels(): Labels {
    return this.#index.labelsOf(this.mark());
  }

  read(into: SampleColumns): void {
    this.readMarked(this.mark(), into);
  }

  /** The series' number: it means the same as long as the lease lasts. */
  mark(): number {
    const series = this.#series[this.#at];
    assert(series !== undefined, 'a series set is read before next() or after its end');
    return series;
  }

  readMarked(mark: number, into: SampleColumns): void {
    into.clear();
    const bytes = readSeries(this.#index.view, mark, this.#startMs, this.#floorMs, this.#endMs, into);
    this.#querier.chunkBytes += bytes;
  }
}

function limited(all: string[], limit: number): string[] {
  return limit > 0 ? all.slice(0, limit) : all;
}
