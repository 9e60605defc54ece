import type { Statement } from 'better-sqlite3';
import type { Store } from '../store.ts';
import type { IdentityRevision } from './entity-store.ts';

/** Who is in which group, by their ids. Changes are made inside a transaction. */
export class MembershipStore {
  readonly #revision: IdentityRevision;
  readonly #groups: Statement<[string], { id: string }>;
  readonly #members: Statement<[string], { id: string }>;
  readonly #join: Statement<[string, string], never>;
  readonly #leave: Statement<[string, string], never>;

  constructor(store: Store, revision: IdentityRevision) {
    this.#revision = revision;
    this.#groups = store.prepare(
      `SELECT group_id AS id FROM iam_memberships JOIN iam_entities ON id = group_id
       WHERE user_id = ? ORDER BY name_folded`,
    );
    this.#members = store.prepare(
      `SELECT user_id AS id FROM iam_memberships JOIN iam_entities ON id = user_id
       WHERE group_id = ? ORDER BY name_folded`,
    );
    this.#join = store.prepare('INSERT INTO iam_memberships VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#leave = store.prepare('DELETE FROM iam_memberships WHERE group_id = ? AND user_id = ?');
  }

  /** By name. */
  groupsOf(userId: string): string[] {
    return this.#groups.all(userId).map((row) => row.id);
  }

  /** By name. */
  membersOf(groupId: string): string[] {
    return this.#members.all(groupId).map((row) => row.id);
  }

  join(groupId: string, userId: string): void {
    this.#join.run(groupId, userId);
    this.#revision.changed();
  }

  /** False when the user isn't in the group. */
  leave(groupId: string, userId: string): boolean {
    this.#revision.changed();
    return this.#leave.run(groupId, userId).changes > 0;
  }
}
