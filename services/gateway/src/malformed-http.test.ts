// What is no HTTP, or HTTP that two servers could read differently, is answered and ends its connection.

import { expect, test } from 'vitest';
import { type Fixture, head, startFixture, workspacePath } from './testing/gateway-fixture.ts';

const QUERY = workspacePath('api/v1/query');

async function alive(fixture: Fixture): Promise<void> {
  expect((await fixture.callUnsigned('GET', '/-/healthy')).status).toBe(200);
  expect(fixture.handled).toBe(0);
}

function check(name: string, request: string, status: number, bounds = {}): void {
  test(name, async () => {
    const fixture = await startFixture({ bounds });
    const client = await fixture.connect();
    client.write(request);
    const answer = await client.response();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('x-amzn-errortype')).toMatch(/Exception$/);
    client.socket.end();
    await alive(fixture);
  });
}

const post = (headers: Record<string, string>) => head('POST', QUERY, { host: 'a', ...headers });

check('no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400);
check('an unknown method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 400);
check('a version that is none', 'GET / HTTP/9.9\r\nHost: a\r\n\r\n', 400);
check('a header without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n', 400);
check('a blank before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello', 400);
check('a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n', 400);
check('a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n', 400);
check('bare line feeds', 'GET / HTTP/1.1\nHost: a\n\n', 400);
check('no Host', 'GET / HTTP/1.1\r\n\r\n', 400);
check('two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400);
check('a target without a path', 'GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n', 400);
check('an asterisk for anything but OPTIONS', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n', 400);
check('two lengths', `${post({ 'Content-Length': '5' }).trimEnd()}\r\nContent-Length: 6\r\n\r\nhello`, 400);
check('a negative length', post({ 'content-length': '-5' }), 400);
check('a length that is no number', post({ 'content-length': '5x' }), 400);
check('a length too large for any number', post({ 'content-length': '9'.repeat(40) }), 400);
check(
  'a length and chunks',
  `${post({ 'content-length': '5', 'transfer-encoding': 'chunked' })}0\r\n\r\n`,
  400,
);
check('a coding that is not chunked', post({ 'transfer-encoding': 'gzip' }), 501);
check('a coding below chunked', `${post({ 'transfer-encoding': 'gzip, chunked' })}0\r\n\r\n`, 501);
check('a head too large', head('GET', '/', { host: 'a', x: 'y'.repeat(40_000) }), 431);
check('a target too long', head('GET', `/${'y'.repeat(40_000)}`, { host: 'a' }), 431);
// Real time has to pass here; the test waits for the answer, not for a time.
check('a head that never ends', 'GET / HTTP/1.1\r\nHost: a\r\n', 408, {
  headersTimeoutMs: 50,
  requestTimeoutMs: 100,
});

test('a body that is no chunk is answered by its request', async () => {
  const fixture = await startFixture();
  const client = await fixture.connect();
  client.write(
    fixture.signed('POST', QUERY, { unsignedHeaders: { 'transfer-encoding': 'chunked' } }),
    'zz\r\n',
  );
  const answer = await client.response();
  expect([answer.status, answer.headers.get('connection')]).toEqual([400, 'close']);
  expect(JSON.parse(answer.body.toString())).toMatchObject({ status: 'error', errorType: 'bad_data' });
  client.write('more');
  client.socket.end();
  await alive(fixture);
});

test('a body that never ends is answered in time', async () => {
  const fixture = await startFixture({ bounds: { headersTimeoutMs: 50, requestTimeoutMs: 100 } });
  const client = await fixture.connect();
  client.write(fixture.signed('POST', QUERY, { unsignedHeaders: { 'content-length': '10' } }), 'query');
  expect((await client.response()).status).toBe(408);
  await client.ended();
  await alive(fixture);
});

test('garbage behind a good request leaves its answer whole', async () => {
  const fixture = await startFixture();
  let answer = () => {};
  fixture.engine.answer = () =>
    new Promise((resolve) => {
      answer = () =>
        resolve({ status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from('whole') });
    });
  const client = await fixture.connect();
  client.write(fixture.signed('GET', QUERY), '\r\ngarbage\r\n\r\n');
  while (!fixture.registry.text().includes('malformed_requests_total{status="400"} 1'))
    await new Promise((resolve) => setImmediate(resolve));
  answer();
  const { status, headers, body } = await client.response();
  expect([status, headers.get('connection'), body.toString()]).toEqual([200, 'close', 'whole']);
  expect((await client.ended()).length).toBe(0);
});

test('a client that leaves with requests in the pipe ends all of them', async () => {
  const fixture = await startFixture();
  const signals: AbortSignal[] = [];
  fixture.engine.answer = ({ signal }) =>
    new Promise((_, reject) => {
      signals.push(signal!);
      signal!.addEventListener('abort', () => reject(new Error('stopped work')));
    });
  const client = await fixture.connect();
  client.write(fixture.signed('GET', QUERY), fixture.signed('GET', QUERY), fixture.signed('GET', QUERY));
  while (signals.length < 3) await new Promise((resolve) => setImmediate(resolve));
  client.destroy();
  while (fixture.logLines.length < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(fixture.logLines.map(({ msg, status }) => [msg, status])).toEqual(Array(3).fill(['request', 499]));
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  expect(fixture.registry.text()).toContain('ampere_http_requests_in_flight 0');
});

test('OPTIONS * and CONNECT', async () => {
  const fixture = await startFixture();
  const client = await fixture.connect();
  client.write('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n');
  expect((await client.response()).status).toBe(204);
  client.write('CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n');
  expect((await client.ended()).toString()).not.toContain(' 200 ');
  await alive(fixture);
});

test('an upgrade is not taken up', async () => {
  const fixture = await startFixture();
  const headers = {
    host: 'a',
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
  };
  const client = await fixture.connect();
  client.write(head('GET', QUERY, headers));
  expect((await client.response()).status).toBe(403);
});

test('HTTP/1.0 without Host', async () => {
  const fixture = await startFixture();
  const client = await fixture.connect();
  client.write('GET /-/healthy HTTP/1.0\r\n\r\n');
  const answer = await client.response();
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
});
