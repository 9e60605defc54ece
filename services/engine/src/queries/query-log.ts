import type { QueryRecord } from './query-directory.ts';

const LAST_MAX = 200;
const SLOWEST_MAX = 50;

/** The last and the longest queries of one workspace, both bounded. */
export class QueryLog {
  /** A ring: the next record goes to `#next`. */
  readonly #last: QueryRecord[] = [];
  #next = 0;
  /** The longest first. */
  readonly #slowest: QueryRecord[] = [];

  add(record: QueryRecord): void {
    this.#last[this.#next] = record;
    this.#next = (this.#next + 1) % LAST_MAX;
    const slowest = this.#slowest;
    if (slowest.length === SLOWEST_MAX && slowest[SLOWEST_MAX - 1]!.durationMs >= record.durationMs) return;
    let at = slowest.length;
    while (at > 0 && slowest[at - 1]!.durationMs < record.durationMs) at--;
    slowest.splice(at, 0, record);
    if (slowest.length > SLOWEST_MAX) slowest.pop();
  }

  /** The newest first. */
  last(): QueryRecord[] {
    const inOrder = [...this.#last.slice(this.#next), ...this.#last.slice(0, this.#next)];
    return inOrder.reverse();
  }

  slowest(): readonly QueryRecord[] {
    return this.#slowest;
  }
}
