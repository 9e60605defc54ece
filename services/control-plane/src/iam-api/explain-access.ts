// ExplainAccess, an action of ours: may somebody do something, and which statement decides it. JSON, for
// `ampere explain-access` and other programs. Unlike a simulation it knows what the server knows: the tags
// and the policy of the resource.

import { describeDecision, explain } from '@ampere/iam';
import { required, text } from '../query-api/members.ts';
import { invalidInput } from '../query-api/query-error.ts';
import { ARN, arnIn, operation } from './common.ts';
import { principalOf } from './simulation.ts';

export const explainAccess = operation({
  name: 'ExplainAccess',
  readOnly: true,
  action: 'iam:SimulatePrincipalPolicy',
  members: {
    PrincipalArn: required(ARN),
    ActionName: required(text(3, 128)),
    ResourceArn: required(text(1, 2048)),
    ContextEntries: { type: 'structures', max: 1000 },
  },
  resources: arnIn('PrincipalArn'),
  run(input, { parts, request }) {
    if (!/^[^:*?]+:[^:*?]+$/.test(input.ActionName))
      throw invalidInput(`Invalid action: ${input.ActionName}`);
    const principal = principalOf(parts, input.PrincipalArn);
    const { policy, tags } = parts.resources(input.ResourceArn);
    const context = new Map<string, readonly string[]>();
    for (const [key, value] of tags ?? []) context.set(`aws:ResourceTag/${key}`, [value]);
    for (const entry of input.ContextEntries ?? [])
      context.set(entry.text('ContextKeyName') ?? '', entry.list('ContextKeyValues'));
    const found = explain(principal, input.ActionName, input.ResourceArn, context, policy);
    const { decision } = found;
    const answer = {
      allowed: decision.allowed,
      explanation: describeDecision(decision),
      message: decision.allowed ? undefined : decision.message,
      principal: principal.arn,
      action: input.ActionName,
      resource: input.ResourceArn,
      by: decision.by,
      statement: decision.statement,
      matched: found.matched,
      layers: Object.fromEntries(found.layers),
      missingContextKeys: found.missingContextKeys,
    };
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': request.requestId },
      body: Buffer.from(`${JSON.stringify(answer, undefined, 2)}\n`),
    };
  },
});
