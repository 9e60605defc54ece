// How many series are active: had a sample appended in the last five minutes, to the minute.
//
// Each series knows the minute of its last append; a ring of counters says how many series each of the
// last minutes is the newest of. So counting is adding six numbers, and an append in the same minute as
// the last one costs a comparison. Minutes are of the monotonic clock: steps of the wall clock do nothing.

import type { SeriesTable } from './series-table.ts';

/** The current minute and the five before it. */
const MINUTES_ACTIVE = 6;
const RING = 8;

export class ActiveSeries {
  readonly #table: SeriesTable;
  readonly #counts = new Uint32Array(RING);
  readonly #minutes = new Uint32Array(RING);

  constructor(table: SeriesTable) {
    this.#table = table;
  }

  static minuteOf(monotonicMs: number): number {
    return 1 + Math.floor(Math.max(0, monotonicMs) / 60_000);
  }

  isActive(series: number, minute: number): boolean {
    const last = this.#table.activeMinute[series]!;
    return last !== 0 && minute - last < MINUTES_ACTIVE;
  }

  /** Notes that a series got a sample. */
  touch(series: number, minute: number): void {
    const last = this.#table.activeMinute[series]!;
    if (last === minute) return;
    this.#forget(last);
    this.#table.activeMinute[series] = minute;
    const slot = minute % RING;
    if (this.#minutes[slot] !== minute) {
      this.#minutes[slot] = minute;
      this.#counts[slot] = 0;
    }
    this.#counts[slot]!++;
  }

  /** Notes that a series is taken out. */
  drop(series: number): void {
    this.#forget(this.#table.activeMinute[series]!);
  }

  count(minute: number): number {
    let sum = 0;
    for (let slot = 0; slot < RING; slot++) {
      if (this.#minutes[slot]! > minute - MINUTES_ACTIVE) sum += this.#counts[slot]!;
    }
    return sum;
  }

  #forget(minute: number): void {
    const slot = minute % RING;
    if (minute !== 0 && this.#minutes[slot] === minute) this.#counts[slot]!--;
  }
}
