// Whose access key is it: the root's, a user's, or a session's.
//
// 1. What was found is remembered, with its compiled policies, for as long as nothing that decisions are made
//    from has changed; a change forgets everything, and the next request sees it.
// 2. Ids that nobody has aren't remembered: others could fill the memory with them.

import type { CredentialStore, Credentials } from '@ampere/contracts';
import type { Account } from '../account.ts';
import { RootCredentials } from '../account.ts';
import type { AccessKeyStore } from './access-key-store.ts';
import type { EntityStore, IdentityRevision } from './entity-store.ts';
import type { Principals } from './principals.ts';
import type { Session, SessionStore } from './session-store.ts';
import type { UsageLog } from './usage.ts';

const REMEMBERED_MAX = 10_000;

interface Known {
  readonly credentials: Credentials;
  /** Role of a session, whose use counts too. */
  readonly roleId: string | undefined;
}

export class CredentialDirectory implements CredentialStore {
  readonly #root: RootCredentials;
  readonly #account: Account;
  readonly #keys: AccessKeyStore;
  readonly #sessions: SessionStore;
  readonly #entities: EntityStore;
  readonly #principals: Principals;
  readonly #usage: UsageLog;
  readonly #revision: IdentityRevision;
  readonly #known = new Map<string, Known>();
  #knownAt = 0;

  constructor(init: {
    account: Account;
    keys: AccessKeyStore;
    sessions: SessionStore;
    entities: EntityStore;
    principals: Principals;
    usage: UsageLog;
    revision: IdentityRevision;
  }) {
    this.#account = init.account;
    this.#root = new RootCredentials(init.account);
    this.#keys = init.keys;
    this.#sessions = init.sessions;
    this.#entities = init.entities;
    this.#principals = init.principals;
    this.#usage = init.usage;
    this.#revision = init.revision;
  }

  find(accessKeyId: string): Credentials | undefined {
    return this.#root.find(accessKeyId) ?? this.#lookUp(accessKeyId)?.credentials;
  }

  used(accessKeyId: string, service: string): void {
    if (this.#root.find(accessKeyId) !== undefined) return;
    const known = this.#lookUp(accessKeyId);
    if (known === undefined) return;
    if (known.roleId !== undefined) this.#usage.used(known.roleId, service);
    else if (known.credentials.sessionToken === undefined) this.#usage.used(accessKeyId, service);
  }

  #lookUp(accessKeyId: string): Known | undefined {
    if (this.#knownAt !== this.#revision.value) {
      this.#known.clear();
      this.#knownAt = this.#revision.value;
    }
    const remembered = this.#known.get(accessKeyId);
    if (remembered !== undefined) return remembered;
    const known = this.#ofUser(accessKeyId) ?? this.#ofSession(accessKeyId);
    if (known === undefined) return undefined;
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear();
    this.#known.set(accessKeyId, known);
    return known;
  }

  #ofUser(accessKeyId: string): Known | undefined {
    const key = this.#keys.find(accessKeyId);
    const user = key?.active === true ? this.#entities.byId<'user'>(key.userId) : undefined;
    if (key === undefined || user === undefined) return undefined;
    const principal = this.#principals.user(user);
    return { credentials: { accessKeyId, secretAccessKey: key.secret, principal }, roleId: undefined };
  }

  #ofSession(accessKeyId: string): Known | undefined {
    const session = this.#sessions.find(accessKeyId);
    const principal = session && this.#principalOf(session);
    if (session === undefined || principal === undefined) return undefined;
    const credentials = {
      accessKeyId,
      secretAccessKey: session.secret,
      sessionToken: session.token,
      expiresAtMs: session.expiresAtMs,
      principal,
    };
    return { credentials, roleId: session.content.kind === 'role' ? session.ownerId : undefined };
  }

  /** Undefined when its owner is gone. */
  #principalOf({ ownerId, content }: Session): Credentials['principal'] | undefined {
    if (ownerId === this.#account.accountId) return this.#root.find(this.#account.accessKeyId)!.principal;
    const owner = this.#entities.byId(ownerId);
    if (owner?.kind === 'user') return this.#principals.user(owner as never);
    return owner?.kind === 'role' ? this.#principals.session(owner as never, content) : undefined;
  }
}
