// Brings the log's records back into the head.
//
// The kernels (assembly/replay.ts) do it. Series have numbers in the log, which stay the same while those in the head
// change. A label set that was forgotten and came back has several: the first becomes the series' own, the others are
// remembered as long as segments that use them may be there, so that checkpoints carry them on.

import { assert } from '@ampere/platform';
import { Labels } from '@ampere/series';
import {
  DONE,
  FOREIGN_SERIES,
  FULL,
  FURTHER_NUMBER,
  G_AT,
  G_FLOOR_MS,
  G_HIGHEST_NUMBER,
  G_LABELS,
  G_MAX_TIME_MS,
  G_NUMBER,
  G_SERIES,
  G_SKIPPED,
  G_STORED,
  G_UNKNOWN,
  STORED,
} from '../../assembly/layout.ts';
import type { ExemplarRing } from '../exemplars/exemplar-ring.ts';
import type { ReplayFacts } from '../options.ts';
import { readExemplars, readHistograms } from '../wal/histogram-records.ts';
import { readLateSamples } from '../wal/late-records.ts';
import type { RecordSink } from '../wal/records.ts';
import { type Head, UNKNOWN_SERIES } from './head.ts';
import { memoryFull } from './head-memory.ts';
import { canonicalLabels, decodeLabels } from './label-set.ts';
import { type LateValue, lateValue } from './out-of-order.ts';

/** The kernels read values whole, past the end of the last one. */
const READ_AHEAD_BYTES = 16;

export class HeadReplay implements RecordSink {
  readonly #head: Head;
  readonly #exemplars: ExemplarRing;
  readonly #facts: ReplayFacts;
  /** Series by those of their numbers that are not their own. */
  readonly #further = new Map<number, number>();
  #block = 0;
  #blockBytes = 0;
  /** The log's own floor; the head's may be higher. */
  floorMs = Number.NEGATIVE_INFINITY;

  constructor(head: Head, exemplars: ExemplarRing, facts: ReplayFacts) {
    this.#head = head;
    this.#exemplars = exemplars;
    this.#facts = facts;
  }

  /** Throws a TsdbError 'memory-full', as `samples` does. */
  series(bytes: Uint8Array, from: number, to: number): void {
    const { kernel, view } = this.#head.memory;
    const before = this.#head.count;
    const at = this.#place(bytes, from, to);
    const end = at + to - from;
    view.setWord(G_AT, at);
    for (;;) {
      const reason = kernel.replaySeries(end);
      if (reason === DONE) break;
      if (reason === FULL) throw memoryFull();
      if (reason === FOREIGN_SERIES) this.#addForeign(bytes, from - at);
      else {
        assert(reason === FURTHER_NUMBER, `a kernel stopped for the unknown reason ${reason}`);
        this.#further.set(view.word(G_NUMBER), view.word(G_SERIES));
      }
    }
    this.#facts.series += this.#head.count - before;
  }

