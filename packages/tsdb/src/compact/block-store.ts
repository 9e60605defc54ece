// The blocks of one database: a folder of block folders, and what is done with them over time.
//
// 1. Opening removes what a crash left half made or half removed, opens every block, and removes those that
//    another one replaces (its meta.json names them as parents), once that one's tables are found to be
//    readable. A damaged block is left where it is, and so are the blocks it was made from.
// 2. A block is taken away by renaming its folder to `.tmp-for-deletion`, which is durable before the files
//    go: a half-removed block is never taken for one.
// 3. Compaction writes the new block durably before the old ones are taken away. A crash in between is
//    settled by 1.
//
// One process and one thread own the folder. Other threads open the blocks they are told of (`blocks`) with
// BlockReader; files that are removed stay readable for who has them open.

import { assert, type Clock, type Disk, DiskError, type Random } from '@ampere/platform';
import type { Matcher, Querier } from '@ampere/series';
import { BlockError } from '../block/block-error.ts';
import { type BlockMeta, formatMeta, META_FILE } from '../block/block-meta.ts';
import { BlockQuerier } from '../block/block-querier.ts';
import { BlockReader } from '../block/block-reader.ts';
import { CREATION_SUFFIX } from '../block/block-writer.ts';
import { SeriesEntry } from '../block/index-reader.ts';
import { PageCache } from '../block/page-cache.ts';
import { encodeTombstones, TOMBSTONES_FILE, Tombstones } from '../block/tombstones.ts';
import { isUlid } from '../block/ulid.ts';
import type { TsdbEvent } from '../options.ts';
import { type CompactionOptions, compactBlocks } from './compact-blocks.ts';
import { mergeQueriers } from './merge-querier.ts';
import { planCompaction } from './planner.ts';

export const DELETION_SUFFIX = '.tmp-for-deletion';

export interface BlockStoreOptions {
  /** An absolute path; made when missing, in a folder that is there. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Lengths of blocks by level (`blockRanges`). */
  readonly rangesMs: readonly number[];
  readonly cache?: PageCache;
  readonly samplesPerChunk?: number;
  readonly log?: (event: TsdbEvent) => void;
}

/** A block that can't be opened; it is neither read nor removed. */
export interface DamagedBlock {
  readonly ulid: string;
  readonly error: BlockError;
}

export class BlockStore {
  readonly #options: BlockStoreOptions;
  readonly #cache: PageCache;
  readonly #log: (event: TsdbEvent) => void;
  #blocks: BlockReader[] = [];
  #damaged: DamagedBlock[] = [];
  /** Blocks that are replaced or past, and still have their folder. */
  readonly #doomed = new Set<string>();
  /** How many readers on other threads may still open a block. */
  readonly #kept = new Map<string, number>();
  /** Blocks whose meta.json or tombstones were written since they were opened. */
  readonly #changed = new Set<string>();
  /** Changes of the folder, one after the other. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(options: BlockStoreOptions) {
    this.#options = options;
    this.#cache = options.cache ?? new PageCache();
    this.#log = options.log ?? (() => undefined);
  }

  /** Opens the folder. Rejects with a DiskError; damaged blocks are reported in `damaged`, not thrown. */
  static async open(options: BlockStoreOptions): Promise<BlockStore> {
    const store = new BlockStore(options);
    if ((await options.disk.info(options.folder)) === undefined) {
      await options.disk.makeFolder(options.folder);
      await options.disk.syncFolder(options.folder.slice(0, options.folder.lastIndexOf('/')) || '/');
    }
    for (const name of await options.disk.list(options.folder)) {
      const isLeftover = name.endsWith(CREATION_SUFFIX) || name.endsWith(DELETION_SUFFIX);
      if (isLeftover && isUlid(name.slice(0, 26))) await store.#removeLeftover(name);
    }
    await store.#load();
    return store;
  }

