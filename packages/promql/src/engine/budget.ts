// What one query may use: samples in memory, and time.

import { QueryError } from './errors.ts';
import type { StepSeries } from './step-series.ts';
import type { QueryStats } from './types.ts';

/** How many units of work (about a sample each) pass between two looks at the deadline. */
const WORK_PER_LOOK = 200_000;

/** A query holds more samples than it may. */
export class TooManySamplesError extends QueryError {
  constructor() {
    super('query processing would load too many samples into memory in query execution');
  }
}

export class Budget {
  readonly stats: QueryStats = { totalQueryableSamples: 0, peakSamples: 0, seriesRead: 0 };
  readonly #samplesMax: number;
  readonly #checkAlive: () => void;
  #heldSamples = 0;
  #work = 0;
  #passedOnMuted = 0;

  /** `samplesMax` 0 for no limit. `checkAlive` throws to end the query. */
  constructor(samplesMax: number, checkAlive: () => void) {
    this.#samplesMax = samplesMax;
    this.#checkAlive = checkAlive;
  }

  /** Call in every loop over samples or series; looks at the deadline now and then. */
  work(units: number): void {
    this.#work += units;
    if (this.#work < WORK_PER_LOOK) return;
    this.#work = 0;
    this.#checkAlive();
  }

  /** Counts samples that stay in memory; throws when they are too many. */
  hold(samples: number): void {
    this.#heldSamples += samples;
    this.touch(0);
  }

  release(samples: number): void {
    this.#heldSamples -= samples;
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
    this.hold(series.heldSamples);
  }

  releaseSeries(series: StepSeries): void {
    this.#heldSamples -= series.heldSamples;
    series.heldSamples = 0;
  }

  /** Counts samples that a selector passed on, `times` over when its one value stands for many steps. */
  passedOn(samples: number): void {
    if (this.#passedOnMuted === 0) this.stats.totalQueryableSamples += samples;
  }

  /** What is passed on inside a subquery isn't counted: the function around it counts its windows. */
  muteCount(): void {
    this.#passedOnMuted++;
  }

  unmuteCount(): void {
    this.#passedOnMuted--;
  }
}
