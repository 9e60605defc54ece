/** A query that has ended, with what it was and cost. Plain data. */
export interface QueryRecord {
  readonly id: string;
  readonly workspaceId: string;
  readonly requestId: string;
  readonly principalArn: string;
  /** `query`, `query_range`, `labels`, … */
  readonly endpoint: string;
  /** Cut to QUERY_LENGTH_MAX; empty for what has none. */
  readonly query: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  /** When it came, milliseconds since 1970. */
  readonly arrivedAtMs: number;
  readonly queuedMs: number;
  /** From its coming to the first piece of its answer. */
  readonly durationMs: number;
  readonly series: number;
  /** Read from storage, as Prometheus counts them. */
  readonly samples: number;
  readonly peakSamples: number;
  /** Of chunks read from storage. */
  readonly chunkBytes: number;
  readonly answerBytes: number;
  readonly status: number;
  /** `success` or the type of the error. */
  readonly outcome: string;
  /** The error's text, or null. */
  readonly error: string | null;
}

/** How much of a query's text is kept. */
export const QUERY_LENGTH_MAX = 2_000;

/** A query that waits or runs. */
export interface ActiveQueryView {
  readonly id: string;
  readonly requestId: string;
  readonly principalArn: string;
  readonly endpoint: string;
  readonly query: string;
  readonly state: 'waiting' | 'running' | 'answering';
  readonly arrivedAtMs: number;
  readonly ageMs: number;
}

/** The queries of one workspace. */
export interface QueryDirectory {
  /** In the order in which they came. */
  active(): readonly ActiveQueryView[];
  /** The newest first. */
  last(): readonly QueryRecord[];
  /** Those that took longest, the longest first. */
  slowest(): readonly QueryRecord[];
  /** Ends a query; false when there is none of that id. */
  cancel(id: string): boolean;
}
