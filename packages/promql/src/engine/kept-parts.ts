// What is kept of a part that occurs more than once in a query (common-parts.ts finds them).
//
// 1. While the part's series stream by for the first time, copies are kept. A range selector keeps its samples, for
//    functions that differ.
// 2. The other places are answered from there. With the last of them what was kept goes.
// 3. Nothing is kept beyond the budget's bound, nor where a warning or info arose, as that names the place that it arose
//    at: such a part is evaluated at each place.
//
// The samples that a part passes on count at each place, as in Prometheus; series count when they are read.

import { Labels, SampleColumns } from '@ampere/series';
import type { Evaluation } from './query-context.ts';
import type { RangeColumns, RangeSink } from './range/range-source.ts';
import { loadSamples, SampleBlocks, type StoredSamples } from './sample-blocks.ts';
import { histogramWeight } from './sample-weight.ts';
import { type SeriesSink, StepSeries } from './step-series.ts';
import type { FloatHistogram } from './types.ts';

/** What a series takes beside its samples. */
const BYTES_PER_SERIES = 200;
const BYTES_PER_SAMPLE = 16;

/** One evaluation of a part; `items` is null while it is under way, and when nothing could be kept. */
interface Kept<T> {
  items: readonly T[] | null;
  usesLeft: number;
  bytes: number;
  /** Samples that the part passed on. */
  passedOn: number;
}

/** One part: what is kept of it, by the steps that it was evaluated over. */
export class KeptParts {
  readonly #uses: number;
  readonly #series = new Map<string, Kept<StepSeries>>();
  readonly #ranges = new Map<string, Kept<StoredSamples>>();

  /** `uses`: in how many places of the query the part is. */
  constructor(uses: number) {
    this.#uses = uses;
  }

  /** Streams the part's series into the sink: from `produce`, or from what was kept of it. */
  stream(ev: Evaluation, produce: (sink: SeriesSink) => void, sink: SeriesSink): void {
    const key = stepsKey(ev);
    const kept = this.#series.get(key);
    if (kept === undefined) this.#recordSeries(ev, key, produce, sink);
    else if (kept.items === null) produce(sink);
    else replaySeries(ev, kept, this.#takes(ev, this.#series, key, kept), sink);
  }

  /** The same for the samples of a range selector, without stale markers. `key` says between which times. */
  streamRange(ev: Evaluation, key: string, produce: (sink: RangeSink) => void, sink: RangeSink): void {
    const kept = this.#ranges.get(key);
    if (kept === undefined) {
      const recording = new Recording<StoredSamples>(ev);
      const blocks = new SampleBlocks();
      this.#ranges.set(key, recording.kept);
      produce((labels, dropName, columns) => {
        const bytes = columns.length * BYTES_PER_SAMPLE + histogramBytes(columns.histograms, columns.length);
        if (recording.hasRoom(bytes)) recording.add(blocks.store(labels, columns));
        recording.pause();
        sink(labels, dropName, columns);
        recording.goOn();
      });
      recording.finish(this.#uses - 1);
      return;
    }
    if (kept.items === null) {
      produce(sink);
      return;
    }
    this.#takes(ev, this.#ranges, key, kept);
    const columns: RangeColumns = new SampleColumns();
    for (const stored of kept.items) {
      loadSamples(stored, columns);
      ev.query.budget.work(columns.length + ev.steps.count);
      ev.query.budget.touch(columns.length);
      sink(stored.labels, false, columns);
    }
  }

  #recordSeries(ev: Evaluation, key: string, produce: (sink: SeriesSink) => void, sink: SeriesSink): void {
    const recording = new Recording<StepSeries>(ev);
    this.#series.set(key, recording.kept);
    const { count } = ev.steps;
    produce((series) => {
      const bytes = count * BYTES_PER_SAMPLE + histogramBytes(series.histograms, count);
      if (recording.hasRoom(bytes)) recording.add(series.copy());
      recording.pause();
      sink(series);
      recording.goOn();
    });
    recording.finish(this.#uses - 1);
  }

  /** Counts a use; true for the last one, after which nothing is kept. */
  #takes<T>(ev: Evaluation, all: Map<string, Kept<T>>, key: string, kept: Kept<T>): boolean {
    if (--kept.usesLeft > 0) return false;
    all.delete(key);
    ev.query.budget.dropKept(kept.bytes);
    return true;
  }
}

function replaySeries(ev: Evaluation, kept: Kept<StepSeries>, isLast: boolean, sink: SeriesSink): void {
  const { budget } = ev.query;
  const { count } = ev.steps;
  budget.passedOn(kept.passedOn);
  const scratch = new StepSeries(Labels.EMPTY, isLast ? 0 : count, true);
  for (const series of kept.items!) {
    budget.work(count);
    if (isLast) sink(series);
    else {
      scratch.become(series);
      sink(scratch);
    }
  }
}

/** Gathers copies, and what the part itself passes on and says: not what those do that its series stream to. */
class Recording<T> {
  readonly kept: Kept<T> = { items: null, usesLeft: 0, bytes: 0, passedOn: 0 };
  readonly #ev: Evaluation;
  #items: T[] | null = [];
  #said = 0;

  constructor(ev: Evaluation) {
    this.#ev = ev;
    this.goOn();
  }

  /** Whether one more copy of so many bytes may be kept. When not, nothing is. */
  hasRoom(bytes: number): boolean {
    if (this.#items === null) return false;
    if (this.#ev.query.budget.keep(bytes + BYTES_PER_SERIES)) {
      this.kept.bytes += bytes + BYTES_PER_SERIES;
      return true;
    }
    this.#giveUp();
    return false;
  }

  add(item: T): void {
    this.#items!.push(item);
  }

  goOn(): void {
    const { budget, annotations } = this.#ev.query;
    this.kept.passedOn -= budget.stats.totalQueryableSamples;
    this.#said -= annotations.said;
  }

  pause(): void {
    const { budget, annotations } = this.#ev.query;
    this.kept.passedOn += budget.stats.totalQueryableSamples;
    this.#said += annotations.said;
  }

  finish(usesLeft: number): void {
    this.pause();
    if (this.#said > 0) this.#giveUp();
    this.kept.items = this.#items;
    this.kept.usesLeft = usesLeft;
  }

  #giveUp(): void {
    this.#items = null;
    this.#ev.query.budget.dropKept(this.kept.bytes);
    this.kept.bytes = 0;
  }
}

function histogramBytes(histograms: readonly (FloatHistogram | undefined)[] | null, length: number): number {
  if (histograms === null) return 0;
  let samples = 0;
  for (let i = 0; i < length; i++) {
    const histogram = histograms[i];
    if (histogram !== undefined) samples += histogramWeight(histogram);
  }
  return samples * BYTES_PER_SAMPLE;
}

/** Samples count for nothing inside of a subquery, so what was kept there does not fit outside. */
function stepsKey({ steps, query }: Evaluation): string {
  return `${steps.startMs} ${steps.stepMs} ${steps.count} ${query.budget.isMuted}`;
}
