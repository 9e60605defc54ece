// What identities are between requests: changes count at once, names come and go, sessions end.

import { authorise } from '@ampere/iam';
import { FakeClock } from '@ampere/platform';
import { expect, test } from 'vitest';
import type { Store } from '../store.ts';
import { QueryCalls } from '../testing/query-calls.ts';
import { ACCOUNT, TestPlane } from '../testing.ts';
import { UsageLog } from './usage.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const WORKSPACE = `arn:aws:aps:eu-west-1:${ACCOUNT}:workspace/ws-1`;
const allow = (more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'aps:*', Resource: '*', ...more },
  });
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' },
});

async function start() {
  const t = await TestPlane.open();
  const calls = new QueryCalls(t);
  const may = (accessKeyId: string) => {
    const principal = t.plane.credentials.find(accessKeyId)?.principal;
    return principal && authorise(principal, 'aps:QueryMetrics', WORKSPACE, new Map()).allowed;
  };
  return { t, calls, may };
}

test('a change of tags counts from the next request on', async () => {
  const { calls, may } = await start();
  const key = await calls.user('ann');
  const document = allow({ Condition: { StringEquals: { 'aws:PrincipalTag/team': 'core' } } });
  await calls.iam({ Action: 'PutUserPolicy', UserName: 'ann', PolicyName: 'p', PolicyDocument: document });
  expect(may(key)).toBe(false);
  const tag = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'core' };
  await calls.iam({ Action: 'TagUser', UserName: 'ann', ...tag });
  expect(may(key)).toBe(true);
  await calls.iam({ Action: 'UntagUser', UserName: 'ann', 'TagKeys.member.1': 'team' });
  expect(may(key)).toBe(false);
});

test('a new default version of a policy counts for everybody who has it', async () => {
  const { calls, may } = await start();
  const key = await calls.user('ann');
  const made = await calls.iam({ Action: 'CreatePolicy', PolicyName: 'p', PolicyDocument: allow() });
  const arn = made.value('Arn');
  await calls.iam({ Action: 'CreateGroup', GroupName: 'g' });
  await calls.iam({ Action: 'AddUserToGroup', GroupName: 'g', UserName: 'ann' });
  await calls.iam({ Action: 'AttachGroupPolicy', GroupName: 'g', PolicyArn: arn });
  expect(may(key)).toBe(true);
  const none = allow({ Action: 's3:*' });
  await calls.iam({ Action: 'CreatePolicyVersion', PolicyArn: arn, PolicyDocument: none });
  expect(may(key)).toBe(true);
  await calls.iam({ Action: 'SetDefaultPolicyVersion', PolicyArn: arn, VersionId: 'v2' });
  expect(may(key)).toBe(false);
  await calls.iam({ Action: 'SetDefaultPolicyVersion', PolicyArn: arn, VersionId: 'v1' });
  await calls.iam({ Action: 'RemoveUserFromGroup', GroupName: 'g', UserName: 'ann' });
  expect(may(key)).toBe(false);
});

test('a user keeps its keys and policies with a new name; a new user of an old name has neither', async () => {
  const { t, calls, may } = await start();
  const key = await calls.user('ann');
  await calls.iam({ Action: 'PutUserPolicy', UserName: 'ann', PolicyName: 'p', PolicyDocument: allow() });
  await calls.iam({ Action: 'UpdateUser', UserName: 'ann', NewUserName: 'anna', NewPath: '/x/' });
  expect(t.plane.credentials.find(key)?.principal.arn).toBe(`arn:aws:iam::${ACCOUNT}:user/x/anna`);
  expect(may(key)).toBe(true);
  const second = await calls.user('ann');
  expect(may(second)).toBe(false);
  const listed = await calls.iam({ Action: 'ListAccessKeys', UserName: 'ann' });
  expect(listed.values('AccessKeyId')).toEqual([second]);
});

test('sessions end, are known as ended for a day, and then forgotten', async () => {
  const { t, calls } = await start();
  const opened = await calls.sts({ Action: 'GetSessionToken', DurationSeconds: '900' });
  const key = opened.value('AccessKeyId');
  expect(opened.value('Expiration')).toBe(
    new Date(t.clock.nowMs() + 900_000).toISOString().replace('.000', ''),
  );
  const find = (plane = t.plane) => plane.credentials.find(key);
  expect(find()?.expiresAtMs).toBe(Math.floor(t.clock.nowMs() / 1000) * 1000 + 900_000);
  t.clock.advance(900_000 + DAY_MS - 1000);
  await calls.sts({ Action: 'GetSessionToken' });
  const again = await t.restart();
  expect(find(again.plane)).toBeDefined();
  again.clock.advance(1000);
  await new QueryCalls(again).sts({ Action: 'GetSessionToken' });
  expect(find((await again.restart()).plane)).toBeUndefined();
});

