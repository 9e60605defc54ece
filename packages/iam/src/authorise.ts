// The one authorisation decision of the whole system (IAM user guide, "Policy evaluation logic").
//
// 1. Every policy that has a say is asked: identity policies (the principal's own and its groups'), the
//    policy of the resource, the permissions boundary, session policies. Nothing applies by default.
// 2. A Deny that applies anywhere ends it.
// 3. Within one account, a resource policy that names the caller directly allows alone; one that names
//    its role stands in for the identity policies; one that names the account only leaves it to them.
//    Across accounts both sides must allow. Root needs no identity policy.
// 4. Boundary and session policies, where there are any, must allow too.
//
// A trust policy is a resource policy that must name the caller in any case. Services and web identities
// have nothing but the resource's or role's policy.

import { assert } from '@ampere/platform';
import { AccessRequest, type AuthorisationContext } from './access-request.ts';
import type { AttachedPolicy } from './policy-set.ts';
import type { Principal } from './principal.ts';
import { NAMED_ACCOUNT, NAMED_DIRECT, NAMED_NOT, NAMED_ROLE, type Naming } from './principal-element.ts';
import type { Statement } from './statement.ts';

/** Where a policy stands in a decision. */
export type PolicyLayer = 'identity' | 'resource' | 'trust' | 'boundary' | 'session';

/** One statement of one attached policy. */
export interface StatementReference {
  readonly layer: PolicyLayer;
  readonly policyName: string;
  readonly policyArn: string | undefined;
  /** `group Developers`; undefined when the policy is the principal's or resource's own. */
  readonly policySource: string | undefined;
  readonly sid: string | undefined;
  /** Place in the document, from 0. */
  readonly index: number;
  readonly effect: 'Allow' | 'Deny';
}

export type Decision =
  | {
      readonly allowed: true;
      /** What gave access: `root` for the account itself in its own account. */
      readonly by: 'root' | 'identity' | 'resource' | 'trust';
      /** The statement that gave it; undefined for root. */
      readonly statement: StatementReference | undefined;
    }
  | {
      readonly allowed: false;
      /** The service's words, for the client. */
      readonly message: string;
      /** Whether a statement denies it or none allows it. */
      readonly reason: 'explicit-deny' | 'implicit-deny';
      /** The layer that denies it or doesn't allow it. */
      readonly by: PolicyLayer;
      /** The statement that denies it; undefined when none allows it. */
      readonly statement: StatementReference | undefined;
    };

/**
 * Decides whether a principal may perform an action (`aps:RemoteWrite`) on a resource (an ARN, or `*`
 * for actions that have none) in the circumstances that `context` tells.
 *
 * @param resourcePolicy the policy of the resource, or the trust policy of the role to assume
 */
export function authorise(
  principal: Principal,
  action: string,
  resourceArn: string,
  context: AuthorisationContext,
  resourcePolicy?: AttachedPolicy,
): Decision {
  return decide(new AccessRequest({ principal, action, resource: resourceArn, context }), resourcePolicy);
}

/** A statement that applies, and the policy that it is in. */
interface Finding {
  readonly attached: AttachedPolicy;
  readonly statement: Statement;
}

/** What one layer says. */
interface Vote {
  readonly deny: Finding | undefined;
  readonly allow: Finding | undefined;
  /** How closely the allowing statement names the caller. */
  readonly naming: Naming;
}

const NOTHING: readonly AttachedPolicy[] = [];
const ABSTENTION: Vote = { deny: undefined, allow: undefined, naming: NAMED_NOT };

