import { assert, type LinearMemory } from '@ampere/platform';

const PAGE_BYTES = 64 * 1024;
const PAGES_MAX = 65_536;
const BLOCK_BYTES_MIN = 16;

/**
 * A linear memory for kernels whose workspace has none: blocks are powers of two, and one that was given
 * back serves the next of its size. It never shrinks.
 */
export class ScratchMemory implements LinearMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: PAGES_MAX, shared: true });
  /** Addresses given back, by the size's logarithm. */
  readonly #free: number[][] = [];
  /** Nothing beyond was ever given out; 0 is no address. */
  #top = BLOCK_BYTES_MIN;

  allocate(bytes: number): number {
    const size = sizeClass(bytes);
    const free = this.#free[size]?.pop();
    if (free !== undefined) return free;
    const address = this.#top;
    const end = address + 2 ** size;
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) this.memory.grow(missing);
    this.#top = end;
    return address;
  }

  free(address: number, bytes: number): void {
    assert(address > 0 && address < this.#top, `memory at ${address} was never given out`);
    (this.#free[sizeClass(bytes)] ??= []).push(address);
  }
}

function sizeClass(bytes: number): number {
  return Math.ceil(Math.log2(Math.max(bytes, BLOCK_BYTES_MIN)));
}
