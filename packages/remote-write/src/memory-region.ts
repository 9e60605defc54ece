import type { LinearMemory } from '@ampere/platform';

/** Smaller blocks than this are kept, however little of them is used. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;
const BLOCK_BYTES_MIN = 4096;
/** What one use may take more than the next, before its block is given back. */
const SHRINK_FACTOR = 4;

/** A block of a linear memory, which is replaced by a larger one at need; what it held is lost then. */
export class MemoryRegion {
  /** 0 while there is no block. */
  address = 0;
  /** What may be used of the block. */
  capacity = 0;
  readonly #memory: LinearMemory;
  /** Behind the capacity, for reads and writes that run over. */
  readonly #slackBytes: number;

  constructor(memory: LinearMemory, slackBytes = 0) {
    this.#memory = memory;
    this.#slackBytes = slackBytes;
  }

  /** Makes the capacity `bytes` at least. */
  reserve(bytes: number): void {
    if (bytes <= this.capacity && this.address !== 0) return;
    this.release();
    const block = blockBytes(bytes + this.#slackBytes);
    this.address = this.#memory.allocate(block);
    this.capacity = block - this.#slackBytes;
  }

  /** Gives back a large block of which little was used. */
  shrink(usedBytes: number): void {
    if (this.capacity > KEPT_BYTES_MAX && SHRINK_FACTOR * usedBytes < this.capacity) this.release();
  }

  release(): void {
    if (this.address === 0) return;
    this.#memory.free(this.address, this.capacity + this.#slackBytes);
    this.address = 0;
    this.capacity = 0;
  }
}

/** In steps of an eighth to a sixteenth of the size, so that requests of about one size find room in one block. */
function blockBytes(bytes: number): number {
  if (bytes <= BLOCK_BYTES_MIN) return BLOCK_BYTES_MIN;
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 4);
  return Math.ceil(bytes / step) * step;
}
