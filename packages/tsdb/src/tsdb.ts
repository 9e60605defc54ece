// The time series database of one workspace: a head in memory and a log on disk.
//
// Opening reads the log back into the head, and goes on writing in a new
// segment (made when the first batch comes). Retention calls `truncate`; blocks, which will take over what
// it drops, are not there yet, so the head holds everything that is kept.

import { assert, SystemRandom } from '@ampere/platform';
import type { Appender, Querier } from '@ampere/series';
import { ActiveSeries } from './head/active-series.ts';
import { Head } from './head/head.ts';
import { HeadAppender } from './head/head-appender.ts';
import { HeadQuerier } from './head/head-querier.ts';
import { HeadReplay, type SeriesAliases } from './head/head-replay.ts';
import { labelCardinality } from './index/label-cardinality.ts';
import {
  type ReplayFacts,
  type TsdbEvent,
  type TsdbOptions,
  type TsdbStats,
  type TsdbStatus,
  UNLIMITED,
} from './options.ts';
import { removeCovered, type SeriesSource, writeCheckpoint } from './wal/checkpoint.ts';
import { WalReader } from './wal/wal-reader.ts';
import { WalWriter } from './wal/wal-writer.ts';

const SEGMENT_BYTES_MAX = 128 << 20;
const BACKLOG_BYTES_MAX = 64 << 20;
const FSYNC_INTERVAL_MS = 1000;
/** A checkpoint lets others run after so many series. */
const CHECKPOINT_SERIES_PER_STEP = 1000;

