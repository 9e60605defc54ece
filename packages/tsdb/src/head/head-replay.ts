// Brings the log's records back into the head.
//
// Series have numbers in the log, which stay the same while those in the head change. A label set that was
// forgotten and came back has several: the first becomes the series' own, the others are remembered
// as long as segments that use them may be there, so that checkpoints carry them on.

import { Labels } from '@ampere/series';
import type { ExemplarRing } from '../exemplars/exemplar-ring.ts';
import type { ReplayFacts } from '../options.ts';
import type { HistogramSink, LoggedExemplar } from '../wal/histogram-records.ts';
import type { RecordSink } from '../wal/records.ts';
import { type Head, STORED, UNKNOWN_SERIES } from './head.ts';
import { canonicalLabels, decodeLabels } from './label-set.ts';
import { type LateValue, lateValue } from './out-of-order.ts';

export class HeadReplay implements RecordSink {
  readonly #head: Head;
  readonly #exemplars: ExemplarRing;
  readonly #facts: ReplayFacts;
  readonly #series = new Map<number, number>();
  #highestNumber = 0;
  /** The log's own floor; the head's may be higher. */
  floorMs = Number.NEGATIVE_INFINITY;
  /** The sample before: the next one's series mostly is the same or the one after it. */
  #number = 0;
  #current = UNKNOWN_SERIES;

  constructor(head: Head, exemplars: ExemplarRing, facts: ReplayFacts) {
    this.#head = head;
    this.#exemplars = exemplars;
    this.#facts = facts;
  }

  series(number: number, bytes: Uint8Array, from: number, to: number): void {
    if (number > this.#highestNumber) this.#highestNumber = number;
    const before = this.#head.count;
    let series = this.#head.findOrAdd(bytes.subarray(from, to), number);
    if (series === UNKNOWN_SERIES) {
      const labels = canonicalLabels(decodeLabels(bytes, from, to));
      series = this.#head.findOrAdd(this.#head.keyOf(labels).content(), number);
    }
    this.#facts.series += this.#head.count - before;
    this.#series.set(number, series);
    this.#number = number;
    this.#current = series;
  }

  sample(number: number, timeMs: number, low: number, high: number): void {
    const series = this.#find(number);
    if (timeMs < this.#head.floorMs) {
      // The series itself may have been forgotten with it.
      this.#facts.samplesSkipped++;
    } else if (series === UNKNOWN_SERIES) {
      this.#facts.samplesOfUnknownSeries++;
    } else if (this.#head.append(series, timeMs, low, high) === STORED) {
      this.#facts.samples++;
    } else {
      this.#facts.samplesSkipped++;
    }
  }

  readonly histogram: HistogramSink = (number, timeMs, histogram, kind, isStale) => {
    const series = this.#find(number);
    if (timeMs < this.#head.floorMs) {
      this.#facts.samplesSkipped++;
    } else if (series === UNKNOWN_SERIES) {
      this.#facts.samplesOfUnknownSeries++;
    } else if (this.#head.appendHistogram(series, timeMs, histogram, kind, isStale) === STORED) {
      this.#facts.samples++;
    } else {
      this.#facts.samplesSkipped++;
    }
  };

  lateSample(number: number, timeMs: number, low: number, high: number): void {
    this.#late(number, timeMs, { low, high, histogram: undefined });
  }

  readonly lateHistogram: HistogramSink = (number, timeMs, histogram, kind, isStale) => {
    this.#late(number, timeMs, lateValue(histogram, kind, isStale));
  };

  lateFloor(beforeMs: number): void {
    this.#head.outOfOrder.forgetBefore(beforeMs);
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

  exemplar(bytes: Uint8Array, from: number, to: number, exemplar: LoggedExemplar): void {
    const { names, values } = canonicalLabels(decodeLabels(bytes, from, to));
    // One that was refused when it was written is refused again; one that comes twice is known.
    this.#exemplars.add(new Labels(names, values), exemplar);
  }

  floor(beforeMs: number): void {
    this.floorMs = Math.max(this.floorMs, beforeMs);
    this.#head.floorMs = Math.max(this.#head.floorMs, beforeMs);
  }

  /** Above all series numbers in the log, those of lost series records too. */
  get nextNumber(): number {
    return this.#highestNumber + 1;
  }

  /** The further numbers of series that have several. */
  aliases(): SeriesAliases {
    const aliases = new SeriesAliases();
    for (const [number, series] of this.#series) {
      if (this.#head.numberOf(series) !== number) aliases.add(number, series);
    }
    return aliases;
  }

  #find(number: number): number {
    if (number === this.#number) return this.#current;
    const guess = this.#current + 1;
    if (guess < this.#head.bound && this.#head.numberOf(guess) === number) {
      this.#current = guess;
    } else {
      this.#current = this.#series.get(number) ?? UNKNOWN_SERIES;
      if (number > this.#highestNumber) this.#highestNumber = number;
    }
    this.#number = number;
    return this.#current;
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
