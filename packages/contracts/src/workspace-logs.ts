// Who keeps the log groups that logging configurations name, and what is written to them.

/** What a rule or an alert manager has to tell the owner of its workspace. */
export interface WorkspaceLogRecord {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  /** What it is about, the names as in the guide: `groupName`, `ruleName`, `namespace`, `receiver`, … */
  readonly component: 'ruler' | 'alertmanager';
  readonly fields: Readonly<Record<string, string | number>>;
}

/** A query that has ended. */
export interface FinishedQuery {
  readonly workspaceId: string;
  /** `query`, `query_range`; others evaluate nothing. */
  readonly endpoint: string;
  readonly query: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0: an instant query. */
  readonly stepMs: number;
  /** What the threshold is compared with. */
  readonly samples: number;
  readonly durationMs: number;
  /** `success`, or the type of the error. */
  readonly outcome: string;
  readonly principalArn: string;
  readonly requestId: string;
}

/** Written to when something is worth telling a workspace's owner; whether and where is its own business. */
export interface WorkspaceLogs {
  workspaceLog(workspaceId: string, record: WorkspaceLogRecord): void;
  onQueryFinished(query: FinishedQuery): void;
}

/** Where the logs of a workspace go. */
export interface WorkspaceLogging {
  /** Of rules and alerts; undefined: nowhere. */
  readonly logGroupArn: string | undefined;
  readonly queries: readonly {
    readonly logGroupArn: string;
    /** Queries that process so many samples or more. */
    readonly samplesMin: number;
  }[];
}

/** Told what holds: of workspaces that have any at the start, of one after each change that is on disk. */
export interface WorkspaceLoggingListener {
  loggingChanged(workspaceId: string, logging: WorkspaceLogging): void;
}
