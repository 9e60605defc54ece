// What a workspace's own policy grants and denies, on the way to the engine.
import { parseWorkspacePolicy } from '@ampere/iam';
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
  setPolicy(fixture, { Principal: { AWS: '999999999999' }, Action: 'aps:QueryMetrics' });
  const foreign = { keyId: FOREIGN_KEY_ID };
  const other = WORKSPACE.replace('1111', '9999');
  for (const target of [
    `/workspaces/${other}/api/v1/query?query=1`,
    `/tags/${encodeURIComponent(ARN)}`,
    `/tags/${encodeURIComponent(ARN.replace('workspace/', 'rulegroupsnamespace/x:workspace/'))}`,
  ]) {
    expect((await fixture.call('GET', target, foreign)).status).toBe(403);
  }
  expect(fixture.handled).toBe(0);
});
