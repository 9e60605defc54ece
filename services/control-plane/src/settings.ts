import type { Statement } from 'better-sqlite3';
import type { Store } from './store.ts';

/** Named values that are made once and kept. */
export class Settings {
  readonly #find: Statement<[string], { value: string }>;
  readonly #put: Statement<[string, string], never>;

  constructor(store: Store) {
    this.#find = store.prepare('SELECT value FROM settings WHERE name = ?');
    this.#put = store.prepare(
      'INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
  }

  find(name: string): string | undefined {
    return this.#find.get(name)?.value;
  }

  /** Inside a transaction. */
  put(name: string, value: string): void {
    this.#put.run(name, value);
  }

  /** The value, made and kept when there is none yet. Inside a transaction. */
  ensure(name: string, make: () => string): string {
    const found = this.find(name);
    if (found !== undefined) return found;
    const made = make();
    this.put(name, made);
    return made;
  }
}
