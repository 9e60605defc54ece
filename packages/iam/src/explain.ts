// Why a decision is as it is, for `ampere explain-access` and simulate-principal-policy.
//
// 1. Every statement about the action and the caller is asked, none left out once it is clear what comes.
// 2. The decision itself is made by the very code that decides requests, so the two never differ.

import { AccessRequest, type AuthorisationContext } from './access-request.ts';
import {
  type Decision,
  decide,
  LAYER_NAMES,
  type PolicyLayer,
  reference,
  type StatementReference,
} from './authorise.ts';
import type { AttachedPolicy } from './policy-set.ts';
import type { Principal } from './principal.ts';
import { NAMED_NOT } from './principal-element.ts';

/** A decision with all that led to it. */
export interface Explanation {
  readonly decision: Decision;
  /** Every statement that applies, Denies and Allows, layer by layer; not the deciding one alone. */
  readonly matched: readonly StatementReference[];
  /**
   * Condition keys that statements about this action and caller ask for and the request hasn't, as the
   * policies spell them, in order. With other values for them the decision might be another.
   */
  readonly missingContextKeys: readonly string[];
  /** What each layer that is there says by itself; `EvalDecisionDetails` of simulate-principal-policy. */
  readonly layers: ReadonlyMap<PolicyLayer, 'allowed' | 'explicitDeny' | 'implicitDeny'>;
}

/** Decides as `authorise` does and tells why. Slower: it asks every statement. */
export function explain(
  principal: Principal,
  action: string,
  resourceArn: string,
  context: AuthorisationContext,
  resourcePolicy?: AttachedPolicy,
): Explanation {
  const request = new AccessRequest({ principal, action, resource: resourceArn, context });
  const matched: StatementReference[] = [];
  const missing = new Map<string, string>();
  const layers = new Map<PolicyLayer, 'allowed' | 'explicitDeny' | 'implicitDeny'>();
  for (const [layer, policies] of layersOf(principal, resourcePolicy)) {
    layers.set(layer, 'implicitDeny');
    for (const attached of policies) {
      for (const statement of attached.policy.statementsFor(request.actionFolded)) {
        if (statement.naming(request) === NAMED_NOT) continue;
        for (const key of statement.contextKeys)
          if (!missing.has(key.folded) && request.values(key) === undefined)
            missing.set(key.folded, key.name);
        if (!statement.applies(request)) continue;
        matched.push(reference(layer, attached, statement));
        if (statement.effect === 'Deny') layers.set(layer, 'explicitDeny');
        else if (layers.get(layer) === 'implicitDeny') layers.set(layer, 'allowed');
      }
    }
  }
  return {
    decision: decide(request, resourcePolicy),
    matched,
    missingContextKeys: [...missing.values()].sort(),
    layers,
  };
}

/** One line for people: what decided, and where it stands. */
export function describeDecision(decision: Decision): string {
  const { statement } = decision;
  if (statement !== undefined) {
    const verb = statement.effect === 'Allow' ? 'allowed' : 'denied';
    const sid = statement.sid === undefined ? '' : ` (${statement.sid})`;
    const arn = statement.policyArn === undefined ? '' : ` (${statement.policyArn})`;
    const source = statement.policySource === undefined ? '' : ` of ${statement.policySource}`;
    const place = `statement ${statement.index + 1}${sid} of the ${LAYER_NAMES[statement.layer]}`;
    return `${verb} by ${place} ${statement.policyName}${arn}${source}`;
  }
  if (decision.allowed) return 'allowed: the account itself may do everything on its own resources';
  return `denied: no statement of any ${LAYER_NAMES[decision.by]} allows it`;
}

function layersOf(
  { policies }: Principal,
  resourcePolicy: AttachedPolicy | undefined,
): [PolicyLayer, readonly AttachedPolicy[]][] {
  const layers: [PolicyLayer, readonly AttachedPolicy[]][] = [['identity', policies?.identity ?? []]];
  if (resourcePolicy !== undefined)
    layers.push([resourcePolicy.policy.kind === 'trust' ? 'trust' : 'resource', [resourcePolicy]]);
  if (policies?.boundary !== undefined) layers.push(['boundary', [policies.boundary]]);
  if (policies?.session !== undefined) layers.push(['session', policies.session]);
  return layers;
}
