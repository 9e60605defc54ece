// What a workspace's own policy grants and denies, on the way to the engine.
import { parsePolicy, parseWorkspacePolicy } from '@ampere/iam';
import { expect, test } from 'vitest';
import {
  type Fixture,
  FOREIGN_KEY_ID,
  startFixture,
  WORKSPACE,
  workspacePath,
} from './testing/gateway-fixture.ts';

const ARN = 'arn:aws:aps:eu-central-1:123456789012:workspace/ws-11111111-2222-3333-4444-555555555555';

function setPolicy(fixture: Fixture, statement: object): void {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Resource: ARN, ...statement },
  });
  fixture.setWorkspace('ACTIVE', { name: WORKSPACE, policy: parseWorkspacePolicy(text, ARN) });
}

/** Has calls of /tags/{arn} checked on that ARN, as the control plane does. */
function checkTagsOnTheirArn({ controlPlane }: Fixture): void {
  const route = controlPlane.route.bind(controlPlane);
  controlPlane.route = (method, rawPath) => {
    const found = route(method, rawPath);
    if (found.kind !== 'operation' || !rawPath.startsWith('/tags/')) return found;
    const resourceArn = decodeURIComponent(rawPath.slice('/tags/'.length));
    return { ...found, match: { ...found.match, action: 'aps:QueryMetrics', resourceArn } };
  };
}

test('it lets another account in, for what it names', async () => {
  const fixture = await startFixture();
  const ask = async (path: string) =>
    (await fixture.call('GET', workspacePath(path), { keyId: FOREIGN_KEY_ID })).status;
  expect(await ask('api/v1/query?query=1')).toBe(403);
  setPolicy(fixture, { Principal: { AWS: '999999999999' }, Action: 'aps:QueryMetrics' });
  expect(await ask('api/v1/query?query=1')).toBe(200);
  expect(await ask('api/v1/labels')).toBe(403);
  fixture.setWorkspace('ACTIVE');
  expect(await ask('api/v1/query?query=1')).toBe(403);
});

test('its deny counts for the owner too, with its condition', async () => {
  const fixture = await startFixture();
  const ask = async () => fixture.call('GET', workspacePath('api/v1/query?query=1'));
  const deny = { Effect: 'Deny', Principal: '*', Action: 'aps:QueryMetrics' };
  setPolicy(fixture, { ...deny, Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } });
  expect((await ask()).status).toBe(200);
  setPolicy(fixture, deny);
  const answer = await ask();
  expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([403, 'AccessDeniedException']);
  expect(answer.body.toString()).toContain(
    'is not authorized to perform: aps:QueryMetrics on resource: ' +
      `${ARN} with an explicit deny in a resource-based policy`,
  );
  expect(fixture.handled).toBe(1);
});

test('it says nothing of other workspaces and of what only carries its name', async () => {
  const fixture = await startFixture();
  checkTagsOnTheirArn(fixture);
  setPolicy(fixture, { Principal: { AWS: '999999999999' }, Action: 'aps:QueryMetrics' });
  const foreign = { keyId: FOREIGN_KEY_ID };
  const other = WORKSPACE.replace('1111', '9999');
  for (const target of [
    `/workspaces/${other}/api/v1/query?query=1`,
    `/tags/${encodeURIComponent(`${ARN}/x`)}`,
    `/tags/${encodeURIComponent(ARN.replace('eu-central-1', 'us-east-1'))}`,
    `/tags/${encodeURIComponent(ARN.replace('workspace/', 'rulegroupsnamespace/x:workspace/'))}`,
  ]) {
    expect((await fixture.call('GET', target, foreign)).status).toBe(403);
  }
  expect(fixture.handled).toBe(0);
  expect((await fixture.call('GET', `/tags/${encodeURIComponent(ARN)}`, foreign)).status).toBe(200);
});

test('tags of what is in a workspace are those that conditions are compared with', async () => {
  const fixture = await startFixture();
  checkTagsOnTheirArn(fixture);
  const { controlPlane } = fixture;
  const policy = parsePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'aps:*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': 'a' } },
      },
    }),
    'identity',
  );
  const find = controlPlane.credentials.find.bind(controlPlane.credentials);
  controlPlane.credentials.find = (accessKeyId) => {
    const found = find(accessKeyId);
    const arn = 'arn:aws:iam::123456789012:user/ann';
    const policies = { identity: [{ name: 'tagged', policy }] };
    return found && { ...found, principal: { ...found.principal, kind: 'user', arn, policies } };
  };
  const namespace = ARN.replace('workspace/', 'rulegroupsnamespace/');
  const ask = async (arn: string) => (await fixture.call('GET', `/tags/${encodeURIComponent(arn)}`)).status;
  expect(await ask(`${namespace}/mine`)).toBe(403);
  controlPlane.workspaces.tagsOf = (arn) => new Map([['team', arn === `${namespace}/mine` ? 'a' : 'b']]);
  expect(await ask(`${namespace}/mine`)).toBe(200);
  expect(await ask(`${namespace}/other`)).toBe(403);
});
