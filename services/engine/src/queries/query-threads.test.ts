// The query service with real threads over storage that is made up: answers, ends of all kinds, faults.

import type { EngineResponse } from '@ampere/contracts';
import { expect, test } from 'vitest';
import { collect, NOW_MS } from '../query-api/testing/api-kit.ts';
import {
  at,
  buildQueryThreads,
  endless,
  jsonOf,
  openQueryThreads as open,
  small,
} from '../testing/query-threads-kit.ts';

buildQueryThreads();

/** Waits for something that another thread does. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test('a query is answered from another thread, and what it was lent is given back', async () => {
  const { ask, records, leaseCount } = open();
  const answer = await jsonOf(await ask(small, at('sum(m)')));
  expect(answer.data.result).toEqual([{ metric: {}, value: [NOW_MS / 1000, '12'] }]);
  expect(leaseCount()).toBe(0);
  expect(records).toMatchObject([
    { query: 'sum(m)', series: 3, samples: 3, outcome: 'success', status: 200, endpoint: 'query' },
  ]);
});

test('a large answer comes in pieces, only as fast as it is taken; another query runs meanwhile', async () => {
  const { ask, service, records, leaseCount } = open();
  const large = await ask({ series: 20_000, samplesPerSeries: 1 }, at('m'));
  expect(large.body).not.toBeInstanceOf(Uint8Array);
  expect(service.directory('ws-1').active()).toMatchObject([{ state: 'answering', query: 'm' }]);
  expect(leaseCount()).toBe(0);
  expect((await jsonOf(await ask(small, at('count(m)')))).data.result[0].value[1]).toBe('3');
  expect((await jsonOf(large)).data.result).toHaveLength(20_000);
  expect(records.map(({ query }) => query)).toEqual(['count(m)', 'm']);
  expect(records[1]!.answerBytes).toBeGreaterThan(1_000_000);
});

test('a client that leaves in the middle of an answer ends it', async () => {
  const { ask, service, leaseCount } = open();
  const { body } = await ask({ series: 200_000, samplesPerSeries: 1 }, at('m'));
  const reader = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  await reader.next();
  await reader.return?.();
  expect(service.directory('ws-1').active()).toEqual([]);
  expect((await ask(small, at('m'))).status).toBe(200);
  expect(leaseCount()).toBe(0);
});

const refused = (status: number, errorType: string, error: string | RegExp) => [
  status,
  { status: 'error', errorType, error: typeof error === 'string' ? error : expect.stringMatching(error) },
];
const outcomeOf = async (response: EngineResponse) => [response.status, await jsonOf(response)];

test('a query that is evaluated ends when its client is gone', async () => {
  const { ask, records, leaseCount } = open();
  const gone = new AbortController();
  const answer = ask(endless, at('count(m)'), { signal: gone.signal });
  await until(() => leaseCount() === 1);
  gone.abort();
  const text = 'query was canceled in expression evaluation';
  expect(await outcomeOf(await answer)).toEqual(refused(499, 'canceled', text));
  expect(leaseCount()).toBe(0);
  expect(records[0]).toMatchObject({ outcome: 'canceled', query: 'count(m)' });
});

test('a query ends at its deadline', async () => {
  const { ask } = open();
  await ask(small, at('m'));
  const text = 'query timed out in expression evaluation';
  const answer = await ask(endless, at('count(m)', '&timeout=20ms'));
  expect(await outcomeOf(answer)).toEqual(refused(503, 'timeout', text));
});

test('an administrator ends a query of a workspace, another workspace can not', async () => {
  const { ask, service, leaseCount } = open();
  const answer = ask(endless, at('count(m)'));
  await until(() => leaseCount() === 1);
  const [active] = service.directory('ws-1').active();
  expect(active).toMatchObject({ state: 'running', query: 'count(m)' });
  expect(service.directory('ws-2').active()).toEqual([]);
  expect(service.directory('ws-2').cancel(active!.id)).toBe(false);
  expect(service.directory('ws-1').cancel(active!.id)).toBe(true);
  const text = 'query was canceled in expression evaluation: by an administrator';
  expect(await outcomeOf(await answer)).toEqual(refused(499, 'canceled', text));
});

test("the server's stop ends queries that run, wait or answer", async () => {
  const { ask, service, leaseCount } = open();
  const large = await ask({ series: 200_000, samplesPerSeries: 1 }, at('m'));
  const running = ask(endless, at('count(m)'));
  await until(() => leaseCount() === 1);
  const waiting = ask(small, at('count(m)'));
  await service.stop();
  const expected = refused(503, 'unavailable', 'the server is stopping');
  expect(await outcomeOf(await running)).toEqual(expected);
  expect(await outcomeOf(await waiting)).toEqual(expected);
  await expect(collect(large.body)).rejects.toThrow('the server is stopping');
  expect(await outcomeOf(await ask(small, at('m')))).toEqual(expected);
});

test('what waits for its turn: its deadline counts, the client may leave, too many are turned away', async () => {
  const { ask, leaseCount, service } = open();
  const gone = new AbortController();
  const first = ask(endless, at('count(m)'), { signal: gone.signal });
  await until(() => leaseCount() === 1);
  const late = ask(small, at('m', '&timeout=20ms'));
  expect(await outcomeOf(await late)).toEqual(refused(503, 'timeout', 'query timed out in query queue'));
  const leaving = new AbortController();
  const left = ask(small, at('m'), { signal: leaving.signal });
  leaving.abort();
  expect(await outcomeOf(await left)).toEqual(refused(499, 'canceled', 'query was canceled in query queue'));
  const limits = { queuedQueriesMax: 1 };
  const second = ask(small, at('count(m)'), {}, limits);
  expect(service.directory('ws-1').active()).toMatchObject([{ state: 'running' }, { state: 'waiting' }]);
  const third = await ask(small, at('m'), {}, limits);
  expect(third.headers['retry-after']).toBe('1');
  expect(await outcomeOf(third)).toEqual(refused(429, 'too_many_requests', 'too many outstanding requests'));
  gone.abort();
  expect((await first).status).toBe(499);
  expect((await second).status).toBe(200);
});

test('a workspace runs so many at once, others go on', async () => {
  const { ask, leaseCount } = open({ threads: 2 });
  const gone = new AbortController();
  const first = ask(endless, at('count(m)'), { signal: gone.signal }, { concurrentQueriesMax: 1 });
  await until(() => leaseCount() === 1);
  const second = ask(small, at('m'), {}, { concurrentQueriesMax: 1 });
  expect((await ask(small, at('m'), { tenant: 'ws-2' })).status).toBe(200);
  expect(leaseCount()).toBe(1);
  gone.abort();
  expect((await first).status).toBe(499);
  expect((await second).status).toBe(200);
});

test('a fault of ours is a 500 without details', async () => {
  const { ask, logged } = open();
  const answer = await ask({ ...small, fault: 'throw' }, at('m'));
  expect(await outcomeOf(answer)).toEqual(refused(500, 'internal', 'internal error, request id request-1'));
  expect(logged).toContain('error a query request failed');
});

const DIED = 'the thread that ran the query has ended; the query may need too much memory';

test('a damaged block is told of as Prometheus does, by its name and without the path to it', async () => {
  const { ask, logged, records } = open();
  const text = 'block 01ARZ3NDEKTSV4RRFFQ69G5FAV: index at byte 7: is torn';
  const answer = await ask({ ...small, fault: 'damage' }, at('m'));
  expect(await outcomeOf(answer)).toEqual(refused(422, 'execution', text));
  expect(logged).toContain('error a query met a block that can not be read');
  expect(records).toMatchObject([{ status: 422, outcome: 'damaged_block' }]);
});

test('a query whose storage lends nothing fails alone', async () => {
  const { ask, service } = open();
  const lend = () => {
    throw new Error('closed');
  };
  const text = 'internal error, request id request-1';
  expect(await outcomeOf(await ask(small, at('m'), {}, {}, lend))).toEqual(refused(500, 'internal', text));
  expect((await ask(small, at('m'))).status).toBe(200);
  expect(service.directory('ws-1').active()).toEqual([]);
});

test('a thread that dies takes its queries with it and is replaced', async () => {
  const { ask, leaseCount, logged } = open();
  expect(await outcomeOf(await ask({ ...small, fault: 'exit' }, at('m')))).toEqual(
    refused(503, 'unavailable', DIED),
  );
  expect(leaseCount()).toBe(0);
  expect(logged).toContain('error a query thread has ended and is replaced');
  expect((await ask(small, at('m'))).status).toBe(200);
});

test('a query that looks at nothing has its thread ended after its deadline', async () => {
  const { ask, logged } = open({ timeoutMs: 300, graceMs: 50 });
  expect(await outcomeOf(await ask({ ...small, fault: 'hang' }, at('m')))).toEqual(
    refused(503, 'unavailable', DIED),
  );
  expect(logged).toContain('warn a query does not end; its thread is ended');
});

test('a query that needs too much memory ends its thread, not the server', { timeout: 60_000 }, async () => {
  const { ask } = open({ heapMegabytes: 64 });
  expect(await outcomeOf(await ask({ ...small, fault: 'memory' }, at('m')))).toEqual(
    refused(503, 'unavailable', DIED),
  );
  expect((await ask(small, at('m'))).status).toBe(200);
});
