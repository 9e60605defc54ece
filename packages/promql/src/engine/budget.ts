// What one query may use: samples in memory, bytes of the columns that hold them, and time.

import { QueryError } from './errors.ts';
import type { StepSeries } from './step-series.ts';
import type { QueryStats } from './types.ts';

/** How many units of work (about a sample each) pass between two looks at the deadline. */
const WORK_PER_LOOK = 20_000;
/** What a series costs beside its samples, in the same units. */
const SERIES_WORK = 20;
/** A step of a series takes a float and its kind, whether it has a sample or not. */
const BYTES_PER_STEP = 9;
/** A sample that is held otherwise takes a time and a value. */
const BYTES_PER_SAMPLE = 16;

/** What is kept of a query's parts to save work, beyond what is held, and in no case more than a share of the limit. */
const KEPT_BYTES_MAX = 32 << 20;
const KEPT_SHARE_MAX = 1 / 4;

/** A query holds more samples than it may, or more memory for them. */
export class TooManySamplesError extends QueryError {
  constructor() {
    super('query processing would load too many samples into memory in query execution');
  }
}

export class Budget {
  readonly stats: QueryStats = { totalQueryableSamples: 0, peakSamples: 0, seriesRead: 0 };
  /** Samples passed on at each step of the query; null when nobody asked. */
  readonly stepSamples: Float64Array | null;
  readonly #samplesMax: number;
  readonly #bytesMax: number;
  readonly #checkAlive: () => void;
  #heldSamples = 0;
  #heldBytes = 0;
  #work = 0;
  #passedOnMuted = 0;
  #keptBytes = 0;

  /** A limit of 0 is none. `checkAlive` throws to end the query. */
  constructor(options: {
    readonly samplesMax: number;
    readonly bytesMax: number;
    readonly checkAlive: () => void;
    /** How many steps to count samples for; 0 for none. */
    readonly stepsCounted: number;
  }) {
    this.#samplesMax = options.samplesMax;
    this.#bytesMax = options.bytesMax;
    this.#checkAlive = options.checkAlive;
    this.stepSamples = options.stepsCounted === 0 ? null : new Float64Array(options.stepsCounted);
  }

  /** Call in every loop over samples or series; looks at the deadline now and then. */
  work(units: number): void {
    this.#work += units;
    if (this.#work < WORK_PER_LOOK) return;
    this.#work = 0;
    this.#checkAlive();
  }

  /** Call for each series that is read. */
  seriesRead(samples: number): void {
    this.stats.seriesRead++;
    this.work(samples + SERIES_WORK);
    this.touch(samples);
  }

  /** Counts samples that stay in memory; throws when they are too many. */
  hold(samples: number): void {
    this.#hold(samples, samples * BYTES_PER_SAMPLE);
  }

  release(samples: number): void {
    this.#heldSamples -= samples;
    this.#heldBytes -= samples * BYTES_PER_SAMPLE;
  }

  /** Samples in memory for a moment, on top of those held. */
  touch(samples: number): void {
    const now = this.#heldSamples + samples;
    if (now > this.stats.peakSamples) this.stats.peakSamples = now;
    if (this.#samplesMax > 0 && now > this.#samplesMax) {
      throw new TooManySamplesError();
    }
  }

  holdSeries(series: StepSeries): void {
    series.heldSamples = series.sampleCount();
    series.heldBytes = series.kinds.length * BYTES_PER_STEP;
    this.#hold(series.heldSamples, series.heldBytes);
  }

  /** A series that is held got more samples, for which it had room. */
  holdMore(series: StepSeries, samples: number): void {
    series.heldSamples += samples;
    this.#hold(samples, 0);
  }

  releaseSeries(series: StepSeries): void {
    this.#heldSamples -= series.heldSamples;
    this.#heldBytes -= series.heldBytes;
    series.heldSamples = 0;
    series.heldBytes = 0;
  }

  /** Counts samples that a selector passed on, `times` over when its one value stands for many steps. */
  passedOn(samples: number): void {
    if (this.#passedOnMuted === 0) this.stats.totalQueryableSamples += samples;
  }

  /** The same by steps of the query, which don't add to the total. */
  passedOnAt(step: number, samples: number): void {
    if (this.#passedOnMuted === 0) this.stepSamples![step]! += samples;
  }

  /** Whether so many bytes more may be kept to save work; they are then counted until `dropKept`. */
  keep(bytes: number): boolean {
    const limit =
      this.#bytesMax > 0 ? Math.min(KEPT_BYTES_MAX, this.#bytesMax * KEPT_SHARE_MAX) : KEPT_BYTES_MAX;
    if (this.#keptBytes + bytes > limit) return false;
    this.#keptBytes += bytes;
    return true;
  }

  dropKept(bytes: number): void {
    this.#keptBytes -= bytes;
  }

  #hold(samples: number, bytes: number): void {
    this.#heldSamples += samples;
    this.#heldBytes += bytes;
    if (this.#bytesMax > 0 && this.#heldBytes > this.#bytesMax) throw new TooManySamplesError();
    this.touch(0);
  }

  /** What is passed on inside a subquery isn't counted: the function around it counts its windows. */
  muteCount(): void {
    this.#passedOnMuted++;
  }

  /** Whether what is passed on isn't counted now. */
  get isMuted(): boolean {
    return this.#passedOnMuted > 0;
  }

  unmuteCount(): void {
    this.#passedOnMuted--;
  }
}
