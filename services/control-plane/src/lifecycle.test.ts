// Statuses on the way from one to the next: failures, retries, restarts.
import { join } from 'node:path';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { FakeBackend, settle, TestPlane } from './testing.ts';

test('a creation that fails stays visible and can be deleted', async () => {
  const t = await TestPlane.open();
  t.backend.failures = 1;
  const id = await t.create();
  expect(await t.status(id)).toBe('CREATION_FAILED');
  expect(t.logged).toEqual(['creating the workspace failed']);
  expect((await t.call('POST', `/workspaces/${id}/alias`, { alias: 'x' })).status).toBe(204);
  expect((await t.call('DELETE', `/workspaces/${id}`)).status).toBe(202);
  await settle();
  expect(await t.status(id)).toBe(404);
});

for (const [status, prepare] of [
  ['CREATING', async () => {}],
  [
    'DELETING',
    async (t: TestPlane, id: string) => {
      t.backend.release();
      await settle();
      t.backend.held = true;
      await t.call('DELETE', `/workspaces/${id}`);
    },
  ],
] as const) {
  test(`a workspace in ${status} is neither deleted nor renamed, but tagged`, async () => {
    const t = await TestPlane.open();
    t.backend.held = true;
    const id = await t.create();
    await prepare(t, id);
    const conflict = {
      message: `Workspace is in ${status} status; try again when it has ended.`,
      resourceId: id,
      resourceType: 'AWS::APS::Workspace',
    };
    const deleted = await t.call('DELETE', `/workspaces/${id}`);
    expect([deleted.status, deleted.headers['x-amzn-errortype']]).toEqual([409, 'ConflictException']);
    expect(deleted.json).toEqual(conflict);
    const renamed = await t.call('POST', `/workspaces/${id}/alias`, { alias: 'x' });
    expect([renamed.status, renamed.json]).toEqual([409, conflict]);
    const arn = encodeURIComponent(t.plane.workspaces.arnOf(id));
    expect((await t.call('POST', `/tags/${arn}`, { tags: { a: 'b' } })).status).toBe(200);
    expect(await t.status(id)).toBe(status);
    t.backend.release();
  });
}

test('a deletion that fails is tried again, later each time', async () => {
  const t = await TestPlane.open();
  const id = await t.create();
  t.backend.failures = 8;
  await t.call('DELETE', `/workspaces/${id}`);
  await settle();
  const attempts = () => t.backend.calls.filter((call) => call === `delete ${id}`).length;
  const waitsMs = [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000];
  for (const [at, waitMs] of waitsMs.entries()) {
    expect([await t.status(id), attempts()]).toEqual(['DELETING', at + 1]);
    t.clock.advance(waitMs - 1);
    await settle();
    expect(attempts()).toBe(at + 1);
    t.clock.advance(1);
    await settle();
  }
  expect(await t.status(id)).toBe(404);
  expect(t.logged.length).toBe(8);
});

test('a deletion that waits for its next try is taken up after a restart', async () => {
  const t = await TestPlane.open();
  const id = await t.create();
  t.backend.failures = 1;
  await t.call('DELETE', `/workspaces/${id}`);
  await settle();
  const backend = new FakeBackend();
  const again = await t.restart({ backend });
  t.clock.advance(3_600_000);
  await settle();
  expect(await again.status(id)).toBe(404);
  expect(backend.calls).toEqual([`delete ${id}`]);
  expect(t.backend.calls).toEqual([`create ${id}`, `delete ${id}`]);
});

test('stopping waits for what is under way', async () => {
  const t = await TestPlane.open();
  t.backend.held = true;
  const id = await t.create();
  let stopped = false;
  const stop = t.plane.stop().then(() => {
    stopped = true;
  });
  await settle();
  expect(stopped).toBe(false);
  t.backend.release();
  await stop;
  const again = await t.restart();
  expect(await again.status(id)).toBe('ACTIVE');
});

test('a creation that a stopping engine refuses is taken up after a restart', async () => {
  const t = await TestPlane.open();
  t.backend.held = true;
  t.backend.failures = 1;
  const id = await t.create();
  const stop = t.plane.stop();
  t.backend.release();
  await stop;
  const backend = new FakeBackend();
  backend.held = true;
  const again = await t.restart({ backend });
  expect(await again.status(id)).toBe('CREATING');
  backend.release();
  await settle();
  expect(await again.status(id)).toBe('ACTIVE');
  expect(backend.calls).toEqual([`create ${id}`]);
});

test('what a killed process left unfinished is taken up by the next one', async () => {
  const killed = await TestPlane.open({ databasePath: join(temporaryFolder(), 'control.db') });
  const doomed = await killed.create();
  killed.backend.held = true;
  const young = await killed.create();
  await killed.call('DELETE', `/workspaces/${doomed}`);
  const backend = new FakeBackend();
  const next = await killed.beside({ backend });
  await settle();
  expect(backend.calls).toEqual([`delete ${doomed}`, `create ${young}`]);
  expect([await next.status(doomed), await next.status(young)]).toEqual([404, 'ACTIVE']);
  killed.backend.release();
});
