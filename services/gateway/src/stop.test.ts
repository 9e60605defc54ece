// Stopping: what is under way ends, nothing new begins, and nothing can hold it up for long.

import { expect, test } from 'vitest';
import { Fixture, startFixture, workspacePath } from './testing/gateway-fixture.ts';
import { RawClient } from './testing/raw-client.ts';

const QUERY = workspacePath('api/v1/query');
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An engine whose answers wait until they are let go; it gives up when it is told to. */
function holdAnswers(fixture: Fixture): { readonly called: Promise<void>; letGo(): void } {
  let letGo = () => {};
  const called = new Promise<void>((resolve) => {
    fixture.engine.answer = ({ signal }) =>
      new Promise((answer, reject) => {
        letGo = () => answer({ status: 200, headers: {}, body: Buffer.from('done') });
        signal!.addEventListener('abort', () => reject(signal!.reason));
        resolve();
      });
  });
  return { called, letGo: () => letGo() };
}

test('requests in flight end, idle connections close, new ones are not taken', async () => {
  const fixture = await startFixture();
  const idle = await fixture.connect();
  idle.write(fixture.signed('GET', QUERY));
  await idle.response();
  const engine = holdAnswers(fixture);
  const busy = await fixture.connect();
  busy.write(fixture.signed('GET', QUERY));
  await engine.called;

  const { port } = fixture.gateway.address;
  let stopped = false;
  const stopping = fixture.gateway.stop().then(() => {
    stopped = true;
  });
  expect((await idle.ended()).length).toBe(0);
  await expect(RawClient.open(port)).rejects.toThrow('ECONNREFUSED');
  expect(stopped).toBe(false);
  engine.letGo();
  const answer = await busy.response();
  expect([answer.status, answer.headers.get('connection'), answer.body.toString()]).toEqual([
    200,
    'close',
    'done',
  ]);
  await stopping;
  await fixture.gateway.stop();
});

test('a request behind one in flight is refused while stopping, readiness too', async () => {
  const fixture = await startFixture();
  const engine = holdAnswers(fixture);
  const client = await fixture.connect();
  client.write(fixture.signed('GET', QUERY));
  await engine.called;
  const other = await fixture.connect();
  // An unfinished head keeps the connection from counting as idle.
  const ready = 'GET /-/ready HTTP/1.1\r\nHost: a\r\n\r\n';
  other.write(ready.slice(0, 20));
  const write = fixture.signed('GET', QUERY);
  const third = await fixture.connect();
  third.write(write.slice(0, 20));
  while (other.socket.bytesWritten < 20 || third.socket.bytesWritten < 20) await turn();
  while (!fixture.registry.text().includes('ampere_http_connections 3')) await turn();
  for (let i = 0; i < 100; i++) await turn();
  const stopping = fixture.gateway.stop();
  other.write(ready.slice(20));
  third.write(write.slice(20));
  const notReady = await other.response();
  expect([notReady.status, notReady.headers.get('connection')]).toEqual([503, 'close']);
  expect((await third.response()).status).toBe(503);
  engine.letGo();
  expect((await client.response()).status).toBe(200);
  await stopping;
  expect(fixture.engine.requests).toHaveLength(1);
});

test('what does not end in time is aborted and told so', async () => {
  const fixture = await startFixture();
  const engine = holdAnswers(fixture);
  const client = await fixture.connect();
  client.write(fixture.signed('GET', QUERY));
  await engine.called;
  const stopping = fixture.gateway.stop();
  fixture.clock.advance(2999);
  await turn();
  expect(fixture.logLines).toHaveLength(0);
  fixture.clock.advance(1);
  const answer = await client.response();
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  await stopping;
});

test('work that ignores its signal holds nothing up', async () => {
  const fixture = await startFixture();
  const called = new Promise<void>((resolve) => {
    fixture.engine.answer = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  const client = await fixture.connect();
  client.write(fixture.signed('GET', QUERY));
  await called;
  const stopping = fixture.gateway.stop();
  fixture.clock.advance(3000);
  await turn();
  fixture.clock.advance(500);
  await stopping;
  await expect(client.response()).rejects.toThrow('connection closed');
  expect(fixture.logLines[0]).toMatchObject({ status: 499 });
});

test('an address that is taken is told', async () => {
  const fixture = await startFixture();
  await expect(new Fixture().gateway.listen('127.0.0.1', fixture.gateway.address.port)).rejects.toThrow(
    'EADDRINUSE',
  );
});
