// The engine with its real parts: what is pushed is queried, in this thread and in a worker, also after a
// restart.

import type { EngineClient, EngineRequest, EngineResponse } from '@ampere/contracts';
import { parseLimits } from '@ampere/limits';
import { FakeClock, NodeDisk, SeededRandom, SystemClock } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest, type OutgoingSeries } from '@ampere/remote-write';
import { describeWith, run, temporaryFolder, until } from '@ampere/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { EngineSettings } from './engine-settings.ts';
import { openLocalEngine } from './local-engine.ts';
import { bundleWorker } from './testing/bundle-worker.ts';
import { NO_DELIVERY } from './testing/no-delivery.ts';
import { NO_TOPICS } from './testing/no-topics.ts';
import { EngineWorker } from './transport/engine-worker.ts';

function settingsFor(dataDir: string, limits?: unknown): EngineSettings {
  const buildInfo = {
    version: '3.5.0',
    revision: 'r',
    branch: 'b',
    buildUser: 'u',
    buildDate: 'd',
    goVersion: 'g',
  };
  const queries = { threads: 0, entry: undefined, timeoutMs: 120_000, slowLogMs: 1000, experimental: true };
  return {
    dataDir,
    limits: parseLimits(limits),
    fsync: 'always',
    buildInfo,
    publicUrl: 'http://ampere.test',
    outbound: { allowPrivate: false, allow: [] },
    queries,
  };
}

async function openHere(dataDir: string, clock: FakeClock, limits?: unknown) {
  const engine = await openLocalEngine({
    ...settingsFor(dataDir, limits),
    disk: new NodeDisk(),
    clock,
    random: new SeededRandom(1),
    delivery: NO_DELIVERY,
    log: () => {},
  });
  onTestFinished(() => engine.stop());
  return engine;
}

