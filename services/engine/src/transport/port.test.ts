import { MessageChannel } from 'node:worker_threads';
import type { EngineClient, EngineRequest, EngineResponse } from '@ampere/contracts';
import { parseLimits } from '@ampere/limits';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeGate } from '../testing/gate.ts';
import { CHUNKS_AHEAD, movable } from './messages.ts';
import { PortClient } from './port-client.ts';
import { PortServer } from './port-server.ts';
import { portOf } from './worker-host.ts';

/** A fresh one each time, as its body is given away. */
const makeRequest = (change: Partial<EngineRequest> = {}): EngineRequest => ({
  tenant: 'ws-1',
  method: 'POST',
  path: '/api/v1/push',
  search: 'a=b',
  headers: { 'content-type': 'x' },
  body: Uint8Array.of(1, 2, 3),
  principalArn: 'arn',
  requestId: 'r-1',
  ...change,
});

const makeEmpty = (): EngineResponse => ({ status: 200, headers: {}, body: new Uint8Array(0) });

/** A client and a server of this thread with a real port between them. */
function connect(parts: Partial<EngineClient>) {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const unexpected = () => Promise.reject(new Error('not asked here'));
  const engine: EngineClient = {
    request: unexpected,
    settingsChanged: () => undefined,
    rulesChanged: () => undefined,
    alertManagerChanged: () => undefined,
    createTenant: unexpected,
    deleteTenant: unexpected,
    setLimits: unexpected,
    metricsText: unexpected,
    stop: unexpected,
    ...parts,
  };
  PortServer.serve(portOf(port2), engine);
  return new PortClient(portOf(port1));
}

async function collect({ body }: EngineResponse): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) bytes.push(...chunk);
  return bytes;
}

test('a request arrives as it was, its body moved, and so does the answer', async () => {
  const client = connect({
    request: async ({ signal, ...request }) => {
      expect(signal?.aborted).toBe(false);
      expect(request).toEqual(makeRequest());
      return { status: 201, headers: { a: 'b' }, body: Uint8Array.of(9) };
    },
  });
  const body = Uint8Array.of(1, 2, 3);
  const answer = client.request(makeRequest({ body }));
  expect(body.length).toBe(0);
  expect(await answer).toEqual({ status: 201, headers: { a: 'b' }, body: Uint8Array.of(9) });
  expect(client.pendingCount).toBe(0);
});

test('a view of a larger buffer is copied, the buffer stays with its owner', () => {
  const whole = Uint8Array.of(1, 2, 3, 4);
  const part = whole.subarray(1, 3);
  expect(movable(part)).toEqual(Uint8Array.of(2, 3));
  expect(movable(part).buffer).not.toBe(whole.buffer);
  expect(movable(whole).buffer).toBe(whole.buffer);
  expect(movable(new Uint8Array(new SharedArrayBuffer(2))).buffer).toBeInstanceOf(ArrayBuffer);
});

test('answers find their requests in any order', async () => {
  const gates = new Map(['a', 'b', 'c'].map((id) => [id, makeGate<EngineResponse>()]));
  const client = connect({ request: ({ requestId }) => gates.get(requestId)!.promise });
  const answers = ['a', 'b', 'c'].map((requestId) => client.request(makeRequest({ requestId })));
  for (const id of ['c', 'a', 'b']) gates.get(id)!.open({ ...makeEmpty(), headers: { id } });
  expect((await Promise.all(answers)).map(({ headers }) => headers['id'])).toEqual(['a', 'b', 'c']);
});

