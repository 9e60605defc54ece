// Takes turns between the rounds that are under way in all workspaces, so that rules are evaluated side by side
// and whatever else the thread has to do comes in between.
//
// 1. A round joins the queue; one slice at a time is worked on.
// 2. A slice takes one rule of each round in turn until it has lasted its time; a single rule may last longer,
//    and then the slice is that rule alone.
// 3. The next slice begins once everything that waited meanwhile (requests, timers) has had its turn.

import type { Clock } from '@ampere/platform';

/** Long enough that taking turns costs little, short enough that a write doesn't notice. */
const SLICE_MS = 4;

interface Waiting {
  readonly round: Generator<void, void>;
  readonly ended: (error?: unknown) => void;
}

export class RoundQueue {
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** `ended` is called once, with what a step threw if one did. */
  add(round: Generator<void, void>, ended: (error?: unknown) => void): void {
    this.#waiting.push({ round, ended });
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#later();
  }

  #later(): void {
    this.#clock.after(0, () => this.#slice());
  }

  #slice(): void {
    const endMs = this.#clock.monotonicMs() + SLICE_MS;
    while (this.#waiting.length > 0) {
      this.#step(this.#waiting.shift()!);
      if (this.#clock.monotonicMs() >= endMs) break;
    }
    if (this.#waiting.length === 0) this.#isRunning = false;
    else this.#later();
  }

  #step(turn: Waiting): void {
    let isDone = true;
    try {
      isDone = turn.round.next().done === true;
    } catch (error) {
      turn.ended(error);
      return;
    }
    if (isDone) turn.ended();
    else this.#waiting.push(turn);
  }
}
