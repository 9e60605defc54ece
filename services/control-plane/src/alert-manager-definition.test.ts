// Alert manager definitions: whole answers, failures at once and later, conflicts, deletion.
import { expect, test } from 'vitest';
import type { AlertManagerReading } from './definition-readers.ts';
import { settle, TestPlane } from './testing.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const path = (id: string) => `/workspaces/${id}/alertmanager/definition`;

/** Stands for a reader of definitions: what becomes of one is in its first words. */
function readWord(data: Uint8Array, workspaceId: string): AlertManagerReading {
  const text = Buffer.from(data).toString();
  if (text === '') return { kind: 'refused', message: 'Empty Alertmanager definition.' };
  if (text.startsWith('fail')) return { kind: 'failed', reason: `status=400, message=${text.slice(5)}` };
  if (text === `not for ${workspaceId}`) return { kind: 'refused', message: text };
  return { kind: 'good' };
}

const open = () => TestPlane.open({ readers: { alertManager: readWord } });
const described = async (t: TestPlane, id: string) =>
  (await t.call('GET', path(id))).json.alertManagerDefinition;

test('a definition from its creation to its end', async () => {
  const t = await open();
  const id = await t.create();
  const created = await t.call('POST', path(id), { data: base64('good\r\n\0') });
  expect([created.status, created.json]).toEqual([202, { status: { statusCode: 'CREATING' } }]);
  t.clock.advance(1000);
  const times = { createdAt: 1_700_000_000, modifiedAt: 1_700_000_000 };
  expect(await described(t, id)).toEqual({
    status: { statusCode: 'ACTIVE' },
    data: base64('good\r\n\0'),
    ...times,
  });
  const put = await t.call('PUT', path(id), { data: base64('better') });
  expect([put.status, put.json]).toEqual([202, { status: { statusCode: 'UPDATING' } }]);
  const again = await t.restart();
  const whole = await again.call('GET', path(id));
  expect([whole.status, whole.json]).toEqual([
    200,
    {
      alertManagerDefinition: {
        status: { statusCode: 'ACTIVE' },
        data: base64('better'),
        ...times,
        modifiedAt: 1_700_000_001,
      },
    },
  ]);
  const deleted = await again.call('DELETE', `${path(id)}?clientToken=T`);
  expect([deleted.status, deleted.text]).toEqual([202, '']);
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const gone = await again.call(method, path(id), { data: base64('good') });
    expect([gone.status, gone.json]).toEqual([
      404,
      {
        message: 'Alert manager definition not found.',
        resourceId: `${id}/alertmanager/definition`,
        resourceType: 'AWS::APS::AlertManagerDefinition',
      },
    ]);
  }
});

test('one that fails later stays, with its reason, until another is put', async () => {
  const t = await open();
  const id = await t.create();
  const data = base64('fail no routes provided');
  expect((await t.call('POST', path(id), { data })).json).toEqual({ status: { statusCode: 'CREATING' } });
  const statusReason = 'status=400, message=no routes provided';
  expect(await described(t, id)).toMatchObject({
    data,
    status: { statusCode: 'CREATION_FAILED', statusReason },
  });
  expect((await t.call('POST', path(id), { data: base64('good') })).status).toBe(409);
  await t.call('PUT', path(id), { data: base64('good') });
  expect((await described(t, id)).status).toEqual({ statusCode: 'ACTIVE' });
  await t.call('PUT', path(id), { data });
  expect(await described(t, id)).toMatchObject({
    data,
    status: { statusCode: 'UPDATE_FAILED', statusReason },
  });
});

test('one that is refused at once changes nothing', async () => {
  const t = await open();
  const id = await t.create();
  const refuse = async (method: string, data: string, message: string) => {
    const answer = await t.call(method, path(id), { data });
    expect([answer.status, answer.json]).toEqual([400, { message, reason: 'FIELD_VALIDATION_FAILED' }]);
  };
  await refuse('POST', '', 'Empty Alertmanager definition.');
  expect((await t.call('GET', path(id))).status).toBe(404);
  await t.call('POST', path(id), { data: base64('good') });
  await refuse('PUT', base64(`not for ${id}`), `not for ${id}`);
  expect((await described(t, id)).data).toBe(base64('good'));
  const missing = await t.call('PUT', path(id), {});
  expect([missing.status, missing.json.message]).toEqual([400, 'Invalid data: Member must not be null']);
});

test('a clientToken creates once; there is one definition in a workspace', async () => {
  const t = await open();
  const id = await t.create();
  const body = { data: base64('good'), clientToken: 'T' };
  const first = await t.call('POST', path(id), body);
  expect(await t.call('POST', path(id), body)).toEqual(first);
  expect((await t.call('POST', path(id), { ...body, data: base64('other') })).status).toBe(409);
  const twice = await t.call('POST', path(id), { data: base64('good') });
  expect([twice.status, twice.json.message]).toEqual([409, 'Alert manager definition already exists.']);
});

test('it has a settled workspace and goes with it', async () => {
  const t = await open();
  const body = { data: base64('good') };
  for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
    expect((await t.call(method, path('ws-none'), body)).json.message).toBe('Workspace not found.');
  t.backend.held = true;
  const id = await t.create();
  expect((await t.call('POST', path(id), body)).status).toBe(409);
  t.backend.release();
  await settle();
  await t.call('POST', path(id), body);
  t.backend.held = true;
  await t.call('DELETE', `/workspaces/${id}`);
  for (const method of ['PUT', 'DELETE']) expect((await t.call(method, path(id), body)).status).toBe(409);
  t.backend.release();
  await settle();
  expect((await t.call('GET', path(id))).json.message).toBe('Workspace not found.');
});

test('without a reader there are no such operations', async () => {
  const { plane } = await TestPlane.open();
  expect(plane.route('GET', path('ws-1'))).toEqual({ kind: 'unknown' });
});
