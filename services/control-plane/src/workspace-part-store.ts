// What workspaces have at most one of, in the database: one row for each workspace and kind.
//
// The content is JSON whose type the kind decides. Rows go with their workspace, by the foreign key.
// Every change is made inside a transaction and told to `onChange` once it is on disk.
import type { Clock } from '@ampere/platform';
import type { Statement } from 'better-sqlite3';
import type { Store } from './store.ts';

/** A limit on the active series that carry all of these labels. */
export interface StoredLabelSetLimit {
  /** Names and values in the order in which they were given; lists, so that no name has a meaning. */
  readonly labels: readonly (readonly [string, string])[];
  readonly maxSeries?: number;
}

export interface StoredLogDestination {
  readonly logGroupArn: string;
  readonly qspThreshold: number;
}

/** The content of each kind. */
export interface PartContents {
  readonly configuration: {
    readonly retentionDays?: number;
    readonly limitsPerLabelSet?: readonly StoredLabelSetLimit[];
  };
  readonly logging: { readonly logGroupArn: string };
  readonly 'query-logging': { readonly destinations: readonly StoredLogDestination[] };
  readonly 'resource-policy': { readonly policyDocument: string; readonly revisionId: string };
  readonly 'alert-manager-definition': {
    /** In base64. */
    readonly data: string;
    /** In base64: the last one that was good, when this one isn't. */
    readonly inForce?: string | undefined;
    readonly statusCode: 'ACTIVE' | 'CREATION_FAILED' | 'UPDATE_FAILED';
    readonly statusReason?: string;
  };
}

export type PartKind = keyof PartContents;

export interface WorkspacePart<K extends PartKind> {
  readonly content: PartContents[K];
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

interface Row {
  content: string;
  created_at_ms: number;
  modified_at_ms: number;
}

export class WorkspacePartStore {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onChange: (workspaceId: string, kind: PartKind) => void;
  readonly #find: Statement<[string, PartKind], Row>;
  readonly #put: Statement<[string, PartKind, string, number, number], never>;
  readonly #remove: Statement<[string, PartKind], never>;
  readonly #owners: Statement<[PartKind], { workspace_id: string }>;

  constructor(store: Store, clock: Clock, onChange: (workspaceId: string, kind: PartKind) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#find = store.prepare('SELECT * FROM workspace_parts WHERE workspace_id = ? AND kind = ?');
    this.#put = store.prepare(
      `INSERT INTO workspace_parts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET content = excluded.content, modified_at_ms = excluded.modified_at_ms`,
    );
    this.#remove = store.prepare('DELETE FROM workspace_parts WHERE workspace_id = ? AND kind = ?');
    this.#owners = store.prepare(
      'SELECT workspace_id FROM workspace_parts WHERE kind = ? ORDER BY workspace_id',
    );
  }

  find<K extends PartKind>(workspaceId: string, kind: K): WorkspacePart<K> | undefined {
    const row = this.#find.get(workspaceId, kind);
    return (
      row && {
        content: JSON.parse(row.content),
        createdAtMs: row.created_at_ms,
        modifiedAtMs: row.modified_at_ms,
      }
    );
  }

  /** Makes the part or replaces its content; the time of its making stays. */
  put<K extends PartKind>(workspaceId: string, kind: K, content: PartContents[K]): void {
    const nowMs = Math.round(this.#clock.nowMs());
    this.#put.run(workspaceId, kind, JSON.stringify(content), nowMs, nowMs);
    this.#store.afterCommit(() => this.#onChange(workspaceId, kind));
  }

  remove(workspaceId: string, kind: PartKind): void {
    this.#remove.run(workspaceId, kind);
    this.#store.afterCommit(() => this.#onChange(workspaceId, kind));
  }

  /** Ids of the workspaces that have one of this kind. */
  owners(kind: PartKind): string[] {
    return this.#owners.all(kind).map((row) => row.workspace_id);
  }
}