test('a session goes with its role, also when another role gets the name', async () => {
  const { calls, may } = await start();
  const user = await calls.user('ann');
  const role = { RoleName: 'r', AssumeRolePolicyDocument: TRUST };
  await calls.iam({ Action: 'CreateRole', ...role });
  const arn = `arn:aws:iam::${ACCOUNT}:role/r`;
  const opened = await calls.sts({ Action: 'AssumeRole', RoleArn: arn, RoleSessionName: 'one' }, user);
  const key = opened.value('AccessKeyId');
  expect(may(key)).toBe(false);
  await calls.iam({ Action: 'DeleteRole', RoleName: 'r' });
  expect(may(key)).toBeUndefined();
  await calls.iam({ Action: 'CreateRole', ...role });
  expect(may(key)).toBeUndefined();
});

test('a session is bounded by its policies and by the boundary of its role', async () => {
  const { calls, may } = await start();
  const user = await calls.user('ann');
  await calls.iam({ Action: 'CreateRole', RoleName: 'r', AssumeRolePolicyDocument: TRUST });
  await calls.iam({ Action: 'PutRolePolicy', RoleName: 'r', PolicyName: 'p', PolicyDocument: allow() });
  const arn = `arn:aws:iam::${ACCOUNT}:role/r`;
  const open = async (more: Record<string, string> = {}) => {
    const members = { Action: 'AssumeRole', RoleArn: arn, RoleSessionName: 'one', ...more };
    return (await calls.sts(members, user)).value('AccessKeyId');
  };
  const free = await open();
  expect(may(free)).toBe(true);
  expect(may(await open({ Policy: allow({ Resource: WORKSPACE }) }))).toBe(true);
  expect(may(await open({ Policy: allow({ Resource: `${WORKSPACE}2` }) }))).toBe(false);
  const write = 'arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess';
  expect(may(await open({ 'PolicyArns.member.1.arn': write }))).toBe(false);
  await calls.iam({ Action: 'PutRolePermissionsBoundary', RoleName: 'r', PermissionsBoundary: write });
  expect(may(free)).toBe(false);
});

test('when a key was used last is written at most once an hour and survives a stop', async () => {
  const { t, calls } = await start();
  const key = await calls.user('ann');
  const lastUsed = async (from: QueryCalls) =>
    (await from.iam({ Action: 'GetAccessKeyLastUsed', AccessKeyId: key })).value('LastUsedDate');
  const used = () => t.plane.credentials.used!(key, 'aps');
  used();
  const first = await lastUsed(calls);
  t.clock.advance(1000);
  used();
  const second = await lastUsed(calls);
  expect(second).not.toBe(first);
  // As if it had been killed: what was told an hour ago at the longest is there.
  expect(await lastUsed(new QueryCalls(await t.beside()))).toBe(first);
  expect(await lastUsed(new QueryCalls(await t.restart()))).toBe(second);
});

test('a disk that takes no more fails no request for the sake of when a key was used', () => {
  const logged: string[] = [];
  const full = {
    prepare: () => ({}),
    transaction: () => {
      throw new Error('disk full');
    },
  } as unknown as Store;
  const usage = new UsageLog(full, new FakeClock(1000), {
    error: (_fields, message) => logged.push(message),
  });
  usage.used('AKIAEXAMPLE', 'aps');
  usage.used('AKIAEXAMPLE', 'iam');
  expect(usage.lastUse('AKIAEXAMPLE')).toMatchObject({ usedAtMs: 1000, service: 'iam' });
  expect(logged).toEqual(['when access keys were used last can not be written']);
});

test('lists skip nothing and repeat nothing when entries come and go between pages', async () => {
  const { calls } = await start();
  for (const name of ['a', 'B', 'c', 'D']) await calls.iam({ Action: 'CreateUser', UserName: name });
  const first = await calls.iam({ Action: 'ListUsers', MaxItems: '2' });
  expect([first.values('UserName'), first.value('IsTruncated')]).toEqual([['a', 'B'], 'true']);
  await calls.iam({ Action: 'DeleteUser', UserName: 'B' });
  await calls.iam({ Action: 'CreateUser', UserName: 'aa' });
  const rest = await calls.iam({ Action: 'ListUsers', Marker: first.value('Marker') });
  expect([rest.values('UserName'), rest.value('IsTruncated')]).toEqual([['c', 'D'], 'false']);
});