export function decide(request: AccessRequest, resourcePolicy?: AttachedPolicy): Decision {
  const { kind, policies } = request.principal;
  // A policy without principals would apply to everybody here.
  assert(
    resourcePolicy === undefined || ['resource', 'trust'].includes(resourcePolicy.policy.kind),
    'the policy of a resource or role must be of that kind',
  );
  const resourceLayer = resourcePolicy?.policy.kind === 'trust' ? 'trust' : 'resource';

  const identity = vote(policies?.identity ?? NOTHING, request);
  if (identity.deny !== undefined) return explicitDeny(request, 'identity', identity.deny);
  const resource = resourcePolicy === undefined ? ABSTENTION : vote([resourcePolicy], request);
  if (resource.deny !== undefined) return explicitDeny(request, resourceLayer, resource.deny);
  const boundary = policies?.boundary === undefined ? undefined : vote([policies.boundary], request);
  if (boundary?.deny !== undefined) return explicitDeny(request, 'boundary', boundary.deny);
  const session = policies?.session === undefined ? undefined : vote(policies.session, request);
  if (session?.deny !== undefined) return explicitDeny(request, 'session', session.deny);

  const outside = kind === 'service' || kind === 'web-identity';
  const sameAccount = ownerOf(request) === request.principal.accountId;
  if ((outside || sameAccount) && resource.naming === NAMED_DIRECT)
    return allowedBy(resourceLayer, resource.allow);
  if (outside || (resourceLayer === 'trust' && resource.naming === NAMED_NOT))
    return implicitDeny(request, resourceLayer);

  const roleIsNamed = sameAccount && resource.naming === NAMED_ROLE;
  if (identity.allow === undefined && kind !== 'root' && !roleIsNamed)
    return implicitDeny(request, 'identity');
  if (!sameAccount && resource.naming === NAMED_NOT) return implicitDeny(request, resourceLayer);
  if (boundary !== undefined && boundary.allow === undefined) return implicitDeny(request, 'boundary');
  if (session !== undefined && session.allow === undefined) return implicitDeny(request, 'session');

  if (identity.allow !== undefined) return allowedBy('identity', identity.allow);
  return kind === 'root' ? ROOT_ALLOWED : allowedBy(resourceLayer, resource.allow);
}

/** Asks one layer: its first Deny that applies, or the Allow that names the caller most closely. */
function vote(policies: readonly AttachedPolicy[], request: AccessRequest): Vote {
  let allow: Finding | undefined;
  let naming: Naming = NAMED_NOT;
  for (const attached of policies) {
    for (const statement of attached.policy.statementsFor(request.actionFolded)) {
      const close = statement.naming(request);
      if (statement.effect === 'Deny') {
        if (close >= NAMED_ACCOUNT && statement.applies(request))
          return { deny: { attached, statement }, allow, naming };
      } else if (close > naming && statement.applies(request)) {
        allow = { attached, statement };
        naming = close;
      }
    }
  }
  return { deny: undefined, allow, naming };
}

/**
 * The account whose resource it is: the ARN's. What has no account of its own (`*`, AWS-managed
 * policies) counts as the caller's; an ARN without an account, or what is none, as nobody's.
 */
function ownerOf({ resource, resourceSegments, principal }: AccessRequest): string | undefined {
  if (resource === '*') return principal.accountId;
  const account = resourceSegments?.[4];
  if (account === 'aws') return principal.accountId;
  return account === '' ? undefined : account;
}

const ROOT_ALLOWED: Decision = { allowed: true, by: 'root', statement: undefined };

function allowedBy(layer: 'identity' | 'resource' | 'trust', finding: Finding | undefined): Decision {
  const statement = finding === undefined ? undefined : reference(layer, finding.attached, finding.statement);
  return { allowed: true, by: layer, statement };
}

const DENY_WORDS: Record<PolicyLayer, string> = {
  identity: 'an identity-based policy',
  resource: 'a resource-based policy',
  trust: 'the role trust policy',
  boundary: 'a permissions boundary',
  session: 'a session policy',
};

function explicitDeny(request: AccessRequest, layer: PolicyLayer, finding: Finding): Decision {
  return {
    allowed: false,
    message: `${refusal(request)} with an explicit deny in ${DENY_WORDS[layer]}`,
    reason: 'explicit-deny',
    by: layer,
    statement: reference(layer, finding.attached, finding.statement),
  };
}

/** What AWS calls each layer. */
export const LAYER_NAMES: Readonly<Record<PolicyLayer, string>> = {
  identity: 'identity-based policy',
  resource: 'resource-based policy',
  trust: 'role trust policy',
  boundary: 'permissions boundary',
  session: 'session policy',
};

function implicitDeny(request: AccessRequest, layer: PolicyLayer): Decision {
  return {
    allowed: false,
    message: `${refusal(request)} because no ${LAYER_NAMES[layer]} allows the ${request.action} action`,
    reason: 'implicit-deny',
    by: layer,
    statement: undefined,
  };
}

function refusal({ principal, action, resource }: AccessRequest): string {
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource}`;
}

export function reference(
  layer: PolicyLayer,
  attached: AttachedPolicy,
  statement: Statement,
): StatementReference {
  return {
    layer,
    policyName: attached.name,
    policyArn: attached.arn,
    policySource: attached.source,
    sid: statement.sid,
    index: statement.index,
    effect: statement.effect,
  };
}
