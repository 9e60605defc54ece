// From the claims of a verified token to who its bearer is here.
//
// 1. The issuer's name and the subject make the name of the bearer: `entra:6f0c…`. What ARNs and policies give a
//    meaning to is percent-encoded, so that two subjects never have one name.
// 2. The first grant that fits and says so has the bearer act as a role of IAM, with what that may do at the
//    time of each request, and with no other grant.
// 3. Otherwise the bearer is a federated user that has the built-in roles of every grant that fits, as policies.
//    One that no grant fits has none, and may do what policies of resources allow it by its ARN.

import type { AttachedPolicy, Principal } from '@ampere/iam';
import { type Claims, TokenError } from '@ampere/oidc';
import { monitoringPolicy } from './monitoring-roles.ts';
import { claimValues, fits, type TokenGrant, type TokenIssuer } from './token-issuer.ts';

/** Who bears a token: a principal of its own, or the session of a role that is looked up for each request. */
export type TokenBearer =
  | { readonly kind: 'federated'; readonly principal: Principal }
  | { readonly kind: 'role'; readonly roleArn: string; readonly sessionName: string };

const SUBJECT_CHARACTERS_MAX = 256;
const ENCODED = /[^A-Za-z0-9_+=,.@:/-]/gu;

interface ReadyGrant {
  readonly grant: TokenGrant;
  readonly policies: readonly AttachedPolicy[];
}

/** The bearers of one issuer's tokens. */
export class TokenBearers {
  readonly #issuer: TokenIssuer;
  readonly #accountId: string;
  readonly #grants: readonly ReadyGrant[];

  constructor(init: { issuer: TokenIssuer; accountId: string; arnOf: (workspaceId: string) => string }) {
    this.#issuer = init.issuer;
    this.#accountId = init.accountId;
    this.#grants = init.issuer.grants.map((grant) => {
      if ('actAs' in grant) return { grant, policies: [] };
      const arns = grant.workspaces.map(init.arnOf);
      return { grant, policies: grant.roles.map((role) => monitoringPolicy(role, arns)) };
    });
  }

  /** @throws TokenError when the claims name nobody. */
  of(claims: Claims): TokenBearer {
    const name = `${this.#issuer.name}:${this.#subject(claims)}`;
    const fitting = this.#grants.filter(({ grant }) => fits(claims, grant.when));
    for (const { grant } of fitting)
      if ('actAs' in grant) return { kind: 'role', roleArn: grant.actAs, sessionName: name };
    const principal: Principal = {
      kind: 'federated',
      arn: `arn:aws:sts::${this.#accountId}:federated-user/${name}`,
      accountId: this.#accountId,
      userId: `${this.#accountId}:${name}`,
      policies: { identity: fitting.flatMap(({ policies }) => policies) },
    };
    return { kind: 'federated', principal };
  }

  #subject(claims: Claims): string {
    for (const claim of this.#issuer.subjectClaims) {
      const [subject, second] = claimValues(claims, claim);
      if (subject === undefined || subject === '') continue;
      if (second !== undefined || subject.length > SUBJECT_CHARACTERS_MAX || !isText(subject))
        throw new TokenError('invalid', `the token's claim ${claim} can not be the name of its bearer`);
      // encodeURIComponent leaves !*'() as they are.
      return subject.replace(ENCODED, (character) =>
        [...Buffer.from(character)]
          .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
          .join(''),
      );
    }
    throw new TokenError('invalid', 'the token has no claim that names its bearer');
  }
}

/** Whether a string is text: half a surrogate pair has no UTF-8. */
function isText(value: string): boolean {
  return Buffer.from(value).toString() === value;
}
