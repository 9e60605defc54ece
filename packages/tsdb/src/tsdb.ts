// The time series database of one workspace: a head in memory, a log on disk, and blocks.
//
// 1. Opening reads the log back into the head, and goes on writing in a new segment (made when the first
//    batch comes). What the newest block covers the head leaves out: a crash may have come between the
//    writing of a block and the forgetting of its samples.
// 2. `maintain` moves the head's oldest two hours into a block. From its beginning the head takes nothing
//    into them any more. Only when the block is durable and can be read does the head forget them, then the log:
//    whatever fails before, they are still there, and the next call tries again.
// 3. It also compacts blocks and removes those past the retention.
//
// Changes of what is kept wait for each other; appending and reading go on meanwhile.

import { assert, type LinearMemory, SystemRandom } from '@ampere/platform';
import type { Appender, Matcher, Querier } from '@ampere/series';
import { BlockError } from './block/block-error.ts';
import { BlockReader } from './block/block-reader.ts';
import { BlockStore } from './compact/block-store.ts';
import { blockRanges } from './compact/planner.ts';
import { retentionCutoffMs } from './compact/retention.ts';
import { ExemplarRing, type SeriesExemplars } from './exemplars/exemplar-ring.ts';
import { allSeries } from './head/all-series.ts';
import { Head, minuteOf } from './head/head.ts';
import { HeadAppender } from './head/head-appender.ts';
import { type CutRange, nextCut, wholeHead, writeHeadBlock } from './head/head-block.ts';
import { HeadReplay, type SeriesAliases } from './head/head-replay.ts';
import { writeLateBlocks } from './head/late-blocks.ts';
import { ImportError, isPresent, requireNoConflict } from './import/block-import.ts';
import { labelCardinality } from './index/label-cardinality.ts';
import { type Lease, leasedBlock, type TsdbShare } from './lease.ts';
import {
  type ReplayFacts,
  type TsdbEvent,
  type TsdbOptions,
  type TsdbStats,
  type TsdbStatus,
  UNLIMITED,
} from './options.ts';
import { Pacer } from './pacer.ts';
import { TsdbQuerier } from './tsdb-querier.ts';
import { removeCovered, writeCheckpoint } from './wal/checkpoint.ts';
import { floorPayload, RECORD_LATE_FLOOR } from './wal/records.ts';
import { WalReader } from './wal/wal-reader.ts';
import { WalWriter } from './wal/wal-writer.ts';

const SEGMENT_BYTES_MAX = 128 << 20;
const BACKLOG_BYTES_MAX = 64 << 20;
const FSYNC_INTERVAL_MS = 1000;
/** As in Prometheus' example. */
const EXEMPLARS_MAX = 100_000;
/** After a compaction that failed the next waits, twice as long each time. */
const COMPACT_WAIT_FIRST_MS = 60_000;
const COMPACT_WAIT_MAX_MS = 3_600_000;

export class Tsdb {
  readonly #options: TsdbOptions;
  readonly #head: Head;
  readonly #exemplars: ExemplarRing;
  readonly #wal: WalWriter;
  readonly #blocks: BlockStore;
  readonly #appender: HeadAppender;
  readonly #aliases: SeriesAliases;
  /** Segments below this may use the aliases. */
  readonly #aliasesBelow: number;
  readonly #replay: ReplayFacts;
  #changes: Promise<unknown> = Promise.resolve();
  /** A durable block that is still to be taken in, or whose samples are still to be forgotten by the head. */
  #written: (CutRange & { readonly ulid: string }) | undefined;
  #blocksWritten = 0;
  #compactions = 0;
  /** After a failure: monotonic time before which it isn't tried again, and how long that was. */
  #compactFromMs = Number.NEGATIVE_INFINITY;
  #compactWaitMs = 0;
  readonly #closing = new AbortController();