test('an issuer without TLS is taken where the configuration names it, with its port', async () => {
  const privateIssuers = ['http://keycloak.internal:8080/realms/ops/'];
  const calls = new QueryCalls(await TestPlane.open({ privateIssuers }));
  const create = (Url: string) => calls.iam({ Action: 'CreateOpenIDConnectProvider', Url });
  expect((await create('http://keycloak.internal:8080/realms/ops')).value('OpenIDConnectProviderArn')).toBe(
    `arn:aws:iam::${ACCOUNT}:oidc-provider/keycloak.internal:8080/realms/ops`,
  );
  expect((await create('http://keycloak.internal:8080/realms/other')).error).toMatch(
    /^ValidationError: Invalid/,
  );
  expect((await create('ftp://keycloak.internal')).error).toMatch(/^ValidationError: Invalid/);
  expect((await create('https://a.example/x?y=z')).error).toMatch(/^ValidationError: Invalid/);
});

test('what an audit is told holds no secrets', async () => {
  const { calls } = await start();
  const token = 'very.secret.token';
  const refused = await calls.sts({
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
    RoleSessionName: 'one',
    WebIdentityToken: token,
  });
  expect(refused.call?.auditParameters).toEqual({
    roleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
    roleSessionName: 'one',
  });
  expect(refused.text).not.toContain(token);
  const long = { Action: 'AssumeRoleWithWebIdentity', WebIdentityToken: 'secret'.repeat(5000) };
  expect((await calls.sts(long)).error).toMatch(/Value at 'webIdentityToken' failed to satisfy constraint/);
  expect((await calls.sts(long)).text).not.toContain('secret');
});

const check = (name: string, members: Record<string, string>, error: string) =>
  test(name, async () => {
    const { calls } = await start();
    expect((await calls.iam(members)).error).toBe(error);
  });

const constraint = (value: string, member: string, text: string) =>
  `Value ${value} at '${member}' failed to satisfy constraint: Member must ${text}`;

check('a missing action', {}, 'MissingAction: Missing Action');
check(
  'an unknown action',
  { Action: 'Fly' },
  'InvalidAction: Could not find operation Fly for version 2010-05-08',
);
check(
  'a missing member',
  { Action: 'CreateUser' },
  `ValidationError: 1 validation error detected: ${constraint('null', 'userName', 'not be null')}`,
);
check(
  'several violations',
  { Action: 'CreateUser', UserName: 'x'.repeat(65), Path: 'y' },
  `ValidationError: 2 validation errors detected: ${constraint(`'${'x'.repeat(65)}'`, 'userName', 'have length less than or equal to 64')}; ` +
    constraint(
      "'y'",
      'path',
      'satisfy regular expression pattern: (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)',
    ),
);
check(
  'a number out of range',
  { Action: 'ListUsers', MaxItems: '1001' },
  `ValidationError: 1 validation error detected: ${constraint("'1001'", 'maxItems', 'have value less than or equal to 1000')}`,
);
check(
  'a word of another set',
  { Action: 'ListPolicies', Scope: 'Mine' },
  `ValidationError: 1 validation error detected: ${constraint("'Mine'", 'scope', 'satisfy enum value set: [All, AWS, Local]')}`,
);
check(
  "a tag of AWS' own",
  { Action: 'CreateUser', UserName: 'a', 'Tags.member.1.Key': 'aws:x', 'Tags.member.1.Value': '' },
  `ValidationError: 1 validation error detected: ${constraint("'aws:x'", 'tags.1.member.key', "not begin with the reserved prefix 'aws:'")}`,
);

test('a role is acted as without a key, with what it may at the time, by its exact ARN', async () => {
  const { t, calls } = await start();
  const arn = `arn:aws:iam::${ACCOUNT}:role/x/Reader`;
  const may = (roleArn = arn) => {
    const principal = t.plane.credentials.roleSession?.(roleArn, 'entra:ann');
    return (
      principal && [principal.arn, authorise(principal, 'aps:QueryMetrics', WORKSPACE, new Map()).allowed]
    );
  };
  expect(may()).toBe(undefined);
  const role = { RoleName: 'Reader', Path: '/x/', AssumeRolePolicyDocument: TRUST };
  await calls.iam({ Action: 'CreateRole', ...role });
  const session = `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/entra:ann`;
  expect(may()).toEqual([session, false]);
  const policy = { RoleName: 'Reader', PolicyName: 'p' };
  await calls.iam({ Action: 'PutRolePolicy', ...policy, PolicyDocument: allow() });
  expect(may()).toEqual([session, true]);
  for (const other of [
    arn.replace('/x/', '/'),
    arn.replace('Reader', 'reader'),
    arn.replace(ACCOUNT, '000000000000'),
    arn.replace(':role/', ':user/'),
    '',
  ])
    expect(may(other)).toBe(undefined);
  await calls.iam({ Action: 'DeleteRolePolicy', ...policy });
  expect(may()).toEqual([session, false]);
  await calls.iam({ Action: 'DeleteRole', RoleName: 'Reader' });
  expect(may()).toBe(undefined);
});