  /** The blocks that can be read, in the order of their times. */
  get blocks(): readonly BlockReader[] {
    return this.#blocks;
  }

  get damaged(): readonly DamagedBlock[] {
    return this.#damaged;
  }

  /** Reads all blocks that can have samples in the range; to be closed by the caller. */
  querier(startMs: number, endMs: number): Querier {
    const blocks = this.#blocks.filter((block) => block.overlaps(startMs, endMs));
    return mergeQueriers(blocks.map((block) => new BlockQuerier(block)));
  }

  /**
   * Where the newest block ends, -Infinity without one. Its tables are read for it; one whose tables are damaged
   * doesn't count, and is left aside.
   */
  soundUntilMs(): number {
    for (;;) {
      const newest = this.#blocks.reduce<BlockReader | undefined>(
        (last, block) => (last === undefined || block.meta.maxTime > last.meta.maxTime ? block : last),
        undefined,
      );
      if (newest === undefined) return Number.NEGATIVE_INFINITY;
      if (this.#isSound(newest)) return newest.meta.maxTime;
    }
  }

  /** Takes in blocks that were written into the folder (by a BlockWriter, an import) since it was opened. */
  async reload(): Promise<void> {
    await this.#change(() => this.#load());
  }

  /**
   * Takes in a block that was just written. Rejects with a BlockError when it can't be read back, and takes it
   * away again: its samples are still where they were written from.
   */
  async take(ulid: string): Promise<void> {
    await this.#change(async () => {
      await this.#load();
      const block = this.#blocks.find((one) => one.ulid === ulid);
      if (block !== undefined && this.#isSound(block)) return;
      const error = this.#damaged.find((one) => one.ulid === ulid)?.error;
      this.#damaged = this.#damaged.filter((one) => one.ulid !== ulid);
      this.#doomed.add(ulid);
      await this.#tryRemoveDoomed();
      assert(error !== undefined, 'a block that was just written is not in its folder');
      throw error;
    });
  }

  /**
   * Does the next compaction there is to do. Resolves with the blocks that went into it, none when there was
   * nothing to do. A source that is corrupt is marked, so that it is not tried again; the error is thrown.
   */
  async compact(signal?: AbortSignal): Promise<readonly BlockMeta[]> {
    return await this.#change(async () => {
      // What a merged block replaces must be gone before the merged block is replaced itself.
      await this.#removeDoomed();
      if (this.#doomed.size > 0) return [];
      const plan = planCompaction(
        this.#blocks.map((block) => block.meta),
        this.#options.rangesMs,
      );
      if (plan.length === 0) return plan;
      const sources = plan.map((meta) => this.#blocks.find((block) => block.ulid === meta.ulid)!);
      const merged = await this.#compact(sources, signal);
      // When all was deleted, there is no new block for whose sake loading takes them away.
      if (merged === undefined) for (const block of sources) this.#doom(block);
      await this.#load();
      const damage = this.#damaged.find(({ ulid }) => ulid === merged?.ulid);
      if (damage !== undefined) throw damage.error;
      this.#log({
        level: 'info',
        message: 'compacted blocks',
        fields: { sources: plan.map((meta) => meta.ulid).join(' '), block: merged?.ulid ?? 'none' },
      });
      return plan;
    });
  }

  /** Takes away the blocks that end at or before a time; resolves with what they were. */
  async removeBefore(cutoffMs: number): Promise<readonly BlockMeta[]> {
    return await this.#change(async () => {
      const past = this.#blocks.filter((block) => block.meta.maxTime <= cutoffMs);
      for (const block of past) this.#doom(block);
      await this.#tryRemoveDoomed();
      return past.map((block) => block.meta);
    });
  }

  /** Deletes samples: they are unreadable when it resolves and gone with the next compaction. */
  async deleteSamples(startMs: number, endMs: number, matchers: readonly Matcher[]): Promise<void> {
    await this.#change(async () => {
      for (const block of this.#blocks) {
        if (block.overlaps(startMs, endMs)) await this.#deleteIn(block, startMs, endMs, matchers);
      }
      await this.#load();
    });
  }

  /** Leaves blocks in the folder for readers that were told of them, until what this returns is called. */
  keep(ulids: readonly string[]): () => void {
    for (const ulid of ulids) this.#kept.set(ulid, (this.#kept.get(ulid) ?? 0) + 1);
    return () => {
      let isLast = false;
      for (const ulid of ulids) {
        const left = this.#kept.get(ulid)! - 1;
        if (left > 0) this.#kept.set(ulid, left);
        else {
          this.#kept.delete(ulid);
          isLast ||= this.#doomed.has(ulid);
        }
      }
      if (isLast) void this.#change(() => this.#tryRemoveDoomed());
    };
  }

  /** Lets all blocks go; queriers that are open go on. */
  async close(): Promise<void> {
    await this.#change(async () => {
      for (const block of this.#blocks) block.release();
      this.#blocks = [];
    });
  }

  async #compact(sources: readonly BlockReader[], signal?: AbortSignal): Promise<BlockMeta | undefined> {
    const { folder, disk, clock, random, samplesPerChunk } = this.#options;
    const options: CompactionOptions = {
      folder,
      disk,
      clock,
      random,
      ...(samplesPerChunk === undefined ? {} : { samplesPerChunk }),
      ...(signal === undefined ? {} : { signal }),
    };
    try {
      return await compactBlocks(sources, options);
    } catch (error) {
      // A full or failing disk may be well again later; corrupt or unknown content stays so.
      if (error instanceof BlockError && (error.code === 'corrupt' || error.code === 'unsupported')) {
        await this.#markFailed(sources);
      }
      throw error;
    }
  }

  /** Has blocks left alone from now on; when that can't be written, they are tried again in vain. */
  async #markFailed(blocks: readonly BlockReader[]): Promise<void> {
    try {
      for (const { meta, folder } of blocks) {
        this.#changed.add(meta.ulid);
        const failed = { ...meta, compaction: { ...meta.compaction, failed: true } };
        const text = new TextEncoder().encode(formatMeta(failed));
        await this.#options.disk.replaceFile(`${folder}/${META_FILE}`, text);
      }
      await this.#load();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const fields = { error: error.message };
      this.#log({ level: 'warn', message: 'a failed compaction can not be noted', fields });
    }
  }

  async #deleteIn(
    block: BlockReader,
    startMs: number,
    endMs: number,
    matchers: readonly Matcher[],
  ): Promise<void> {
    const { disk } = this.#options;
    const stones = new Tombstones();
    for (const [series, { fromMs, toMs }] of block.tombstones.entries()) stones.add(series, fromMs, toMs);
    const before = stones.count;
    const entry = new SeriesEntry();
    let touched = false;
    for (const series of block.find(matchers)) {
      block.index.readSeries(series, entry);
      const fromMs = Math.max(startMs, entry.minTimesMs[0]!);
      const toMs = Math.min(endMs, entry.maxTimesMs[entry.chunkCount - 1]!);
      if (entry.chunkCount === 0 || fromMs > toMs) continue;
      stones.add(series, fromMs, toMs);
      touched = true;
    }
    if (!touched) return;
    this.#changed.add(block.ulid);
    await disk.replaceFile(`${block.folder}/${TOMBSTONES_FILE}`, encodeTombstones(stones));
    const stats = { ...block.meta.stats, numTombstones: stones.count };
    const meta = formatMeta({ ...block.meta, stats });
    await disk.replaceFile(`${block.folder}/${META_FILE}`, new TextEncoder().encode(meta));
    this.#log({
      level: 'info',
      message: 'deleted samples',
      fields: { block: block.ulid, tombstones: stones.count - before },
    });
  }

  /** Opens what is in the folder anew and settles which blocks count. */
  async #load(): Promise<void> {
    const { disk, folder } = this.#options;
    const known = new Map(this.#blocks.map((block) => [block.ulid, block]));
    const found: BlockReader[] = [];
    this.#damaged = [];
    try {
      for (const name of await disk.list(folder)) {
        if (!isUlid(name) || this.#doomed.has(name)) continue;
        const open = this.#changed.has(name) ? undefined : known.get(name);
        if (open !== undefined) {
          open.retain();
          found.push(open);
          continue;
        }
        try {
          found.push(BlockReader.open(this.#path(name), { disk, cache: this.#cache }));
        } catch (error) {
          if (!(error instanceof BlockError)) throw error;
          this.#reportDamage(name, error);
        }
      }
    } catch (error) {
      for (const block of found) block.release();
      throw error;
    }
    found.sort((a, b) => a.meta.minTime - b.meta.minTime || (a.ulid < b.ulid ? -1 : 1));
    for (const block of this.#blocks) block.release();
    this.#blocks = found;
    this.#changed.clear();
    // Nothing is taken away for the sake of a block that can't be read itself.
    const replaced = found.flatMap((block) => {
      const parents = this.#blocks.filter((other) => isParent(other, block));
      return parents.length === 0 || this.#isSound(block) ? parents : [];
    });
    for (const block of found) {
      if (replaced.includes(block) || block.meta.compaction.deletable) this.#doom(block);
    }
    await this.#tryRemoveDoomed();
  }

  /** Whether a block's tables are readable; one whose aren't is counted among the damaged. */
  #isSound(block: BlockReader): boolean {
    try {
      block.verify();
      return true;
    } catch (error) {
      if (!(error instanceof BlockError)) throw error;
      this.#reportDamage(block.ulid, error);
      this.#blocks = this.#blocks.filter((other) => other !== block);
      block.release();
      return false;
    }
  }

  #reportDamage(ulid: string, error: BlockError): void {
    this.#damaged.push({ ulid, error });
    this.#log({
      level: 'error',
      message: 'a block can not be opened',
      fields: { ulid, error: error.message },
    });
  }

  async #removeLeftover(name: string): Promise<void> {
    try {
      await this.#options.disk.remove(this.#path(name));
      this.#log({ level: 'info', message: 'removed a half-made or half-removed block', fields: { name } });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#log({
        level: 'warn',
        message: 'a leftover can not be removed',
        fields: { name, error: error.message },
      });
    }
  }

  /** What can't be removed now is not read any more, and tried again before the next compaction. */
  async #tryRemoveDoomed(): Promise<void> {
    try {
      await this.#removeDoomed();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#log({ level: 'warn', message: 'a block can not be removed', fields: { error: error.message } });
    }
  }

  /** A block doesn't count any more. */
  #doom(block: BlockReader): void {
    this.#doomed.add(block.ulid);
    this.#blocks = this.#blocks.filter((other) => other !== block);
    block.release();
  }

  async #removeDoomed(): Promise<void> {
    const { disk, folder } = this.#options;
    for (const ulid of this.#doomed) {
      if (this.#kept.has(ulid)) continue;
      const path = this.#path(ulid);
      if ((await disk.info(path)) !== undefined) {
        await disk.rename(path, path + DELETION_SUFFIX);
        await disk.syncFolder(folder);
      }
      await disk.remove(path + DELETION_SUFFIX);
      this.#doomed.delete(ulid);
    }
  }

  #path(name: string): string {
    return `${this.#options.folder}/${name}`;
  }

  async #change<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#changes.then(action);
    // The next change waits for this one whatever comes of it; who asked for it is told.
    this.#changes = done.catch(() => undefined);
    return await done;
  }
}

/** Whether `child` was made from `block`. */
function isParent(block: BlockReader, child: BlockReader): boolean {
  return child.meta.compaction.parents.some((parent) => parent.ulid === block.ulid);
}
