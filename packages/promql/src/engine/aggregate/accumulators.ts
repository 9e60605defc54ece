// Running aggregates of one group over all steps: series are added one after another and forgotten, so
// memory grows with groups, not with series.
//
// A step of a group has seen nothing, floats, histograms, or both (two bits a step). min, max, stddev
// and stdvar leave histograms out and say so; sum and avg take either but not both at one step.

import { kahanAdd, kahanCompensation } from '../kahan.ts';
import { ABSENT, FLOAT, HISTOGRAM, type StepSeries } from '../step-series.ts';
import type { AggregationNotes } from './aggregation-notes.ts';
import { HistogramMean, HistogramSum } from './histogram-accumulators.ts';

export interface Accumulator {
  add(series: StepSeries): void;
  /** Writes the aggregate of every step that has one. */
  finish(into: StepSeries): void;
}

export type AccumulatorKind = 'sum' | 'avg' | 'min' | 'max' | 'count' | 'group' | 'stddev' | 'stdvar';

export function createAccumulator(
  kind: AccumulatorKind,
  steps: number,
  notes: AggregationNotes,
): Accumulator {
  switch (kind) {
    case 'sum':
      return new Sum(steps, notes);
    case 'avg':
      return new Average(steps, notes);
    case 'min':
      return new Extreme(steps, notes, 'min');
    case 'max':
      return new Extreme(steps, notes, 'max');
    case 'count':
      return new Count(steps, false);
    case 'group':
      return new Count(steps, true);
    case 'stddev':
    case 'stdvar':
      return new Variance(steps, notes, kind);
  }
}

class Sum implements Accumulator {
  readonly #seen: Uint8Array;
  readonly #sums: Float64Array;
  readonly #compensations: Float64Array;
  readonly #notes: AggregationNotes;
  #histograms: HistogramSum | null = null;

  constructor(steps: number, notes: AggregationNotes) {
    this.#seen = new Uint8Array(steps);
    this.#sums = new Float64Array(steps);
    this.#compensations = new Float64Array(steps);
    this.#notes = notes;
  }

  add(series: StepSeries): void {
    const { kinds, values } = series;
    const seen = this.#seen;
    const sums = this.#sums;
    const compensations = this.#compensations;
    for (let step = 0; step < kinds.length; step++) {
      const kind = kinds[step]!;
      if (kind === ABSENT) continue;
      if (kind === FLOAT) {
        const value = values[step]!;
        if ((seen[step]! & FLOAT) === 0) {
          sums[step] = value;
        } else {
          // kahanAdd written out, as this is the hottest loop of all aggregations.
          const sum = sums[step]!;
          const total = sum + value;
          if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY)
            compensations[step] = 0;
          else if (Math.abs(sum) >= Math.abs(value)) compensations[step]! += sum - total + value;
          else compensations[step]! += value - total + sum;
          sums[step] = total;
        }
      } else {
        this.#histograms ??= new HistogramSum(kinds.length, this.#notes);
        this.#histograms.add(step, series.histogramAt(step));
      }
      seen[step]! |= kind;
    }
  }

  finish(into: StepSeries): void {
    for (let step = 0; step < into.kinds.length; step++) {
      const seen = this.#seen[step];
      if (seen === FLOAT) {
        into.setFloat(step, this.#sums[step]! + this.#compensations[step]!);
      } else if (seen === HISTOGRAM) {
        const histogram = this.#histograms!.at(step);
        if (histogram !== undefined) into.setHistogram(step, histogram);
      } else if (seen !== ABSENT) {
        this.#notes.mixed();
      }
    }
  }
}

/**
 * The sum divided by the count; a step whose sum would overflow goes on with a mean that each value
 * moves by its share.
 */
class Average implements Accumulator {
  readonly #seen: Uint8Array;
  readonly #counts: Float64Array;
  /** The sum, or the mean once `#incremental` is set. */
  readonly #sums: Float64Array;
  readonly #compensations: Float64Array;
  readonly #incremental: Uint8Array;
  readonly #notes: AggregationNotes;
  #histograms: HistogramMean | null = null;

  constructor(steps: number, notes: AggregationNotes) {
    this.#seen = new Uint8Array(steps);
    this.#counts = new Float64Array(steps);
    this.#sums = new Float64Array(steps);
    this.#compensations = new Float64Array(steps);
    this.#incremental = new Uint8Array(steps);
    this.#notes = notes;
  }

  add(series: StepSeries): void {
    const { kinds, values } = series;
    const seen = this.#seen;
    for (let step = 0; step < kinds.length; step++) {
      const kind = kinds[step]!;
      if (kind === ABSENT) continue;
      if (kind === FLOAT) {
        if ((seen[step]! & FLOAT) === 0) {
          this.#counts[step] = 1;
          this.#sums[step] = values[step]!;
        } else {
          this.#addFloat(step, values[step]!);
        }
      } else {
        this.#histograms ??= new HistogramMean(kinds.length, this.#notes);
        this.#histograms.add(step, series.histogramAt(step));
      }
      seen[step]! |= kind;
    }
  }

