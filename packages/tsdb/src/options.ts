// What the owner of a database decides, and what it can ask about it.

import type { Clock, Disk, Random } from '@ampere/platform';
import type { PageCache } from './block/page-cache.ts';

/** Limits of one workspace; 0 = unlimited everywhere. */
export interface SeriesLimits {
  readonly labelsPerSeriesMax: number;
  readonly labelNameBytesMax: number;
  readonly labelValueBytesMax: number;
  /** Series with a sample appended in the last five minutes. */
  readonly activeSeriesMax: number;
  readonly activeSeriesPerMetricMax: number;
  readonly sampleMaxAgeMs: number;
  readonly sampleMaxFutureMs: number;
  /** How far behind the newest sample one may be that is out of order; 0, or left out: none is taken. */
  readonly outOfOrderWindowMs?: number;
}

export const UNLIMITED: SeriesLimits = {
  labelsPerSeriesMax: 0,
  labelNameBytesMax: 0,
  labelValueBytesMax: 0,
  activeSeriesMax: 0,
  activeSeriesPerMetricMax: 0,
  sampleMaxAgeMs: 0,
  sampleMaxFutureMs: 0,
};

/**
 * When an acknowledged sample is on stable storage: before the acknowledgement (`always`), within
 * `fsyncIntervalMs` after it (`interval`), or when the system gets to it (`off`). All three survive
 * the death of the process; only `always` survives the death of the machine.
 */
export type FsyncPolicy = 'always' | 'interval' | 'off';

/** Something that an operator should know. */
export interface TsdbEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

export interface TsdbOptions {
  /** The database's own folder, which the caller has open nowhere else; made when missing. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** An object, or a function when they can change; it is asked once per append. */
  readonly limits?: SeriesLimits | (() => SeriesLimits);
  /** Default: always. */
  readonly fsync?: FsyncPolicy;
  /** For `interval`; default 1000. */
  readonly fsyncIntervalMs?: number;
  /** How long samples are kept by `maintain`; 0 (the default) keeps all. What it is
   * when the database is opened bounds the length of blocks, too; a function is asked again each time. */
  readonly retentionMs?: number | (() => number);
  /** For reading blocks, shared by all databases of a thread; one of its own otherwise. */
  readonly cache?: PageCache;
  /** A segment of the log is closed when it is at least so long; default 128 MiB. */
  readonly segmentBytesMax?: number;
  /** Appending is refused while so much is waiting for a disk that doesn't take it; default 64 MiB. */
  readonly backlogBytesMax?: number;
  /** How many exemplars are kept, the newest of all series; 0 keeps none. Default 100,000. */
  readonly exemplarsMax?: number | undefined;
  readonly log?: (event: TsdbEvent) => void;
  /** Seeds the hash tables and marks the segments. */
  readonly random?: Random;
}

/** What opening found in the log. */
export interface ReplayFacts {
  segments: number;
  records: number;
  series: number;
  samples: number;
  /** Samples that were there already (a batch that was written again) or out of order. */
  samplesSkipped: number;
  /** Samples whose series record was in a damaged place. */
  samplesOfUnknownSeries: number;
  /** Half-written records cut off the end of the log. */
  tornTails: number;
  tornBytes: number;
  /** Damaged places with intact records behind them. */
  corruptions: number;
  corruptBytes: number;
  /** Monotonic milliseconds from the first read to the last. */
  durationMs: number;
}

export interface TsdbStats {
  /** Series in memory. */
  readonly series: number;
  /** Series with a sample appended in the last five minutes, to the minute. */
  readonly activeSeries: number;
  readonly labelPairs: number;
  /** Since the database was opened. */
  readonly samplesAppended: number;
  /** Times of the samples in memory; undefined when there is none. */
  readonly minTimeMs: number | undefined;
  readonly maxTimeMs: number | undefined;
  /** No sample is older; undefined when there is none. */
  readonly oldestTimeMs: number | undefined;
  /** Blocks that can be read, and those that can't be opened. */
  readonly blocks: number;
  readonly blocksDamaged: number;
  /** On disk, those that can be read. */
  readonly blockBytes: number;
  /** Since the database was opened. */
  readonly blocksWritten: number;
  readonly compactions: number;
  /** Full chunks in memory and the bytes of them. */
  readonly sealedChunks: number;
  readonly sealedChunkBytes: number;
  /** Memory set aside for open chunks, sealed chunks and label sets. */
  readonly slabBytes: number;
  readonly walBytes: number;
  readonly walSegments: number;
  readonly walSyncs: number;
  readonly walFailures: number;
  /** Bytes appended to the head that are not in the log yet. */
  readonly walBacklogBytes: number;
  readonly replay: Readonly<ReplayFacts>;
}

/** How often there is what the name says. */
export interface NamedCount {
  readonly name: string;
  readonly value: number;
}

/** What Prometheus' status/tsdb says of the head. The lists descend by value. */
export interface TsdbStatus {
  readonly seriesCount: number;
  readonly labelPairCount: number;
  readonly chunkCount: number;
  /** Undefined when there is no sample. */
  readonly minTimeMs: number | undefined;
  readonly maxTimeMs: number | undefined;
  readonly seriesCountByMetricName: readonly NamedCount[];
  readonly labelValueCountByLabelName: readonly NamedCount[];
  readonly memoryInBytesByLabelName: readonly NamedCount[];
  /** Named `name=value`. */
  readonly seriesCountByLabelValuePair: readonly NamedCount[];
}
