// AssumeRole: a session of a role for somebody whom the role's trust policy names.
//
// Whether the role may be assumed was decided before, with its trust policy as the policy of its ARN. What is
// left: who brings tags or a source identity must be trusted with that too, and a role that isn't there is
// refused in the same words as one that may not be assumed.

import { arnIn, requestTags, type Scope } from '../iam-api/common.ts';
import type { Identity } from '../identity/identity.ts';
import { text } from '../query-api/members.ts';
import { accessDenied } from '../query-api/query-error.ts';
import { operationOf } from '../query-api/query-service.ts';
import {
  durationSeconds,
  openRoleSession,
  ROLE_SESSION_MEMBERS,
  requireTrust,
  roleOf,
  SOURCE_IDENTITY,
  sessionPolicies,
  tagPairs,
} from './session-input.ts';

function* sessionKeys(scope: Scope): Generator<readonly [string, readonly string[]]> {
  const { form } = scope;
  yield ['sts:RoleSessionName', [form.text('RoleSessionName') ?? '']];
  for (const [key, member] of [
    ['sts:ExternalId', 'ExternalId'],
    ['sts:SourceIdentity', 'SourceIdentity'],
  ] as const) {
    const value = form.text(member);
    if (value !== undefined) yield [key, [value]];
  }
  if (form.has('TransitiveTagKeys')) yield ['sts:TransitiveTagKeys', form.list('TransitiveTagKeys')];
  yield* requestTags(scope);
}

export const assumeRole = operationOf<Identity>()({
  name: 'AssumeRole',
  readOnly: true,
  members: {
    ...ROLE_SESSION_MEMBERS,
    Tags: { type: 'tags' },
    TransitiveTagKeys: { type: 'texts', of: text(1, 128), max: 50 },
    ExternalId: text(2, 1224, /^[\w+=,.@:/-]*$/, '[\\w+=,.@:\\/-]*'),
    SourceIdentity: SOURCE_IDENTITY,
  },
  resources: arnIn('RoleArn'),
  conditionKeys: sessionKeys,
  run(input, { parts, principal, request }) {
    const role = roleOf(parts, input.RoleArn);
    if (principal === undefined || role === undefined)
      throw accessDenied(
        `User: ${principal?.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn} ` +
          'because no role trust policy allows the sts:AssumeRole action',
      );
    if (principal.kind === 'root') throw accessDenied('Roles may not be assumed by root accounts.');
    const keys = new Map<string, readonly string[]>([['sts:RoleSessionName', [input.RoleSessionName]]]);
    for (const [key, value] of input.Tags ?? []) keys.set(`aws:RequestTag/${key}`, [value]);
    if (input.Tags !== undefined) keys.set('aws:TagKeys', [...input.Tags.keys()]);
    if (input.TransitiveTagKeys !== undefined) keys.set('sts:TransitiveTagKeys', input.TransitiveTagKeys);
    if (input.ExternalId !== undefined) keys.set('sts:ExternalId', [input.ExternalId]);
    if (input.SourceIdentity !== undefined) keys.set('sts:SourceIdentity', [input.SourceIdentity]);
    const trusted = { principal, role, keys, sourceIp: request.sourceIp };
    if (input.Tags !== undefined) requireTrust(parts, { ...trusted, action: 'sts:TagSession' });
    if (input.SourceIdentity !== undefined)
      requireTrust(parts, { ...trusted, action: 'sts:SetSourceIdentity' });
    const session = {
      kind: 'role',
      sessionName: input.RoleSessionName,
      ...sessionPolicies(parts, input),
      tags: tagPairs(input.Tags),
      transitiveTagKeys: input.TransitiveTagKeys ?? [],
      sourceIdentity: input.SourceIdentity,
    } as const;
    return openRoleSession(parts, role, session, durationSeconds(role, input.DurationSeconds, principal));
  },
});
