// Whose access key is it: the root's, a user's, or a session's; and sessions without a key, of roles that
// bearers of tokens act as.
//
// 1. What was found is remembered, with its compiled policies, for as long as nothing that decisions are made
//    from has changed; a change forgets everything, and the next request sees it.
// 2. Ids that nobody has aren't remembered: others could fill the memory with them.

import type { CredentialStore, Credentials } from '@ampere/contracts';
import type { Principal } from '@ampere/iam';
import type { Account } from '../account.ts';
import { RootCredentials } from '../account.ts';
import type { AccessKeyStore } from './access-key-store.ts';
import type { EntityStore, IdentityRevision } from './entity-store.ts';
import type { IdentityNames } from './identity-names.ts';
import type { Principals } from './principals.ts';
import type { Session, SessionContent, SessionStore } from './session-store.ts';
import type { UsageLog } from './usage.ts';

const REMEMBERED_MAX = 10_000;

const PLAIN_SESSION: SessionContent = {
  kind: 'role',
  sessionName: undefined,
  policy: undefined,
  policyArns: [],
  tags: [],
  transitiveTagKeys: [],
  sourceIdentity: undefined,
};

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
  readonly #names: IdentityNames;
  readonly #principals: Principals;
  readonly #usage: UsageLog;
  readonly #revision: IdentityRevision;
  readonly #known = new Map<string, Known>();
  readonly #roleSessions = new Map<string, Principal>();
  #knownAt = 0;

  constructor(init: {
    account: Account;
    keys: AccessKeyStore;
    sessions: SessionStore;
    entities: EntityStore;
    names: IdentityNames;
    principals: Principals;
    usage: UsageLog;
    revision: IdentityRevision;
  }) {
    this.#account = init.account;
    this.#root = new RootCredentials(init.account);
    this.#keys = init.keys;
    this.#sessions = init.sessions;
    this.#entities = init.entities;
    this.#names = init.names;
    this.#principals = init.principals;
    this.#usage = init.usage;
    this.#revision = init.revision;
  }

  find(accessKeyId: string): Credentials | undefined {
    return this.#root.find(accessKeyId) ?? this.#lookUp(accessKeyId)?.credentials;
  }

  roleSession(roleArn: string, sessionName: string): Principal | undefined {
    this.#forgetWhenChanged();
    const key = `${roleArn} ${sessionName}`;
    const remembered = this.#roleSessions.get(key);
    if (remembered !== undefined) return remembered;
    const named = this.#names.parse(roleArn);
    const role = named?.kind === 'role' ? this.#entities.find('role', named.name) : undefined;
    if (role === undefined || this.#names.arnOf(role) !== roleArn) return undefined;
    const principal = this.#principals.session(role, { ...PLAIN_SESSION, sessionName });
    if (this.#roleSessions.size >= REMEMBERED_MAX) this.#roleSessions.clear();
    this.#roleSessions.set(key, principal);
    return principal;
  }

  used(accessKeyId: string, service: string): void {
    if (this.#root.find(accessKeyId) !== undefined) return;
    const known = this.#lookUp(accessKeyId);
    if (known === undefined) return;
    if (known.roleId !== undefined) this.#usage.used(known.roleId, service);
    else if (known.credentials.sessionToken === undefined) this.#usage.used(accessKeyId, service);
  }

  #forgetWhenChanged(): void {
    if (this.#knownAt === this.#revision.value) return;
    this.#known.clear();
    this.#roleSessions.clear();
    this.#knownAt = this.#revision.value;
  }

  #lookUp(accessKeyId: string): Known | undefined {
    this.#forgetWhenChanged();
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
