import type { Appender, Querier } from '@ampere/series';
import type { TsdbStatus } from '@ampere/tsdb';

/** What a database knows of itself, for metrics. */
export interface StorageStats {
  /** Series in memory. */
  readonly series: number;
  /** Series with a sample appended in the last five minutes. */
  readonly activeSeries: number;
  /** The time of the oldest sample; undefined when there is none. */
  readonly minTimeMs: number | undefined;
  /** Memory set aside for samples and label sets. */
  readonly slabBytes: number;
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
  appender(): Appender;
  querier(): Querier;
  stats(): StorageStats;
  /** Active series of the metric that has most of them. */
  activeInLargestMetric(): number;
  /** Where the series come from; at most `limit` entries a list. */
  status(limit: number): TsdbStatus;
  /** Forgets samples before a time. Rejects when the disk fails; the next call removes what is left. */
  truncate(beforeMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the database in a folder, which is made when it is missing. */
export type OpenStorage = (options: { tenantId: string; folder: string }) => Promise<TenantStorage>;
