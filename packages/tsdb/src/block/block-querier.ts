// Reads one block as a Querier.

import { assert } from '@ampere/platform';
import {
  compareText,
  type LabelHints,
  type Labels,
  type Matcher,
  type Querier,
  type SampleColumns,
  type SelectHints,
} from '@ampere/series';
import { AliveCheck } from '../alive-check.ts';
import type { BlockReader } from './block-reader.ts';
import { SeriesEntry } from './index-reader.ts';
import type { StoredSeriesSet } from './stored-series-set.ts';

/** Holds the block until it is closed. Errors of the block's files come out of every method as BlockError. */
export class BlockQuerier implements Querier {
  chunkBytes = 0;
  readonly #block: BlockReader;
  #isOpen = true;

  constructor(block: BlockReader) {
    block.retain();
    this.#block = block;
  }

  select(hints: SelectHints, matchers: readonly Matcher[]): StoredSeriesSet {
    assert(this.#isOpen, 'reading through a closed querier');
    const { startMs, endMs } = hints;
    const alive = new AliveCheck(hints.checkAlive);
    const isWithin = this.#block.overlaps(startMs, endMs);
    const series = isWithin ? this.#block.find(matchers, alive) : new Uint32Array(0);
    return new BlockSeriesSet(this, this.#block, series, hints, alive);
  }

  labelNames(hints: LabelHints, matchers: readonly Matcher[]): string[] {
    if (!this.#overlaps(hints)) return [];
    if (matchers.length === 0) return limited([...this.#block.index.table.names()], hints.limit);
    const names = new Set<string>();
    for (const labels of this.series({ ...hints, limit: 0 }, matchers)) {
      for (const name of labels.names) names.add(name);
    }
    return limited([...names].sort(compareText), hints.limit);
  }

  labelValues(name: string, hints: LabelHints, matchers: readonly Matcher[]): string[] {
    if (!this.#overlaps(hints)) return [];
    if (matchers.length === 0) {
      const values: string[] = [];
      const alive = new AliveCheck(hints.checkAlive);
      this.#block.index.table.each(name, (value) => {
        alive.tick();
        values.push(value);
        return values.length !== hints.limit;
      });
      return values;
    }
    const values = new Set<string>();
    for (const labels of this.series({ ...hints, limit: 0 }, matchers)) {
      const value = labels.get(name);
      if (value !== '') values.add(value);
    }
    return limited([...values].sort(compareText), hints.limit);
  }

  series(hints: LabelHints, matchers: readonly Matcher[]): Labels[] {
    const all: Labels[] = [];
    const set = this.select(hints, matchers);
    while (set.next()) {
      all.push(set.labels());
      if (all.length === hints.limit) break;
    }
    return all;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#block.release();
  }

  #overlaps(hints: LabelHints): boolean {
    assert(this.#isOpen, 'reading through a closed querier');
    return this.#block.overlaps(hints.startMs, hints.endMs);
  }
}

class BlockSeriesSet implements StoredSeriesSet {
  readonly isSorted = true;
  readonly #querier: BlockQuerier;
  readonly #block: BlockReader;
  readonly #series: Uint32Array;
  readonly #alive: AliveCheck;
  readonly #startMs: number;
  readonly #endMs: number;
  readonly #entry = new SeriesEntry();
  #at = -1;
  /** Which series the entry is of. */
  #read = -1;

  constructor(
    querier: BlockQuerier,
    block: BlockReader,
    series: Uint32Array,
    { startMs, endMs }: SelectHints,
    alive: AliveCheck,
  ) {
    this.#querier = querier;
    this.#block = block;
    this.#series = series;
    this.#alive = alive;
    this.#startMs = startMs;
    this.#endMs = endMs;
  }

  next(): boolean {
    while (++this.#at < this.#series.length) {
      this.#alive.tick();
      const series = this.#series[this.#at]!;
      this.#load(series);
      if (this.#block.hasSampleIn(series, this.#entry, this.#startMs, this.#endMs)) return true;
    }
    return false;
  }

  labels(): Labels {
    this.#load(this.mark());
    return this.#block.index.labelsOf(this.#entry);
  }

  read(into: SampleColumns): void {
    this.readMarked(this.mark(), into);
  }

  mark(): number {
    const series = this.#series[this.#at];
    assert(series !== undefined, 'a series set is read before next() or after its end');
    return series;
  }

  readMarked(mark: number, into: SampleColumns): void {
    this.#load(mark);
    const bytes = this.#block.read(mark, this.#entry, this.#startMs, this.#endMs, into);
    this.#querier.chunkBytes += bytes;
  }

  #load(series: number): void {
    if (this.#read === series) return;
    this.#read = -1;
    this.#block.index.readSeries(series, this.#entry);
    this.#read = series;
  }
}

function limited(all: string[], limit: number): string[] {
  return limit > 0 ? all.slice(0, limit) : all;
}
