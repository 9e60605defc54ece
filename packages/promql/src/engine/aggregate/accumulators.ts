// Running aggregates of all groups over all steps: series are added one after another and forgotten, so
// memory grows with groups, not with series.
//
// Groups are numbered from 0 as they come; their columns lie in slabs (slabs.ts). A step of a group has
// seen nothing, floats, histograms, or both (two bits a step). min, max, stddev and stdvar leave
// histograms out and say so; sum and avg take either but not both at one step.

import { kahanAdd, kahanCompensation } from '../kahan.ts';
import { ABSENT, FLOAT, HISTOGRAM, type StepSeries } from '../step-series.ts';
import type { AggregationNotes } from './aggregation-notes.ts';
import { HistogramMean, HistogramSum } from './histogram-accumulators.ts';
import { Float64Slab, Uint8Slab } from './slabs.ts';

export interface Accumulators {
  add(group: number, series: StepSeries): void;
  /** Writes a group's aggregate of every step that has one. */
  finish(group: number, into: StepSeries): void;
}

export type AccumulatorKind = 'sum' | 'avg' | 'min' | 'max' | 'count' | 'group' | 'stddev' | 'stdvar';

export function createAccumulators(
  kind: AccumulatorKind,
  steps: number,
  notes: AggregationNotes,
): Accumulators {
  switch (kind) {
    case 'sum':
      return new Sums(steps, notes);
    case 'avg':
      return new Averages(steps, notes);
    case 'min':
      return new Extremes(steps, notes, 'min');
    case 'max':
      return new Extremes(steps, notes, 'max');
    case 'count':
      return new Counts(steps, false);
    case 'group':
      return new Counts(steps, true);
    case 'stddev':
    case 'stdvar':
      return new Variances(steps, notes, kind);
  }
}

class Sums implements Accumulators {
  readonly #seen: Uint8Slab;
  readonly #sums: Float64Slab;
  readonly #lost: Float64Slab;
  readonly #histograms = new Map<number, HistogramSum>();
  readonly #notes: AggregationNotes;

  constructor(steps: number, notes: AggregationNotes) {
    this.#seen = new Uint8Slab(steps);
    this.#sums = new Float64Slab(steps);
    this.#lost = new Float64Slab(steps);
    this.#notes = notes;
  }

  add(group: number, series: StepSeries): void {
    const { kinds, values } = series;
    const seen = this.#seen.block(group);
    const sums = this.#sums.block(group);
    const lost = this.#lost.block(group);
    let at = this.#sums.offset(group);
    for (let step = 0; step < kinds.length; step++, at++) {
      const kind = kinds[step]!;
      if (kind === FLOAT) {
        const value = values[step]!;
        if ((seen[at]! & FLOAT) === 0) {
          sums[at] = value;
          seen[at]! |= FLOAT;
          continue;
        }
        // kahanAdd written out, as this is the hottest loop of all aggregations.
        const sum = sums[at]!;
        const total = sum + value;
        if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) lost[at] = 0;
        else if (Math.abs(sum) >= Math.abs(value)) lost[at]! += sum - total + value;
        else lost[at]! += value - total + sum;
        sums[at] = total;
      } else if (kind === HISTOGRAM) {
        seen[at]! |= HISTOGRAM;
        this.#addHistogram(group, step, series);
      }
    }
  }

  #addHistogram(group: number, step: number, series: StepSeries): void {
    let histograms = this.#histograms.get(group);
    if (histograms === undefined) {
      histograms = new HistogramSum(series.kinds.length, this.#notes);
      this.#histograms.set(group, histograms);
    }
    histograms.add(step, series.histogramAt(step), series.labels.metricName);
  }

  finish(group: number, into: StepSeries): void {
    const seen = this.#seen.block(group);
    const sums = this.#sums.block(group);
    const lost = this.#lost.block(group);
    let at = this.#sums.offset(group);
    for (let step = 0; step < into.kinds.length; step++, at++) {
      if (seen[at] === FLOAT) {
        into.setFloat(step, sums[at]! + lost[at]!);
      } else if (seen[at] === HISTOGRAM) {
        const histogram = this.#histograms.get(group)!.at(step);
        if (histogram !== undefined) into.setHistogram(step, histogram);
      } else if (seen[at] !== ABSENT) {
        this.#notes.mixed();
      }
    }
  }
}

