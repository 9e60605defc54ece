// The one owner of the database connection.
//
// 1. Opening sets WAL mode with synchronous=FULL: what a transaction committed survives a power cut.
// 2. The table schema_version says how many migrations were applied; the missing ones are applied, each
//    in its own transaction. A database of a newer program is refused, not guessed at.
// 3. All writing goes through `transaction`. What must follow a change in memory is given to
//    `afterCommit` and runs when the change is on disk, or never.
//
// better-sqlite3 is synchronous: a transaction is never interleaved with another one of this process.
import { assert, type Clock } from '@ampere/platform';
import Database from 'better-sqlite3';
import { MIGRATIONS } from './migrations/index.ts';

/** How long to wait for another process that holds the database, such as a backup. */
const BUSY_TIMEOUT_MS = 5000;

/** The database can't be used; the text names the file and what is wrong with it. */
export class StoreError extends Error {
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`control-plane database ${path}: ${problem}`, options);
    this.name = 'StoreError';
  }
}

export interface StoreOptions {
  /** An existing file or one that can be made. */
  readonly path: string;
  /** Path of the compiled SQLite addon, when it isn't to be looked for beside better-sqlite3. */
  readonly nativeBinding?: string | undefined;
  readonly clock: Clock;
  /** For tests of migrations; everything else takes the schema's whole history. */
  readonly migrations?: readonly string[];
}

export class Store {
  readonly #database: Database.Database;
  #effects: (() => void)[] | undefined;

  /** @throws StoreError when the file is no database of ours, or a newer one. */
  constructor(options: StoreOptions) {
    const { path, nativeBinding, clock, migrations = MIGRATIONS } = options;
    try {
      this.#database = new Database(path, {
        timeout: BUSY_TIMEOUT_MS,
        ...(nativeBinding === undefined ? {} : { nativeBinding }),
      });
    } catch (error) {
      throw new StoreError(path, `cannot be opened: ${messageOf(error)}`, { cause: error });
    }
    try {
      const mode = this.#database.pragma('journal_mode = WAL', { simple: true });
      if (mode !== 'wal') throw new StoreError(path, `WAL mode is not to be had, only ${String(mode)}`);
      this.#database.pragma('synchronous = FULL');
      this.#database.pragma('foreign_keys = ON');
      this.#migrate(path, migrations, clock);
    } catch (error) {
      this.#database.close();
      if (error instanceof StoreError) throw error;
      throw new StoreError(path, `cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }

  prepare<P extends unknown[], R>(sql: string): Database.Statement<P, R> {
    return this.#database.prepare<P, R>(sql);
  }

  /** Runs `work` so that all of its changes are on disk when this returns, or none when it throws. */
  transaction<T>(work: () => T): T {
    assert(this.#effects === undefined, 'a transaction inside a transaction');
    const effects: (() => void)[] = [];
    this.#effects = effects;
    let result: T;
    try {
      result = this.#database.transaction(work).immediate();
    } finally {
      this.#effects = undefined;
    }
    for (const effect of effects) effect();
    return result;
  }

  /** Has `effect` run once the transaction at hand is on disk; it is dropped when that fails. */
  afterCommit(effect: () => void): void {
    assert(this.#effects !== undefined, 'a change outside of a transaction');
    this.#effects.push(effect);
  }

  /** Harmless when closed already. */
  close(): void {
    this.#database.close();
  }

  #migrate(path: string, migrations: readonly string[], clock: Clock): void {
    this.#database.exec(
      'CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT',
    );
    const found = this.prepare<[], { version: number | null }>(
      'SELECT max(version) AS version FROM schema_version',
    ).get();
    const version = found?.version ?? 0;
    if (version > migrations.length) {
      throw new StoreError(
        path,
        `has schema version ${version}, but this program knows versions up to ${migrations.length}; start the newer program that wrote it`,
      );
    }
    const record = this.prepare<[number, number], never>('INSERT INTO schema_version VALUES (?, ?)');
    for (let next = version + 1; next <= migrations.length; next++) {
      this.transaction(() => {
        this.#database.exec(migrations[next - 1]!);
        record.run(next, Math.round(clock.nowMs()));
      });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
