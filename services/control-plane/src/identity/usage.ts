// When access keys and roles were used last: exact in memory, on disk within the hour.

import type { Clock } from '@ampere/platform';
import type { Statement } from 'better-sqlite3';
import type { Log } from '../log.ts';
import type { Store } from '../store.ts';

export interface Usage {
  readonly usedAtMs: number;
  /** As in the credential scope. */
  readonly service: string;
}

/** Uses closer together than this are written once; what is asked for is exact all the same. */
const WRITTEN_EVERY_MS = 60 * 60 * 1000;
const REMEMBERED_MAX = 10_000;

/**
 * When access keys and roles were used last. Told on every request, so it keeps them in memory and writes
 * each at most once an hour: a crash loses an hour of it.
 */
export class UsageLog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #find: Statement<[string], { used_at_ms: number; service: string }>;
  readonly #put: Statement<[string, number, string], never>;
  readonly #remove: Statement<[string], never>;
  readonly #recent = new Map<string, Usage & { writtenAtMs: number }>();

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#find = store.prepare('SELECT used_at_ms, service FROM iam_usage WHERE subject = ?');
    this.#put = store.prepare(
      `INSERT INTO iam_usage VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET used_at_ms = excluded.used_at_ms, service = excluded.service`,
    );
    this.#remove = store.prepare('DELETE FROM iam_usage WHERE subject = ?');
  }

  /** `subject` is the id of a key or role. Outside of transactions. */
  used(subject: string, service: string): void {
    const usedAtMs = Math.round(this.#clock.nowMs());
    const known = this.#recent.get(subject);
    const isWritten = known !== undefined && usedAtMs - known.writtenAtMs < WRITTEN_EVERY_MS;
    if (!isWritten) this.#write([[subject, { usedAtMs, service }]]);
    if (known === undefined && this.#recent.size >= REMEMBERED_MAX) this.flush();
    this.#recent.set(subject, {
      usedAtMs,
      service,
      writtenAtMs: isWritten ? known.writtenAtMs : usedAtMs,
    });
  }

  lastUse(subject: string): Usage | undefined {
    const recent = this.#recent.get(subject);
    if (recent !== undefined) return recent;
    const row = this.#find.get(subject);
    return row && { usedAtMs: row.used_at_ms, service: row.service };
  }

  /** Inside a transaction. */
  forget(subject: string): void {
    this.#remove.run(subject);
    this.#store.afterCommit(() => this.#recent.delete(subject));
  }

  /** Writes what isn't written and keeps nothing in memory. */
  flush(): void {
    this.#write([...this.#recent].filter(([, usage]) => usage.usedAtMs !== usage.writtenAtMs));
    this.#recent.clear();
  }

  /** What can't be written is said and tried again in an hour: no request fails for it. */
  #write(entries: readonly (readonly [string, Usage])[]): void {
    if (entries.length === 0) return;
    try {
      this.#store.transaction(() => {
        for (const [subject, { usedAtMs, service }] of entries) this.#put.run(subject, usedAtMs, service);
      });
    } catch (error) {
      this.#log.error({ err: error }, 'when access keys were used last can not be written');
    }
  }
}
