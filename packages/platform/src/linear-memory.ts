/**
 * A shared WebAssembly memory with an allocator: one for the head of each workspace. Kernels of
 * several packages work in it, so that what one writes the next reads in place.
 *
 * One thread allocates, frees and grows; others may read what it has published to them.
 */
export interface LinearMemory {
  /** Its `buffer` is another object after each growth; views made before stay valid for what they cover. */
  readonly memory: WebAssembly.Memory;
  /** The address of at least `bytes` bytes, a multiple of 16, never 0; the content is undefined. May grow the memory. */
  allocate(bytes: number): number;
  /** Gives a block back; `bytes` as it was asked for. */
  free(address: number, bytes: number): void;
}
