import type { LimitsData } from '@ampere/limits';
import type { BuildInfo } from './query-api/index.ts';

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
  /** What `status/buildinfo` answers. */
  readonly buildInfo: BuildInfo;
  /** Where clients reach the server, for links in alerts; without a slash at its end. */
  readonly publicUrl: string;
  /** Queries that take at least so long are logged; 0 for all. */
  readonly slowQueryMs: number;
}
