// Bodies: limits, budget, 100 Continue, chunks, and clients that don't finish.

import { expect, test } from 'vitest';
import { type Fixture, head, startFixture, workspacePath } from './testing/gateway-fixture.ts';

const PUSH = workspacePath('api/v1/remote_write');
const LIMIT_BYTES = 100_000;

function chunked(body: Uint8Array, chunkBytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += chunkBytes) {
    const chunk = Buffer.from(body.subarray(at, at + chunkBytes));
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff);

test.each([1, 2, 999, 99_999, 100_000])('a chunked body of %i bytes arrives whole', async (length) => {
  const fixture = await startFixture();
  const body = bytes(length);
  const client = await fixture.connect();
  const unsignedHeaders = { 'transfer-encoding': 'chunked' };
  client.write(
    fixture.signed('POST', PUSH, { body, unsignedHeaders }),
    chunked(body, Math.ceil(length / 50)),
  );
  expect((await client.response()).status).toBe(200);
  expect(Buffer.compare(fixture.engine.requests[0]!.body, body)).toBe(0);
});

test('a declared length over the limit is refused without the body', async () => {
  const fixture = await startFixture();
  const client = await fixture.connect();
  client.write(
    fixture.signed('POST', PUSH, { unsignedHeaders: { 'content-length': '5000000000' } }),
    'no more comes',
  );
  const answer = await client.response();
  expect(answer.status).toBe(413);
  expect(answer.headers.get('connection')).toBe('close');
  expect(answer.body.toString()).toBe('received message larger than max (5000000000 vs 100000)\n');
  await client.ended();
  expect(fixture.logLines[0]).toMatchObject({ status: 413, bytesIn: 0 });
});

test('one byte over the limit is refused, at the limit it is taken', async () => {
  const fixture = await startFixture();
  expect((await fixture.call('POST', PUSH, { body: bytes(LIMIT_BYTES) })).status).toBe(200);
  expect((await fixture.call('POST', PUSH, { body: bytes(LIMIT_BYTES + 1) })).status).toBe(413);
});

test('a chunked body is read up to the limit, and the client gets to see the refusal while it sends', async () => {
  const fixture = await startFixture();
  const client = await fixture.connect();
  client.write(fixture.signed('POST', PUSH, { unsignedHeaders: { 'transfer-encoding': 'chunked' } }));
  const piece = chunked(bytes(50_000), 50_000).subarray(0, -5);
  // As a client that writes on without looking; it never ends by itself.
  let sent = 0;
  const feed = () => {
    while (!client.socket.destroyed && client.socket.write(piece)) sent++;
  };
  client.socket.on('drain', feed);
  feed();
  const answer = await client.response();
  expect(answer.status).toBe(413);
  expect(answer.body.toString()).toBe('received message larger than max (over 100000 vs 100000)\n');
  expect(fixture.logLines[0]!['bytesIn']).toBeLessThan(300_000);
  // What still comes is dropped for a bounded time only.
  client.socket.off('drain', feed);
  for (let step = 0; step < 21; step++) fixture.clock.advance(100);
  client.socket.on('drain', feed);
  feed();
  await client.ended();
  expect(sent).toBeGreaterThan(1);
  expect(fixture.handled).toBe(0);
});

test('the limit is that of the workspace; unlimited means the bound of the gateway', async () => {
  const fixture = await startFixture({
    limits: {
      account: { managementCalls: { perSecond: 0, burst: 0 } },
      forWorkspace: (id) => ({ requestBytesMax: id === 'ws-small' ? 10 : 0 }),
    },
    bounds: { bodyBytesMax: 2000, managementBodyBytesMax: 100 },
  });
  const status = async (target: string, length: number) => {
    const method = target === '/workspaces' || target === '/nowhere' ? 'GET' : 'POST';
    return (await fixture.call(method, target, { body: bytes(length) })).status;
  };
  expect(await status('/workspaces/ws-small/api/v1/remote_write', 11)).toBe(413);
  expect(await status('/workspaces/ws-small/api/v1/remote_write', 10)).toBe(404);
  expect(await status(PUSH, 2000)).toBe(200);
  expect(await status(PUSH, 2001)).toBe(413);
  expect(await status('/workspaces', 100)).toBe(200);
  expect(await status('/workspaces', 101)).toBe(413);
  expect(await status('/nowhere', 101)).toBe(413);
});

