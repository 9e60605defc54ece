import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EngineRequest, EngineResponse } from '@ampere/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeGate } from '../testing/gate.ts';
import { HttpEngineClient } from './http-engine-client.ts';

const REQUEST: EngineRequest = {
  tenant: 'ws-1',
  method: 'POST',
  path: '/prometheus/api/v1/label/a%2Fb/values',
  search: 'match[]=up&x=%20',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new TextEncoder().encode('query=up'),
  principalArn: 'arn',
  requestId: 'r-1',
};

async function connect(listener: RequestListener, prefix = ''): Promise<HttpEngineClient> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new HttpEngineClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`);
}

async function read(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const bodyOf = ({ body }: EngineResponse): AsyncIterable<Uint8Array> => body as AsyncIterable<Uint8Array>;

test('a request is passed on as it is, with its tenant', async () => {
  const seen = makeGate<{ request: IncomingMessage; body: string }>();
  const client = await connect(async (request, response) => {
    seen.open({ request, body: await read(request) });
    response.writeHead(422, {
      'content-type': 'application/json',
      connection: 'keep-alive',
      'x-a': ['1', '2'],
    });
    response.end('{}');
  }, '/base/');
  const response = await client.request(REQUEST);
  const { request, body } = await seen.promise;
  expect([request.method, request.url, body]).toEqual([
    'POST',
    '/base/prometheus/api/v1/label/a%2Fb/values?match[]=up&x=%20',
    'query=up',
  ]);
  expect(request.headers).toMatchObject({
    'x-scope-orgid': 'ws-1',
    'x-request-id': 'r-1',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': '8',
  });
  expect(response.status).toBe(422);
  expect(response.headers).toMatchObject({ 'content-type': 'application/json', 'x-a': '1, 2' });
  expect(Object.keys(response.headers)).not.toContain('connection');
  expect(await read(bodyOf(response))).toBe('{}');
  await client.stop();
});

test('a body streams: its beginning is there before its end is made', async () => {
  const rest = makeGate();
  const client = await connect(async (_, response) => {
    response.write('first');
    await rest.promise;
    response.end('second');
  });
  const iterator = bodyOf(await client.request(REQUEST))[Symbol.asyncIterator]();
  expect(Buffer.from((await iterator.next()).value).toString()).toBe('first');
  rest.open();
  expect(Buffer.from((await iterator.next()).value).toString()).toBe('second');
  expect((await iterator.next()).done).toBe(true);
});

describe('failures', () => {
  test('a far engine that is not there', async () => {
    const client = await connect((_, response) => response.destroy());
    await expect(client.request(REQUEST)).rejects.toThrow('the engine can not be reached');
  });

  test('a body that breaks off', async () => {
    const client = await connect((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('part', () => response.destroy());
    });
    const response = await client.request(REQUEST);
    await expect(read(bodyOf(response))).rejects.toThrow('aborted');
  });

  test('a client that goes takes its request with it', async () => {
    const gone = makeGate();
    const abort = new AbortController();
    const client = await connect((request) => {
      request.socket.once('close', () => gone.open());
      abort.abort();
    });
    await expect(client.request({ ...REQUEST, signal: abort.signal })).rejects.toThrow('aborted');
    await gone.promise;
  });
});

describe('deleting a workspace', () => {
  const check = (status: number, isFine: boolean) =>
    test(`answered ${status}`, async () => {
      let seen = '';
      const client = await connect((request, response) => {
        seen = `${request.method} ${request.url} ${request.headers['x-scope-orgid']}`;
        response.writeHead(status).end('text');
      });
      const deletion = client.deleteTenant('ws-1');
      if (isFine) await deletion;
      else await expect(deletion).rejects.toThrow(`the engine answered ${status} to the deletion`);
      expect(seen).toBe('POST /purger/delete_tenant ws-1');
      await client.stop();
    });

  check(200, true);
  check(404, true);
  check(500, false);
});

test('a stop waits for the bodies under way and takes nothing new', async () => {
  const rest = makeGate();
  const client = await connect(async (_, response) => {
    response.write('first');
    await rest.promise;
    response.end('second');
  });
  await client.createTenant();
  expect(await client.metricsText()).toBe('');
  const response = await client.request(REQUEST);
  let isStopped = false;
  const stopping = client.stop().then(() => {
    isStopped = true;
  });
  await expect(client.request(REQUEST)).rejects.toThrow('the server is stopping');
  expect(isStopped).toBe(false);
  rest.open();
  expect(await read(bodyOf(response))).toBe('firstsecond');
  await stopping;
});
