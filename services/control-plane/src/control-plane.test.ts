// Whole answers of the workspace operations, the quota, restarts and the directory in memory.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ACCOUNT, REGION, REQUEST_ID, settle, TestPlane, workspaceArn } from './testing.ts';

const KMS_KEY = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

test('a workspace from its creation to its end', async () => {
  const t = await TestPlane.open();
  t.backend.held = true;
  const created = await t.call('POST', '/workspaces', {
    alias: 'orders',
    clientToken: 'token-1',
    tags: { team: 'a', empty: '' },
    kmsKeyArn: KMS_KEY,
    unknown: { ignored: true },
  });
  const id: string = created.json.workspaceId;
  expect(id).toMatch(new RegExp(`^ws-${UUID}$`));
  expect(created.status).toBe(202);
  expect(created.headers).toEqual({ 'content-type': 'application/json', 'x-amzn-requestid': REQUEST_ID });
  expect(created.json).toEqual({
    workspaceId: id,
    arn: `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${id}`,
    status: { statusCode: 'CREATING' },
    tags: { team: 'a', empty: '' },
    kmsKeyArn: KMS_KEY,
  });
  expect(await t.status(id)).toBe('CREATING');
  t.backend.release();
  await settle();

  const described = await t.call('GET', `/workspaces/${id}`);
  expect(described.status).toBe(200);
  expect(described.json).toEqual({
    workspace: {
      workspaceId: id,
      alias: 'orders',
      arn: workspaceArn(id),
      status: { statusCode: 'ACTIVE' },
      prometheusEndpoint: `http://127.0.0.1:9009/workspaces/${id}/`,
      createdAt: 1_700_000_000,
      tags: { team: 'a', empty: '' },
      kmsKeyArn: KMS_KEY,
    },
  });

  const renamed = await t.call('POST', `/workspaces/${id}/alias`, {
    alias: 'renamed',
    clientToken: 'token-2',
  });
  expect([renamed.status, renamed.text]).toEqual([204, '']);
  const listed = await t.call('GET', '/workspaces');
  expect(listed.status).toBe(200);
  expect(listed.json).toEqual({
    workspaces: [
      {
        workspaceId: id,
        alias: 'renamed',
        arn: workspaceArn(id),
        status: { statusCode: 'ACTIVE' },
        createdAt: 1_700_000_000,
        tags: { team: 'a', empty: '' },
        kmsKeyArn: KMS_KEY,
      },
    ],
  });

  t.backend.held = true;
  const deleted = await t.call('DELETE', `/workspaces/${id}?clientToken=token-3`);
  expect([deleted.status, deleted.text]).toEqual([202, '']);
  expect(await t.status(id)).toBe('DELETING');
  expect((await t.call('GET', '/workspaces')).json.workspaces[0].status).toEqual({ statusCode: 'DELETING' });
  t.backend.release();
  await settle();
  const gone = await t.call('GET', `/workspaces/${id}`);
  expect(gone.status).toBe(404);
  expect(gone.headers['x-amzn-errortype']).toBe('ResourceNotFoundException');
  expect(gone.headers['x-amzn-requestid']).toBe(REQUEST_ID);
  expect(gone.json).toEqual({
    message: 'Workspace not found.',
    resourceId: id,
    resourceType: 'AWS::APS::Workspace',
  });
  expect((await t.call('GET', '/workspaces')).json).toEqual({ workspaces: [] });
  expect(t.backend.calls).toEqual([`create ${id}`, `delete ${id}`]);
});

test('a workspace of nothing but defaults', async () => {
  const t = await TestPlane.open({ publicUrl: () => 'https://amp.example' });
  const created = await t.call('POST', '/workspaces');
  const id = created.json.workspaceId;
  expect(created.json).toEqual({
    workspaceId: id,
    arn: workspaceArn(id),
    status: { statusCode: 'CREATING' },
    tags: {},
  });
  await settle();
  expect((await t.call('GET', `/workspaces/${id}`)).json.workspace).toEqual({
    workspaceId: id,
    arn: workspaceArn(id),
    status: { statusCode: 'ACTIVE' },
    prometheusEndpoint: `https://amp.example/workspaces/${id}/`,
    createdAt: 1_700_000_000,
    tags: {},
  });
});

test('createdAt has milliseconds and stays what it was', async () => {
  const t = await TestPlane.open();
  t.clock.advance(123);
  const id = await t.create();
  t.clock.advance(60_000);
  await t.call('POST', `/workspaces/${id}/alias`, { alias: 'later' });
  expect((await t.call('GET', `/workspaces/${id}`)).json.workspace.createdAt).toBe(1_700_000_000.123);
});

