// Who gets in by which policy, one line a case: the caller, the policy of the resource, and what allows it
// or the end of the message that refuses it.

import { describe, expect, test } from 'vitest';
import { authorise, type Decision } from './authorise.ts';
import type { AttachedPolicy, PolicySet } from './policy-set.ts';
import { type Principal, rootPrincipal } from './principal.ts';
import {
  ACCOUNT,
  ANN,
  attach,
  BOB_ELSEWHERE,
  OTHER_ACCOUNT,
  SESSION,
  statement,
  WORKSPACE,
} from './testing/fixtures.ts';

const ACTION = 'aps:RemoteWrite';
const ROOT = rootPrincipal(ACCOUNT);
const NOTHING = new Map();

const ALLOW = attach('identity', statement());
const DENY = attach('identity', statement({ Effect: 'Deny' }));
const BOUND = attach('boundary', statement());
const UNBOUND = attach('boundary', statement({ Action: 'aps:QueryMetrics' }));
const SESSION_ALLOW = attach('session', statement({ Action: 'aps:Remote*' }));
const SESSION_OTHER = attach('session', statement({ Action: 'aps:QueryMetrics' }));

function granting(principal: unknown, effect = 'Allow'): AttachedPolicy {
  return attach('resource', statement({ Effect: effect, Principal: principal }));
}

function holding(principal: Principal, policies: PolicySet): Principal {
  return { ...principal, policies };
}