  private constructor(parts: {
    options: TsdbOptions;
    head: Head;
    exemplars: ExemplarRing;
    wal: WalWriter;
    blocks: BlockStore;
    appender: HeadAppender;
    aliases: SeriesAliases;
    aliasesBelow: number;
    replay: ReplayFacts;
  }) {
    this.#options = parts.options;
    this.#head = parts.head;
    this.#exemplars = parts.exemplars;
    this.#wal = parts.wal;
    this.#blocks = parts.blocks;
    this.#appender = parts.appender;
    this.#aliases = parts.aliases;
    this.#aliasesBelow = parts.aliasesBelow;
    this.#replay = parts.replay;
    this.#head.onTakenOut = () => {
      this.#aliases.keep((series) => this.#head.index.isSeries(series));
      this.#appender.forgetMetricCounts();
    };
  }

  /**
   * Opens the database in a folder, which is made when missing, and reads its log. Rejects with a
   * TsdbError when the folder is of a newer version, with a DiskError when it can't be read.
   * Damage is repaired or worked around, told to `log` and counted in `stats()`.
   */
  static async open(options: TsdbOptions): Promise<Tsdb> {
    const { disk, folder } = options;
    const walFolder = `${folder}/wal`;
    if ((await disk.info(walFolder)) === undefined) {
      await disk.makeFolder(walFolder);
      await disk.syncFolder(folder);
      await disk.syncFolder(parentOf(folder));
    }
    const blocks = await openBlocks(options);
    try {
      return await Tsdb.#openHead(options, blocks);
    } catch (error) {
      await blocks.close();
      throw error;
    }
  }

  static async #openHead(options: TsdbOptions, blocks: BlockStore): Promise<Tsdb> {
    const { disk, folder, clock } = options;
    const log = options.log ?? (() => undefined);
    const random = options.random ?? new SystemRandom();
    const walFolder = `${folder}/wal`;
    const startedMs = clock.monotonicMs();
    const replay = newFacts();
    const head = new Head(random);
    head.floorMs = blocks.soundUntilMs();
    const exemplars = new ExemplarRing(options.exemplarsMax ?? EXEMPLARS_MAX);
    const reading = new HeadReplay(head, exemplars, replay);
    const end = await new WalReader(disk, walFolder, reading, replay, log).read();
    reading.end();
    replay.durationMs = clock.monotonicMs() - startedMs;
    head.forgetSamplesAppended();
    const wal = new WalWriter(
      {
        disk,
        clock,
        random,
        folder: walFolder,
        fsync: options.fsync ?? 'always',
        fsyncIntervalMs: options.fsyncIntervalMs ?? FSYNC_INTERVAL_MS,
        segmentBytesMax: options.segmentBytesMax ?? SEGMENT_BYTES_MAX,
        log,
      },
      end,
    );
    const limits = options.limits ?? UNLIMITED;
    const appender = new HeadAppender(
      head,
      exemplars,
      wal,
      clock,
      typeof limits === 'function' ? limits : () => limits,
      options.backlogBytesMax ?? BACKLOG_BYTES_MAX,
      reading.nextNumber,
    );
    const aliases = reading.aliases();
    const tsdb = new Tsdb({
      options,
      head,
      exemplars,
      wal,
      blocks,
      appender,
      aliases,
      aliasesBelow: end.nextNumber,
      replay,
    });
    if (head.floorMs > Number.NEGATIVE_INFINITY) {
      head.raiseFloor(head.floorMs);
      await head.forget();
    }
    // What a block covers stays out of the head when the block is past its retention.
    if (head.floorMs > reading.floorMs) wal.floor(head.floorMs);
    log(replayed(folder, replay));
    return tsdb;
  }

  /** The one writer; always the same. */
  appender(): Appender {
    return this.#appender;
  }

  /**
   * A reader on this thread; close it after use: it holds a lease until then. Besides errors of its own kind,
   * reading throws a BlockError where a block is damaged or can't be read.
   */
  querier(): Querier {
    const lease = this.lease();
    const { index, matching, floorMs } = this.#head;
    return new TsdbQuerier(this.#blocks.blocks, { index, matching, floorMs }, () => lease.release());
  }

  /**
   * The head's memory. Columns that a decoder leaves in it are stored without a copy; allocating throws a TsdbError
   * 'memory-full'.
   */
  get linearMemory(): LinearMemory {
    return this.#head.memory;
  }

  /** What other threads need to open a TsdbReader; they read under leases. */
  share(): TsdbShare {
    return { folder: this.#options.folder, memory: this.#head.memory.memory };
  }

  /**
   * Has all that there is now kept for somebody who reads it. What is written later may be seen too. Forgetting goes
   * on only when the leases of the time before have been released: hold them briefly.
   */
  lease(): Lease {
    assert(!this.#isClosed, 'reading a closed database');
    const blocks = this.#blocks.blocks.map(leasedBlock);
    const letGo = this.#blocks.keep(blocks.map(({ ulid }) => ulid));
    const end = this.#head.leases.begin();
    const { floorMs, index } = this.#head;
    return {
      descriptor: { blocks, headFloorMs: floorMs, generation: index.generation },
      release: () => {
        end();
        letGo();
      },
    };
  }

  /**
   * Forgets samples before a time. In the head they are hidden at once, their memory and log segments are given
   * back as far as chunks and segments hold nothing newer; blocks go when they end before it. Rejects when the
   * disk fails; what was forgotten in memory stays forgotten, and the next call removes what this one left on disk.
   */
  async truncate(beforeMs: number): Promise<void> {
    await this.#inTurn(() => this.#forget(beforeMs));
  }

  /**
   * Does what is to be done over time: forgets what is past the retention, moves the head's oldest two
   * hours into blocks, does the next compaction there is. Meant to be called every minute or so; with nothing
   * to do it costs nothing. `nowMs` is the wall clock.
   *
   * Rejects with what failed, of several with an AggregateError; one doesn't keep the others from being done, and
   * nothing is lost by it. Ends early, without an error, when `signal` says so or the database is closed.
   */
  async maintain(nowMs: number, signal?: AbortSignal): Promise<void> {
    const closing = this.#closing.signal;
    const stop = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    await this.#inTurn(() => this.#maintain(nowMs, stop));
  }

  /**
   * Takes in a block that somebody else made, whose folder (named by its ULID, on the same file system) it moves to
   * its own. Resolves to `present` when its samples are there already. Rejects with an ImportError, BlockError or
   * DiskError; the block is where it was then.
   */
  async importBlock(path: string): Promise<'imported' | 'present'> {
    let outcome: 'imported' | 'present' = 'present';
    await this.#inTurn(async () => {
      outcome = await this.#importBlock(path);
    });
    return outcome;
  }

  /** Moves all of the head into blocks, hours that aren't over too: for a database that nothing is written to any more. */
  async flush(): Promise<void> {
    await this.#inTurn(() => this.#cut(Number.POSITIVE_INFINITY, this.#closing.signal, wholeHead));
  }

  stats(): TsdbStats {
    const head = this.#head;
    const { minTimeMs } = head;
    return {
      series: head.count,
      activeSeries: head.activeCount(this.#minute()),
      labelPairs: head.index.pairs,
      samplesAppended: head.samplesAppended,
      minTimeMs,
      maxTimeMs: minTimeMs === undefined ? undefined : head.maxTimeMs,
      oldestTimeMs: oldest(this.#blocks.blocks[0]?.meta.minTime, minTimeMs),
      blocks: this.#blocks.blocks.length,
      blocksDamaged: this.#blocks.damaged.length,
      blockBytes: this.#blocks.blocks.reduce((sum, block) => sum + block.bytes, 0),
      blocksWritten: this.#blocksWritten,
      compactions: this.#compactions,
      sealedChunks: head.sealedChunks,
      sealedChunkBytes: head.sealedChunkBytes,
      slabBytes: head.memory.bytes,
      walBytes: this.#wal.bytes,
      walSegments: this.#wal.segments,
      walSyncs: this.#wal.syncs,
      walFailures: this.#wal.failures,
      walBacklogBytes: this.#wal.backlogBytes,
      replay: this.#replay,
    };
  }

  /** Exemplars within [startMs, endMs] of the series that all matchers of one of the sets take. */
  exemplars(
    startMs: number,
    endMs: number,
    sets: readonly (readonly Matcher[])[],
  ): readonly SeriesExemplars[] {
    return this.#exemplars.select(startMs, endMs, sets);
  }

  /** Active series of the metric that has most of them; a pass over all series. */
  activeInLargestMetric(): number {
    return this.#head.activeInLargestMetric(this.#minute());
  }

  /** Where the series come from; a pass over all label pairs and series. At most `limit` entries a list. */
  status(limit: number): TsdbStatus {
    const head = this.#head;
    const { minTimeMs } = head;
    return {
      seriesCount: head.count,
      labelPairCount: head.index.pairs,
      chunkCount: head.sealedChunks + head.openChunks,
      minTimeMs,
      maxTimeMs: minTimeMs === undefined ? undefined : head.maxTimeMs,
      ...labelCardinality(head.index, limit),
    };
  }

  /**
   * Ends maintenance, commits what was appended, closes the log. Rejects when the last commit fails; closed
   * it is all the same. A second call does nothing.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#closing.abort();
    await this.#changes;
    try {
      await this.#wal.close();
    } finally {
      await this.#blocks.close();
    }
  }

  #minute(): number {
    return minuteOf(this.#options.clock.monotonicMs());
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #inTurn(change: () => Promise<void>): Promise<void> {
    assert(!this.#isClosed, 'changing a closed database');
    const done = this.#changes.then(change);
    // The next one begins when this one is over, whatever came of it.
    this.#changes = done.catch(() => undefined);
    await done;
  }

  async #maintain(nowMs: number, signal: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    // Retention comes first: it makes room on a full disk.
    for (const step of [this.#retain, this.#cut, this.#writeLate, this.#compact]) {
      try {
        signal.throwIfAborted();
        await step.call(this, nowMs, signal);
      } catch (error) {
        if (signal.aborted && error === signal.reason) break;
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('; '));
  }

  async #retain(nowMs: number): Promise<void> {
    const head = this.#head;
    const cutoffMs = retentionCutoffMs(nowMs, this.#newestMs(), retentionMs(this.#options));
    const oldestBlock = this.#blocks.blocks[0];
    const isBlockPast = oldestBlock !== undefined && oldestBlock.meta.maxTime <= cutoffMs;
    if (isBlockPast || (head.minTimeMs ?? Number.POSITIVE_INFINITY) < cutoffMs) await this.#forget(cutoffMs);
  }

  async #cut(nowMs: number, signal: AbortSignal, nextRange = nextCut): Promise<void> {
    const { disk, folder, clock } = this.#options;
    const random = this.#options.random ?? new SystemRandom();
    for (;;) {
      const range = nextRange(this.#head, nowMs);
      if (this.#written === undefined && range === undefined) break;
      if (this.#written === undefined && range !== undefined) {
        this.#head.acceptFromMs = Math.max(this.#head.acceptFromMs, range.endMs);
        const meta = await writeHeadBlock(this.#head, range, { disk, folder, clock, random, signal });
        if (meta !== undefined) this.#written = { ulid: meta.ulid, ...range };
        else {
          this.#settle(range.startMs, range.endMs);
          await this.#forgetHead(range.endMs);
        }
      }
      if (this.#written !== undefined) await this.#takeWritten(this.#written);
      signal.throwIfAborted();
    }
    // What an earlier call could not remove.
    if (this.#wal.segmentsBefore(this.#logNeededFromMs).length > 0)
      await this.#forgetHead(this.#head.floorMs);
  }

  async #importBlock(path: string): Promise<'imported' | 'present'> {
    const { disk, folder, clock } = this.#options;
    const incoming = BlockReader.open(path, { disk });
    try {
      const { meta } = incoming;
      if (isPresent(meta, this.#blocks.blocks)) return 'present';
      incoming.verify();
      const cutoffMs = retentionCutoffMs(clock.nowMs(), this.#newestMs(), retentionMs(this.#options));
      if (meta.maxTime <= cutoffMs) throw new ImportError('all of its samples are past the retention');
      const acceptFromMs = this.#head.acceptFromMs;
      this.#head.acceptFromMs = Math.max(acceptFromMs, meta.maxTime);
      try {
        const headMs = this.#head.minTimeMs ?? Number.POSITIVE_INFINITY;
        if (headMs < meta.maxTime) throw new ImportError(overlapsHead(meta.maxTime, headMs));
        await requireNoConflict(incoming, this.#blocks.blocks, clock);
        await disk.rename(path, `${folder}/${meta.ulid}`);
      } catch (error) {
        this.#head.acceptFromMs = acceptFromMs;
        throw error;
      }
      await disk.syncFolder(folder);
      await this.#blocks.take(meta.ulid);
      await this.#forgetHead(meta.maxTime);
      return 'imported';
    } finally {
      incoming.release();
    }
  }

  #newestMs(): number {
    return Math.max(this.#head.maxTimeMs, newestMs(this.#blocks));
  }

  /** Has a block serve its samples instead of the head. */
  async #takeWritten({ ulid, startMs, endMs }: CutRange & { readonly ulid: string }): Promise<void> {
    try {
      await this.#blocks.take(ulid);
    } catch (error) {
      // It is gone; the head still has everything.
      if (error instanceof BlockError) this.#written = undefined;
      throw error;
    }
    this.#written = undefined;
    this.#blocksWritten++;
    this.#wal.startSegment();
    // Those who read since before don't have the block.
    await this.#head.leases.ended();
    this.#settle(startMs, endMs);
    await this.#forgetHead(endMs);
  }

  /** What was out of order in the range is in its block now. */
  #settle(startMs: number, endMs: number): void {
    const { outOfOrder } = this.#head;
    if (outOfOrder.samples === 0) return;
    outOfOrder.settle(startMs, endMs);
    this.#noteLate(endMs);
  }

  /** Says in the log that what came too late is in blocks, unless some still waits for them. */
  #noteLate(beforeMs: number): void {
    if (this.#head.outOfOrder.hasLate) return;
    this.#wal.record(RECORD_LATE_FLOOR, floorPayload(beforeMs), Number.NEGATIVE_INFINITY);
  }

  /** Has blocks serve samples that came too late for those of their time. */
  async #writeLate(_nowMs: number, signal: AbortSignal): Promise<void> {
    const { outOfOrder, floorMs } = this.#head;
    if (!outOfOrder.hasLate || outOfOrder.lateSeries(floorMs).length === 0) return;
    const { disk, folder, clock } = this.#options;
    const random = this.#options.random ?? new SystemRandom();
    const drop = outOfOrder.lateSnapshot(floorMs);
    const metas = await writeLateBlocks(this.#head, floorMs, { disk, folder, clock, random, signal });
    for (const { ulid } of metas) await this.#blocks.take(ulid);
    this.#blocksWritten += metas.length;
    // Those who read since before may have no block with what goes now.
    await this.#head.leases.ended();
    drop();
    this.#noteLate(floorMs);
    await this.#wal.commit();
  }

  async #compact(_nowMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    if (clock.monotonicMs() < this.#compactFromMs) return;
    try {
      const sources = await this.#blocks.compact(signal);
      if (sources.length > 0) this.#compactions++;
      this.#compactWaitMs = 0;
    } catch (error) {
      // It may have written much in vain, and do so again.
      const waitMs = Math.max(COMPACT_WAIT_FIRST_MS, 2 * this.#compactWaitMs);
      this.#compactWaitMs = Math.min(COMPACT_WAIT_MAX_MS, waitMs);
      this.#compactFromMs = clock.monotonicMs() + this.#compactWaitMs;
      throw error;
    }
  }

  async #forget(beforeMs: number): Promise<void> {
    // Blocks first: on a full disk the log can't be cut without the room that they leave.
    await this.#blocks.removeBefore(beforeMs);
    this.#head.outOfOrder.forgetBefore(beforeMs);
    await this.#forgetHead(beforeMs);
  }

  async #forgetHead(beforeMs: number): Promise<void> {
    if (beforeMs > this.#head.floorMs) {
      this.#head.raiseFloor(beforeMs);
      // Those who read since before may have no block with what goes now.
      await this.#head.leases.ended();
      await this.#head.forget(new Pacer(this.#options.clock));
      this.#wal.floor(beforeMs);
    }
    await this.#wal.commit();
    const segments = this.#wal.segmentsBefore(this.#logNeededFromMs);
    if (segments.length === 0) return;
    const { disk, folder } = this.#options;
    const random = this.#options.random ?? new SystemRandom();
    const number = this.#wal.numberAfter(segments);
    const walFolder = `${folder}/wal`;
    const content = {
      floorMs: this.#head.floorMs,
      series: allSeries(this.#head, this.#aliases),
      exemplars: this.#exemplars.entries(),
    };
    await writeCheckpoint(disk, walFolder, random, number, content);
    this.#wal.forget(segments);
    if (number >= this.#aliasesBelow) this.#aliases.clear();
    await removeCovered(disk, walFolder, number);
  }

  get #logNeededFromMs(): number {
    return Math.min(this.#head.floorMs, this.#head.outOfOrder.logNeededFromMs);
  }
}

