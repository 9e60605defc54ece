// Resource policies: revisions, refusals, and the compiled policy that the data plane decides by.
import { authorise, rootPrincipal } from '@ampere/iam';
import { expect, test } from 'vitest';
import { ACCOUNT, settle, TestPlane, workspaceArn } from './testing.ts';

const FRIEND = '999999999999';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const path = (id: string) => `/workspaces/${id}/policy`;

function document(id: string, parts: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: FRIEND },
        Action: ['aps:RemoteWrite', 'aps:QueryMetrics'],
        Resource: workspaceArn(id),
        ...parts,
      },
    ],
  });
}

/** Whether the root of an account may act on a workspace, as the gateway decides it. */
function may(t: TestPlane, accountId: string, action: string, id: string): boolean {
  const entry = t.plane.workspaces.find(id);
  const context = new Map<string, readonly string[]>();
  return authorise(rootPrincipal(accountId), action, workspaceArn(id), context, entry?.resourcePolicy)
    .allowed;
}

test('a policy from its first put to the end of its workspace', async () => {
  const t = await TestPlane.open();
  const id = await t.create();
  expect(may(t, FRIEND, 'aps:RemoteWrite', id)).toBe(false);
  const spaced = ` ${document(id)}\n`;
  const put = await t.call('PUT', path(id), { policyDocument: spaced });
  expect([put.status, put.json]).toEqual([
    202,
    { policyStatus: 'CREATING', revisionId: expect.stringMatching(UUID) },
  ]);
  const described = await t.call('GET', path(id));
  expect([described.status, described.json]).toEqual([
    200,
    { policyDocument: spaced, policyStatus: 'ACTIVE', revisionId: put.json.revisionId },
  ]);
  expect(may(t, FRIEND, 'aps:RemoteWrite', id)).toBe(true);
  expect(may(t, FRIEND, 'aps:GetSeries', id)).toBe(false);
  expect(may(t, ACCOUNT, 'aps:RemoteWrite', id)).toBe(true);

  const deny = document(id, { Effect: 'Deny', Principal: '*' });
  const replaced = await t.call('PUT', path(id), { policyDocument: deny });
  expect(replaced.json).toEqual({ policyStatus: 'UPDATING', revisionId: expect.stringMatching(UUID) });
  expect(replaced.json.revisionId).not.toBe(put.json.revisionId);
  expect(may(t, ACCOUNT, 'aps:RemoteWrite', id)).toBe(false);
  const again = await t.restart();
  expect(may(again, ACCOUNT, 'aps:RemoteWrite', id)).toBe(false);
  expect((await again.call('GET', path(id))).json.policyDocument).toBe(deny);

  const other = await again.create();
  expect(again.plane.workspaces.find(other)?.resourcePolicy).toBe(undefined);
  const deleted = await again.call('DELETE', path(id));
  expect([deleted.status, deleted.text]).toEqual([202, '']);
  expect(may(again, ACCOUNT, 'aps:RemoteWrite', id)).toBe(true);
  const gone = await again.call('GET', path(id));
  expect([gone.status, gone.json]).toEqual([
    404,
    {
      message: 'Workspace resource policy not found.',
      resourceId: `${id}/policy`,
      resourceType: 'AWS::APS::ResourcePolicy',
    },
  ]);
  await again.call('PUT', path(id), { policyDocument: deny });
  await again.call('DELETE', `/workspaces/${id}`);
  await settle();
  expect((await again.call('GET', path(id))).json.message).toBe('Workspace not found.');
});

test('a named revision is changed, or nothing', async () => {
  const t = await TestPlane.open();
  const id = await t.create();
  const put = (revisionId?: string) =>
    t.call('PUT', path(id), {
      policyDocument: document(id),
      ...(revisionId === undefined ? {} : { revisionId }),
    });
  const remove = (revisionId: string) => t.call('DELETE', `${path(id)}?revisionId=${revisionId}`);
  const conflict = {
    message: 'The revisionId is not that of the current resource policy.',
    resourceId: `${id}/policy`,
    resourceType: 'AWS::APS::ResourcePolicy',
  };
  const early = await put('5');
  expect([early.status, early.json]).toEqual([409, conflict]);
  expect((await remove('NO_POLICY')).status).toBe(404);
  const first = await put('NO_POLICY');
  expect([first.status, first.json.policyStatus]).toEqual([202, 'CREATING']);
  expect([(await put('NO_POLICY')).status, (await put('')).status]).toEqual([409, 409]);
  const second = await put(first.json.revisionId);
  expect(second.status).toBe(202);
  expect((await put(first.json.revisionId)).status).toBe(409);
  const stale = await remove(first.json.revisionId);
  expect([stale.status, stale.json]).toEqual([409, conflict]);
  expect((await remove('NO_POLICY')).status).toBe(409);
  expect((await t.call('GET', path(id))).json.revisionId).toBe(second.json.revisionId);
  expect((await remove(second.json.revisionId)).status).toBe(202);
});

test('a clientToken puts once', async () => {
  const t = await TestPlane.open();
  const id = await t.create();
  const body = { policyDocument: document(id), clientToken: 'T', revisionId: 'NO_POLICY' };
  const first = await t.call('PUT', path(id), body);
  expect(await t.call('PUT', path(id), body)).toEqual(first);
  expect((await t.call('PUT', path(id), { ...body, policyDocument: ` ${document(id)}` })).status).toBe(409);
});

test('only a workspace that is there and settled has its policy changed', async () => {
  const t = await TestPlane.open();
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const answer = await t.call(method, path('ws-1'), { policyDocument: document('ws-1') });
    expect([answer.status, answer.json.message]).toEqual([404, 'Workspace not found.']);
  }
  t.backend.held = true;
  const id = await t.create();
  expect((await t.call('PUT', path(id), { policyDocument: document(id) })).status).toBe(409);
  expect((await t.call('DELETE', path(id))).status).toBe(409);
  t.backend.release();
});

function refused(name: string, make: (id: string) => string | undefined, message: string): void {
  test(`refused: ${name}`, async () => {
    const t = await TestPlane.open();
    const id = await t.create();
    const answer = await t.call('PUT', path(id), { policyDocument: make(id) });
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([400, 'ValidationException']);
    expect(answer.json).toEqual({
      message,
      reason: 'FIELD_VALIDATION_FAILED',
      fieldList: [{ name: 'policyDocument', message: expect.stringMatching(/\w/) }],
    });
    expect((await t.call('GET', path(id))).status).toBe(404);
  });
}

const INVALID = 'Resource policy cannot contain invalid arguments';
const ACTIONS = 'Resource policy contains actions that are not supported';
const RESOURCE = 'Resource in policy does not match workspace resource ARN';
refused('nothing', () => undefined, 'Invalid policyDocument: Member must not be null');
refused('an empty document', () => '', 'Workspace resource policy cannot be malformed');
refused('no JSON', () => '{', 'Workspace resource policy cannot be malformed');
refused('no statement', () => '{"Version":"2012-10-17"}', 'Workspace resource policy cannot be malformed');
refused('no principal', (id) => document(id, { Principal: undefined }), INVALID);
refused('a wildcard', (id) => document(id, { Action: 'aps:*' }), ACTIONS);
refused('an action of the owner', (id) => document(id, { Action: 'aps:DeleteWorkspace' }), ACTIONS);
refused('every resource', (id) => document(id, { Resource: '*' }), RESOURCE);
refused('another workspace', (id) => document(`${id}x`), RESOURCE);
refused(
  'a document that is too long',
  (id) => document(id).padEnd(20_481),
  'Invalid policyDocument: Member must have length less than or equal to 20480',
);