/** `expected` is what allows, or the end of the message. */
function expectDecision(
  decision: Decision,
  principal: Principal,
  action: string,
  arn: string,
  expected: string,
) {
  if (decision.allowed) return expect(`allowed by ${decision.by}`).toBe(expected);
  expect(decision.message).toBe(
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${arn} ${expected}`,
  );
}

function check(
  name: string,
  principal: Principal,
  resourcePolicy: AttachedPolicy | undefined,
  expected: string,
  arn = WORKSPACE,
): void {
  test(name, () => {
    expectDecision(
      authorise(principal, ACTION, arn, NOTHING, resourcePolicy),
      principal,
      ACTION,
      arn,
      expected,
    );
  });
}

const NO_IDENTITY = `because no identity-based policy allows the ${ACTION} action`;
const NO_RESOURCE = `because no resource-based policy allows the ${ACTION} action`;
const NO_BOUNDARY = `because no permissions boundary allows the ${ACTION} action`;
const NO_SESSION = `because no session policy allows the ${ACTION} action`;
const DENIED_IDENTITY = 'with an explicit deny in an identity-based policy';
const DENIED_RESOURCE = 'with an explicit deny in a resource-based policy';
const BY_IDENTITY = 'allowed by identity';
const BY_RESOURCE = 'allowed by resource';

describe('root', () => {
  const collection = `arn:aws:aps:us-east-1:${ACCOUNT}:/workspaces`;
  const foreign = `arn:aws:aps:us-east-1:${OTHER_ACCOUNT}:workspace/ws-1`;
  check('its own workspace', ROOT, undefined, 'allowed by root');
  check('its own collection', ROOT, undefined, 'allowed by root', collection);
  check('what has no resource', ROOT, undefined, 'allowed by root', '*');
  check('a policy that AWS manages', ROOT, undefined, 'allowed by root', 'arn:aws:iam::aws:policy/P');
  check('another account', ROOT, undefined, NO_RESOURCE, foreign);
  check('another account that lets it in', ROOT, granting({ AWS: ACCOUNT }), 'allowed by root', foreign);
  check('an ARN without account', ROOT, undefined, NO_RESOURCE, 'arn:aws:s3:::bucket');
  check('what is no ARN', ROOT, undefined, NO_RESOURCE, 'workspace/ws-1');
  check('an ARN cut short', ROOT, undefined, NO_RESOURCE, `arn:aws:aps:us-east-1:${ACCOUNT}`);
  check('a Deny of the resource', ROOT, granting('*', 'Deny'), DENIED_RESOURCE);
});

describe('identity policies', () => {
  check('none', ANN, undefined, NO_IDENTITY);
  check('an empty set', holding(ANN, { identity: [] }), undefined, NO_IDENTITY);
  check('one that allows', holding(ANN, { identity: [ALLOW] }), undefined, BY_IDENTITY);
  check('an Allow, then a Deny', holding(ANN, { identity: [ALLOW, DENY] }), undefined, DENIED_IDENTITY);
  check('a Deny, then an Allow', holding(ANN, { identity: [DENY, ALLOW] }), undefined, DENIED_IDENTITY);
  check('of a role session', holding(SESSION, { identity: [ALLOW] }), undefined, BY_IDENTITY);
});

describe('boundaries and sessions', () => {
  check(
    'a boundary that allows',
    holding(ANN, { identity: [ALLOW], boundary: BOUND }),
    undefined,
    BY_IDENTITY,
  );
  check(
    "a boundary that doesn't",
    holding(ANN, { identity: [ALLOW], boundary: UNBOUND }),
    undefined,
    NO_BOUNDARY,
  );
  check('a boundary gives nothing', holding(ANN, { identity: [], boundary: BOUND }), undefined, NO_IDENTITY);
  check(
    'a boundary that denies',
    holding(ANN, { identity: [ALLOW], boundary: attach('boundary', statement({ Effect: 'Deny' })) }),
    undefined,
    'with an explicit deny in a permissions boundary',
  );
  check(
    'a session policy that allows',
    holding(SESSION, { identity: [ALLOW], session: [SESSION_ALLOW] }),
    undefined,
    BY_IDENTITY,
  );
  check(
    "one that doesn't",
    holding(SESSION, { identity: [ALLOW], session: [SESSION_OTHER] }),
    undefined,
    NO_SESSION,
  );
  check(
    'two, of which one allows',
    holding(SESSION, { identity: [ALLOW], session: [SESSION_OTHER, SESSION_ALLOW] }),
    undefined,
    BY_IDENTITY,
  );
  check(
    'a session policy gives nothing',
    holding(SESSION, { identity: [], session: [SESSION_ALLOW] }),
    undefined,
    NO_IDENTITY,
  );
  check(
    'a session policy that denies',
    holding(SESSION, { identity: [ALLOW], session: [attach('session', statement({ Effect: 'Deny' }))] }),
    undefined,
    'with an explicit deny in a session policy',
  );
});

describe('the policy of the resource, same account', () => {
  const bounded: PolicySet = { identity: [], boundary: UNBOUND, session: [SESSION_OTHER] };
  check('names the user', ANN, granting({ AWS: ANN.arn }), BY_RESOURCE);
  check('names another user', ANN, granting({ AWS: `${ANN.arn}a` }), NO_IDENTITY);
  check('names the account', ANN, granting({ AWS: ACCOUNT }), NO_IDENTITY);
  check('names the account by its root', ANN, granting({ AWS: ROOT.arn }), NO_IDENTITY);
  check(
    'names the account, which allows',
    holding(ANN, { identity: [ALLOW] }),
    granting({ AWS: ACCOUNT }),
    BY_IDENTITY,
  );
  check('names everybody', ANN, granting('*'), BY_RESOURCE);
  check('names every AWS principal', ANN, granting({ AWS: '*' }), BY_RESOURCE);
  check('names a service', ANN, granting({ Service: 'aps.amazonaws.com' }), NO_IDENTITY);
  check(
    'is not bounded when it names the user',
    holding(ANN, bounded),
    granting({ AWS: ANN.arn }),
    BY_RESOURCE,
  );
  check(
    'is not bounded when it names the session',
    holding(SESSION, bounded),
    granting({ AWS: SESSION.arn }),
    BY_RESOURCE,
  );
  check(
    'is bounded when it names the role',
    holding(SESSION, bounded),
    granting({ AWS: SESSION.roleArn }),
    NO_BOUNDARY,
  );
  check(
    'is bounded by the session when it names the role',
    holding(SESSION, { identity: [], session: [SESSION_OTHER] }),
    granting({ AWS: SESSION.roleArn }),
    NO_SESSION,
  );
  check('names the role', SESSION, granting({ AWS: SESSION.roleArn }), BY_RESOURCE);
  check(
    'names the role without its path',
    SESSION,
    granting({ AWS: `arn:aws:iam::${ACCOUNT}:role/Ingest` }),
    NO_IDENTITY,
  );
  check(
    'denies the account',
    holding(ANN, { identity: [ALLOW] }),
    granting({ AWS: ACCOUNT }, 'Deny'),
    DENIED_RESOURCE,
  );
  check(
    'denies the role',
    holding(SESSION, { identity: [ALLOW] }),
    granting({ AWS: SESSION.roleArn }, 'Deny'),
    DENIED_RESOURCE,
  );
  check(
    'denies somebody else',
    holding(ANN, { identity: [ALLOW] }),
    granting({ AWS: SESSION.arn }, 'Deny'),
    BY_IDENTITY,
  );
});

describe('the policy of the resource, another account', () => {
  const bob = holding(BOB_ELSEWHERE, { identity: [ALLOW] });
  check('both allow', bob, granting({ AWS: OTHER_ACCOUNT }), BY_IDENTITY);
  check('both allow, by name', bob, granting({ AWS: bob.arn }), BY_IDENTITY);
  check('the resource alone', BOB_ELSEWHERE, granting({ AWS: bob.arn }), NO_IDENTITY);
  check('the identity alone', bob, undefined, NO_RESOURCE);
  check('the resource names others', bob, granting({ AWS: ACCOUNT }), NO_RESOURCE);
  check(
    'bounded',
    holding(bob, { identity: [ALLOW], boundary: UNBOUND }),
    granting({ AWS: bob.arn }),
    NO_BOUNDARY,
  );
});

describe('NotPrincipal', () => {
  const user = holding(ANN, { identity: [ALLOW] });
  const session = holding(SESSION, { identity: [ALLOW] });
  const not = (NotPrincipal: unknown, Effect: string) =>
    attach('resource', statement({ Effect, NotPrincipal }));
  check('a Deny leaves out who is named', user, not({ AWS: [ANN.arn, ACCOUNT] }, 'Deny'), BY_IDENTITY);
  check('a Deny takes the others of a named account', user, not({ AWS: ACCOUNT }, 'Deny'), DENIED_RESOURCE);
  check(
    'a Deny takes sessions of a named role',
    session,
    not({ AWS: SESSION.roleArn }, 'Deny'),
    DENIED_RESOURCE,
  );
  check('an Allow leaves out a named account', ANN, not({ AWS: ACCOUNT }, 'Allow'), NO_IDENTITY);
  check('an Allow takes the others', ANN, not({ AWS: OTHER_ACCOUNT }, 'Allow'), BY_RESOURCE);
});

describe('trust policies', () => {
  const role = `arn:aws:iam::${ACCOUNT}:role/Ingest`;
  const trusting = (action: string, Principal: unknown, parts = {}) =>
    attach('trust', { Effect: 'Allow', Action: `sts:${action}`, Principal, ...parts });
  const assume = (
    name: string,
    principal: Principal,
    action: string,
    trust: AttachedPolicy,
    expected: string,
  ) =>
    test(name, () => {
      const full = `sts:${action}`;
      const context = new Map([['oidc.example.com:sub', ['system:serviceaccount:prometheus:ingest']]]);
      expectDecision(authorise(principal, full, role, context, trust), principal, full, role, expected);
    });
  const user = holding(ANN, { identity: [ALLOW] });
  const provider = `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.example.com`;
  const pod: Principal = { kind: 'web-identity', arn: provider, accountId: ACCOUNT, userId: 'x' };
  const service: Principal = { kind: 'service', arn: 'scraper.aps.amazonaws.com', accountId: '', userId: '' };
  const sub = (value: string) => ({ Condition: { StringEquals: { 'oidc.example.com:sub': value } } });
  const noTrust = (action: string) => `because no role trust policy allows the sts:${action} action`;

  assume(
    'by a user that is named',
    ANN,
    'AssumeRole',
    trusting('AssumeRole', { AWS: ANN.arn }),
    'allowed by trust',
  );
  assume(
    'by a user whose account is named',
    user,
    'AssumeRole',
    trusting('AssumeRole', { AWS: ACCOUNT }),
    BY_IDENTITY,
  );
  assume(
    'whose account is named, without leave',
    ANN,
    'AssumeRole',
    trusting('AssumeRole', { AWS: ACCOUNT }),
    'because no identity-based policy allows the sts:AssumeRole action',
  );
  assume(
    'by a user who may, but is not trusted',
    user,
    'AssumeRole',
    trusting('AssumeRole', { AWS: OTHER_ACCOUNT }),
    noTrust('AssumeRole'),
  );
  assume(
    'by root, not trusted',
    ROOT,
    'AssumeRole',
    trusting('AssumeRole', { AWS: OTHER_ACCOUNT }),
    noTrust('AssumeRole'),
  );
  assume(
    'by a denied user',
    user,
    'AssumeRole',
    attach('trust', { Effect: 'Deny', Action: 'sts:AssumeRole', Principal: '*' }),
    'with an explicit deny in the role trust policy',
  );
  assume(
    'by a service',
    service,
    'AssumeRole',
    trusting('AssumeRole', { Service: service.arn }),
    'allowed by trust',
  );
  assume(
    'by another service',
    service,
    'AssumeRole',
    trusting('AssumeRole', { Service: 'aps.amazonaws.com' }),
    noTrust('AssumeRole'),
  );
  assume(
    'by a web identity',
    pod,
    'AssumeRoleWithWebIdentity',
    trusting(
      'AssumeRoleWithWebIdentity',
      { Federated: provider },
      sub('system:serviceaccount:prometheus:ingest'),
    ),
    'allowed by trust',
  );
  assume(
    'by another web identity',
    pod,
    'AssumeRoleWithWebIdentity',
    trusting(
      'AssumeRoleWithWebIdentity',
      { Federated: provider },
      sub('system:serviceaccount:prometheus:query'),
    ),
    noTrust('AssumeRoleWithWebIdentity'),
  );
  assume(
    'by another provider',
    { ...pod, arn: `${provider}/id` },
    'AssumeRoleWithWebIdentity',
    trusting('AssumeRoleWithWebIdentity', { Federated: provider }),
    noTrust('AssumeRoleWithWebIdentity'),
  );
});

test('a decision names the statement that decided', () => {
  const policy = attach(
    'identity',
    statement({ Action: 'aps:QueryMetrics' }),
    statement({ Sid: 'Write', Action: 'aps:RemoteWrite' }),
  );
  const arn = 'arn:aws:iam::123456789012:policy/Writers';
  const ann = holding(ANN, { identity: [{ ...policy, name: 'Writers', arn, source: 'group Ops' }] });
  expect(authorise(ann, ACTION, WORKSPACE, NOTHING)).toEqual({
    allowed: true,
    by: 'identity',
    statement: {
      layer: 'identity',
      policyName: 'Writers',
      policyArn: arn,
      policySource: 'group Ops',
      sid: 'Write',
      index: 1,
      effect: 'Allow',
    },
  });
});

test('a policy without principals is no policy of a resource', () => {
  expect(() => authorise(ANN, ACTION, WORKSPACE, NOTHING, ALLOW)).toThrow('BUG');
});
