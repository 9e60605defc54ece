// Memory for many small things of differing size, without an object each.
//
// 1. Memory is taken in slabs of 1 MiB; a slab is cut into blocks of one size class.
// 2. Size classes are multiples of 16 bytes, four to each doubling, so that a fifth at most is lost.
// 3. An address is one u32: slab number and 16-byte unit in it. 0 is no address.
// 4. A freed block goes to the front of its class's list; the link is stored in the block itself.
// 5. What is larger than an eighth of a slab gets a slab of its own, which is given back when freed.

import { assert } from '@ampere/platform';

export const SLAB_BYTES = 1 << 20;
const UNIT_BYTES = 16;
const UNITS_PER_SLAB = SLAB_BYTES / UNIT_BYTES;
const SHARED_BLOCK_BYTES_MAX = SLAB_BYTES / 8;

/** Behind every block may be read (never written) for as long; the last block of a slab has it too. */
const READ_AHEAD_BYTES = 16;

const CLASS_BYTES = makeClasses();

function makeClasses(): number[] {
  const sizes: number[] = [];
  let size = UNIT_BYTES;
  while (size <= SHARED_BLOCK_BYTES_MAX) {
    sizes.push(size);
    const quarter = 2 ** Math.floor(Math.log2(size)) / 4;
    size += Math.max(UNIT_BYTES, quarter);
  }
  return sizes;
}

/** Class of a block, by 16-byte units. */
const CLASS_OF_UNITS = Uint8Array.from({ length: SHARED_BLOCK_BYTES_MAX / UNIT_BYTES + 1 }, (_, units) =>
  CLASS_BYTES.findIndex((bytes) => bytes >= units * UNIT_BYTES),
);

export class Slabs {
  /** By slab number; a gap where a large block was freed. Number 0 is never used. */
  readonly #slabs: (Uint8Array | undefined)[] = [undefined];
  readonly #views: (DataView | undefined)[] = [undefined];
  readonly #freeSlabNumbers: number[] = [];
  /** Per class: the first free block, and where the unused rest of its newest slab begins and ends. */
  readonly #free = new Uint32Array(CLASS_BYTES.length);
  readonly #rest = new Uint32Array(CLASS_BYTES.length);
  readonly #restBlocks = new Uint32Array(CLASS_BYTES.length);
  #bytes = 0;

  /** Memory taken from the system. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many bytes a block for `bytes` really has. */
  static capacity(bytes: number): number {
    if (bytes > SHARED_BLOCK_BYTES_MAX) return bytes;
    return CLASS_BYTES[CLASS_OF_UNITS[Math.ceil(bytes / UNIT_BYTES)]!]!;
  }

  /** A block of at least `bytes`, its content undefined. */
  allocate(bytes: number): number {
    if (bytes > SHARED_BLOCK_BYTES_MAX) return this.#addSlab(bytes) * UNITS_PER_SLAB;
    const sizeClass = CLASS_OF_UNITS[Math.ceil(bytes / UNIT_BYTES)]!;
    const free = this.#free[sizeClass]!;
    if (free !== 0) {
      this.#free[sizeClass] = this.view(free).getUint32(this.offset(free));
      return free;
    }
    const blockBytes = CLASS_BYTES[sizeClass]!;
    if (this.#restBlocks[sizeClass] === 0) {
      this.#rest[sizeClass] = this.#addSlab(SLAB_BYTES) * UNITS_PER_SLAB;
      this.#restBlocks[sizeClass] = Math.floor(SLAB_BYTES / blockBytes);
    }
    const address = this.#rest[sizeClass]!;
    this.#rest[sizeClass] = address + blockBytes / UNIT_BYTES;
    this.#restBlocks[sizeClass] = this.#restBlocks[sizeClass]! - 1;
    return address;
  }

  /** Gives a block back; `bytes` as it was asked for. */
  free(address: number, bytes: number): void {
    assert(address !== 0, 'freeing no block');
    if (bytes > SHARED_BLOCK_BYTES_MAX) {
      const number = Math.floor(address / UNITS_PER_SLAB);
      this.#bytes -= this.#slabs[number]!.length;
      this.#slabs[number] = undefined;
      this.#views[number] = undefined;
      this.#freeSlabNumbers.push(number);
      return;
    }
    const sizeClass = CLASS_OF_UNITS[Math.ceil(bytes / UNIT_BYTES)]!;
    this.view(address).setUint32(this.offset(address), this.#free[sizeClass]!);
    this.#free[sizeClass] = address;
  }

  /** The slab that a block lies in. */
  slab(address: number): Uint8Array {
    return this.#slabs[address >>> 16]!;
  }

  view(address: number): DataView {
    return this.#views[address >>> 16]!;
  }

  /** Where in its slab a block begins. */
  offset(address: number): number {
    return (address & 0xffff) * UNIT_BYTES;
  }

  #addSlab(bytes: number): number {
    const number = this.#freeSlabNumbers.pop() ?? this.#slabs.length;
    assert(number < 2 ** 16, 'more than 64 GiB in slabs');
    const slab = new Uint8Array(bytes + READ_AHEAD_BYTES);
    this.#slabs[number] = slab;
    this.#views[number] = new DataView(slab.buffer);
    this.#bytes += slab.length;
    return number;
  }
}
