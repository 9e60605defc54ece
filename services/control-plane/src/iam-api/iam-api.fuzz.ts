// Random calls of every operation of IAM and STS: whatever is sent, the answer is one of the API's, and the server
// lives. The seed is printed with a failure; AMPERE_SEED runs it again.

import { SeededRandom, SystemRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { operationRoutes } from '../operation-routes.ts';
import { QueryCalls } from '../testing/query-calls.ts';
import { ACCOUNT, TestPlane } from '../testing.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? new SystemRandom().integer(2 ** 31));
const ROUNDS = process.env['AMPERE_TEST_LONG'] === '1' ? 200_000 : 2000;

const NAMES = ['a', 'b', 'A', 'x y', '', '__proto__', 'é', '\u0000', 'a'.repeat(200)];
const ARNS = [
  `arn:aws:iam::${ACCOUNT}:policy/a`,
  `arn:aws:iam::${ACCOUNT}:role/a`,
  `arn:aws:iam::${ACCOUNT}:user/a`,
  'arn:aws:iam::aws:policy/AmazonPrometheusFullAccess',
  `arn:aws:iam::${ACCOUNT}:oidc-provider/a.example`,
  'arn:aws:iam::999999999999:policy/a',
  'arn:::::::::::::::::::::',
];
const DOCUMENTS = [
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"aps:*","Resource":"*"}]}',
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"${ACCOUNT}"},"Action":"sts:AssumeRole"}]}`,
  '{',
  '[]',
];
const VALUES = [
  ...NAMES,
  ...ARNS,
  ...DOCUMENTS,
  '0',
  '1',
  '3600',
  '1e9',
  '-1',
  'true',
  'v1',
  'v2',
  'Inactive',
  '/',
  '/p/',
];
const LISTS = ['Tags.member.1.Key', 'Tags.member.1.Value', 'TagKeys.member.1', 'ActionNames.member.1'];
const MEMBERS = [
  ...['UserName', 'GroupName', 'RoleName', 'PolicyName', 'NewUserName', 'NewGroupName', 'RoleSessionName'],
  ...[
    'PolicyArn',
    'RoleArn',
    'OpenIDConnectProviderArn',
    'PolicySourceArn',
    'PermissionsBoundary',
    'CallerArn',
  ],
  ...['PolicyDocument', 'AssumeRolePolicyDocument', 'ResourcePolicy', 'Policy', 'PolicyInputList.member.1'],
  ...['Path', 'NewPath', 'PathPrefix', 'Marker', 'MaxItems', 'VersionId', 'Status', 'AccessKeyId', 'Url'],
  ...['DurationSeconds', 'MaxSessionDuration', 'Description', 'PrincipalArn', 'ActionName', 'ResourceArn'],
  ...LISTS,
];

/** What most values of a member are, so that calls get further than their first check. */
function seemly(member: string): readonly string[] {
  if (/Arn$|Boundary$/.test(member)) return ARNS;
  if (/Document$|^Policy$|Policy(?:Input|$)/.test(member)) return DOCUMENTS;
  if (/Name$/.test(member)) return ['a', 'b', 'cc'];
  return VALUES;
}

test(`random calls (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  const random = new SeededRandom(SEED);
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  const t = await TestPlane.open();
  const calls = new QueryCalls(t);
  const user = await calls.user('caller');
  const operations = operationRoutes().filter(({ service }) => service !== 'aps');
  let good = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { service, name } = pick(operations);
    // These would take the caller away.
    if (name === 'UpdateUser') continue;
    const members: Record<string, string> = { Action: name };
    for (let left = 2 + random.integer(6); left > 0; left--) {
      const member = pick(MEMBERS);
      members[member] = random.integer(4) === 0 ? pick(VALUES) : pick(seemly(member));
    }
    const as = random.integer(2) === 0 ? user : undefined;
    const answer = await (service === 'iam' ? calls.iam(members, as) : calls.sts(members, as));
    expect([round, name, answer.status, answer.text]).toEqual([
      round,
      name,
      expect.toSatisfy((status: number) => status === 200 || (status >= 400 && status < 500)),
      expect.stringMatching(/^(?:<\w+Response xmlns=|\{)/),
    ]);
    if (answer.status === 200) good++;
  }
  expect(good).toBeGreaterThan(ROUNDS / 50);
});
