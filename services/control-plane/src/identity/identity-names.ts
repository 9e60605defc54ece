import type { Random } from '@ampere/platform';
import type { Entity, EntityKind } from './entity.ts';

/** How ids begin, by what they are of (IAM user guide, "Unique identifiers"). */
const ID_PREFIXES: Readonly<Record<EntityKind, string>> = {
  user: 'AIDA',
  group: 'AGPA',
  role: 'AROA',
  policy: 'ANPA',
  // AWS shows none for providers; this one is never seen either.
  'oidc-provider': 'AOPA',
};

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A fresh id of 20 characters, 80 of its bits random. */
export function makeId(prefix: string, random: Random): string {
  return prefix + Array.from({ length: 16 }, () => BASE32[random.integer(32)]).join('');
}

export function makeEntityId(kind: EntityKind, random: Random): string {
  return makeId(ID_PREFIXES[kind], random);
}

/** 240 random bits in 40 characters of base64. */
export function makeSecret(random: Random): string {
  return Buffer.from(random.bytes(30)).toString('base64');
}

/** Makes and reads the ARNs of one account's IAM. */
export class IdentityNames {
  readonly accountId: string;

  constructor(accountId: string) {
    this.accountId = accountId;
  }

  get root(): string {
    return `arn:aws:iam::${this.accountId}:root`;
  }

  arn(kind: EntityKind, path: string, name: string): string {
    return `arn:aws:iam::${this.accountId}:${kind}${kind === 'oidc-provider' ? '/' : path}${name}`;
  }

  arnOf({ kind, path, name }: Pick<Entity, 'kind' | 'path' | 'name'>): string {
    return this.arn(kind, path, name);
  }

  /** Of a session of a role: its role's path isn't in there. */
  session(roleName: string, sessionName: string): string {
    return `arn:aws:sts::${this.accountId}:assumed-role/${roleName}/${sessionName}`;
  }

  /** The kind and name of what an ARN of this account names; undefined for all other texts. */
  parse(
    arn: string,
  ): { readonly kind: EntityKind; readonly path: string; readonly name: string } | undefined {
    const prefix = `arn:aws:iam::${this.accountId}:`;
    if (!arn.startsWith(prefix)) return undefined;
    const found = /^(user|group|role|policy|oidc-provider)(\/.*)$/s.exec(arn.slice(prefix.length));
    if (found === null) return undefined;
    const kind = found[1] as EntityKind;
    const rest = found[2]!;
    if (kind === 'oidc-provider') return { kind, path: '/', name: rest.slice(1) };
    const slash = rest.lastIndexOf('/');
    return { kind, path: rest.slice(0, slash + 1), name: rest.slice(slash + 1) };
  }
}
