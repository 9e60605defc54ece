// What a clientToken does when it comes again.
import { expect, test } from 'vitest';
import { TOKEN_LIFETIME_MS } from './request-tokens.ts';
import { settle, TestPlane } from './testing.ts';

const count = async (t: TestPlane) => (await t.call('GET', '/workspaces')).json.workspaces.length;

test('the same token and parameters: the same answer, one workspace', async () => {
  const t = await TestPlane.open();
  const body = { alias: 'a', tags: { x: '1', y: '2' }, clientToken: 'T' };
  const first = await t.call('POST', '/workspaces', body);
  await settle();
  const second = await t.call('POST', '/workspaces', body);
  const reordered = '{"clientToken":"T","tags":{"y":"2","x":"1"},"alias":" a ","unknown":1}';
  const third = await t.call('POST', '/workspaces', reordered);
  expect(second).toEqual(first);
  expect(third).toEqual(first);
  expect(await count(t)).toBe(1);
});

test('the same token many times at once', async () => {
  const t = await TestPlane.open();
  const calls = Array.from({ length: 20 }, () => t.call('POST', '/workspaces', { clientToken: 'T' }));
  expect(new Set((await Promise.all(calls)).map((answer) => answer.text)).size).toBe(1);
  expect(await count(t)).toBe(1);
});

test('the same token, other parameters: a conflict', async () => {
  const t = await TestPlane.open();
  const first = await t.call('POST', '/workspaces', { clientToken: 'T', tags: { a: 'b' } });
  for (const other of [{ alias: 'a' }, {}, { tags: { a: 'c' } }, { tags: { a: 'b', c: 'd' } }]) {
    const answer = await t.call('POST', '/workspaces', { clientToken: 'T', ...other });
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([409, 'ConflictException']);
    expect(answer.json).toEqual({
      message: 'The clientToken was already used with different request parameters.',
      resourceId: 'T',
      resourceType: 'AWS::APS::Workspace',
    });
  }
  const invalid = await t.call('POST', '/workspaces', { clientToken: 'T', alias: '' });
  expect(invalid.status).toBe(400);
  expect(await t.call('POST', '/workspaces', { clientToken: 'T', tags: { a: 'b' } })).toEqual(first);
  expect(await count(t)).toBe(1);
});

test('a token whose first use failed validation', async () => {
  const t = await TestPlane.open();
  expect((await t.call('POST', '/workspaces', { clientToken: 'T', alias: '' })).status).toBe(400);
  for (const alias of ['', 'good']) {
    const answer = await t.call('POST', '/workspaces', { clientToken: 'T', alias });
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([409, 'ConflictException']);
    expect(answer.json).toEqual({
      message: 'In-flight idempotent request already exists.',
      resourceId: 'T',
      resourceType: 'AWS::APS::Workspace',
    });
  }
  expect(await count(t)).toBe(0);
});

test('a token that itself is bad is not remembered', async () => {
  const t = await TestPlane.open();
  for (let n = 0; n < 2; n++) {
    expect((await t.call('POST', '/workspaces', { clientToken: 'a b' })).status).toBe(400);
  }
});

test('a token of a call that failed for another reason may be used again', async () => {
  const t = await TestPlane.open();
  const ids = [];
  for (let n = 0; n < 10; n++) ids.push(await t.create());
  expect((await t.call('POST', '/workspaces', { clientToken: 'T' })).status).toBe(402);
  await t.call('DELETE', `/workspaces/${ids[3]}`);
  await settle();
  expect((await t.call('POST', '/workspaces', { clientToken: 'T' })).status).toBe(202);
});

test('a token counts for one operation', async () => {
  const t = await TestPlane.open();
  const id = await t.create({ clientToken: 'T' });
  expect((await t.call('POST', `/workspaces/${id}/alias`, { alias: 'x', clientToken: 'T' })).status).toBe(
    204,
  );
  expect((await t.call('POST', `/workspaces/${id}/alias`, { alias: 'x', clientToken: 'T' })).status).toBe(
    204,
  );
  const other = await t.call('POST', `/workspaces/${id}/alias`, { alias: 'y', clientToken: 'T' });
  expect([other.status, other.json.resourceId]).toEqual([409, id]);
  expect((await t.call('DELETE', `/workspaces/${id}?clientToken=T`)).status).toBe(202);
});

test('a deletion is answered the same when it is long done', async () => {
  const t = await TestPlane.open();
  const id = await t.create();
  const other = await t.create();
  const first = await t.call('DELETE', `/workspaces/${id}?clientToken=T`);
  await settle();
  expect(await t.call('DELETE', `/workspaces/${id}?clientToken=T`)).toEqual(first);
  expect((await t.call('DELETE', `/workspaces/${other}?clientToken=T`)).status).toBe(409);
  expect((await t.call('DELETE', `/workspaces/${id}`)).status).toBe(404);
  expect((await t.call('DELETE', `/workspaces/${id}?clientToken=U`)).status).toBe(404);
});

test('tokens outlive a restart, and end after a day', async () => {
  const t = await TestPlane.open();
  const first = await t.call('POST', '/workspaces', { clientToken: 'T' });
  const again = await t.restart();
  t.clock.advance(TOKEN_LIFETIME_MS - 1);
  expect(await again.call('POST', '/workspaces', { clientToken: 'T' })).toEqual(first);
  t.clock.advance(1);
  const second = await again.call('POST', '/workspaces', { clientToken: 'T' });
  expect(second.status).toBe(202);
  expect(second.json.workspaceId).not.toBe(first.json.workspaceId);
  expect(await again.call('POST', '/workspaces', { clientToken: 'T' })).toEqual(second);
});

test('no token: every call is one of its own', async () => {
  const t = await TestPlane.open();
  await t.create({ alias: 'a' });
  await t.create({ alias: 'a' });
  expect(await count(t)).toBe(2);
});
