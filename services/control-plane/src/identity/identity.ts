// The parts of identity brought together: the stores, the principals made of them, and whose keys are whose.
// One object, so that operations and the composition see the same revision.

import { type AttachedPolicy, rootPrincipal } from '@ampere/iam';
import type { Clock, Random } from '@ampere/platform';
import type { Account } from '../account.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { Store } from '../store.ts';
import type { TagStore } from '../tag-store.ts';
import { AccessKeyStore } from './access-key-store.ts';
import { CredentialDirectory } from './credential-directory.ts';
import { EntityStore, IdentityRevision } from './entity-store.ts';
import { IdentityNames, makeId, makeSecret } from './identity-names.ts';
import { MembershipStore } from './membership-store.ts';
import { PolicyStore } from './policy-store.ts';
import { Principals } from './principals.ts';
import { type Session, type SessionContent, SessionStore } from './session-store.ts';
import { UsageLog } from './usage.ts';

/** What the owner of a resource says about it. */
export interface ResourceFacts {
  readonly policy: AttachedPolicy | undefined;
  readonly tags: ReadonlyMap<string, string> | undefined;
}

/** Everything about identities: who there is, what is attached to them, whose keys are whose. */
export class Identity {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly names: IdentityNames;
  /** Where this server is, in records of use. */
  readonly region: string;
  readonly tags: TagStore;
  readonly settings: Settings;
  readonly revision: IdentityRevision;
  readonly entities: EntityStore;
  readonly policies: PolicyStore;
  readonly memberships: MembershipStore;
  readonly keys: AccessKeyStore;
  readonly sessions: SessionStore;
  readonly usage: UsageLog;
  readonly principals: Principals;
  readonly credentials: CredentialDirectory;
  /** What is known of any resource here: its policy and its tags. */
  readonly resources: (resourceArn: string) => ResourceFacts;
  readonly #privateIssuers: ReadonlySet<string>;

  constructor(init: {
    store: Store;
    account: Account;
    region: string;
    tags: TagStore;
    settings: Settings;
    clock: Clock;
    random: Random;
    log: Log;
    privateIssuers: readonly string[];
    resources: (resourceArn: string) => ResourceFacts;
  }) {
    const { store, account, tags, clock, random } = init;
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.tags = tags;
    this.region = init.region;
    this.settings = init.settings;
    this.resources = init.resources;
    this.#privateIssuers = new Set(init.privateIssuers.map((url) => url.replace(/\/$/, '')));
    this.names = new IdentityNames(account.accountId);
    this.revision = new IdentityRevision(store);
    this.entities = new EntityStore(store, this.revision);
    this.policies = new PolicyStore(store, this.revision);
    this.memberships = new MembershipStore(store, this.revision);
    this.keys = new AccessKeyStore(store, this.revision);
    this.sessions = new SessionStore(store);
    this.usage = new UsageLog(store, clock, init.log);
    this.principals = new Principals(this);
    this.credentials = new CredentialDirectory({ ...this, account });
  }

  /** Whether the configuration says that an issuer is inside our network: it may be spoken to without TLS. */
  isPrivateIssuer(url: string): boolean {
    return this.#privateIssuers.has(url.replace(/\/$/, ''));
  }

  get root() {
    return rootPrincipal(this.names.accountId);
  }

  /** Makes temporary credentials; undefined when there are too many. Inside a transaction. */
  openSession(ownerId: string, content: SessionContent, durationSeconds: number): Session | undefined {
    const nowMs = this.clock.nowMs();
    const session: Session = {
      accessKeyId: makeId('ASIA', this.random),
      ownerId,
      secret: makeSecret(this.random),
      token: Buffer.from(this.random.bytes(192)).toString('base64'),
      content,
      // Whole seconds, as it is told.
      expiresAtMs: Math.floor(nowMs / 1000) * 1000 + durationSeconds * 1000,
    };
    return this.sessions.insert(session, nowMs) ? session : undefined;
  }

  /** Before the database is closed. */
  stop(): void {
    this.usage.flush();
  }
}
