import type { Statement } from 'better-sqlite3';
import type { Store } from '../store.ts';
import type { IdentityRevision } from './entity-store.ts';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly userId: string;
  readonly secret: string;
  readonly active: boolean;
  readonly createdAtMs: number;
}

interface Row {
  readonly access_key_id: string;
  readonly user_id: string;
  readonly secret: string;
  readonly active: number;
  readonly created_at_ms: number;
}

/** Access keys of users. Changes are made inside a transaction. */
export class AccessKeyStore {
  readonly #revision: IdentityRevision;
  readonly #find: Statement<[string], Row>;
  readonly #of: Statement<[string], Row>;
  readonly #insert: Statement<[string, string, string, number, number], never>;
  readonly #activate: Statement<[number, string], never>;
  readonly #remove: Statement<[string], never>;

  constructor(store: Store, revision: IdentityRevision) {
    this.#revision = revision;
    this.#find = store.prepare('SELECT * FROM iam_access_keys WHERE access_key_id = ?');
    this.#of = store.prepare(
      'SELECT * FROM iam_access_keys WHERE user_id = ? ORDER BY created_at_ms, access_key_id',
    );
    this.#insert = store.prepare('INSERT INTO iam_access_keys VALUES (?, ?, ?, ?, ?)');
    this.#activate = store.prepare('UPDATE iam_access_keys SET active = ? WHERE access_key_id = ?');
    this.#remove = store.prepare('DELETE FROM iam_access_keys WHERE access_key_id = ?');
  }

  find(accessKeyId: string): AccessKey | undefined {
    const row = this.#find.get(accessKeyId);
    return row && keyOf(row);
  }

  /** Oldest first. */
  of(userId: string): AccessKey[] {
    return this.#of.all(userId).map(keyOf);
  }

  insert({ accessKeyId, userId, secret, active, createdAtMs }: AccessKey): void {
    this.#insert.run(accessKeyId, userId, secret, active ? 1 : 0, createdAtMs);
    this.#revision.changed();
  }

  setActive(accessKeyId: string, active: boolean): void {
    this.#activate.run(active ? 1 : 0, accessKeyId);
    this.#revision.changed();
  }

  remove(accessKeyId: string): void {
    this.#remove.run(accessKeyId);
    this.#revision.changed();
  }
}

function keyOf(row: Row): AccessKey {
  return {
    accessKeyId: row.access_key_id,
    userId: row.user_id,
    secret: row.secret,
    active: row.active === 1,
    createdAtMs: row.created_at_ms,
  };
}
