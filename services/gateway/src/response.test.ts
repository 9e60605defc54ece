// Answers: gzip, streaming with back-pressure, and clients that leave before the end.

import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Fixture, json, startFixture, workspacePath } from './testing/gateway-fixture.ts';

const QUERY = workspacePath('api/v1/query');
const LONG = JSON.stringify({ status: 'success', data: 'x'.repeat(5000) });

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

const ask = (fixture: Fixture, acceptEncoding: string) =>
  fixture.call('GET', QUERY, { unsignedHeaders: { 'accept-encoding': acceptEncoding } });

test.each([
  ['gzip', true],
  ['gzip, deflate', true],
  ['identity', false],
  ['gzip;q=0', false],
  ['identity;q=0.5, gzip;q=0.4', false],
])('a long answer to Accept-Encoding %s', async (acceptEncoding, zipped) => {
  const fixture = await startFixture();
  for (const body of [
    Buffer.from(LONG),
    pieces(LONG.slice(0, 700), LONG.slice(700, 4000), LONG.slice(4000)),
  ]) {
    fixture.engine.answer = () => ({ ...json(''), body });
    const answer = await ask(fixture, acceptEncoding);
    expect(answer.headers.get('content-encoding')).toBe(zipped ? 'gzip' : undefined);
    expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    expect((zipped ? gunzipSync(answer.body) : answer.body).toString()).toBe(LONG);
    expect(fixture.logLines.at(-1)!['bytesOut']).toBe(answer.body.length);
  }
});

test('short answers, other types and what is encoded already stay as they are', async () => {
  const fixture = await startFixture();
  const check = async (
    headers: Record<string, string>,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    want: string,
  ) => {
    fixture.engine.answer = () => ({ status: 200, headers, body });
    const answer = await ask(fixture, 'gzip');
    expect([answer.headers.get('content-encoding'), answer.body.toString()]).toEqual([
      headers['content-encoding'],
      want,
    ]);
  };
  const type = { 'content-type': 'application/json' };
  await check(type, Buffer.from('short'), 'short');
  await check(type, pieces('sho', 'rt'), 'short');
  await check(type, pieces(), '');
  await check({ 'content-type': 'application/x-protobuf' }, Buffer.from(LONG), LONG);
  await check({ ...type, 'content-encoding': 'gzip' }, Buffer.from(LONG), LONG);
});

test("the engine's headers come through, those of its connection don't", async () => {
  const fixture = await startFixture();
  fixture.engine.answer = () => ({
    status: 400,
    headers: {
      'x-prometheus-remote-write-samples-written': '0',
      'content-length': '999',
      connection: 'upgrade',
      'transfer-encoding': 'chunked',
      'x-amzn-requestid': 'of-the-engine',
    },
    body: Buffer.from('out of order'),
  });
  const { status, headers, body } = await fixture.call('POST', workspacePath('api/v1/remote_write'), {
    body: 'x',
  });
  expect([status, body.toString()]).toEqual([400, 'out of order']);
  expect(headers.get('x-prometheus-remote-write-samples-written')).toBe('0');
  expect(headers.get('content-length')).toBe('12');
  expect(headers.get('connection')).toBe('keep-alive');
  expect(headers.get('x-amzn-requestid')).not.toBe('of-the-engine');
});

/** An engine answer that says how many pieces were taken, and whether it was told to stop. */
class Flow implements AsyncIterable<Uint8Array> {
  taken = 0;
  ended = false;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (; this.taken < this.#max; this.taken++) yield Buffer.alloc(64 * 1024, 'x');
    } finally {
      this.ended = true;
    }
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test.each(['identity', 'gzip'])(
  'a client that stops reading stops the engine (%s)',
  async (acceptEncoding) => {
    const fixture = await startFixture();
    // Random bytes don't shrink, so that zipping doesn't empty the pipe.
    const noise = Buffer.from(Array.from({ length: 64 * 1024 }, (_, i) => Math.imul(i, 2654435761) >>> 13));
    const flow = new Flow(20_000);
    let signal: AbortSignal | undefined;
    fixture.engine.answer = (request) => {
      signal = request.signal;
      const body = (async function* () {
        for await (const _ of flow) yield noise;
      })();
      return { ...json(''), body };
    };
    const client = await fixture.connect();
    client.write(fixture.signed('GET', QUERY, { unsignedHeaders: { 'accept-encoding': acceptEncoding } }));
    await client.received(100_000);
    client.socket.pause();
    // The pipe is full when nothing was taken during many turns of the loop.
    for (let still = 0, last = -1; still < 2000; still++) {
      await turn();
      if (flow.taken !== last) still = 0;
      last = flow.taken;
    }
    expect(flow.taken).toBeLessThan(2000);
    expect([flow.ended, signal!.aborted]).toEqual([false, false]);
    client.destroy();
    while (!flow.ended) await turn();
    expect(signal!.aborted).toBe(true);
    expect(fixture.logLines.map(({ level, msg, status }) => [level, msg, status])).toEqual([
      [30, 'request', 499],
    ]);
  },
);

test('an answer larger than every buffer arrives whole', async () => {
  const fixture = await startFixture();
  fixture.engine.answer = () => ({ ...json(''), body: new Flow(200) });
  expect((await ask(fixture, 'identity')).body.length).toBe(200 * 64 * 1024);
  fixture.engine.answer = () => ({ ...json(''), body: new Flow(200) });
  expect(gunzipSync((await ask(fixture, 'gzip')).body).length).toBe(200 * 64 * 1024);
});

test('a client that leaves while it waits aborts the work, which is no fault', async () => {
  const fixture = await startFixture();
  let aborted = false;
  const waiting = new Promise<void>((called) => {
    fixture.engine.answer = ({ signal }) =>
      new Promise((_, reject) => {
        signal!.addEventListener('abort', () => {
          aborted = true;
          reject(signal!.reason);
        });
        called();
      });
  });
  const client = await fixture.connect();
  client.write(fixture.signed('GET', QUERY));
  await waiting;
  client.destroy();
  while (fixture.logLines.length === 0) await turn();
  await turn();
  expect(aborted).toBe(true);
  expect(fixture.logLines.map(({ level, status }) => [level, status])).toEqual([[30, 499]]);
});

test('an engine that fails in the middle cuts the answer visibly', async () => {
  const fixture = await startFixture();
  fixture.engine.answer = () => ({
    ...json(''),
    body: (async function* () {
      yield Buffer.alloc(5000, 'x');
      throw new Error('disk on fire');
    })(),
  });
  for (const acceptEncoding of ['identity', 'gzip'])
    await expect(ask(fixture, acceptEncoding)).rejects.toThrow('connection closed');
  const failures = fixture.logLines.filter(({ level }) => level === 50);
  expect(failures.map(({ err }) => (err as { message: string }).message)).toEqual([
    'disk on fire',
    'disk on fire',
  ]);
});
