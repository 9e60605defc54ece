// Workspaces and tags in the database. Every change goes through here inside a transaction, and tells
// `onChange` when it is on disk; that keeps the directory in memory in step.
import type { WorkspaceEntry } from '@ampere/contracts';
import type { Statement } from 'better-sqlite3';
import type { Store } from './store.ts';

export type WorkspaceStatus = WorkspaceEntry['status'];

export interface Workspace {
  readonly workspaceId: string;
  /** Order of creation; the key by which lists are paged. */
  readonly position: number;
  readonly alias: string | undefined;
  readonly kmsKeyArn: string | undefined;
  readonly status: WorkspaceStatus;
  readonly createdAtMs: number;
}

interface Row {
  workspace_id: string;
  position: number;
  alias: string | null;
  kms_key_arn: string | null;
  status: WorkspaceStatus;
  created_at_ms: number;
}

export class WorkspaceStore {
  readonly #store: Store;
  readonly #onChange: (workspaceId: string) => void;
  readonly #find: Statement<[string], Row>;
  readonly #count: Statement<[], { count: number }>;
  readonly #insert: Statement<[string, string | null, string | null, number], never>;
  readonly #setAlias: Statement<[string | null, string], never>;
  readonly #setStatus: Statement<[WorkspaceStatus, string], never>;
  readonly #remove: Statement<[string], never>;
  readonly #page: Statement<[number, number], Row>;
  readonly #pageWithPrefix: Statement<[number, number, Uint8Array, number], Row>;
  readonly #ids: Statement<[], { workspace_id: string }>;
  readonly #unfinished: Statement<[], { workspace_id: string }>;

  constructor(store: Store, onChange: (workspaceId: string) => void) {
    this.#store = store;
    this.#onChange = onChange;
    this.#find = store.prepare('SELECT * FROM workspaces WHERE workspace_id = ?');
    this.#count = store.prepare('SELECT count(*) AS count FROM workspaces');
    this.#insert = store.prepare(
      `INSERT INTO workspaces (workspace_id, alias, kms_key_arn, status, created_at_ms) VALUES (?, ?, ?, 'CREATING', ?)`,
    );
    this.#setAlias = store.prepare('UPDATE workspaces SET alias = ? WHERE workspace_id = ?');
    this.#setStatus = store.prepare('UPDATE workspaces SET status = ? WHERE workspace_id = ?');
    this.#remove = store.prepare('DELETE FROM workspaces WHERE workspace_id = ?');
    this.#page = store.prepare('SELECT * FROM workspaces WHERE position > ? ORDER BY position LIMIT ?');
    // Compared as bytes: SQLite's text functions stop at a NUL, and LIKE has wildcards.
    this.#pageWithPrefix = store.prepare(
      `SELECT * FROM workspaces WHERE position > ? AND substr(CAST(alias AS BLOB), 1, ?) = ? ORDER BY position LIMIT ?`,
    );
    this.#ids = store.prepare('SELECT workspace_id FROM workspaces ORDER BY position');
    this.#unfinished = store.prepare(
      `SELECT workspace_id FROM workspaces WHERE status IN ('CREATING', 'DELETING') ORDER BY position`,
    );
  }

  find(workspaceId: string): Workspace | undefined {
    const row = this.#find.get(workspaceId);
    return row === undefined ? undefined : fromRow(row);
  }

  /** All there are, those being deleted included. */
  count(): number {
    return this.#count.get()!.count;
  }

  /** Up to `limit` workspaces made after the one at `position`, oldest first; 0 is before the first. */
  page(position: number, aliasPrefix: string | undefined, limit: number): Workspace[] {
    if (aliasPrefix === undefined) return this.#page.all(position, limit).map(fromRow);
    const prefix = Buffer.from(aliasPrefix);
    return this.#pageWithPrefix.all(position, prefix.length, prefix, limit).map(fromRow);
  }

  /** Ids of all, oldest first. */
  ids(): string[] {
    return this.#ids.all().map((row) => row.workspace_id);
  }

  /** Ids of those that are being created or deleted. */
  unfinished(): string[] {
    return this.#unfinished.all().map((row) => row.workspace_id);
  }

  /** A new workspace in status CREATING. */
  insert(workspace: Pick<Workspace, 'workspaceId' | 'alias' | 'kmsKeyArn' | 'createdAtMs'>): void {
    const { workspaceId, alias, kmsKeyArn, createdAtMs } = workspace;
    this.#insert.run(workspaceId, alias ?? null, kmsKeyArn ?? null, createdAtMs);
    this.#changed(workspaceId);
  }

  /** undefined takes the alias away. */
  setAlias(workspaceId: string, alias: string | undefined): void {
    this.#setAlias.run(alias ?? null, workspaceId);
    this.#changed(workspaceId);
  }

  setStatus(workspaceId: string, status: WorkspaceStatus): void {
    this.#setStatus.run(status, workspaceId);
    this.#changed(workspaceId);
  }

  remove(workspaceId: string): void {
    this.#remove.run(workspaceId);
    this.#changed(workspaceId);
  }

  #changed(workspaceId: string): void {
    this.#store.afterCommit(() => this.#onChange(workspaceId));
  }
}

function fromRow(row: Row): Workspace {
  return {
    workspaceId: row.workspace_id,
    position: row.position,
    alias: row.alias ?? undefined,
    kmsKeyArn: row.kms_key_arn ?? undefined,
    status: row.status,
    createdAtMs: row.created_at_ms,
  };
}
