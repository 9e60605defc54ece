// Temporary credentials, which end by themselves.
//
// 1. They are on disk before they are given out, so they survive a restart.
// 2. Ended ones are kept for a day, so that who comes with one is told that it expired, and are then
//    removed when new ones are made.
// 3. Their number is bounded; when there is no room, none is made until some have ended.

import type { Statement } from 'better-sqlite3';
import type { Store } from '../store.ts';

/** What a session is besides its credentials. */
export interface SessionContent {
  /** `role` is a role's session, `owner` the user's or root's own identity with a temporary key. */
  readonly kind: 'role' | 'owner';
  readonly sessionName: string | undefined;
  /** Session policy as it was given. */
  readonly policy: string | undefined;
  /** Managed policies that bound the session. */
  readonly policyArns: readonly string[];
  readonly tags: readonly (readonly [string, string])[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

export interface Session {
  readonly accessKeyId: string;
  /** A role's or user's id, or the account's for root. */
  readonly ownerId: string;
  readonly secret: string;
  readonly token: string;
  readonly content: SessionContent;
  readonly expiresAtMs: number;
}

interface Row {
  readonly access_key_id: string;
  readonly owner_id: string;
  readonly secret: string;
  readonly token: string;
  readonly content: string;
  readonly expires_at_ms: number;
}

const SESSIONS_MAX = 100_000;
const KEPT_AFTER_END_MS = 24 * 60 * 60 * 1000;

export class SessionStore {
  readonly #find: Statement<[string], Row>;
  readonly #count: Statement<[], { count: number }>;
  readonly #insert: Statement<[string, string, string, string, string, number], never>;
  readonly #purge: Statement<[number], never>;

  constructor(store: Store) {
    this.#find = store.prepare('SELECT * FROM sts_sessions WHERE access_key_id = ?');
    this.#count = store.prepare('SELECT count(*) AS count FROM sts_sessions');
    this.#insert = store.prepare('INSERT INTO sts_sessions VALUES (?, ?, ?, ?, ?, ?)');
    this.#purge = store.prepare('DELETE FROM sts_sessions WHERE expires_at_ms <= ?');
  }

  find(accessKeyId: string): Session | undefined {
    const row = this.#find.get(accessKeyId);
    if (row === undefined) return undefined;
    return {
      accessKeyId: row.access_key_id,
      ownerId: row.owner_id,
      secret: row.secret,
      token: row.token,
      content: JSON.parse(row.content) as SessionContent,
      expiresAtMs: row.expires_at_ms,
    };
  }

  /** False when there are too many already. Inside a transaction. */
  insert(session: Session, nowMs: number): boolean {
    this.#purge.run(Math.round(nowMs) - KEPT_AFTER_END_MS);
    if (this.#count.get()!.count >= SESSIONS_MAX) {
      this.#purge.run(Math.round(nowMs));
      if (this.#count.get()!.count >= SESSIONS_MAX) return false;
    }
    const { accessKeyId, ownerId, secret, token, content, expiresAtMs } = session;
    this.#insert.run(accessKeyId, ownerId, secret, token, JSON.stringify(content), Math.round(expiresAtMs));
    return true;
  }
}
