import { assert } from '@ampere/platform';
import { ScratchMemory } from '../scratch-memory.ts';

const GUARD_BYTES = 64;
const GUARD = 0xa5;

/** Thrown by a GuardedMemory in place of the allocation that was to fail. */
export class MemoryFullError extends Error {}

/** A memory that knows its blocks, notices what is written beside them, and can be told to be full. */
export class GuardedMemory extends ScratchMemory {
  /** So many allocations succeed, and one then fails. */
  allocationsLeft = Number.POSITIVE_INFINITY;
  readonly #blocks = new Map<number, number>();

  override allocate(bytes: number): number {
    if (this.allocationsLeft-- === 0) throw new MemoryFullError();
    const address = super.allocate(bytes + 2 * GUARD_BYTES) + GUARD_BYTES;
    this.#blocks.set(address, bytes);
    for (const guard of this.#guards(address)) guard.fill(GUARD);
    return address;
  }

  override free(address: number, bytes: number): void {
    assert(this.#blocks.get(address) === bytes, `no block of ${bytes} bytes at ${address}`);
    this.#check(address);
    this.#blocks.delete(address);
    super.free(address - GUARD_BYTES, bytes + 2 * GUARD_BYTES);
  }

  get bytesHeld(): number {
    return [...this.#blocks.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Throws when a byte beside a block was changed. */
  check(): void {
    for (const address of this.#blocks.keys()) this.#check(address);
  }

  #check(address: number): void {
    for (const guard of this.#guards(address)) {
      assert(
        guard.every((byte) => byte === GUARD),
        `written beside the block at ${address}`,
      );
    }
  }

  #guards(address: number): Uint8Array[] {
    const { buffer } = this.memory;
    return [address - GUARD_BYTES, address + this.#blocks.get(address)!].map(
      (from) => new Uint8Array(buffer, from, GUARD_BYTES),
    );
  }
}