describe('a streamed body', () => {
  test('comes in order, and its sender is never more than some chunks ahead', async () => {
    let made = 0;
    let taken = 0;
    let aheadMax = 0;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (; made < 50; made++) {
        aheadMax = Math.max(aheadMax, made - taken);
        yield Uint8Array.of(made);
      }
    }
    const client = connect({ request: async () => ({ ...makeEmpty(), body: chunks() }) });
    const { body } = await client.request(makeRequest());
    const seen: number[] = [];
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      seen.push(...chunk);
      // Gives the sender every chance to run ahead.
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      taken++;
    }
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
    // One is in the reader's hand, one waits for credit in the sender's.
    expect(aheadMax).toBeLessThanOrEqual(CHUNKS_AHEAD + 2);
    expect(client.pendingCount).toBe(0);
  });

  test('that fails on the way fails for its reader, after what came before', async () => {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error('the chunk is damaged');
    }
    const client = connect({ request: async () => ({ ...makeEmpty(), body: chunks() }) });
    const { body } = await client.request(makeRequest());
    const iterator = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(Uint8Array.of(1));
    await expect(iterator.next()).rejects.toThrow('the chunk is damaged');
  });

  test('that nobody wants any more is ended at its source', async () => {
    const ended = makeGate();
    async function* chunks(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Uint8Array.of(1);
      } finally {
        ended.open();
      }
    }
    const client = connect({ request: async () => ({ ...makeEmpty(), body: chunks() }) });
    const { body } = await client.request(makeRequest());
    for await (const _ of body as AsyncIterable<Uint8Array>) break;
    await ended.promise;
    expect(client.pendingCount).toBe(0);
  });

  test('whose client is gone fails, and its source is told', async () => {
    const ended = makeGate<boolean>();
    const client = connect({
      request: async ({ signal }) => ({
        ...makeEmpty(),
        body: (async function* () {
          try {
            for (;;) yield Uint8Array.of(1);
          } finally {
            ended.open(signal!.aborted);
          }
        })(),
      }),
    });
    const abort = new AbortController();
    const response = await client.request(makeRequest({ signal: abort.signal }));
    abort.abort();
    expect(await ended.promise).toBe(true);
    await expect(collect(response)).rejects.toThrow('the request was aborted');
  });
});

describe('an abort', () => {
  test('reaches the work on the request', async () => {
    const client = connect({
      request: ({ signal }) =>
        new Promise((_, reject) => signal!.addEventListener('abort', () => reject(new Error('ended early')))),
    });
    const abort = new AbortController();
    const answer = client.request(makeRequest({ signal: abort.signal }));
    abort.abort();
    await expect(answer).rejects.toThrow('ended early');
    expect(client.pendingCount).toBe(0);
  });

  test('from before the request does, too', async () => {
    const seen = makeGate();
    const client = connect({
      request: async ({ signal }) => {
        signal!.addEventListener('abort', () => seen.open());
        await seen.promise;
        return makeEmpty();
      },
    });
    expect((await client.request(makeRequest({ signal: AbortSignal.abort() }))).status).toBe(200);
  });
});

test('the other methods pass through, failures with their text', async () => {
  const called: string[] = [];
  const client = connect({
    createTenant: async (tenant) => void called.push(`create ${tenant}`),
    deleteTenant: async () => {
      throw new Error('no such thing');
    },
    setLimits: async ({ defaults }) => void called.push(`limits ${defaults.labelsPerSeriesMax}`),
    metricsText: async () => 'a_total 1\n',
    stop: async () => void called.push('stop'),
  });
  await client.createTenant('ws-1');
  await expect(client.deleteTenant('ws-1')).rejects.toThrow('no such thing');
  await client.setLimits(parseLimits(undefined));
  expect(await client.metricsText()).toBe('a_total 1\n');
  await client.stop();
  expect(called).toEqual(['create ws-1', 'limits 70', 'stop']);
});

test('when the other end dies, everything that waits fails, and everything later', async () => {
  const endless = new Promise<never>(() => {});
  const client = connect({
    request: ({ requestId }) =>
      requestId === 'stream'
        ? Promise.resolve({
            ...makeEmpty(),
            body: { [Symbol.asyncIterator]: () => ({ next: () => endless }) },
          })
        : endless,
    metricsText: () => endless,
  });
  const stream = await client.request(makeRequest({ requestId: 'stream' }));
  const waiting = [client.request(makeRequest()), client.metricsText(), collect(stream)];
  client.fail(new Error('the thread is gone'));
  for (const wait of waiting) await expect(wait).rejects.toThrow('the thread is gone');
  await expect(client.request(makeRequest())).rejects.toThrow('the thread is gone');
  await expect(client.createTenant('x')).rejects.toThrow('the thread is gone');
  expect(client.pendingCount).toBe(0);
});

test('an empty body that many share is not moved away from them', () => {
  const shared = new Uint8Array(0);
  structuredClone(movable(shared), { transfer: [movable(shared).buffer] });
  expect(() => movable(shared)).not.toThrow();
});
