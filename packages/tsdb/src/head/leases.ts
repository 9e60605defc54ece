// Who reads a head, here or on another thread. Kept where the head is written.

import { assert } from '@ampere/platform';
import { H_EPOCH, H_LEASES, H_LIMBO_COUNT } from '../../assembly/layout.ts';
import type { HeadMemory } from './head-memory.ts';

/** Blocks given back at once when a lease ends, and at each append as long as there are more. */
const RECLAIMED_AT_END_MAX = 20_000;
const RECLAIMED_AT_APPEND_MAX = 1000;

export class Leases {
  readonly #memory: HeadMemory;
  /** Epochs of open leases, ascending. */
  readonly #open = new Set<number>();
  #epoch = 0;
  #waiting: { readonly until: number; proceed(): void }[] = [];

  constructor(memory: HeadMemory) {
    this.#memory = memory;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Begins a lease; returns what ends it. */
  begin(): () => void {
    const { view } = this.#memory;
    const epoch = ++this.#epoch;
    // The word wraps around; kernels compare by difference.
    view.setWord(H_EPOCH, epoch);
    this.#open.add(epoch);
    view.setWord(H_LEASES, this.#open.size);
    return () => {
      assert(this.#open.delete(epoch), 'a lease is released twice');
      view.setWord(H_LEASES, this.#open.size);
      this.#reclaim(RECLAIMED_AT_END_MAX);
      const oldest = this.#oldest();
      this.#waiting = this.#waiting.filter(({ until, proceed }) => {
        if (oldest > until) proceed();
        return oldest <= until;
      });
    };
  }

  /** Resolves when all leases that are open now have ended. */
  async ended(): Promise<void> {
    if (this.#open.size === 0) return;
    const until = this.#epoch;
    await new Promise<void>((proceed) => this.#waiting.push({ until, proceed }));
  }

  /** Gives back some of what nobody can be reading any more; of no cost when there is nothing. */
  reclaimSome(): void {
    if (this.#memory.view.word(H_LIMBO_COUNT) > 0) this.#reclaim(RECLAIMED_AT_APPEND_MAX);
  }

  #reclaim(most: number): void {
    this.#memory.kernel.reclaim(this.#oldest() % 2 ** 32, most);
  }

  /** The oldest open epoch, or the next one. */
  #oldest(): number {
    for (const epoch of this.#open) return epoch;
    return this.#epoch + 1;
  }
}
