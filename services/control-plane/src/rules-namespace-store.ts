// Rule groups namespaces in the database. Every change is told to `onChange` once it is on disk. They go with their workspace, by the foreign key; their tags,
// which are kept with those of everything else, are taken away by whoever removes them.
import type { Clock } from '@ampere/platform';
import type { Statement } from 'better-sqlite3';
import type { Store } from './store.ts';

export interface RulesNamespace {
  readonly workspaceId: string;
  readonly name: string;
  /** Order of creation; the key by which lists are paged. */
  readonly position: number;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

interface Row {
  workspace_id: string;
  name: string;
  position: number;
  created_at_ms: number;
  modified_at_ms: number;
}

/** A rule file and how many groups are in it. */
export interface RulesContent {
  readonly data: Uint8Array;
  readonly groupsCount: number;
}

const COLUMNS = 'workspace_id, name, position, created_at_ms, modified_at_ms';

export class RulesNamespaceStore {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onChange: (workspaceId: string) => void;
  readonly #find: Statement<[string, string], Row>;
  readonly #data: Statement<[string, string], { data: Buffer }>;
  readonly #names: Statement<[string], { name: string }>;
  readonly #totals: Statement<[string, string], { namespaces: number; groups: number }>;
  readonly #page: Statement<[string, number, number, Uint8Array, number], Row>;
  readonly #insert: Statement<[string, string, Uint8Array, number, number, number], never>;
  readonly #replace: Statement<[Uint8Array, number, number, string, string], never>;
  readonly #remove: Statement<[string, string], never>;
  readonly #owners: Statement<[], { workspace_id: string }>;

  constructor(store: Store, clock: Clock, onChange: (workspaceId: string) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onChange = onChange;
    const of = 'WHERE workspace_id = ? AND name = ?';
    this.#find = store.prepare(`SELECT ${COLUMNS} FROM rule_groups_namespaces ${of}`);
    this.#data = store.prepare(`SELECT data FROM rule_groups_namespaces ${of}`);
    this.#names = store.prepare(
      'SELECT name FROM rule_groups_namespaces WHERE workspace_id = ? ORDER BY position',
    );
    this.#totals = store.prepare(
      `SELECT count(*) AS namespaces, coalesce(sum(groups_count), 0) AS groups
       FROM rule_groups_namespaces WHERE workspace_id = ? AND name <> ?`,
    );
    // The prefix is compared as bytes, like that of aliases.
    this.#page = store.prepare(
      `SELECT ${COLUMNS} FROM rule_groups_namespaces WHERE workspace_id = ? AND position > ?
       AND substr(CAST(name AS BLOB), 1, ?) = ? ORDER BY position LIMIT ?`,
    );
    this.#insert = store.prepare(
      `INSERT INTO rule_groups_namespaces
       (workspace_id, name, data, groups_count, created_at_ms, modified_at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#replace = store.prepare(
      `UPDATE rule_groups_namespaces SET data = ?, groups_count = ?, modified_at_ms = ? ${of}`,
    );
    this.#remove = store.prepare(`DELETE FROM rule_groups_namespaces ${of}`);
    this.#owners = store.prepare('SELECT DISTINCT workspace_id FROM rule_groups_namespaces');
  }

  find(workspaceId: string, name: string): RulesNamespace | undefined {
    const row = this.#find.get(workspaceId, name);
    return row && fromRow(row);
  }

  /** The rule file of a namespace that is there. */
  data(workspaceId: string, name: string): Uint8Array {
    return this.#data.get(workspaceId, name)!.data;
  }

  /** Of all namespaces of a workspace, oldest first. */
  names(workspaceId: string): string[] {
    return this.#names.all(workspaceId).map((row) => row.name);
  }

  /** How many namespaces a workspace has, and groups in them, without the one of this name. */
  totalsWithout(workspaceId: string, name: string): { namespaces: number; groups: number } {
    return this.#totals.get(workspaceId, name)!;
  }

  /** Up to `limit` namespaces made after the one at `position`, oldest first; 0 is before the first. */
  page(workspaceId: string, position: number, namePrefix: string, limit: number): RulesNamespace[] {
    const prefix = Buffer.from(namePrefix);
    return this.#page.all(workspaceId, position, prefix.length, prefix, limit).map(fromRow);
  }

  /** A namespace whose name is free. Inside a transaction, as all changes. */
  insert(workspaceId: string, name: string, { data, groupsCount }: RulesContent): void {
    const nowMs = Math.round(this.#clock.nowMs());
    this.#insert.run(workspaceId, name, data, groupsCount, nowMs, nowMs);
    this.#changed(workspaceId);
  }

  replace(workspaceId: string, name: string, { data, groupsCount }: RulesContent): void {
    this.#replace.run(data, groupsCount, Math.round(this.#clock.nowMs()), workspaceId, name);
    this.#changed(workspaceId);
  }

  remove(workspaceId: string, name: string): void {
    this.#remove.run(workspaceId, name);
    this.#changed(workspaceId);
  }

  /** Ids of the workspaces that have any. */
  owners(): string[] {
    return this.#owners.all().map((row) => row.workspace_id);
  }

  #changed(workspaceId: string): void {
    this.#store.afterCommit(() => this.#onChange(workspaceId));
  }
}

function fromRow(row: Row): RulesNamespace {
  return {
    workspaceId: row.workspace_id,
    name: row.name,
    position: row.position,
    createdAtMs: row.created_at_ms,
    modifiedAtMs: row.modified_at_ms,
  };
}
