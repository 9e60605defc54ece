// Which policies there are and whose they are: inline documents, attachments, versions of managed policies.

import type { Statement } from 'better-sqlite3';
import type { Store } from '../store.ts';
import type { IdentityRevision } from './entity-store.ts';

export interface InlinePolicy {
  readonly name: string;
  readonly document: string;
}

export interface PolicyVersion {
  readonly version: number;
  readonly document: string;
  readonly createdAtMs: number;
}

interface VersionRow {
  readonly version: number;
  readonly document: string;
  readonly created_at_ms: number;
}

/** Changes are made inside a transaction. */
export class PolicyStore {
  readonly #revision: IdentityRevision;
  readonly #inline: Statement<[string], InlinePolicy>;
  readonly #putInline: Statement<[string, string, string], never>;
  readonly #removeInline: Statement<[string, string], never>;
  readonly #attached: Statement<[string], { policy_arn: string }>;
  readonly #owners: Statement<[string], { owner_id: string }>;
  readonly #attach: Statement<[string, string], never>;
  readonly #detach: Statement<[string, string], never>;
  readonly #versions: Statement<[string], VersionRow>;
  readonly #version: Statement<[string, number], VersionRow>;
  readonly #addVersion: Statement<[string, number, string, number], never>;
  readonly #removeVersion: Statement<[string, number], never>;

  constructor(store: Store, revision: IdentityRevision) {
    this.#revision = revision;
    this.#inline = store.prepare(
      'SELECT name, document FROM iam_inline_policies WHERE owner_id = ? ORDER BY name',
    );
    this.#putInline = store.prepare(
      'INSERT INTO iam_inline_policies VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET document = excluded.document',
    );
    this.#removeInline = store.prepare('DELETE FROM iam_inline_policies WHERE owner_id = ? AND name = ?');
    this.#attached = store.prepare(
      'SELECT policy_arn FROM iam_attachments WHERE owner_id = ? ORDER BY policy_arn',
    );
    this.#owners = store.prepare('SELECT owner_id FROM iam_attachments WHERE policy_arn = ?');
    this.#attach = store.prepare('INSERT INTO iam_attachments VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#detach = store.prepare('DELETE FROM iam_attachments WHERE owner_id = ? AND policy_arn = ?');
    this.#versions = store.prepare(
      'SELECT version, document, created_at_ms FROM iam_policy_versions WHERE policy_id = ? ORDER BY version DESC',
    );
    this.#version = store.prepare(
      'SELECT version, document, created_at_ms FROM iam_policy_versions WHERE policy_id = ? AND version = ?',
    );
    this.#addVersion = store.prepare('INSERT INTO iam_policy_versions VALUES (?, ?, ?, ?)');
    this.#removeVersion = store.prepare(
      'DELETE FROM iam_policy_versions WHERE policy_id = ? AND version = ?',
    );
  }

  /** By name. */
  inlineOf(ownerId: string): InlinePolicy[] {
    return this.#inline.all(ownerId);
  }

  putInline(ownerId: string, { name, document }: InlinePolicy): void {
    this.#putInline.run(ownerId, name, document);
    this.#revision.changed();
  }

  /** False when there is none of that name. */
  removeInline(ownerId: string, name: string): boolean {
    this.#revision.changed();
    return this.#removeInline.run(ownerId, name).changes > 0;
  }

  /** ARNs of the managed policies attached to a user, group or role. */
  attachedTo(ownerId: string): string[] {
    return this.#attached.all(ownerId).map((row) => row.policy_arn);
  }

  /** Ids of what a managed policy is attached to. */
  ownersOf(policyArn: string): string[] {
    return this.#owners.all(policyArn).map((row) => row.owner_id);
  }

  attach(ownerId: string, policyArn: string): void {
    this.#attach.run(ownerId, policyArn);
    this.#revision.changed();
  }

  /** False when it isn't attached. */
  detach(ownerId: string, policyArn: string): boolean {
    this.#revision.changed();
    return this.#detach.run(ownerId, policyArn).changes > 0;
  }

  /** Newest first. */
  versionsOf(policyId: string): PolicyVersion[] {
    return this.#versions.all(policyId).map(versionOf);
  }

  version(policyId: string, version: number): PolicyVersion | undefined {
    const row = this.#version.get(policyId, version);
    return row && versionOf(row);
  }

  addVersion(policyId: string, { version, document, createdAtMs }: PolicyVersion): void {
    this.#addVersion.run(policyId, version, document, createdAtMs);
    this.#revision.changed();
  }

  removeVersion(policyId: string, version: number): void {
    this.#removeVersion.run(policyId, version);
    this.#revision.changed();
  }
}

function versionOf({ version, document, created_at_ms }: VersionRow): PolicyVersion {
  return { version, document, createdAtMs: created_at_ms };
}
