// Sum and mean of native histograms, step by step.

import {
  addHistograms,
  type CombinedHistogram,
  divideHistogram,
  IncompatibleHistogramsError,
  subtractHistograms,
} from '../histograms.ts';
import type { FloatHistogram } from '../types.ts';
import type { AggregationNotes } from './aggregation-notes.ts';

const SAYS_RESET = 1;
const SAYS_NOT_RESET = 2;

/** What sum and mean have in common: one histogram a step, until one comes that doesn't go with it. */
abstract class HistogramAccumulator {
  readonly #notes: AggregationNotes;
  readonly #totals: (FloatHistogram | undefined)[];
  readonly #incompatible: Uint8Array;
  /** Which counter reset hints a step has seen. */
  readonly #hints: Uint8Array;

  constructor(steps: number, notes: AggregationNotes) {
    this.#notes = notes;
    this.#totals = new Array(steps);
    this.#incompatible = new Uint8Array(steps);
    this.#hints = new Uint8Array(steps);
  }

  /** `metric` is the name of the series that it is of, for what may have to be said. */
  add(step: number, histogram: FloatHistogram, metric: string): void {
    if (this.#incompatible[step] === 1) return;
    this.#noteHint(step, histogram);
    const total = this.#totals[step];
    try {
      this.#totals[step] = this.join(total, histogram, step);
    } catch (error) {
      if (!(error instanceof IncompatibleHistogramsError)) throw error;
      this.#incompatible[step] = 1;
      this.#notes.mixedExponentialCustom(metric);
    }
  }

  at(step: number): FloatHistogram | undefined {
    return this.#incompatible[step] === 1 ? undefined : this.#totals[step];
  }

  protected abstract join(
    total: FloatHistogram | undefined,
    next: FloatHistogram,
    step: number,
  ): FloatHistogram;

  protected noted(result: CombinedHistogram): FloatHistogram {
    if (result.boundsReconciled) this.#notes.reconciledCustomBuckets();
    return result.histogram;
  }

  #noteHint(step: number, { counterReset }: FloatHistogram): void {
    if (counterReset === 'reset') this.#hints[step]! |= SAYS_RESET;
    else if (counterReset === 'not-reset') this.#hints[step]! |= SAYS_NOT_RESET;
    if (this.#hints[step] === (SAYS_RESET | SAYS_NOT_RESET)) this.#notes.counterResetCollision();
  }
}

export class HistogramSum extends HistogramAccumulator {
  protected override join(total: FloatHistogram | undefined, next: FloatHistogram): FloatHistogram {
    return total === undefined ? next : this.noted(addHistograms(total, next));
  }
}

/** Each histogram moves the mean by its share, so that no count overflows. */
export class HistogramMean extends HistogramAccumulator {
  readonly #counts: Float64Array;

  constructor(steps: number, notes: AggregationNotes) {
    super(steps, notes);
    this.#counts = new Float64Array(steps);
  }

  protected override join(
    mean: FloatHistogram | undefined,
    next: FloatHistogram,
    step: number,
  ): FloatHistogram {
    const count = ++this.#counts[step]!;
    if (mean === undefined) return next;
    const change = this.noted(subtractHistograms(divideHistogram(next, count), divideHistogram(mean, count)));
    return this.noted(addHistograms(mean, change));
  }
}
