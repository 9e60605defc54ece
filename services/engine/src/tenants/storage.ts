import type { LinearMemory } from '@ampere/platform';
import type { Appender, Matcher, Querier } from '@ampere/series';
import type { Lease, SeriesExemplars, TsdbShare, TsdbStatus } from '@ampere/tsdb';

/** What a database knows of itself, for metrics. */
export interface StorageStats {
  /** Series in memory. */
  readonly series: number;
  /** Series with a sample appended in the last five minutes. */
  readonly activeSeries: number;
  /** Memory set aside for samples and label sets. */
  readonly slabBytes: number;
  /** No sample is older; undefined when there is none. */
  readonly oldestTimeMs: number | undefined;
  /** Blocks on disk that can be read, and those that can't be opened. */
  readonly blocks: number;
  readonly blocksDamaged: number;
  readonly blockBytes: number;
  /** Since the database was opened. */
  readonly blocksWritten: number;
  readonly compactions: number;
  readonly walBytes: number;
  readonly walSegments: number;
  readonly walSyncs: number;
  readonly walFailures: number;
  /** Appended and not yet in the log. */
  readonly walBacklogBytes: number;
  /** What opening found in the log. */
  readonly replay: {
    readonly tornTails: number;
    readonly corruptions: number;
    readonly durationMs: number;
  };
}

/** What the engine asks of one tenant's database. `Tsdb` of @ampere/tsdb is one. */
export interface TenantStorage {
  /** Where its head lives, and write requests are decoded so that the appender finds them in place. */
  readonly linearMemory?: LinearMemory;
  appender(): Appender;
  querier(): Querier;
  stats(): StorageStats;
  /** What another thread needs once to read the database; left out when no other thread can. */
  share?(): TsdbShare;
  /** What there is now, kept for another thread until `release`. */
  lease?(): Lease;
  /** Active series of the metric that has most of them. */
  activeInLargestMetric(): number;
  /** Where the series come from; at most `limit` entries a list. */
  status(limit: number): TsdbStatus;
  /** Exemplars within [startMs, endMs] of the series that all matchers of one of the sets take, in the order of labels. */
  exemplars(
    startMs: number,
    endMs: number,
    sets: readonly (readonly Matcher[])[],
  ): readonly SeriesExemplars[];
  /**
   * Does what is to be done by now: retention, blocks, compaction. Rejects when something fails; nothing is lost
   * and the next call tries again. Ends early when `signal` says so.
   */
  maintain(nowMs: number, signal: AbortSignal): Promise<void>;
  /**
   * Takes in a block that somebody else made. Rejects with an ImportError, BlockError or DiskError; the block is where
   * it was then.
   */
  importBlock(path: string): Promise<'imported' | 'present'>;
  close(): Promise<void>;
}

/** Opens the database in a folder, which is made when it is missing. */
export type OpenStorage = (options: { tenantId: string; folder: string }) => Promise<TenantStorage>;
