// Requests against real local servers: the policy is what stands between.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeClock } from '@ampere/platform';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AddressPolicy } from './address-policy.ts';
import { OutboundError } from './errors.ts';
import { Outbound } from './outbound.ts';

const seen: {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}[] = [];
let base = '';
const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
  let body = '';
  for await (const piece of request) body += String(piece);
  seen.push({ method: request.method, url: request.url, headers: request.headers, body });
  const to = /^\/(30\d)(.*)/.exec(request.url ?? '');
  if (request.url === '/silent') return;
  if (to !== null)
    response.writeHead(Number(to[1]), { location: to[2] === '' ? '/end' : to[2]!.slice(1) }).end();
  else if (request.url === '/long') response.end('x'.repeat(100_000));
  else response.writeHead(418, { 'x-a': 'b' }).end('short');
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const clock = new FakeClock();
const lookups: string[] = [];
const names: Record<string, readonly string[]> = {
  good: ['127.0.0.1'],
  mixed: ['93.184.216.34', '10.0.0.1'],
};
const outbound = (allow: readonly string[]) =>
  new Outbound({
    policy: new AddressPolicy({ allowPrivate: false, allow }),
    clock,
    lookup: async (host) => {
      lookups.push(host);
      return (names[host] ?? []).map((address) => ({ address, family: 4 }));
    },
  });
const local = outbound(['127.0.0.1']);
const post = { method: 'POST', body: Buffer.from('hello'), timeoutMs: 1000 };

async function failure(work: Promise<unknown>): Promise<OutboundError> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(OutboundError);
  return error as OutboundError;
}

test('a request and its answer, by a name that is resolved once', async () => {
  const url = base.replace('127.0.0.1', 'good');
  lookups.length = 0;
  const answer = await local.request({ ...post, url: `${url}/p?q=1`, headers: { 'x-in': 'y' } });
  expect([answer.status, answer.headers['x-a'], String(answer.body)]).toEqual([418, 'b', 'short']);
  expect(seen.at(-1)).toMatchObject({ method: 'POST', url: '/p?q=1', body: 'hello' });
  expect(seen.at(-1)?.headers).toMatchObject({
    'x-in': 'y',
    host: url.slice('http://'.length),
    'content-length': '5',
  });
  expect(lookups).toEqual(['good']);
});

const refused = (name: string, url: () => string) =>
  test(`refused: ${name}`, async () => {
    const before = seen.length;
    expect((await failure(outbound([]).request({ ...post, url: url() }))).kind).toBe('refused');
    expect(seen.length).toBe(before);
  });
refused('loopback', () => base);
refused('a name that leads there', () => base.replace('127.0.0.1', 'good'));
refused('a name with a good and a bad address', () => 'http://mixed/');
refused('an address in another notation', () => base.replace('127.0.0.1', '2130706433'));
refused('in hexadecimal', () => base.replace('127.0.0.1', '0x7f.1'));
refused('mapped into IPv6', () => base.replace('127.0.0.1', '[::ffff:127.0.0.1]'));
refused('metadata', () => 'http://169.254.169.254/latest/meta-data/');
refused('another protocol', () => 'file:///etc/passwd');
refused('no URL', () => 'nowhere');

test('redirects are followed only when asked for, and judged', async () => {
  expect((await local.request({ ...post, url: `${base}/302` })).status).toBe(302);
  await local.request({ ...post, url: `${base}/302`, redirectsMax: 1, headers: { 'content-type': 'a/b' } });
  expect(seen.at(-1)).toMatchObject({ method: 'GET', url: '/end', body: '' });
  expect(seen.at(-1)?.headers['content-type']).toBeUndefined();
  await local.request({ ...post, url: `${base}/307`, redirectsMax: 1 });
  expect(seen.at(-1)).toMatchObject({ method: 'POST', url: '/end', body: 'hello' });
  expect(
    (await failure(local.request({ ...post, url: `${base}/302/http://10.0.0.1/`, redirectsMax: 5 }))).kind,
  ).toBe('refused');
});

test('credentials stay with the host that they were given for', async () => {
  const elsewhere = base.replace('127.0.0.1', 'good');
  const headers = { authorization: 'secret', 'x-kept': '1' };
  await local.request({ ...post, url: `${base}/307/${elsewhere}/there`, redirectsMax: 1, headers });
  expect(seen.at(-1)?.headers).toMatchObject({ 'x-kept': '1' });
  expect(seen.at(-1)?.headers.authorization).toBeUndefined();
});

test('an answer is cut off', async () => {
  const answer = await local.request({ ...post, url: `${base}/long`, answerBytesMax: 1000 });
  expect(answer.body.length).toBe(1000);
});

test('time runs out', async () => {
  const before = seen.length;
  const work = failure(local.request({ ...post, url: `${base}/silent` }));
  while (seen.length === before) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
  expect(await work).toMatchObject({ kind: 'network', message: expect.stringMatching(/no answer in time$/) });
});

test('nobody listens, no such name, told to end', async () => {
  expect((await failure(local.request({ ...post, url: 'http://127.0.0.1:1/secret' }))).message).toBe(
    '127.0.0.1:1: ECONNREFUSED',
  );
  expect((await failure(local.request({ ...post, url: 'http://unknown/' }))).kind).toBe('network');
  const gone = AbortSignal.abort();
  expect((await failure(local.request({ ...post, url: base, signal: gone }))).kind).toBe('network');
});