  #addFloat(step: number, value: number): void {
    const count = this.#counts[step]! + 1;
    this.#counts[step] = count;
    if (this.#incremental[step] === 0) {
      const sum = kahanAdd(value, this.#sums[step]!, this.#compensations[step]!);
      if (sum !== Number.POSITIVE_INFINITY && sum !== Number.NEGATIVE_INFINITY) {
        this.#sums[step] = sum;
        this.#compensations[step] = kahanCompensation;
        return;
      }
      this.#incremental[step] = 1;
      this.#sums[step]! /= count - 1;
      this.#compensations[step]! /= count - 1;
    }
    const weight = (count - 1) / count;
    const mean = kahanAdd(value / count, weight * this.#sums[step]!, weight * this.#compensations[step]!);
    this.#sums[step] = mean;
    this.#compensations[step] = kahanCompensation;
  }

  finish(into: StepSeries): void {
    for (let step = 0; step < into.kinds.length; step++) {
      const seen = this.#seen[step];
      if (seen === FLOAT) {
        const divisor = this.#incremental[step] === 1 ? 1 : this.#counts[step]!;
        into.setFloat(step, this.#sums[step]! / divisor + this.#compensations[step]! / divisor);
      } else if (seen === HISTOGRAM) {
        const histogram = this.#histograms!.at(step);
        if (histogram !== undefined) into.setHistogram(step, histogram);
      } else if (seen !== ABSENT) {
        this.#notes.mixed();
      }
    }
  }
}

/** NaN gives way to any number. */
class Extreme implements Accumulator {
  readonly #kinds: Uint8Array;
  readonly #best: Float64Array;
  readonly #notes: AggregationNotes;
  readonly #operator: 'min' | 'max';

  constructor(steps: number, notes: AggregationNotes, operator: 'min' | 'max') {
    this.#kinds = new Uint8Array(steps);
    this.#best = new Float64Array(steps);
    this.#notes = notes;
    this.#operator = operator;
  }

  add(series: StepSeries): void {
    const { kinds, values } = series;
    const best = this.#best;
    const max = this.#operator === 'max';
    for (let step = 0; step < kinds.length; step++) {
      const kind = kinds[step];
      if (kind === ABSENT) continue;
      if (kind === HISTOGRAM) {
        this.#notes.histogramIgnored();
        continue;
      }
      const value = values[step]!;
      const known = best[step]!;
      if (this.#kinds[step] === ABSENT) {
        this.#kinds[step] = FLOAT;
        best[step] = value;
      } else if ((max ? value > known : value < known) || Number.isNaN(known)) {
        best[step] = value;
      }
    }
  }

  finish(into: StepSeries): void {
    into.kinds.set(this.#kinds);
    into.values.set(this.#best);
  }
}

class Count implements Accumulator {
  readonly #counts: Float64Array;
  /** `group`: 1 however many there are. */
  readonly #onlyOne: boolean;

  constructor(steps: number, onlyOne: boolean) {
    this.#counts = new Float64Array(steps);
    this.#onlyOne = onlyOne;
  }

  add(series: StepSeries): void {
    const { kinds } = series;
    const counts = this.#counts;
    for (let step = 0; step < kinds.length; step++) if (kinds[step] !== ABSENT) counts[step]!++;
  }

  finish(into: StepSeries): void {
    for (let step = 0; step < into.kinds.length; step++) {
      const count = this.#counts[step]!;
      if (count > 0) into.setFloat(step, this.#onlyOne ? 1 : count);
    }
  }
}

/** Welford's running variance. A first value that is no number makes the whole of it NaN. */
class Variance implements Accumulator {
  readonly #counts: Float64Array;
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  readonly #notes: AggregationNotes;
  readonly #operator: 'stddev' | 'stdvar';

  constructor(steps: number, notes: AggregationNotes, operator: 'stddev' | 'stdvar') {
    this.#counts = new Float64Array(steps);
    this.#means = new Float64Array(steps);
    this.#squares = new Float64Array(steps);
    this.#notes = notes;
    this.#operator = operator;
  }

  add(series: StepSeries): void {
    const { kinds, values } = series;
    for (let step = 0; step < kinds.length; step++) {
      const kind = kinds[step];
      if (kind === ABSENT) continue;
      if (kind === HISTOGRAM) {
        this.#notes.histogramIgnored();
        continue;
      }
      const value = values[step]!;
      const count = this.#counts[step]! + 1;
      this.#counts[step] = count;
      if (count === 1) {
        this.#means[step] = value;
        this.#squares[step] = Number.isFinite(value) ? 0 : Number.NaN;
        continue;
      }
      const distance = value - this.#means[step]!;
      const mean = this.#means[step]! + distance / count;
      this.#means[step] = mean;
      this.#squares[step]! += distance * (value - mean);
    }
  }

  finish(into: StepSeries): void {
    for (let step = 0; step < into.kinds.length; step++) {
      const count = this.#counts[step]!;
      if (count === 0) continue;
      const variance = this.#squares[step]! / count;
      into.setFloat(step, this.#operator === 'stddev' ? Math.sqrt(variance) : variance);
    }
  }
}
