// What an operator says of an issuer of tokens: who it is, for whom its tokens are, and what their bearers may do.

import type { Claims } from '@ampere/oidc';

/** The roles that are built in, after those of Azure Monitor: to write a workspace's data and to read it. */
export type MonitoringRole = 'publisher' | 'reader';

/** For tokens whose claims fit `when`: roles on workspaces, or all that a role of IAM may do. */
export type TokenGrant = {
  /** Every claim named must have one of its values. A name may lead into objects with dots: `realm_access.roles`. */
  readonly when: ReadonlyMap<string, readonly string[]>;
} & (
  | {
      readonly roles: readonly MonitoringRole[];
      /** Ids; `*` is every workspace. */
      readonly workspaces: readonly string[];
    }
  | { readonly actAs: string }
);

export interface TokenIssuer {
  /** Short, of letters, digits and `-`: it is a part of the names of its tokens' bearers. */
  readonly name: string;
  /** The URL in `iss`. */
  readonly url: string;
  /** Any of them in `aud`. */
  readonly audiences: readonly string[];
  /** Where its keys are; undefined: where its discovery document says. */
  readonly keysUrl: string | undefined;
  /** Of TOKEN_ALGORITHMS. */
  readonly algorithms: readonly string[];
  /** Claims that may name the bearer; the first that a token has does. */
  readonly subjectClaims: readonly string[];
  readonly grants: readonly TokenGrant[];
}

/** Claims that hold words with blanks between them (RFC 8693; `scp` is Entra ID's name for it). */
const WORD_LISTS: readonly string[] = ['scope', 'scp'];

/** Whether every claim that is named has one of the values asked for. */
export function fits(claims: Claims, when: ReadonlyMap<string, readonly string[]>): boolean {
  for (const [name, wanted] of when) {
    const values = claimValues(claims, name);
    if (!wanted.some((value) => values.includes(value))) return false;
  }
  return true;
}

/**
 * The values of a claim as texts; none when there is no such claim. A name that is no claim is taken apart at
 * its dots, at the first one that leads on.
 */
export function claimValues(claims: object, name: string): readonly string[] {
  const value = memberAt(claims, name);
  if (typeof value === 'string') return WORD_LISTS.includes(name) ? value.split(' ') : [value];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((one) => (['string', 'number', 'boolean'].includes(typeof one) ? [String(one)] : []));
}

function memberAt(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const first = name.slice(0, dot);
    if (!Object.hasOwn(value, first)) continue;
    const found = memberAt((value as Record<string, unknown>)[first], name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
