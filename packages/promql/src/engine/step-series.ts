// One series evaluated at every step of a query: the unit that flows between operators.
//
// A series is three parallel columns over the steps: what kind of sample stands at a step (none, a
// float, a native histogram), the float, and the histogram. Operators push series one after another
// into a sink. A series that is marked `scratch` is reused by its producer: it is valid during the
// call only, may be changed in place by whoever receives it, and must be copied to be kept. A series
// that is not scratch belongs to the receiver.

import { type Labels, METRIC_NAME } from '@ampere/series';
import { ColumnBlocks } from './column-blocks.ts';
import { QueryError } from './errors.ts';
import type { FloatHistogram } from './types.ts';

export const ABSENT = 0;
export const FLOAT = 1;
export const HISTOGRAM = 2;

export type SeriesSink = (series: StepSeries) => void;

/** The thread's room for columns. It keeps nothing of a query but what is not used yet. */
const BLOCKS = new ColumnBlocks();

/** A byte for each step, all zero. */
export function stepMask(steps: number): Uint8Array {
  return BLOCKS.bytes(steps);
}

export class StepSeries {
  labels: Labels;
  /** The metric name is to be dropped at the end of the query (only with delayed name removal). */
  dropName: boolean;
  readonly scratch: boolean;
  /** One of ABSENT, FLOAT, HISTOGRAM for each step. */
  readonly kinds: Uint8Array;
  /** Meaningful where the kind is FLOAT. */
  readonly values: Float64Array;
  /** Set where the kind is HISTOGRAM; null while there was none. */
  histograms: (FloatHistogram | undefined)[] | null;
  /** Samples and bytes that the query's budget counts for this series. */
  heldSamples: number;
  heldBytes: number;

  constructor(labels: Labels, steps: number, scratch = false) {
    this.labels = labels;
    this.dropName = false;
    this.scratch = scratch;
    this.kinds = BLOCKS.bytes(steps);
    this.values = BLOCKS.floats(steps);
    this.histograms = null;
    this.heldSamples = 0;
    this.heldBytes = 0;
  }

  setFloat(step: number, value: number): void {
    this.kinds[step] = FLOAT;
    this.values[step] = value;
  }

  setHistogram(step: number, histogram: FloatHistogram): void {
    this.kinds[step] = HISTOGRAM;
    this.histograms ??= new Array(this.kinds.length);
    this.histograms[step] = histogram;
  }

  histogramAt(step: number): FloatHistogram {
    return this.histograms![step]!;
  }

  /** A copy that belongs to the caller. */
  copy(): StepSeries {
    const copy = new StepSeries(this.labels, this.kinds.length);
    copy.become(this);
    return copy;
  }

  /** Takes over what another series of as many steps is now; a scratch series becomes one after another. */
  become(other: StepSeries): void {
    this.labels = other.labels;
    this.dropName = other.dropName;
    this.kinds.set(other.kinds);
    this.values.set(other.values);
    this.histograms = other.histograms === null ? null : other.histograms.slice();
  }

  /** Itself when it can be kept, else a copy. */
  owned(): StepSeries {
    return this.scratch ? this.copy() : this;
  }

  sampleCount(): number {
    let count = 0;
    for (let i = 0; i < this.kinds.length; i++) if (this.kinds[i] !== ABSENT) count++;
    return count;
  }

  get isEmpty(): boolean {
    for (let i = 0; i < this.kinds.length; i++) if (this.kinds[i] !== ABSENT) return false;
    return true;
  }
}

/** Labels that describe the metric itself and go when a value is computed from it. */
export function isMetadataLabel(name: string): boolean {
  return name === METRIC_NAME || name === '__type__' || name === '__unit__';
}

export function withoutMetadata(labels: Labels): Labels {
  return labels.filter(keepsNoMetadata);
}

function keepsNoMetadata(name: string): boolean {
  return !isMetadataLabel(name);
}

/**
 * Gathers series and joins those with equal labels, as they are one series to the reader. Two samples
 * of equal labels at one step are the user's error.
 */
export class SeriesMerger {
  readonly series: StepSeries[] = [];
  readonly #byKey = new Map<string, StepSeries>();

  /** Keeps the series (or a copy of a scratch one), or adds its samples to the one it is equal to; returns what is kept. */
  add(series: StepSeries): StepSeries {
    const known = this.#byKey.get(series.labels.key);
    if (known === undefined) {
      const owned = series.owned();
      this.#byKey.set(series.labels.key, owned);
      this.series.push(owned);
      return owned;
    }
    for (let step = 0; step < series.kinds.length; step++) {
      const kind = series.kinds[step];
      if (kind === ABSENT) continue;
      if (known.kinds[step] !== ABSENT) {
        throw new QueryError('vector cannot contain metrics with the same labelset');
      }
      if (kind === FLOAT) known.setFloat(step, series.values[step]!);
      else known.setHistogram(step, series.histogramAt(step));
    }
    return known;
  }
}
