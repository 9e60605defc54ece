// A progress bar on standard error: redrawn in place on a terminal, a line now and then elsewhere.

import type { Clock } from '@ampere/platform';

const BAR_WIDTH = 30;
const REDRAW_MS = 100;
const LINE_MS = 5_000;

export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export class Progress {
  readonly #what: string;
  readonly #output: ProgressOutput;
  readonly #clock: Clock;
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor(what: string, output: ProgressOutput, clock: Clock) {
    this.#what = what;
    this.#output = output;
    this.#clock = clock;
  }

  /** Shows how much of `total` is done; `unit` says of what, for example `MB`. */
  show(done: number, total: number, unit: string): void {
    const nowMs = this.#clock.monotonicMs();
    const isDue = nowMs - this.#shownMs >= (this.#output.isTTY === true ? REDRAW_MS : LINE_MS);
    if (!isDue && done < total) return;
    this.#shownMs = nowMs;
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = '#'.repeat(filled).padEnd(BAR_WIDTH, '.');
    const text = `${this.#what} [${bar}] ${Math.floor(100 * share)} % (${round(done)} of ${round(total)} ${unit})`;
    this.#output.write(this.#output.isTTY === true ? `\r${text}\u001b[K` : `${text}\n`);
  }

  /** Ends the line. */
  end(): void {
    if (this.#output.isTTY === true) this.#output.write('\n');
  }
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
