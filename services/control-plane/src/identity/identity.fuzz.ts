// Properties of permissions over what is stored, end to end: policies are put, attached and taken away through the
// API, and who may do what is asked of the principals that the access keys then stand for.
//
// 1. One more Allow, wherever it is put, never takes access away; one more Deny never gives any.
// 2. Taking an Allow away never gives access; taking a Deny away never takes any.
// 3. A restart changes nothing.
//
// Short by default; the seed is printed with a failure, AMPERE_SEED runs it again.

import { authorise } from '@ampere/iam';
import { SeededRandom, SystemRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { QueryCalls } from '../testing/query-calls.ts';
import { ACCOUNT, TestPlane } from '../testing.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? new SystemRandom().integer(2 ** 31));
const STEPS = process.env['AMPERE_TEST_LONG'] === '1' ? 50_000 : 300;

const ACTIONS = ['aps:RemoteWrite', 'aps:QueryMetrics', 'iam:GetUser'];
const RESOURCES = ['ws-a', 'ws-b'].map((id) => `arn:aws:aps:eu-west-1:${ACCOUNT}:workspace/${id}`);
const CONTEXTS = ['10.0.0.1', '192.0.2.1'].map((address) => new Map([['aws:SourceIp', [address]]]));

test(`stored policies keep to the properties (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  const random = new SeededRandom(SEED);
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  let t = await TestPlane.open();
  let calls = new QueryCalls(t);
  const good = async (members: Record<string, string>) => {
    const answer = await calls.iam(members);
    expect(answer.error).toBeUndefined();
    return answer;
  };

  const keys = [await calls.user('u0'), await calls.user('u1')];
  for (const group of ['g0', 'g1']) await good({ Action: 'CreateGroup', GroupName: group });
  await good({ Action: 'AddUserToGroup', GroupName: 'g0', UserName: 'u0' });
  await good({ Action: 'AddUserToGroup', GroupName: 'g0', UserName: 'u1' });
  await good({ Action: 'AddUserToGroup', GroupName: 'g1', UserName: 'u1' });
  const trust = document([{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }]);
  await good({ Action: 'CreateRole', RoleName: 'r0', AssumeRolePolicyDocument: trust });
  const session = { Action: 'AssumeRole', RoleArn: `arn:aws:iam::${ACCOUNT}:role/r0`, RoleSessionName: 'ss' };
  const bounding = document([{ Effect: 'Allow', Action: 'aps:*', Resource: RESOURCES[0]! }]);
  keys.push((await calls.sts(session, keys[0])).value('AccessKeyId'));
  keys.push((await calls.sts({ ...session, Policy: bounding }, keys[0])).value('AccessKeyId'));

  /** Who may do what, each pair of who and what a place. */
  const access = (): boolean[] =>
    keys.flatMap((key) => {
      const { principal } = t.plane.credentials.find(key)!;
      return ACTIONS.flatMap((action) =>
        RESOURCES.flatMap((resource) =>
          CONTEXTS.map((context) => authorise(principal, action, resource, context).allowed),
        ),
      );
    });
  const isNoLess = (before: readonly boolean[], after: readonly boolean[]) =>
    before.every((allowed, at) => !allowed || after[at]);

  interface Put {
    readonly owner: readonly [string, string];
    readonly name: string;
    readonly effect: 'Allow' | 'Deny';
    /** Of a managed policy. */
    readonly arn: string | undefined;
  }
  const owners = [
    ['User', 'u0'],
    ['User', 'u1'],
    ['Group', 'g0'],
    ['Group', 'g1'],
    ['Role', 'r0'],
  ] as const;
  let put: Put[] = [];
  let named = 0;

  const add = async (): Promise<Put> => {
    const owner = pick(owners);
    const [kind, who] = owner;
    const effect = random.integer(3) === 0 ? 'Deny' : 'Allow';
    const PolicyDocument = document([
      {
        Effect: effect,
        Action: pick([...ACTIONS, 'aps:*', '*']),
        Resource: pick([...RESOURCES, '*']),
        ...(random.integer(3) === 0 ? { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } } : {}),
      },
    ]);
    const name = `p${named++}`;
    const member = { [`${kind}Name`]: who };
    if (random.integer(2) === 0) {
      await good({ Action: `Put${kind}Policy`, ...member, PolicyName: name, PolicyDocument });
      return { owner, name, effect, arn: undefined };
    }
    const made = await good({ Action: 'CreatePolicy', PolicyName: name, PolicyDocument });
    const arn = made.value('Arn');
    await good({ Action: `Attach${kind}Policy`, ...member, PolicyArn: arn });
    return { owner, name, effect, arn };
  };
  const remove = async ({ owner: [kind, who], name, arn }: Put): Promise<void> => {
    const member = { [`${kind}Name`]: who };
    if (arn === undefined) {
      await good({ Action: `Delete${kind}Policy`, ...member, PolicyName: name });
      return;
    }
    await good({ Action: `Detach${kind}Policy`, ...member, PolicyArn: arn });
    await good({ Action: 'DeletePolicy', PolicyArn: arn });
  };

  let granted = 0;
  let before = access();
  expect(before).not.toContain(true);
  for (let step = 0; step < STEPS; step++) {
    let grows: boolean;
    if (put.length < 12 && random.integer(5) < 3) {
      const added = await add();
      put.push(added);
      grows = added.effect === 'Allow';
    } else if (put.length > 0) {
      const gone = pick(put);
      await remove(gone);
      put = put.filter((one) => one !== gone);
      grows = gone.effect === 'Deny';
    } else continue;
    const after = access();
    expect([step, grows ? isNoLess(before, after) : isNoLess(after, before)]).toEqual([step, true]);
    granted += after.filter((allowed) => allowed).length;
    before = after;
    if (step % 97 !== 96) continue;
    // Ids are never made twice, so the random numbers go on.
    t = await t.restart({ random: new SeededRandom(SEED + step) });
    calls = new QueryCalls(t);
    expect(access()).toEqual(before);
  }
  expect(granted).toBeGreaterThan(0);
  for (const one of put) await remove(one);
  expect(access()).not.toContain(true);
});

function document(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
