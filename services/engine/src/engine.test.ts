import type { EngineRequest, EngineResponse } from '@ampere/contracts';
import { Limits, parseLimits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { FakeClock, NodeDisk } from '@ampere/platform';
import { temporaryFolder } from '@ampere/testing';
import { describe, expect, test } from 'vitest';
import { Engine, type QueryApi } from './engine.ts';
import { FakeStorages } from './testing/fake-storage.ts';
import { makeGate } from './testing/gate.ts';

const REQUEST: EngineRequest = {
  tenant: 'ws-1',
  method: 'GET',
  path: '/prometheus/api/v1/query',
  search: 'query=up',
  headers: {},
  body: new Uint8Array(0),
  principalArn: 'arn:aws:iam::123456789012:root',
  requestId: 'r-1',
};

async function setUp(handle: QueryApi['handle']) {
  const storages = new FakeStorages();
  const logged: unknown[] = [];
  const engine = await Engine.open({
    dataDir: temporaryFolder(),
    limits: new Limits(parseLimits(undefined)),
    openStorage: storages.open,
    queryApi: { handle },
    registry: new Registry(),
    disk: new NodeDisk(),
    clock: new FakeClock(),
    log: (level, message, fields) => logged.push({ level, message, ...fields }),
  });
  await engine.createTenant('ws-1');
  const ask = (change: Partial<EngineRequest> = {}) => engine.request({ ...REQUEST, ...change });
  return { engine, storage: storages.byTenant.get('ws-1')!, logged, ask };
}

const NEVER: QueryApi['handle'] = () => Promise.reject(new Error('not asked'));

function json({ status, body }: EngineResponse): unknown {
  return [status, JSON.parse(new TextDecoder().decode(body as Uint8Array))];
}

const error = (errorType: string, text: string) => ({ status: 'error', errorType, error: text });

test('a query goes to the query API with its tenant', async () => {
  const { ask } = await setUp(async (request, tenant) => ({
    status: 200,
    headers: { 'x-seen': `${tenant.id} ${request.path} ${request.search}` },
    body: new Uint8Array(0),
  }));
  expect((await ask()).headers['x-seen']).toBe('ws-1 /prometheus/api/v1/query query=up');
});

describe('paths and tenants that are not there', () => {
  const check = (name: string, change: Partial<EngineRequest>, text: string) =>
    test(name, async () => {
      const { ask } = await setUp(NEVER);
      expect(json(await ask(change))).toEqual([404, error('not_found', text)]);
    });

  check('another path', { path: '/api/v1/other' }, 'unknown path');
  check('a path below push', { path: '/api/v1/push/' }, 'unknown path');
  check('the prefix alone', { path: '/prometheus/api/v1' }, 'unknown path');
  check('another tenant', { tenant: 'ws-2' }, 'no such workspace');
  check('a tenant that is a path', { tenant: '../ws-1' }, 'no such workspace');
});

test('whatever a handler throws is a 500 with the request id, and a stack in the log', async () => {
  const { ask, logged, engine } = await setUp(() => {
    throw new TypeError('secret detail');
  });
  expect(json(await ask())).toEqual([500, error('internal', 'internal error, request id r-1')]);
  expect(logged.at(-1)).toMatchObject({
    level: 'error',
    message: 'a request failed',
    requestId: 'r-1',
    error: 'secret detail',
    stack: expect.stringContaining('engine.test.ts'),
  });
  expect(await engine.metricsText()).toContain('ampere_engine_failures_total 1\n');
});

describe('a streamed body keeps its tenant open', () => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(1);
    yield Uint8Array.of(2);
  }

  const check = (
    name: string,
    end: (body: AsyncIterator<Uint8Array>, abort: AbortController) => Promise<unknown>,
    source = chunks,
  ) =>
    test(name, async () => {
      const { ask, engine, storage } = await setUp(async () => ({
        status: 200,
        headers: {},
        body: source(),
      }));
      const abort = new AbortController();
      const { body } = await ask({ signal: abort.signal });
      const iterator = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      const stopping = engine.stop();
      expect((await iterator.next()).value).toEqual(Uint8Array.of(1));
      expect(storage.isClosed).toBe(false);
      await end(iterator, abort);
      await stopping;
      expect(storage.isClosed).toBe(true);
    });

  check('until its end', async (body) => {
    expect((await body.next()).value).toEqual(Uint8Array.of(2));
    expect((await body.next()).done).toBe(true);
    expect((await body.next()).done).toBe(true);
  });
  check('until the reader leaves', (body) => body.return!());
  check('until the client is gone', async (_, abort) => abort.abort());
  check(
    'until it fails',
    (body) => expect(body.next()).rejects.toThrow('broken'),
    async function* () {
      yield Uint8Array.of(1);
      throw new Error('broken');
    },
  );
});

test('a body that nobody reads lets go when its client was gone before the answer', async () => {
  const abort = new AbortController();
  const { ask, engine, storage } = await setUp(async () => {
    abort.abort();
    return { status: 200, headers: {}, body: (async function* () {})() };
  });
  await ask({ signal: abort.signal });
  await engine.stop();
  expect(storage.isClosed).toBe(true);
});

test('a stop ends what is in flight and takes nothing new', async () => {
  const gate = makeGate<EngineResponse>();
  const { ask, engine, storage } = await setUp(() => gate.promise);
  const first = ask();
  const stopping = engine.stop();
  expect(json(await ask())).toEqual([503, error('unavailable', 'the server is stopping')]);
  expect(storage.isClosed).toBe(false);
  gate.open({ status: 204, headers: {}, body: new Uint8Array(0) });
  expect((await first).status).toBe(204);
  await stopping;
  expect(storage.isClosed).toBe(true);
});
