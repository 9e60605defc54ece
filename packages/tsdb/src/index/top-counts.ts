/**
 * The largest of many counts: a heap of bounded size with the smallest one at its root. Of equal counts
 * those that were offered first stay.
 */
export class TopCounts {
  readonly #limit: number;
  /** Counts and, beside each, what was counted. */
  readonly #counts: number[] = [];
  readonly #items: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `item` is a number by which the caller knows what was counted. */
  offer(count: number, item: number): void {
    if (this.#counts.length < this.#limit) {
      this.#rise(this.#counts.push(count) - 1, count, item);
    } else if (this.#limit > 0 && count > this.#counts[0]!) {
      this.#sink(count, item);
    }
  }

  /** What was kept, the largest count first. */
  descending(): { readonly count: number; readonly item: number }[] {
    return this.#counts
      .map((count, i) => ({ count, item: this.#items[i]! }))
      .sort((a, b) => b.count - a.count);
  }

  #rise(at: number, count: number, item: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#counts[parent]! <= count) break;
      this.#put(at, this.#counts[parent]!, this.#items[parent]!);
      at = parent;
    }
    this.#put(at, count, item);
  }

  /** Puts an entry in the place of the root. */
  #sink(count: number, item: number): void {
    const counts = this.#counts;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < counts.length && counts[child + 1]! < counts[child]!) child++;
      if (child >= counts.length || counts[child]! >= count) break;
      this.#put(at, counts[child]!, this.#items[child]!);
      at = child;
    }
    this.#put(at, count, item);
  }

  #put(at: number, count: number, item: number): void {
    this.#counts[at] = count;
    this.#items[at] = item;
  }
}
