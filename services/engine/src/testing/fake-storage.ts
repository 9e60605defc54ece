import type { Appender, AppendOutcome, Querier, Refusal } from '@ampere/series';
import type { SeriesExemplars, TsdbStatus } from '@ampere/tsdb';
import type { OpenStorage, StorageStats, TenantStorage } from '../tenants/storage.ts';

/** Of a database that nothing was written to. */
export const NO_STATS: StorageStats = {
  series: 0,
  activeSeries: 0,
  slabBytes: 0,
  oldestTimeMs: undefined,
  blocks: 0,
  blocksDamaged: 0,
  blockBytes: 0,
  blocksWritten: 0,
  compactions: 0,
  walBytes: 0,
  walSegments: 0,
  walSyncs: 0,
  walFailures: 0,
  walBacklogBytes: 0,
  replay: { tornTails: 0, corruptions: 0, durationMs: 0 },
};

/** A database for tests of what is around one: it counts, and fails or waits when it is told to. */
export class FakeStorage implements TenantStorage {
  readonly folder: string;
  samples = 0;
  commits = 0;
  isClosed = false;
  /** Refusals that the next append reports. */
  refusals: Refusal[] = [];
  appendError: Error | undefined;
  commitError: Error | undefined;
  /** When set, commits and maintenance wait for it. */
  gate: Promise<void> | undefined;
  /** The times at which it was maintained. */
  readonly maintained: number[] = [];
  maintainError: Error | undefined;
  /** Whether the last maintenance was told to end early. */
  isInterrupted = false;

  constructor(folder: string) {
    this.folder = folder;
  }

  async importBlock(): Promise<'imported' | 'present'> {
    return 'imported';
  }

  appender(): Appender {
    return {
      append: (columns): AppendOutcome => {
        if (this.appendError !== undefined) throw this.appendError;
        const refused = (isOfExemplars: boolean) =>
          this.refusals
            .filter(({ reason }) => reason.startsWith('exemplar_') === isOfExemplars)
            .reduce((sum, { samples }) => sum + samples, 0);
        const appended = columns.sampleCount - refused(false);
        this.samples += appended;
        return {
          appended,
          histograms: columns.histograms.length,
          exemplars: columns.exemplars.length - refused(true),
          newSeries: columns.seriesCount,
          refusals: this.refusals,
        };
      },
      commit: async () => {
        await this.gate;
        if (this.commitError !== undefined) throw this.commitError;
        this.commits++;
      },
    };
  }

  querier(): Querier {
    throw new Error('the fake storage is not for reading');
  }

  stats(): StorageStats {
    return { ...NO_STATS, walSyncs: this.commits };
  }

  activeInLargestMetric(): number {
    return 0;
  }

  status(): TsdbStatus {
    throw new Error('the fake storage is not for reading');
  }

  exemplars(): readonly SeriesExemplars[] {
    throw new Error('the fake storage is not for reading');
  }

  async maintain(nowMs: number, signal: AbortSignal): Promise<void> {
    this.maintained.push(nowMs);
    await this.gate;
    this.isInterrupted = signal.aborted;
    if (this.maintainError !== undefined) throw this.maintainError;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** Opens fakes and remembers them by tenant. */
export class FakeStorages {
  readonly byTenant = new Map<string, FakeStorage>();
  readonly opened: string[] = [];
  /** Tenants whose storage can't be opened. */
  readonly broken = new Set<string>();

  readonly open: OpenStorage = async ({ tenantId, folder }) => {
    if (this.broken.has(tenantId)) throw new Error('the index is damaged');
    const storage = new FakeStorage(folder);
    this.opened.push(tenantId);
    this.byTenant.set(tenantId, storage);
    return storage;
  };
}