  samples(bytes: Uint8Array, from: number, to: number): number {
    const { kernel, view } = this.#head.memory;
    const at = this.#place(bytes, from, to);
    view.setFloat(G_FLOOR_MS, this.#head.floorMs);
    view.setFloat(G_MAX_TIME_MS, Number.NEGATIVE_INFINITY);
    view.setWord(G_STORED, 0);
    view.setWord(G_SKIPPED, 0);
    view.setWord(G_UNKNOWN, 0);
    if (kernel.replaySamples(at, at + to - from) !== DONE) throw memoryFull();
    this.#facts.samples += view.word(G_STORED);
    this.#facts.samplesSkipped += view.word(G_SKIPPED);
    this.#facts.samplesOfUnknownSeries += view.word(G_UNKNOWN);
    return view.float(G_MAX_TIME_MS);
  }

  histograms(bytes: Uint8Array, from: number, to: number): number {
    let newestMs = Number.NEGATIVE_INFINITY;
    readHistograms(bytes, from, to, (number, timeMs, histogram, kind, isStale) => {
      newestMs = Math.max(newestMs, timeMs);
      const series = this.#find(number);
      if (timeMs < this.#head.floorMs) this.#facts.samplesSkipped++;
      else if (series === UNKNOWN_SERIES) this.#facts.samplesOfUnknownSeries++;
      else if (this.#head.appendHistogram(series, timeMs, histogram, kind, isStale) === STORED)
        this.#facts.samples++;
      else this.#facts.samplesSkipped++;
    });
    return newestMs;
  }

  lateSamples(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    readLateSamples(bytes, view, from, to, (number, timeMs, low, high) =>
      this.#late(number, timeMs, { low, high, histogram: undefined }),
    );
  }

  lateHistograms(bytes: Uint8Array, from: number, to: number): void {
    readHistograms(bytes, from, to, (number, timeMs, histogram, kind, isStale) =>
      this.#late(number, timeMs, lateValue(histogram, kind, isStale)),
    );
  }

  lateFloor(beforeMs: number): void {
    this.#head.outOfOrder.forgetBefore(beforeMs);
  }

  exemplars(bytes: Uint8Array, from: number, to: number): void {
    readExemplars(bytes, from, to, (_, keyFrom, keyTo, exemplar) => {
      const { names, values } = canonicalLabels(decodeLabels(bytes, keyFrom, keyTo));
      // One that was refused when it was written is refused again; one that comes twice is known.
      this.#exemplars.add(new Labels(names, values), exemplar);
    });
  }

  #late(number: number, timeMs: number, value: LateValue): void {
    const { outOfOrder, floorMs } = this.#head;
    const series = this.#find(number);
    if (series === UNKNOWN_SERIES) this.#facts.samplesOfUnknownSeries++;
    // All that is in the log is needed until they are in blocks.
    else if (outOfOrder.insert(series, timeMs, value, timeMs < floorMs, Number.NEGATIVE_INFINITY))
      this.#facts.samples++;
    else this.#facts.samplesSkipped++;
  }

  /** The series with a number of the log, or UNKNOWN_SERIES. */
  #find(number: number): number {
    const { kernel, view } = this.#head.memory;
    view.setWord(G_HIGHEST_NUMBER, Math.max(view.word(G_HIGHEST_NUMBER), number));
    return kernel.seriesOf(number);
  }

  floor(beforeMs: number): void {
    this.floorMs = Math.max(this.floorMs, beforeMs);
    this.#head.floorMs = Math.max(this.#head.floorMs, beforeMs);
  }

  /** Gives back what reading needed; to be called when all is read. */
  end(): void {
    const { memory } = this.#head;
    memory.kernel.endReplay();
    if (this.#block !== 0) memory.free(this.#block, this.#blockBytes);
    this.#block = 0;
    this.#blockBytes = 0;
  }

  /** Above all series numbers in the log, those of lost series records too. */
  get nextNumber(): number {
    return this.#head.view.word(G_HIGHEST_NUMBER) + 1;
  }

  /** The further numbers of series that have several. */
  aliases(): SeriesAliases {
    const aliases = new SeriesAliases();
    for (const [number, series] of this.#further) aliases.add(number, series);
    return aliases;
  }

  /** Adds the series that the kernel stopped at; what is at address A there is `bytes[A + offset]`. */
  #addForeign(bytes: Uint8Array, offset: number): void {
    const { memory, view } = this.#head;
    const labels = canonicalLabels(
      decodeLabels(bytes, view.word(G_LABELS) + offset, view.word(G_AT) + offset),
    );
    const number = view.word(G_NUMBER);
    const series = this.#head.findOrAdd(this.#head.keyOf(labels).content(), number);
    assert(series !== UNKNOWN_SERIES, 'canonical labels are not canonical');
    if (memory.kernel.noteNumber(number, series) === 0) throw memoryFull();
    if (this.#head.numberOf(series) !== number) this.#further.set(number, series);
  }

  /** Copies a payload to where the kernels can read it. */
  #place(bytes: Uint8Array, from: number, to: number): number {
    const { memory } = this.#head;
    const needed = to - from + READ_AHEAD_BYTES;
    if (needed > this.#blockBytes) {
      if (this.#block !== 0) memory.free(this.#block, this.#blockBytes);
      this.#blockBytes = 0;
      this.#block = memory.allocate(2 * needed);
      this.#blockBytes = 2 * needed;
    }
    memory.view.bytes.set(bytes.subarray(from, to), this.#block);
    return this.#block;
  }
}

/** Log numbers of series besides their own. */
export class SeriesAliases {
  #numbers: number[] = [];
  #series: number[] = [];

  get count(): number {
    return this.#numbers.length;
  }

  add(number: number, series: number): void {
    this.#numbers.push(number);
    this.#series.push(series);
  }

  *entries(): Iterable<[number: number, series: number]> {
    for (let i = 0; i < this.#numbers.length; i++) yield [this.#numbers[i]!, this.#series[i]!];
  }

  /** Leaves those whose series stay. */
  keep(stays: (series: number) => boolean): void {
    const before = [...this.entries()];
    this.clear();
    for (const [number, series] of before) if (stays(series)) this.add(number, series);
  }

  clear(): void {
    this.#numbers = [];
    this.#series = [];
  }
}
