// What the bearers of tokens may do, through every route of the data plane.

import { parsePolicy, parseWorkspacePolicy } from '@ampere/iam';
import { expect, test } from 'vitest';
import { dataRoutes } from '../data-routes.ts';
import { ACCOUNT, type Fixture, REGION, WORKSPACE, workspacePath } from '../testing/gateway-fixture.ts';
import { CLAIMS, startTokenFixture } from '../testing/token-fixture.ts';
import { MONITORING_ROLES } from './monitoring-roles.ts';

const ARN = `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${WORKSPACE}`;
const OTHER = WORKSPACE.replace('1111', '9999');
const COLLECTION_RULE = (id: string) =>
  `/dataCollectionRules/${id}/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24`;

const PLACES = [
  ...dataRoutes().flatMap(({ path, actions }) =>
    Object.entries(actions).map(([method, action]) => {
      const target = workspacePath(path.replace(/\{\w+\}/, 'x'));
      return { method, target, action };
    }),
  ),
  { method: 'POST', target: COLLECTION_RULE(WORKSPACE), action: 'aps:RemoteWrite' },
];

function denyAll(fixture: Fixture): void {
  const Statement = { Effect: 'Deny', Principal: '*', Action: 'aps:*', Resource: ARN };
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'resource');
  fixture.setWorkspace('ACTIVE', { name: WORKSPACE, policy });
}

test.each(PLACES)('$method $target', async ({ method, target, action }) => {
  const { fixture, mint, call } = await startTokenFixture();
  fixture.controlPlane.entries.set(OTHER, {
    ...fixture.controlPlane.entries.get(WORKSPACE)!,
    workspaceId: OTHER,
    arn: ARN.replace(WORKSPACE, OTHER),
  });
  const ask = async (roles: string[], at = target) => {
    const token = mint.token({ ...CLAIMS, sub: `of-${roles.join()}`, roles });
    const answer = await call(method, at, `Bearer ${token}`);
    return { status: answer.status, text: answer.body.toString() };
  };
  const isWrite = MONITORING_ROLES.publisher.actions.includes(action);
  const isRead = MONITORING_ROLES.reader.actions.includes(action);

  // Nobody's token, then of those who may something.
  for (const roles of [[], ['unknown'], isWrite ? ['reader'] : ['writer']]) {
    const { status, text } = await ask(roles);
    expect([roles, status]).toEqual([roles, 403]);
    expect(text).toBe(
      JSON.stringify({
        message:
          `User: arn:aws:sts::${ACCOUNT}:federated-user/test:of-${roles.join()} is not authorized to perform: ${action} ` +
          `on resource: ${ARN} because no identity-based policy allows the ${action} action`,
      }),
    );
  }
  expect((await ask(['writer', 'reader'], target.replace(WORKSPACE, OTHER))).status).toBe(403);
  const good = mint.token(CLAIMS);
  const [head, , signature] = good.split('.') as [string, string, string];
  const claims = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'root' })).toString('base64url');
  expect((await call(method, target, `Bearer ${head}.${claims}.${signature}`)).status).toBe(401);
  const expired = mint.token({ ...CLAIMS, exp: Math.floor(fixture.clock.nowMs() / 1000) - 3600 });
  expect((await call(method, target, `Bearer ${expired}`)).status).toBe(401);
  expect(fixture.handled).toBe(0);

  // Who may, in the one workspace and everywhere.
  const allowed = isWrite || isRead ? 200 : 403;
  expect((await ask(['writer', 'reader'])).status).toBe(allowed);
  expect((await ask(['everywhere'])).status).toBe(allowed);
  expect((await ask(['everywhere'], target.replace(WORKSPACE, OTHER))).status).toBe(allowed);
  expect(fixture.handled).toBe(allowed === 200 ? 3 : 0);

  denyAll(fixture);
  const { status, text } = await ask(['everywhere']);
  expect(status).toBe(403);
  expect(text).toContain('with an explicit deny in a resource-based policy');
  expect(fixture.handled).toBe(allowed === 200 ? 3 : 0);
});