function retentionMs({ retentionMs: kept = 0 }: TsdbOptions): number {
  return typeof kept === 'number' ? kept : kept();
}

/** Opens the blocks, which lie in the database's folder as they do in Prometheus'. */
async function openBlocks(options: TsdbOptions): Promise<BlockStore> {
  const { disk, folder, clock, cache, log } = options;
  const keptMs = retentionMs(options);
  // A process that died may have named a block and not made the name durable; the log is cut by it.
  await disk.syncFolder(folder);
  return await BlockStore.open({
    folder,
    disk,
    clock,
    random: options.random ?? new SystemRandom(),
    rangesMs: blockRanges(keptMs === 0 ? Number.POSITIVE_INFINITY : keptMs),
    ...(cache === undefined ? {} : { cache }),
    ...(log === undefined ? {} : { log }),
  });
}

function overlapsHead(blockEndMs: number, headMs: number): string {
  const [end, head] = [blockEndMs, headMs].map((timeMs) => new Date(timeMs).toISOString());
  return `it reaches to ${end}, and the workspace holds samples from ${head} on that are not in a block yet; they will be in some hours`;
}

/** Where the newest block ends. */
function newestMs(store: BlockStore): number {
  return store.blocks.reduce((newest, { meta }) => Math.max(newest, meta.maxTime), Number.NEGATIVE_INFINITY);
}

function oldest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

function newFacts(): ReplayFacts {
  return {
    segments: 0,
    records: 0,
    series: 0,
    samples: 0,
    samplesSkipped: 0,
    samplesOfUnknownSeries: 0,
    tornTails: 0,
    tornBytes: 0,
    corruptions: 0,
    corruptBytes: 0,
    durationMs: 0,
  };
}

function replayed(folder: string, facts: ReplayFacts): TsdbEvent {
  return { level: 'info', message: 'read the write-ahead log', fields: { folder, ...facts } };
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash > 0 ? path.slice(0, slash) : slash === 0 ? '/' : '.';
}
