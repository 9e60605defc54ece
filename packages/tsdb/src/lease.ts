// What goes from the thread that owns a database to those that read it. All of it can be sent as a message.

import type { BlockReader } from './block/block-reader.ts';

/** What a reader of a database needs to know once. */
export interface TsdbShare {
  readonly folder: string;
  /** The head's. */
  readonly memory: WebAssembly.Memory;
}

/** A block as it was when a lease began. */
export interface LeasedBlock {
  readonly ulid: string;
  /** How many deletions it carries: with another number it is to be opened anew. */
  readonly tombstones: number;
  /** It has no samples before the one, nor at the other or after it. */
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
}

/** What there is to read: a moment of the database. */
export interface LeaseDescriptor {
  /** In the order of their times. */
  readonly blocks: readonly LeasedBlock[];
  /** The head shows nothing before it: older samples are in blocks. */
  readonly headFloorMs: number;
  /** Of the head's label index. */
  readonly generation: number;
}

/** While it is held, nothing that its descriptor leads to goes away, in memory or on disk. */
export interface Lease {
  readonly descriptor: LeaseDescriptor;
  /** To be called once, when no querier of the descriptor is used any more. */
  release(): void;
}

export function leasedBlock(block: BlockReader): LeasedBlock {
  const { minTime: minTimeMs, maxTime: maxTimeMs } = block.meta;
  return { ulid: block.ulid, tombstones: block.tombstones.count, minTimeMs, maxTimeMs };
}