test('a policy of the workspace lets in a bearer by name, and no other', async () => {
  const { fixture, mint, call } = await startTokenFixture();
  const Principal = { AWS: `arn:aws:sts::${ACCOUNT}:federated-user/test:ann` };
  const Statement = { Effect: 'Allow', Principal, Action: 'aps:QueryMetrics', Resource: ARN };
  const text = JSON.stringify({ Version: '2012-10-17', Statement });
  fixture.setWorkspace('ACTIVE', { name: WORKSPACE, policy: parseWorkspacePolicy(text, ARN) });
  const ask = async (sub: string) => {
    const token = mint.token({ ...CLAIMS, roles: [], sub });
    return (await call('GET', workspacePath('api/v1/query'), `Bearer ${token}`)).status;
  };
  expect([await ask('ann'), await ask('Ann'), await ask('ann*'), await ask('bob')]).toEqual([
    200, 403, 403, 403,
  ]);
});

test('who acts as a role may what the role may at the time, and nothing else', async () => {
  const { fixture, mint, call } = await startTokenFixture();
  const { credentials } = fixture.controlPlane;
  const asked: string[] = [];
  let action = 'aps:QueryMetrics';
  let exists = true;
  credentials.roleSession = (roleArn, sessionName) => {
    asked.push(`${roleArn} ${sessionName}`);
    if (!exists) return undefined;
    const Statement = { Effect: 'Allow', Action: action, Resource: '*' };
    const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity');
    return {
      kind: 'assumed-role',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/${sessionName}`,
      accountId: ACCOUNT,
      userId: 'AROA:x',
      policies: { identity: [{ name: 'p', policy }] },
    };
  };
  // The other grants that fit don't count.
  const token = `Bearer ${mint.token({ ...CLAIMS, roles: ['everywhere', 'role'] })}`;
  const ask = async (path: string, method = 'GET') => (await call(method, workspacePath(path), token)).status;
  expect([await ask('api/v1/query'), await ask('api/v1/labels')]).toEqual([200, 403]);
  expect(await ask('api/v1/remote_write', 'POST')).toBe(403);
  expect(new Set(asked)).toEqual(new Set([`arn:aws:iam::${ACCOUNT}:role/Reader test:prom`]));
  action = 'aps:GetLabels';
  expect([await ask('api/v1/query'), await ask('api/v1/labels')]).toEqual([403, 200]);
  exists = false;
  expect(await ask('api/v1/labels')).toBe(403);
});

test("Azure's ingestion URL is remote write, under the workspace's id or its rule's", async () => {
  const collectionRules = new Map([['dcr-0123456789abcdef', WORKSPACE]]);
  const { fixture, mint, call } = await startTokenFixture({ collectionRules });
  const token = `Bearer ${mint.token(CLAIMS)}`;
  const check = async (target: string, status: number, method = 'POST', body = '') => {
    const answer = await call(method, target, token, body);
    expect([target, answer.status]).toEqual([target, status]);
  };
  await check(COLLECTION_RULE(WORKSPACE), 200, 'POST', 'abc');
  await check(COLLECTION_RULE('dcr-0123456789abcdef'), 200, 'POST', 'abc');
  expect(fixture.engine.requests.map(({ tenant, method, path }) => [tenant, method, path])).toEqual(
    Array(2).fill([WORKSPACE, 'POST', '/api/v1/push']),
  );
  await check(COLLECTION_RULE('dcr-0123456789abcdee'), 403);
  await check(COLLECTION_RULE(WORKSPACE), 405, 'GET');
  await check(COLLECTION_RULE(WORKSPACE), 413, 'POST', 'x'.repeat(100_001));
  for (const other of [
    `/dataCollectionRules/${WORKSPACE}`,
    `/dataCollectionRules/${WORKSPACE}/api/v1/query`,
    `/dataCollectionRules/${WORKSPACE}/streams/Custom-Stream/api/v1/write`,
    `/dataCollectionRules/${WORKSPACE}/streams/Microsoft-PrometheusMetrics/api/v1/write/`,
    `/dataCollectionRules//streams/Microsoft-PrometheusMetrics/api/v1/write`,
    `/dataCollectionRules/a/${WORKSPACE}/streams/Microsoft-PrometheusMetrics/api/v1/write`,
    `/workspaces/${WORKSPACE}/streams/Microsoft-PrometheusMetrics/api/v1/write`,
    `/datacollectionrules/${WORKSPACE}/streams/Microsoft-PrometheusMetrics/api/v1/write`,
  ]) {
    const signed = await fixture.call('POST', other);
    expect([other, signed.status]).toEqual([other, 404]);
    await check(other, 403);
  }
  expect((await fixture.call('POST', COLLECTION_RULE(WORKSPACE), { body: 'abc' })).status).toBe(200);
  expect(fixture.handled).toBe(3);
});
