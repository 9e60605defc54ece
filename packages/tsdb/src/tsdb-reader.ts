// Reads a database on a thread that doesn't own it: the head from the shared memory, blocks from disk.
//
// The owner takes a lease and sends its descriptor; the reader opens what the descriptor names and it doesn't know
// yet, and lets go of what it doesn't name. A block that can't be opened fails only what asks for its times, and is
// tried again with every querier. Nothing here waits.

import type { Disk } from '@ampere/platform';
import type { Querier } from '@ampere/series';
import { BlockError } from './block/block-error.ts';
import { BlockReader } from './block/block-reader.ts';
import { PageCache } from './block/page-cache.ts';
import { UnreadableBlock } from './block/unreadable-block.ts';
import { MemoryView } from './head/memory-view.ts';
import { LabelIndex } from './index/label-index.ts';
import { SeriesMatching } from './index/match-series.ts';
import type { LeaseDescriptor, LeasedBlock, TsdbShare } from './lease.ts';
import type { TsdbEvent } from './options.ts';
import { type HeadSource, type QueriedBlock, TsdbQuerier } from './tsdb-querier.ts';

export interface TsdbReaderOptions {
  readonly disk: Disk;
  /** For reading blocks, shared by everything on the thread that reads them; one of its own otherwise. */
  readonly cache?: PageCache;
  /** Told when blocks are opened. */
  readonly log?: (event: TsdbEvent) => void;
}

export class TsdbReader {
  readonly #share: TsdbShare;
  readonly #options: TsdbReaderOptions;
  readonly #cache: PageCache;
  readonly #view: MemoryView;
  #blocks = new Map<string, BlockReader>();
  #head: Omit<HeadSource, 'floorMs'>;

  /** Needs no lease. */
  static open(share: TsdbShare, options: TsdbReaderOptions): TsdbReader {
    return new TsdbReader(share, options);
  }

  private constructor(share: TsdbShare, options: TsdbReaderOptions) {
    this.#share = share;
    this.#options = options;
    this.#cache = options.cache ?? new PageCache();
    this.#view = new MemoryView(share.memory);
    this.#head = this.#newHead(0);
  }

  /**
   * A reader of what a lease's descriptor describes, to be closed before the lease is released. Its methods throw a
   * BlockError when a block that they need can't be opened or is damaged.
   */
  querier(descriptor: LeaseDescriptor): Querier {
    const blocks = this.#open(descriptor.blocks);
    if (this.#head.index.generation !== descriptor.generation) {
      this.#head = this.#newHead(descriptor.generation);
    }
    return new TsdbQuerier(blocks, { ...this.#head, floorMs: descriptor.headFloorMs }, () => undefined);
  }

  /** Lets all blocks go; queriers that are open go on. */
  close(): void {
    for (const block of this.#blocks.values()) block.release();
    this.#blocks.clear();
  }

  #newHead(generation: number): Omit<HeadSource, 'floorMs'> {
    const index = new LabelIndex(this.#view, generation);
    return { index, matching: new SeriesMatching(index) };
  }

  #open(named: readonly LeasedBlock[]): QueriedBlock[] {
    const { disk } = this.#options;
    const before = this.#blocks;
    const now = new Map<string, BlockReader>();
    const all: QueriedBlock[] = [];
    let opened = 0;
    for (const leased of named) {
      const key = keyOf(leased);
      let block: QueriedBlock | undefined = before.get(key);
      if (block === undefined) {
        block = this.#openOne(leased, disk);
        opened++;
      }
      all.push(block);
      if (block instanceof BlockReader) now.set(key, block);
    }
    for (const [key, block] of before) if (!now.has(key)) block.release();
    this.#blocks = now;
    if (opened > 0) {
      const fields = { folder: this.#share.folder, blocks: opened };
      this.#options.log?.({ level: 'info', message: 'opened blocks to read', fields });
    }
    return all;
  }

  #openOne(leased: LeasedBlock, disk: Disk): QueriedBlock {
    try {
      return BlockReader.open(`${this.#share.folder}/${leased.ulid}`, { disk, cache: this.#cache });
    } catch (error) {
      if (!(error instanceof BlockError)) throw error;
      const fields = { ulid: leased.ulid, error: error.message };
      this.#options.log?.({ level: 'error', message: 'a block can not be opened', fields });
      return new UnreadableBlock(error, leased);
    }
  }
}

function keyOf({ ulid, tombstones }: LeasedBlock): string {
  return `${ulid} ${tombstones}`;
}
