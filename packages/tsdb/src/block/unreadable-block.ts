import type { Labels, Querier, SeriesSet } from '@ampere/series';
import type { BlockError } from './block-error.ts';

/** Stands for a block that can't be opened: whoever asks for what it may have gets the error. */
export class UnreadableBlock {
  readonly error: BlockError;
  readonly #minTimeMs: number;
  readonly #maxTimeMs: number;

  /** It stands for [minTimeMs, maxTimeMs). */
  constructor(error: BlockError, { minTimeMs, maxTimeMs }: { minTimeMs: number; maxTimeMs: number }) {
    this.error = error;
    this.#minTimeMs = minTimeMs;
    this.#maxTimeMs = maxTimeMs;
  }

  overlaps(startMs: number, endMs: number): boolean {
    return this.#minTimeMs <= endMs && startMs < this.#maxTimeMs;
  }
}

/** Throws the block's error from every method that would read it. */
export class UnreadableQuerier implements Querier {
  readonly chunkBytes = 0;
  readonly #block: UnreadableBlock;

  constructor(block: UnreadableBlock) {
    this.#block = block;
  }

  select(): SeriesSet {
    throw this.#block.error;
  }

  labelNames(): string[] {
    throw this.#block.error;
  }

  labelValues(): string[] {
    throw this.#block.error;
  }

  series(): Labels[] {
    throw this.#block.error;
  }

  close(): void {}
}