test('a client that waits for 100 Continue is asked only when its head is good', async () => {
  const fixture = await startFixture();
  const body = bytes(5000);
  const unsignedHeaders = { expect: '100-continue' };
  const client = await fixture.connect();
  client.write(fixture.signed('POST', PUSH, { body, unsignedHeaders }));
  expect((await client.response()).status).toBe(100);
  client.write(body);
  expect((await client.response()).status).toBe(200);
  expect(fixture.handled).toBe(1);

  const refuse = async (requestHead: string, status: number) => {
    const refused = await fixture.connect();
    refused.write(requestHead);
    const answer = await refused.response();
    expect([answer.status, answer.headers.get('connection')]).toEqual([status, 'close']);
    expect((await refused.ended()).length).toBe(0);
  };
  const length = { 'content-length': '5000', expect: '100-continue' };
  await refuse(head('POST', PUSH, { host: 'a', ...length }), 403);
  await refuse(fixture.signed('POST', PUSH, { body, unsignedHeaders, keyId: 'AKIANOBODY0000000000' }), 403);
  await refuse(fixture.signed('PUT', PUSH, { body, unsignedHeaders }), 405);
  await refuse(
    fixture.signed('POST', PUSH, { unsignedHeaders: { ...length, 'content-length': '100001' } }),
    413,
  );
  await refuse(fixture.signed('POST', PUSH, { body, unsignedHeaders: { expect: 'miracles' } }), 417);
  expect(fixture.handled).toBe(1);
});

test('a refusal before a small body leaves the connection in use', async () => {
  const fixture = await startFixture();
  const client = await fixture.connect();
  client.write(head('POST', PUSH, { host: 'a', 'content-length': '5' }), 'hello');
  expect((await client.response()).status).toBe(403);
  client.write(fixture.signed('GET', workspacePath('api/v1/labels')));
  expect((await client.response()).status).toBe(200);
});

test('bodies held at once have a budget; declaring one takes nothing of it', async () => {
  const fixture = await startFixture({ bounds: { bodyBudgetBytes: 150_000 } });
  let answerAll = () => {};
  const wait = new Promise<void>((resolve) => {
    answerAll = resolve;
  });
  fixture.engine.answer = async () => {
    await wait;
    return { status: 200, headers: {}, body: new Uint8Array(0) };
  };
  const declaring = await fixture.connect();
  declaring.write(fixture.signed('POST', PUSH, { unsignedHeaders: { 'content-length': '100000' } }));
  const body = bytes(90_000);
  const holding = await fixture.connect();
  const called = new Promise<void>((resolve) => {
    const answer = fixture.engine.answer;
    fixture.engine.answer = (request) => {
      resolve();
      return answer(request);
    };
  });
  holding.write(fixture.signed('POST', PUSH, { body }), body);
  await called;
  const refused = await fixture.call('POST', PUSH, { body });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  answerAll();
  expect((await holding.response()).status).toBe(200);
  expect((await fixture.call('POST', PUSH, { body })).status).toBe(200);
  expect(fixture.registry.text()).toContain('ampere_http_body_bytes_held 0');
});

test('too many requests at once are refused', async () => {
  const fixture = await startFixture({ bounds: { requestsInFlightMax: 1 } });
  const waiting = await fixture.connect();
  waiting.write(
    fixture.signed('POST', PUSH, { unsignedHeaders: { 'content-length': '5', expect: '100-continue' } }),
  );
  expect((await waiting.response()).status).toBe(100);
  expect((await fixture.call('GET', workspacePath('api/v1/labels'))).status).toBe(503);
});

test('a client that leaves while it sends is logged as gone, and its bytes are given back', async () => {
  const fixture = await startFixture();
  const client = await fixture.connect();
  client.write(
    fixture.signed('POST', PUSH, { unsignedHeaders: { 'content-length': '5000', expect: '100-continue' } }),
  );
  await client.response();
  client.write(bytes(100));
  client.destroy();
  await logged(fixture, 1);
  expect(fixture.logLines[0]).toMatchObject({ msg: 'request', status: 499 });
  expect(fixture.registry.text()).toContain('ampere_http_body_bytes_held 0');
  expect(fixture.registry.text()).toContain('ampere_http_requests_in_flight 0');
  expect(fixture.handled).toBe(0);
});

test.each([
  ['gzip', workspacePath('api/v1/query'), 'none (identity)'],
  ['gzip', PUSH, 'snappy'],
  ['snappy, gzip', PUSH, 'snappy'],
  ['snappy', workspacePath('api/v1/query'), 'none (identity)'],
])('a body in %s is refused by %s', async (encoding, target, accepted) => {
  const fixture = await startFixture();
  const answer = await fixture.call('POST', target, { body: 'x', headers: { 'content-encoding': encoding } });
  expect(answer.status).toBe(415);
  const text = `unsupported Content-Encoding "${encoding}"; this path takes ${accepted}`;
  expect(answer.body.toString().replaceAll('\\', '')).toContain(text);
  expect(fixture.handled).toBe(0);
});

/** Resolves when the log has that many lines: connections end in their own time. */
async function logged(fixture: Fixture, lines: number): Promise<void> {
  while (fixture.logLines.length < lines) await new Promise((resolve) => setImmediate(resolve));
}