async function text({ body }: EngineResponse): Promise<string> {
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function ask(engine: EngineClient, change: Partial<EngineRequest>): Promise<EngineResponse> {
  return engine.request({
    tenant: 'ws-1',
    method: 'GET',
    path: '',
    search: '',
    headers: {},
    body: new Uint8Array(0),
    principalArn: 'arn',
    requestId: 'r-1',
    ...change,
  });
}

async function push(engine: EngineClient, timeseries: OutgoingSeries[], tenant = 'ws-1') {
  const metadata = [{ type: 'gauge', metricFamilyName: 'm', help: 'Help.', unit: '' }] as const;
  const body = encodeSnappy(encodeWriteRequest({ timeseries, metadata }));
  const response = await ask(engine, { tenant, method: 'POST', path: '/api/v1/push', body });
  return { status: response.status, text: (await text(response)).trimEnd() };
}

async function get(engine: EngineClient, endpoint: string, parameters: Record<string, string> = {}) {
  const search = new URLSearchParams(parameters).toString();
  const response = await ask(engine, { path: `/prometheus/api/v1/${endpoint}`, search });
  return JSON.parse(await text(response)).data;
}

const m = (i: string, timestampMs: number, value: number): OutgoingSeries => ({
  labels: [
    ['__name__', 'm'],
    ['i', i],
  ],
  samples: [{ timestampMs, value }],
});

test('what is pushed is queried, also after a restart', async () => {
  const dataDir = temporaryFolder();
  const clock = new FakeClock();
  const nowMs = clock.nowMs();
  const check = async (engine: EngineClient) => {
    const time = String(nowMs / 1000);
    expect(await get(engine, 'query', { query: 'sum by (i) (m)', time })).toEqual({
      resultType: 'vector',
      result: [
        { metric: { i: 'a' }, value: [nowMs / 1000, '2'] },
        { metric: { i: 'b' }, value: [nowMs / 1000, '3'] },
      ],
    });
    expect(await get(engine, 'label/i/values')).toEqual(['a', 'b']);
    expect(await get(engine, 'metadata')).toEqual({ m: [{ type: 'gauge', help: 'Help.', unit: '' }] });
  };
  const first = await openHere(dataDir, clock);
  await first.createTenant('ws-1');
  expect((await push(first, [m('a', nowMs - 1000, 1), m('b', nowMs, 3)])).status).toBe(200);
  expect((await push(first, [m('a', nowMs, 2)])).status).toBe(200);
  await check(first);
  await first.stop();
  await check(await openHere(dataDir, clock));
});

test('samples that storage refuses are named, the others are stored', async () => {
  const clock = new FakeClock();
  const nowMs = clock.nowMs();
  const engine = await openHere(temporaryFolder(), clock);
  await engine.createTenant('ws-1');
  await push(engine, [m('a', nowMs, 1)]);
  const response = await push(engine, [m('a', nowMs - 1, 1), m('b', nowMs, 1), m('c', nowMs - 7_200_000, 1)]);
  expect(response.status).toBe(400);
  expect(response.text).toMatch(/^2 of 3 samples refused, 1 stored; 1 sample_/);
  expect(await get(engine, 'label/i/values')).toEqual(['a', 'b']);
});

test('a stale marker ends a series', async () => {
  const clock = new FakeClock();
  const nowMs = clock.nowMs();
  const engine = await openHere(temporaryFolder(), clock);
  await engine.createTenant('ws-1');
  const { labels } = m('a', 0, 0);
  const samples = [
    { timestampMs: nowMs - 1000, value: 1 },
    { timestampMs: nowMs, value: 0, stale: true },
  ];
  await push(engine, [{ labels, samples }]);
  const at = (timeMs: number) => get(engine, 'query', { query: 'm', time: String(timeMs / 1000) });
  expect((await at(nowMs - 1)).result).toHaveLength(1);
  expect((await at(nowMs)).result).toEqual([]);
});

test('one workspace never sees the data of another', async () => {
  const clock = new FakeClock();
  const engine = await openHere(temporaryFolder(), clock);
  await engine.createTenant('ws-1');
  await engine.createTenant('ws-2');
  await push(engine, [m('secret', clock.nowMs(), 1)], 'ws-2');
  expect(await get(engine, 'labels')).toEqual([]);
  expect(await get(engine, 'metadata')).toEqual({});
  await engine.deleteTenant('ws-2');
  await engine.createTenant('ws-2');
  const response = await ask(engine, { tenant: 'ws-2', path: '/prometheus/api/v1/labels' });
  expect(JSON.parse(await text(response)).data).toEqual([]);
});

describeWith('promtool check metrics', ['promtool'], ({ promtool }) => {
  test("has nothing to say against the engine's metrics", async () => {
    const clock = new FakeClock();
    const engine = await openHere(temporaryFolder(), clock);
    await engine.createTenant('ws-1');
    await push(engine, [m('a', clock.nowMs(), 1), m('a', clock.nowMs(), 2)]);
    await get(engine, 'query', { query: 'm' });
    const result = await run(promtool, ['check', 'metrics'], { input: await engine.metricsText() });
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

test('the bundled thread serves the same, and again after it was stopped', async () => {
  const folder = temporaryFolder();
  const entry = await bundleWorker(new URL('./worker-main.ts', import.meta.url), folder);
  const start = () =>
    EngineWorker.start({
      entry,
      settings: settingsFor(`${folder}/data`),
      log: () => {},
      publish: NO_TOPICS,
      onExit: () => {},
    });
  const nowMs = Math.floor(new SystemClock().nowMs() / 1000) * 1000;
  const query = { query: 'm', time: String(nowMs / 1000) };
  const expected = { metric: { __name__: 'm', i: 'a' }, value: [nowMs / 1000, '7'] };
  const first = await start();
  await first.createTenant('ws-1');
  expect(await push(first, [m('a', nowMs, 7)])).toEqual({ status: 200, text: '' });
  expect((await get(first, 'query', query)).result).toEqual([expected]);
  await first.stop();
  const second = await start();
  expect((await get(second, 'query', query)).result).toEqual([expected]);
  await second.stop();
});

test('queries run on threads of their own, which see what was pushed, also after it moved', async () => {
  const folder = temporaryFolder();
  const entry = await bundleWorker(new URL('./worker-main.ts', import.meta.url), folder);
  const queryEntry = await bundleWorker(
    new URL('./query-worker-main.ts', import.meta.url),
    folder,
    'query-worker',
  );
  const settings = settingsFor(`${folder}/data`);
  const heard: string[] = [];
  const queries = { ...settings.queries, threads: 2, entry: queryEntry.href };
  const start = () =>
    EngineWorker.start({
      entry,
      settings: { ...settings, queries },
      log: () => {},
      publish: NO_TOPICS,
      onQueryFinished: (record) => heard.push(`${record.workspaceId} ${record.endpoint} ${record.samples}`),
      onExit: () => {},
    });
  const nowMs = Math.floor(new SystemClock().nowMs() / 1000) * 1000;
  const engine = await start();
  await engine.createTenant('ws-1');
  for (let i = 0; i < 20; i++) {
    const series = Array.from({ length: 50 }, (_, k) => m(`s${k}`, nowMs - 20_000 + i * 1000, k + i));
    expect((await push(engine, series)).status).toBe(200);
    const time = String((nowMs - 20_000 + i * 1000) / 1000);
    const { result } = await get(engine, 'query', { query: 'sum(m)', time });
    expect(result[0].value[1]).toBe(String(50 * i + 1225));
  }
  expect(await get(engine, 'label/i/values')).toHaveLength(50);
  const { last } = await get(engine, 'status/queries');
  expect(last).toMatchObject([{ endpoint: 'label_values' }, ...Array(20).fill({ series: 50, samples: 50 })]);
  expect(heard.slice(-2)).toEqual(['ws-1 query 50', 'ws-1 label_values 0']);
  await engine.deleteTenant('ws-1');
  await engine.createTenant('ws-1');
  expect(await get(engine, 'label/i/values')).toEqual([]);
  await engine.stop();
  const again = await start();
  expect(await get(again, 'labels')).toEqual([]);
  await again.stop();
});

test('a thread that takes over from a dead one finds everything that was acknowledged', async () => {
  const folder = temporaryFolder();
  const entry = await bundleWorker(new URL('./worker-main.ts', import.meta.url), folder);
  const settings = settingsFor(`${folder}/data`);
  const nowMs = Math.floor(new SystemClock().nowMs() / 1000) * 1000;
  // The first engine is left as a dead thread leaves it: nothing flushed, nothing closed.
  const first = await openLocalEngine({
    ...settings,
    disk: new NodeDisk(),
    clock: new SystemClock(),
    random: new SeededRandom(1),
    delivery: NO_DELIVERY,
    log: () => {},
  });
  await first.createTenant('ws-1');
  expect((await push(first, [m('a', nowMs, 7)])).status).toBe(200);
  const second = await EngineWorker.start({
    entry,
    settings,
    log: () => {},
    publish: NO_TOPICS,
    onExit: () => {},
  });
  const found = await get(second, 'query', { query: 'm', time: String(nowMs / 1000) });
  expect(found.result).toHaveLength(1);
  await second.stop();
});

test('retention that an owner sets holds at once, and again when it is set anew', async () => {
  const clock = new FakeClock();
  const dayMs = 86_400_000;
  const nowMs = clock.nowMs();
  const engine = await openHere(temporaryFolder(), clock, { profile: 'unlimited' });
  await engine.createTenant('ws-1');
  for (const days of [40, 20, 0]) {
    expect(await push(engine, [m(`${days}`, nowMs - days * dayMs, 1)])).toEqual({ status: 200, text: '' });
  }
  const keep = (days: number) =>
    engine.settingsChanged('ws-1', { retentionMs: days * dayMs, limitsPerLabelSet: [] });
  const found = async () => {
    const ranges = [40, 20, 0].map((days) =>
      get(engine, 'query', { query: 'm', time: String((nowMs - days * dayMs) / 1000) }),
    );
    return (await Promise.all(ranges)).map(({ result }) => result.length);
  };
  expect(await found()).toEqual([1, 1, 1]);
  // Maintenance runs by itself; no time passes.
  const becomes = (counts: string) => until(counts, async () => `${await found()}` === counts);
  keep(30);
  await becomes('0,1,1');
  const { limits } = await get(engine, 'status/limits');
  expect(limits.find(({ name }: { name: string }) => name === 'retention').limit).toBe(30 * dayMs);
  keep(10);
  await becomes('0,0,1');
});
