import type { LimitsData } from '@ampere/limits';
import type { AddressPolicyOptions } from '@ampere/outbound';
import type { BuildInfo } from './query-api/tenant.ts';

/** What an operator decides about queries. */
export interface QuerySettings {
  /** Threads that run queries beside the engine's own; 0 for none, which then runs them itself. */
  readonly threads: number;
  /** The URL of the bundled src/query-worker-main.ts; needed when there are threads. */
  readonly entry: string | undefined;
  /** How long a query may take at most, and does when it doesn't ask for less. */
  readonly timeoutMs: number;
  /** Queries that take at least so long are logged; 0 for all. */
  readonly slowLogMs: number;
  /** Whether the experimental functions and syntax of PromQL are understood. */
  readonly experimental: boolean;
}

/** What an operator decides about the engine: plain data, which can be cloned to another thread. */
export interface EngineSettings {
  readonly dataDir: string;
  readonly limits: LimitsData;
  /**
   * When an acknowledged sample is on stable storage: before the acknowledgement, a moment after it, or
   * when the system gets to it.
   */
  readonly fsync: 'always' | 'interval' | 'off';
  /** How many exemplars each workspace keeps, 100,000 when it is not said; 0 keeps none. */
  readonly exemplarsMax?: number | undefined;
  /** Whether Remote-Write 2.0 makes zero samples where it says that counters began; by default it doesn't. */
  readonly createdZeroSamples?: boolean | undefined;
  /** How long after one look at all workspaces' blocks the next begins; a minute when left out. */
  readonly maintenanceIntervalMs?: number;
  /** How long the data of deleted workspaces stay on disk, where nobody reaches them; 0 when left out. */
  readonly keepDeletedMs?: number;
  /** What `status/buildinfo` answers. */
  readonly buildInfo: BuildInfo;
  /** Which addresses notifications may reach. */
  readonly outbound: AddressPolicyOptions;
  readonly queries: QuerySettings;
  /** Where clients reach the server, for links in alerts; without a slash at its end. */
  readonly publicUrl: string;
}
