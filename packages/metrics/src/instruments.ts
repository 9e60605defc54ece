import { assert } from '@ampere/platform';

/** A count that only grows. */
export class Counter {
  #value = 0;

  inc(by = 1): void {
    assert(by >= 0, `a counter can't grow by ${by}`);
    this.#value += by;
  }

  get value(): number {
    return this.#value;
  }
}

/** A value that goes up and down. */
export class Gauge {
  #value = 0;

  set(value: number): void {
    this.#value = value;
  }

  add(by: number): void {
    this.#value += by;
  }

  get value(): number {
    return this.#value;
  }
}

/** How often values fell below each of some bounds, and their sum. */
export class Histogram {
  /** Upper bounds, ascending, without the infinite one. */
  readonly bounds: readonly number[];
  /** Values per bucket, not cumulative; the last bucket is the infinite one. */
  readonly counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && !(value <= this.bounds[bucket]!)) bucket++;
    this.counts[bucket]!++;
    this.#sum += value;
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.counts.reduce((total, count) => total + count, 0);
  }
}
