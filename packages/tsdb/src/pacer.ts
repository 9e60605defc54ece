import type { Clock } from '@ampere/platform';

/** How long others wait for long work at most, roughly. */
const SLICE_MS = 4;

/** Lets others run between slices of long work: `if (pacer.isDue()) await pacer.pause();` */
export class Pacer {
  readonly #clock: Clock;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  isDue(): boolean {
    return this.#clock.monotonicMs() - this.#sinceMs >= SLICE_MS;
  }

  async pause(): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.after(0, resolve));
    this.#sinceMs = this.#clock.monotonicMs();
  }
}
