import type { Clock } from '@ampere/platform';

const WINDOW_SECONDS = 60;

/** How many a second there were over the last minute, the second under way left out. */
export class RateMeter {
  readonly #clock: Clock;
  /** Counts of the last seconds and, beside each, which second it is of. */
  readonly #counts = new Float64Array(WINDOW_SECONDS + 1);
  readonly #seconds = new Float64Array(WINDOW_SECONDS + 1).fill(-1);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(count: number): void {
    const second = this.#second();
    const slot = second % this.#counts.length;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#counts[slot] = 0;
    }
    this.#counts[slot]! += count;
  }

  perSecond(): number {
    const now = this.#second();
    let sum = 0;
    for (const [slot, second] of this.#seconds.entries()) {
      if (second >= 0 && second < now && second >= now - WINDOW_SECONDS) sum += this.#counts[slot]!;
    }
    return sum / WINDOW_SECONDS;
  }

  #second(): number {
    return Math.floor(this.#clock.monotonicMs() / 1000);
  }
}
