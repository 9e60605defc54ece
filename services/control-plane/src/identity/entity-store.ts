// The entities of IAM in their table. Changes are made inside a transaction; `changed` counts them when they
// are on disk, so that what was made of the old state is known to be old at once.

import type { Statement } from 'better-sqlite3';
import type { Store } from '../store.ts';
import type { Entity, EntityContents, EntityKind } from './entity.ts';

interface Row {
  readonly id: string;
  readonly kind: EntityKind;
  readonly name: string;
  readonly path: string;
  readonly boundary_arn: string | null;
  readonly content: string;
  readonly created_at_ms: number;
}

/** Which entities of a kind: those below a path, after a name, so many. */
export interface Selection {
  /** `/` for all. */
  readonly pathPrefix: string;
  /** As `nameKey` makes it; empty for the first. */
  readonly after: string;
  readonly limit: number;
}

/** What names are compared and lists are ordered by. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** Counts the changes to anything that decisions are made from. */
export class IdentityRevision {
  readonly #store: Store;
  #value = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  get value(): number {
    return this.#value;
  }

  /** Inside a transaction. */
  changed(): void {
    this.#store.afterCommit(() => this.count());
  }

  /** After a change that is on disk. */
  count(): void {
    this.#value++;
  }
}

const COLUMNS = 'id, kind, name, path, boundary_arn, content, created_at_ms';

export class EntityStore {
  readonly #revision: IdentityRevision;
  readonly #find: Statement<[string, string], Row>;
  readonly #byId: Statement<[string], Row>;
  readonly #list: Statement<[string, string, string, string, number], Row>;
  readonly #count: Statement<[string], { count: number }>;
  readonly #bounded: Statement<[string], Row>;
  readonly #insert: Statement<[string, string, string, string, string, string | null, string, number], never>;
  readonly #update: Statement<[string, string, string, string | null, string, string], never>;
  readonly #remove: Statement<[string], never>;

  constructor(store: Store, revision: IdentityRevision) {
    this.#revision = revision;
    this.#find = store.prepare(`SELECT ${COLUMNS} FROM iam_entities WHERE kind = ? AND name_folded = ?`);
    this.#byId = store.prepare(`SELECT ${COLUMNS} FROM iam_entities WHERE id = ?`);
    this.#list = store.prepare(
      `SELECT ${COLUMNS} FROM iam_entities WHERE kind = ? AND name_folded > ?
       AND substr(path, 1, length(?)) = ? ORDER BY name_folded LIMIT ?`,
    );
    this.#count = store.prepare('SELECT count(*) AS count FROM iam_entities WHERE kind = ?');
    this.#bounded = store.prepare(
      `SELECT ${COLUMNS} FROM iam_entities WHERE boundary_arn = ? ORDER BY name_folded`,
    );
    this.#insert = store.prepare('INSERT INTO iam_entities VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#update = store.prepare(
      'UPDATE iam_entities SET name = ?, name_folded = ?, path = ?, boundary_arn = ?, content = ? WHERE id = ?',
    );
    this.#remove = store.prepare('DELETE FROM iam_entities WHERE id = ?');
  }

  find<K extends EntityKind>(kind: K, name: string): Entity<K> | undefined {
    return entityOf(this.#find.get(kind, nameKey(name)));
  }

  byId<K extends EntityKind>(id: string): Entity<K> | undefined {
    return entityOf(this.#byId.get(id));
  }

  /** By name. */
  list<K extends EntityKind>(kind: K, { pathPrefix, after, limit }: Selection): Entity<K>[] {
    return this.#list.all(kind, after, pathPrefix, pathPrefix, limit).map((row) => entityOf<K>(row)!);
  }

  count(kind: EntityKind): number {
    return this.#count.get(kind)!.count;
  }

  /** Users and roles that the policy bounds. */
  boundedBy(policyArn: string): Entity[] {
    return this.#bounded.all(policyArn).map((row) => entityOf(row)!);
  }

  insert(entity: Entity): void {
    const { id, kind, name, path, boundaryArn, content, createdAtMs } = entity;
    this.#insert.run(
      id,
      kind,
      name,
      nameKey(name),
      path,
      boundaryArn ?? null,
      JSON.stringify(content),
      createdAtMs,
    );
    this.#revision.changed();
  }

  /** Everything but id, kind and date of creation. */
  update({ id, name, path, boundaryArn, content }: Entity): void {
    this.#update.run(name, nameKey(name), path, boundaryArn ?? null, JSON.stringify(content), id);
    this.#revision.changed();
  }

  remove(id: string): void {
    this.#remove.run(id);
    this.#revision.changed();
  }
}

function entityOf<K extends EntityKind>(row: Row | undefined): Entity<K> | undefined {
  if (row === undefined) return undefined;
  return {
    id: row.id,
    kind: row.kind as K,
    name: row.name,
    path: row.path,
    boundaryArn: row.boundary_arn ?? undefined,
    createdAtMs: row.created_at_ms,
    content: JSON.parse(row.content) as EntityContents[K],
  };
}
