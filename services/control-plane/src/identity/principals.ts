// Makes principals, with everything that is attached to them, out of what is stored.
//
// Documents were checked when they were stored; each text is compiled once while it is remembered. A user
// has its own policies and those of its groups, a role session those of its role, bounded by the session
// policies it was made with. What an attachment points to and isn't there any more gives nothing; a
// boundary that isn't there any more allows nothing.

import {
  type AttachedPolicy,
  PolicyCache,
  type PolicyKind,
  type PolicySet,
  type Principal,
} from '@ampere/iam';
import type { TagStore } from '../tag-store.ts';
import type { Entity, OwnerKind } from './entity.ts';
import type { EntityStore } from './entity-store.ts';
import type { IdentityNames } from './identity-names.ts';
import { awsManaged, type ManagedDocument } from './managed-policy.ts';
import type { MembershipStore } from './membership-store.ts';
import type { PolicyStore } from './policy-store.ts';
import type { SessionContent } from './session-store.ts';

/** Bounds somebody whose boundary was lost: nothing is allowed. */
const NOTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';

export interface PrincipalParts {
  readonly entities: EntityStore;
  readonly policies: PolicyStore;
  readonly memberships: MembershipStore;
  readonly tags: TagStore;
  readonly names: IdentityNames;
}

export class Principals {
  readonly #parts: PrincipalParts;
  readonly #compiled = new PolicyCache();

  constructor(parts: PrincipalParts) {
    this.#parts = parts;
  }

  user(user: Entity<'user'>): Principal {
    const { names } = this.#parts;
    return {
      kind: 'user',
      arn: names.arnOf(user),
      accountId: names.accountId,
      userId: user.id,
      userName: user.name,
      tags: this.tagsOf(user),
      policies: this.policiesOf(user),
    };
  }

  session(role: Entity<'role'>, session: SessionContent): Principal {
    const { names } = this.#parts;
    const sessionName = session.sessionName ?? '';
    return {
      kind: 'assumed-role',
      arn: names.session(role.name, sessionName),
      accountId: names.accountId,
      userId: `${role.id}:${sessionName}`,
      roleArn: names.arnOf(role),
      tags: new Map([...this.tagsOf(role), ...session.tags]),
      policies: { ...this.policiesOf(role), ...this.#sessionPolicies(session) },
    };
  }

  tagsOf(entity: Entity): ReadonlyMap<string, string> {
    return this.#parts.tags.of(taggedEntity(entity));
  }

  /** What is attached to a user (with its groups), group or role. */
  policiesOf(owner: Entity): PolicySet {
    const identity = this.#own(owner, undefined);
    if (owner.kind === 'user')
      for (const groupId of this.#parts.memberships.groupsOf(owner.id)) {
        const group = this.#parts.entities.byId(groupId);
        if (group !== undefined) identity.push(...this.#own(group, `group ${group.name}`));
      }
    const { boundaryArn } = owner;
    return boundaryArn === undefined ? { identity } : { identity, boundary: this.boundary(boundaryArn) };
  }

  boundary(arn: string): AttachedPolicy {
    const { name, document } = this.managed(arn) ?? { name: arn, document: NOTHING };
    return { name, arn, policy: this.compile(document, 'boundary') };
  }

  /** The role's trust policy as the policy of the role's ARN. */
  trustOf(role: Entity<'role'>): AttachedPolicy {
    return { name: role.name, policy: this.compile(role.content.trust, 'trust') };
  }

  /** A managed policy at its default version. */
  managed(arn: string): ManagedDocument | undefined {
    const aws = awsManaged(arn);
    if (aws !== undefined) return aws;
    const policy = this.managedEntity(arn);
    if (policy === undefined) return undefined;
    const version = this.#parts.policies.version(policy.id, policy.content.defaultVersion);
    return version && { name: policy.name, arn, document: version.document };
  }

  /** A managed policy of the account by its ARN. */
  managedEntity(arn: string): Entity<'policy'> | undefined {
    const named = this.#parts.names.parse(arn);
    if (named?.kind !== 'policy') return undefined;
    const policy = this.#parts.entities.find('policy', named.name);
    return policy !== undefined && this.#parts.names.arnOf(policy) === arn ? policy : undefined;
  }

  /** @throws PolicyError for documents that weren't checked before. */
  compile(document: string, kind: PolicyKind): AttachedPolicy['policy'] {
    return this.#compiled.parse(document, kind);
  }

  #own(owner: Entity, source: string | undefined): AttachedPolicy[] {
    const { policies } = this.#parts;
    const from = source === undefined ? {} : { source };
    const inline = policies.inlineOf(owner.id).map(({ name, document }) => ({
      name,
      ...from,
      policy: this.compile(document, 'identity'),
    }));
    const attached = policies.attachedTo(owner.id).flatMap((arn) => {
      const managed = this.managed(arn);
      if (managed === undefined) return [];
      return [{ name: managed.name, arn, ...from, policy: this.compile(managed.document, 'identity') }];
    });
    return [...inline, ...attached];
  }

  #sessionPolicies({ policy, policyArns }: SessionContent): Pick<PolicySet, 'session'> {
    if (policy === undefined && policyArns.length === 0) return {};
    const session = policyArns.map((arn): AttachedPolicy => {
      const { name, document } = this.managed(arn) ?? { name: arn, document: NOTHING };
      return { name, arn, policy: this.compile(document, 'session') };
    });
    if (policy !== undefined)
      session.push({ name: 'session policy', policy: this.compile(policy, 'session') });
    return { session };
  }
}

/** Under which name the tags of an entity are kept. */
export function taggedEntity({ kind, id }: Pick<Entity, 'kind' | 'id'>): { kind: string; id: string } {
  return { kind: `iam-${kind}`, id };
}

/** Kinds of entities that policies are attached to. */
export function isOwner(entity: Entity): entity is Entity<OwnerKind> {
  return entity.kind === 'user' || entity.kind === 'group' || entity.kind === 'role';
}