export class Tsdb {
  readonly #options: TsdbOptions;
  readonly #head: Head;
  readonly #wal: WalWriter;
  readonly #appender: HeadAppender;
  readonly #aliases: SeriesAliases;
  /** Segments below this may use the aliases. */
  readonly #aliasesBelow: number;
  readonly #replay: ReplayFacts;
  #queriers = 0;
  #whenUnread: (() => void)[] = [];
  #truncation: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(parts: {
    options: TsdbOptions;
    head: Head;
    wal: WalWriter;
    appender: HeadAppender;
    aliases: SeriesAliases;
    aliasesBelow: number;
    replay: ReplayFacts;
  }) {
    this.#options = parts.options;
    this.#head = parts.head;
    this.#wal = parts.wal;
    this.#appender = parts.appender;
    this.#aliases = parts.aliases;
    this.#aliasesBelow = parts.aliasesBelow;
    this.#replay = parts.replay;
    this.#head.onRenumber = (map) => {
      this.#aliases.renumber(map);
      this.#appender.forgetMetricCounts();
    };
  }

  /**
   * Opens the database in a folder, which is made when missing, and reads its log. Rejects with a
   * TsdbError when the folder is of a newer version, with a DiskError when it can't be read.
   * Damage is repaired or worked around, told to `log` and counted in `stats().replay`.
   */
  static async open(options: TsdbOptions): Promise<Tsdb> {
    const { disk, folder, clock } = options;
    const log = options.log ?? (() => undefined);
    const random = options.random ?? new SystemRandom();
    const walFolder = `${folder}/wal`;
    if ((await disk.info(walFolder)) === undefined) {
      await disk.makeFolder(walFolder);
      await disk.syncFolder(folder);
      await disk.syncFolder(parentOf(folder));
    }
    const startedMs = clock.monotonicMs();
    const replay = newFacts();
    const head = new Head(random);
    const reading = new HeadReplay(head, replay);
    const end = await new WalReader(disk, walFolder, reading, replay, log).read();
    replay.durationMs = clock.monotonicMs() - startedMs;
    head.samplesAppended = 0;
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
      wal,
      appender,
      aliases,
      aliasesBelow: end.nextNumber,
      replay,
    });
    if (head.floorMs > Number.NEGATIVE_INFINITY) head.truncate(head.floorMs);
    log(replayed(folder, replay));
    return tsdb;
  }

  /** The one writer; always the same. */
  appender(): Appender {
    return this.#appender;
  }

  /** A reader; close it after use. While one is open, `truncate` waits. */
  querier(): Querier {
    assert(!this.#isClosed, 'reading a closed database');
    this.#queriers++;
    return new HeadQuerier(this.#head, () => {
      if (--this.#queriers > 0) return;
      for (const proceed of this.#whenUnread.splice(0)) proceed();
    });
  }

  /**
   * Forgets samples before a time: they are hidden at once, their memory and log segments are given
   * back as far as chunks and segments hold nothing newer. Rejects when the disk fails; what was forgotten
   * in memory stays forgotten, and the next call removes what this one left on disk.
   */
  async truncate(beforeMs: number): Promise<void> {
    assert(!this.#isClosed, 'truncating a closed database');
    const truncation = this.#truncation.then(() => this.#truncate(beforeMs));
    // The next one begins when this one is over, whatever came of it.
    this.#truncation = truncation.catch(() => undefined);
    await truncation;
  }

  stats(): TsdbStats {
    const head = this.#head;
    const { minTimeMs } = head;
    return {
      series: head.count,
      activeSeries: head.active.count(this.#minute()),
      labelPairs: head.index.pairs,
      samplesAppended: head.samplesAppended,
      minTimeMs,
      maxTimeMs: minTimeMs === undefined ? undefined : head.maxTimeMs,
      sealedChunks: head.sealed.chunks,
      sealedChunkBytes: head.sealed.bytes,
      slabBytes: head.slabs.bytes + head.sealed.slabBytes,
      walBytes: this.#wal.bytes,
      walSegments: this.#wal.segments,
      walSyncs: this.#wal.syncs,
      walFailures: this.#wal.failures,
      walBacklogBytes: this.#wal.backlogBytes,
      replay: this.#replay,
    };
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
      chunkCount: head.sealed.chunks + head.openChunks(),
      minTimeMs,
      maxTimeMs: minTimeMs === undefined ? undefined : head.maxTimeMs,
      ...labelCardinality(head.index, limit),
    };
  }

  /**
   * Commits what was appended, closes the log. Rejects when the last commit fails; closed
   * it is all the same. A second call does nothing.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#truncation;
    await this.#wal.close();
  }

  #minute(): number {
    return ActiveSeries.minuteOf(this.#options.clock.monotonicMs());
  }

  async #truncate(beforeMs: number): Promise<void> {
    while (this.#queriers > 0) await new Promise<void>((resolve) => this.#whenUnread.push(resolve));
    if (beforeMs > this.#head.floorMs) {
      this.#head.truncate(beforeMs);
      this.#wal.floor(beforeMs);
    }
    await this.#wal.commit();
    const segments = this.#wal.segmentsBefore(this.#head.floorMs);
    if (segments.length === 0) return;
    const { disk, folder } = this.#options;
    const random = this.#options.random ?? new SystemRandom();
    const number = this.#wal.numberAfter(segments);
    const walFolder = `${folder}/wal`;
    await writeCheckpoint(disk, walFolder, random, number, this.#head.floorMs, this.#allSeries());
    this.#wal.forget(segments);
    if (number >= this.#aliasesBelow) this.#aliases.clear();
    await removeCovered(disk, walFolder, number);
  }

  #allSeries(): SeriesSource {
    const { table, slabs } = this.#head;
    const aliases = this.#aliases;
    return function* (add) {
      const addOne = (number: number, series: number) => {
        const address = table.keyAddress[series]!;
        const from = slabs.offset(address);
        add(number, slabs.slab(address), from, from + table.keyBytes[series]!);
      };
      for (let series = 0; series < table.count; series++) {
        addOne(table.walNumber[series]!, series);
        if (series % CHECKPOINT_SERIES_PER_STEP === 0) yield;
      }
      for (const [number, series] of aliases.entries()) {
        addOne(number, series);
        yield;
      }
    };
  }
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