/** What a step of an average is: a sum still, or a mean since the sum would have overflowed. */
const INCREMENTAL = 4;

/**
 * The sum divided by the count; a step whose sum would overflow goes on with a mean that each value
 * moves by its share.
 */
class Averages implements Accumulators {
  /** FLOAT, HISTOGRAM and INCREMENTAL bits. */
  readonly #seen: Uint8Slab;
  readonly #counts: Float64Slab;
  /** The sum, or the mean once INCREMENTAL is set. */
  readonly #sums: Float64Slab;
  readonly #lost: Float64Slab;
  readonly #histograms = new Map<number, HistogramMean>();
  readonly #notes: AggregationNotes;

  constructor(steps: number, notes: AggregationNotes) {
    this.#seen = new Uint8Slab(steps);
    this.#counts = new Float64Slab(steps);
    this.#sums = new Float64Slab(steps);
    this.#lost = new Float64Slab(steps);
    this.#notes = notes;
  }

  add(group: number, series: StepSeries): void {
    const { kinds, values } = series;
    const seen = this.#seen.block(group);
    const counts = this.#counts.block(group);
    const sums = this.#sums.block(group);
    const lost = this.#lost.block(group);
    let at = this.#sums.offset(group);
    for (let step = 0; step < kinds.length; step++, at++) {
      const kind = kinds[step]!;
      if (kind === HISTOGRAM) this.#addHistogram(group, step, series);
      if (kind !== FLOAT) {
        seen[at]! |= kind;
        continue;
      }
      const value = values[step]!;
      if ((seen[at]! & FLOAT) === 0) {
        sums[at] = value;
        counts[at] = 1;
        seen[at]! |= FLOAT;
        continue;
      }
      const count = ++counts[at]!;
      if ((seen[at]! & INCREMENTAL) === 0) {
        const sum = kahanAdd(value, sums[at]!, lost[at]!);
        if (sum !== Number.POSITIVE_INFINITY && sum !== Number.NEGATIVE_INFINITY) {
          sums[at] = sum;
          lost[at] = kahanCompensation;
          continue;
        }
        seen[at]! |= INCREMENTAL;
        sums[at]! /= count - 1;
        lost[at]! /= count - 1;
      }
      const weight = (count - 1) / count;
      sums[at] = kahanAdd(value / count, weight * sums[at]!, weight * lost[at]!);
      lost[at] = kahanCompensation;
    }
  }

  #addHistogram(group: number, step: number, series: StepSeries): void {
    let histograms = this.#histograms.get(group);
    if (histograms === undefined) {
      histograms = new HistogramMean(series.kinds.length, this.#notes);
      this.#histograms.set(group, histograms);
    }
    histograms.add(step, series.histogramAt(step), series.labels.metricName);
  }

  finish(group: number, into: StepSeries): void {
    const seen = this.#seen.block(group);
    const counts = this.#counts.block(group);
    const sums = this.#sums.block(group);
    const lost = this.#lost.block(group);
    let at = this.#sums.offset(group);
    for (let step = 0; step < into.kinds.length; step++, at++) {
      const kinds = seen[at]! & (FLOAT | HISTOGRAM);
      if (kinds === FLOAT) {
        const divisor = (seen[at]! & INCREMENTAL) === 0 ? counts[at]! : 1;
        into.setFloat(step, sums[at]! / divisor + lost[at]! / divisor);
      } else if (kinds === HISTOGRAM) {
        const histogram = this.#histograms.get(group)!.at(step);
        if (histogram !== undefined) into.setHistogram(step, histogram);
      } else if (kinds !== ABSENT) {
        this.#notes.mixed();
      }
    }
  }
}

/** NaN gives way to any number. */
class Extremes implements Accumulators {
  readonly #seen: Uint8Slab;
  readonly #best: Float64Slab;
  readonly #notes: AggregationNotes;
  readonly #operator: 'min' | 'max';