test('an alias loses its outer blanks, and goes when none is given', async () => {
  const t = await TestPlane.open();
  const id = await t.create({ alias: '  two words\t' });
  const alias = async () => (await t.call('GET', `/workspaces/${id}`)).json.workspace.alias;
  expect(await alias()).toBe('two words');
  await t.call('POST', `/workspaces/${id}/alias`, { alias: ' ⛄ ' });
  expect(await alias()).toBe('⛄');
  expect((await t.call('POST', `/workspaces/${id}/alias`, { alias: null })).status).toBe(204);
  expect(await alias()).toBe(undefined);
});

test('two workspaces may have the same alias', async () => {
  const t = await TestPlane.open();
  expect(await t.create({ alias: 'same' })).not.toBe(await t.create({ alias: 'same' }));
});

test('the quota counts everything that is not gone yet', async () => {
  const t = await TestPlane.open();
  const ids = [];
  for (let n = 0; n < 10; n++) ids.push(await t.create());
  const refused = await t.call('POST', '/workspaces', {});
  expect(refused.status).toBe(402);
  expect(refused.headers['x-amzn-errortype']).toBe('ServiceQuotaExceededException');
  expect(refused.json).toEqual({
    message: 'Limit exceeded. Maximum workspaces per account.',
    resourceId: ACCOUNT,
    resourceType: 'AWS::APS::Workspace',
    serviceCode: 'aps',
    quotaCode: 'L-8873DB23',
  });
  t.backend.held = true;
  await t.call('DELETE', `/workspaces/${ids[0]}`);
  expect((await t.call('POST', '/workspaces')).status).toBe(402);
  t.backend.release();
  await settle();
  expect((await t.call('POST', '/workspaces')).status).toBe(202);
});

test('creates that arrive together share the last place with nobody', async () => {
  const t = await TestPlane.open();
  const answers = await Promise.all(Array.from({ length: 25 }, () => t.call('POST', '/workspaces', {})));
  expect(answers.filter((answer) => answer.status === 202).length).toBe(10);
  expect(answers.filter((answer) => answer.status === 402).length).toBe(15);
});

test('everything is there after a restart', async () => {
  const t = await TestPlane.open();
  const id = await t.create({ alias: 'kept', tags: { a: 'b' } });
  const before = await t.call('GET', `/workspaces/${id}`);
  const page = await t.call('GET', '/workspaces?maxResults=1');
  const again = await t.restart({ account: undefined });
  expect(await again.call('GET', `/workspaces/${id}`)).toEqual(before);
  expect(await again.call('GET', '/workspaces?maxResults=1')).toEqual(page);
  expect(again.plane.account).toEqual(t.plane.account);
  expect(again.plane.workspaces.find(id)).toEqual(t.plane.workspaces.find(id));
  expect(again.backend.calls).toEqual([`create ${id}`]);
});

test('the directory in memory follows every change', async () => {
  const t = await TestPlane.open();
  t.backend.held = true;
  const id = await t.create({ tags: { a: '1' } });
  const arn = workspaceArn(id);
  const entry = (status: string, tags: object) => ({
    workspaceId: id,
    arn,
    status,
    tags: new Map(Object.entries(tags)),
  });
  expect(t.plane.workspaces.find(id)).toEqual(entry('CREATING', { a: '1' }));
  t.backend.release();
  await settle();
  expect(t.plane.workspaces.find(id)).toEqual(entry('ACTIVE', { a: '1' }));
  await t.call('POST', `/tags/${encodeURIComponent(arn)}`, { tags: { b: '2' } });
  await t.call('DELETE', `/tags/${encodeURIComponent(arn)}?tagKeys=a`);
  expect(t.plane.workspaces.find(id)).toEqual(entry('ACTIVE', { b: '2' }));
  t.backend.held = true;
  await t.call('DELETE', `/workspaces/${id}`);
  expect(t.plane.workspaces.find(id)?.status).toBe('DELETING');
  t.backend.release();
  await settle();
  expect(t.plane.workspaces.find(id)).toBe(undefined);
  expect(t.plane.workspaces.arnOf('ws-none')).toBe(workspaceArn('ws-none'));
});

test('the database is readable by its owner alone', async () => {
  const databasePath = join(temporaryFolder(), 'deep', 'control.db');
  const t = await TestPlane.open({ databasePath });
  await t.create();
  for (const suffix of ['', '-wal', '-shm']) {
    expect([suffix, statSync(databasePath + suffix).mode & 0o777]).toEqual([suffix, 0o600]);
  }
});

test('a request after the end is a bug of the caller', async () => {
  const t = await TestPlane.open();
  await t.plane.stop();
  await expect(t.call('GET', '/workspaces')).rejects.toThrow(
    'BUG: a request to a control plane that was stopped',
  );
});
