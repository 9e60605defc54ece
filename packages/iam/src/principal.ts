// Who makes a request, and what the condition keys about the caller (`aws:PrincipalArn`, `aws:userid`, …)
// are for each kind (IAM user guide, "Global condition keys" and "Principal key values").

import type { ConditionKey } from './condition-key.ts';
import type { PolicySet } from './policy-set.ts';

/** Who makes a request, however the identity was carried. */
export interface Principal {
  /**
   * `root` is the account itself and may do everything in it. `federated` is a federated user's session.
   * `web-identity` and `service` have no policies of their own: they are who a trust policy or a
   * resource policy names.
   */
  readonly kind: 'root' | 'user' | 'assumed-role' | 'federated' | 'web-identity' | 'service';
  /**
   * For example `arn:aws:iam::123456789012:root`; of a role session
   * `arn:aws:sts::123456789012:assumed-role/Role/session`; of a web identity the ARN of its provider; of
   * a service its name, `scraper.aps.amazonaws.com`.
   */
  readonly arn: string;
  readonly accountId: string;
  /** `aws:userid`: the account id for root. */
  readonly userId: string;
  /** Of a user: `aws:username`. Without it, what follows the last slash of the ARN. */
  readonly userName?: string;
  /** Of a role session: the ARN of the role, with its path. Without it, what the session's ARN tells. */
  readonly roleArn?: string;
  /** `aws:PrincipalTag/…`: of the user, or of the role and its session. */
  readonly tags?: ReadonlyMap<string, string>;
  /** What is attached to it; nothing when undefined. Root needs none. */
  readonly policies?: PolicySet;
}

/** The principal of the account itself. */
export function rootPrincipal(accountId: string): Principal {
  return { kind: 'root', arn: `arn:aws:iam::${accountId}:root`, accountId, userId: accountId };
}

/** The ARN of the role that a session is of; undefined for other kinds. */
export function roleArnOf(principal: Principal): string | undefined {
  if (principal.kind !== 'assumed-role') return undefined;
  if (principal.roleArn !== undefined) return principal.roleArn;
  const found = /^arn:([^:]*):sts::([^:]*):assumed-role\/([^/]+)\//.exec(principal.arn);
  return found === null ? undefined : `arn:${found[1]}:iam::${found[2]}:role/${found[3]}`;
}

const TYPES = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  federated: 'FederatedUser',
  'web-identity': undefined,
  service: undefined,
} as const;
const TAG_PREFIX = 'aws:principaltag/';

/** What the condition keys about the caller are for this one; undefined for a key it hasn't. */
export function principalValues(principal: Principal, key: ConditionKey): readonly string[] | undefined {
  if (key.folded.startsWith(TAG_PREFIX)) return listOf(tagValue(principal, key));
  const { kind } = principal;
  const outside = kind === 'web-identity' || kind === 'service';
  switch (key.folded) {
    case 'aws:principalarn':
      return outside ? undefined : [roleArnOf(principal) ?? principal.arn];
    case 'aws:principalaccount':
      return outside ? undefined : [principal.accountId];
    case 'aws:principaltype':
      return listOf(TYPES[kind]);
    case 'aws:principalisawsservice':
      return [String(kind === 'service')];
    case 'aws:principalservicename':
      return kind === 'service' ? [principal.arn] : undefined;
    case 'aws:federatedprovider':
      return kind === 'web-identity' ? [principal.arn] : undefined;
    case 'aws:userid':
      return outside ? undefined : [principal.userId];
    case 'aws:username':
      return kind === 'user'
        ? [principal.userName ?? principal.arn.slice(principal.arn.lastIndexOf('/') + 1)]
        : undefined;
    default:
      return undefined;
  }
}

function tagValue(principal: Principal, key: ConditionKey): string | undefined {
  if (principal.tags === undefined) return undefined;
  const exact = principal.tags.get(key.name.slice(TAG_PREFIX.length));
  if (exact !== undefined) return exact;
  const folded = key.folded.slice(TAG_PREFIX.length);
  for (const [name, value] of principal.tags) if (name.toLowerCase() === folded) return value;
  return undefined;
}

function listOf(value: string | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : [value];
}