  constructor(steps: number, notes: AggregationNotes, operator: 'min' | 'max') {
    this.#seen = new Uint8Slab(steps);
    this.#best = new Float64Slab(steps);
    this.#notes = notes;
    this.#operator = operator;
  }

  add(group: number, series: StepSeries): void {
    const { kinds, values } = series;
    const seen = this.#seen.block(group);
    const best = this.#best.block(group);
    const max = this.#operator === 'max';
    let at = this.#best.offset(group);
    for (let step = 0; step < kinds.length; step++, at++) {
      const kind = kinds[step];
      if (kind === HISTOGRAM) this.#notes.histogramIgnored();
      if (kind !== FLOAT) continue;
      const value = values[step]!;
      const known = best[at]!;
      if (seen[at] === ABSENT) {
        seen[at] = FLOAT;
        best[at] = value;
      } else if ((max ? value > known : value < known) || Number.isNaN(known)) {
        best[at] = value;
      }
    }
  }

  finish(group: number, into: StepSeries): void {
    const seen = this.#seen.block(group);
    const best = this.#best.block(group);
    let at = this.#best.offset(group);
    for (let step = 0; step < into.kinds.length; step++, at++) {
      if (seen[at] === FLOAT) into.setFloat(step, best[at]!);
    }
  }
}

class Counts implements Accumulators {
  readonly #counts: Float64Slab;
  /** `group`: 1 however many there are. */
  readonly #onlyOne: boolean;

  constructor(steps: number, onlyOne: boolean) {
    this.#counts = new Float64Slab(steps);
    this.#onlyOne = onlyOne;
  }

  add(group: number, series: StepSeries): void {
    const { kinds } = series;
    const counts = this.#counts.block(group);
    const from = this.#counts.offset(group);
    for (let step = 0; step < kinds.length; step++) if (kinds[step] !== ABSENT) counts[from + step]!++;
  }

  finish(group: number, into: StepSeries): void {
    const counts = this.#counts.block(group);
    const from = this.#counts.offset(group);
    for (let step = 0; step < into.kinds.length; step++) {
      const count = counts[from + step]!;
      if (count > 0) into.setFloat(step, this.#onlyOne ? 1 : count);
    }
  }
}

/** Welford's running variance. A first value that is no finite number makes the whole of it NaN. */
class Variances implements Accumulators {
  readonly #counts: Float64Slab;
  readonly #means: Float64Slab;
  readonly #squares: Float64Slab;
  readonly #notes: AggregationNotes;
  readonly #operator: 'stddev' | 'stdvar';

  constructor(steps: number, notes: AggregationNotes, operator: 'stddev' | 'stdvar') {
    this.#counts = new Float64Slab(steps);
    this.#means = new Float64Slab(steps);
    this.#squares = new Float64Slab(steps);
    this.#notes = notes;
    this.#operator = operator;
  }

  add(group: number, series: StepSeries): void {
    const { kinds, values } = series;
    const counts = this.#counts.block(group);
    const means = this.#means.block(group);
    const squares = this.#squares.block(group);
    let at = this.#counts.offset(group);
    for (let step = 0; step < kinds.length; step++, at++) {
      const kind = kinds[step];
      if (kind === HISTOGRAM) this.#notes.histogramIgnored();
      if (kind !== FLOAT) continue;
      const value = values[step]!;
      const count = ++counts[at]!;
      if (count === 1) {
        means[at] = value;
        squares[at] = Number.isFinite(value) ? 0 : Number.NaN;
        continue;
      }
      const distance = value - means[at]!;
      const mean = means[at]! + distance / count;
      means[at] = mean;
      squares[at]! += distance * (value - mean);
    }
  }

  finish(group: number, into: StepSeries): void {
    const counts = this.#counts.block(group);
    const squares = this.#squares.block(group);
    const from = this.#counts.offset(group);
    for (let step = 0; step < into.kinds.length; step++) {
      const count = counts[from + step]!;
      if (count === 0) continue;
      const variance = squares[from + step]! / count;
      into.setFloat(step, this.#operator === 'stddev' ? Math.sqrt(variance) : variance);
    }
  }
}
