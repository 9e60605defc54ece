import type { Statement } from 'better-sqlite3';
import type { NamedResource } from './resource-names.ts';
import type { Store } from './store.ts';

/** Tags of resources of any kind. Changes are made inside a transaction and told to `onChange` after it. */
export class TagStore {
  readonly #store: Store;
  readonly #onChange: (resource: NamedResource) => void;
  readonly #of: Statement<[string, string], { key: string; value: string }>;
  readonly #put: Statement<[string, string, string, string], never>;
  readonly #remove: Statement<[string, string, string], never>;
  readonly #removeAll: Statement<[string, string], never>;

  constructor(store: Store, onChange: (resource: NamedResource) => void) {
    this.#store = store;
    this.#onChange = onChange;
    this.#of = store.prepare('SELECT key, value FROM tags WHERE kind = ? AND resource_id = ? ORDER BY key');
    this.#put = store.prepare(
      'INSERT INTO tags VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
    this.#remove = store.prepare('DELETE FROM tags WHERE kind = ? AND resource_id = ? AND key = ?');
    this.#removeAll = store.prepare('DELETE FROM tags WHERE kind = ? AND resource_id = ?');
  }

  /** By key in order. */
  of({ kind, id }: NamedResource): ReadonlyMap<string, string> {
    return new Map(this.#of.all(kind, id).map(({ key, value }) => [key, value]));
  }

  /** Adds tags and replaces the values of those that are there. */
  put(resource: NamedResource, tags: ReadonlyMap<string, string>): void {
    for (const [key, value] of tags) this.#put.run(resource.kind, resource.id, key, value);
    this.#changed(resource);
  }

  /** Keys that aren't there are passed over. */
  remove(resource: NamedResource, keys: Iterable<string>): void {
    for (const key of keys) this.#remove.run(resource.kind, resource.id, key);
    this.#changed(resource);
  }

  removeAll(resource: NamedResource): void {
    this.#removeAll.run(resource.kind, resource.id);
    this.#changed(resource);
  }

  #changed(resource: NamedResource): void {
    this.#store.afterCommit(() => this.#onChange(resource));
  }
}
