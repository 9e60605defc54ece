// Each enforced limit is hit through the engine's own interface; status/limits and the metrics say so.

import { parseLimits } from '@ampere/limits';
import { FakeClock, NodeDisk, SeededRandom } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest, type OutgoingWriteRequest } from '@ampere/remote-write';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import type { Engine } from '../engine.ts';
import { openLocalEngine } from '../local-engine.ts';
import { NO_DELIVERY } from '../testing/no-delivery.ts';

const HOUR_MS = 3600 * 1000;

interface Status {
  readonly limits: {
    readonly name: string;
    readonly limit: number | null;
    readonly value: number | null;
    readonly refused: number;
    readonly lastRefusal: { time: string; message: string; example: string } | null;
  }[];
  readonly discardedSamples: Record<string, number>;
  readonly storage: { walBytes: number; memoryBytes: number; oldestSample: string | null };
}

const REQUEST = { tenant: 'ws-1', headers: {}, principalArn: '', requestId: 'r-1' };

async function setUp(defaults: Record<string, unknown>) {
  const clock = new FakeClock();
  const engine = await openLocalEngine({
    dataDir: temporaryFolder(),
    limits: parseLimits({ defaults }),
    fsync: 'off',
    buildInfo: { version: '', revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' },
    queries: { threads: 0, entry: undefined, timeoutMs: 120_000, slowLogMs: 1e9, experimental: true },
    publicUrl: '',
    outbound: { allowPrivate: false, allow: [] },
    delivery: NO_DELIVERY,
    disk: new NodeDisk(),
    clock,
    random: new SeededRandom(1),
    log: () => {},
  });
  await engine.createTenant('ws-1');
  return { clock, engine };
}

async function push(engine: Engine, request: OutgoingWriteRequest): Promise<number> {
  const body = encodeSnappy(encodeWriteRequest(request));
  return (await engine.request({ ...REQUEST, method: 'POST', path: '/api/v1/push', search: '', body }))
    .status;
}

/** Series of a metric with one sample each. */
function write(engine: Engine, timestampMs: number, ...series: [string, string][][]): Promise<number> {
  return push(engine, {
    timeseries: series.map((labels) => ({ labels, samples: [{ timestampMs, value: 1 }] })),
  });
}

async function get(engine: Engine, target: string): Promise<{ status: number; data: unknown }> {
  const [path, search = ''] = target.split('?');
  const request = { ...REQUEST, method: 'GET', path: `/prometheus/api/v1/${path}`, search };
  const response = await engine.request({ ...request, body: new Uint8Array(0) });
  const json = JSON.parse(new TextDecoder().decode(response.body as Uint8Array)) as { data: unknown };
  return { status: response.status, data: json.data };
}

async function rowsOf(engine: Engine): Promise<Map<string, Status['limits'][number]>> {
  const { limits } = (await get(engine, 'status/limits')).data as Status;
  return new Map(limits.map((row) => [row.name, row]));
}

const m = (i: string, name = 'm'): [string, string][] => [
  ['__name__', name],
  ['i', i],
];

test('every enforced limit shows its value and what was last refused for it', async () => {
  const { engine, clock } = await setUp({
    active_series: 4,
    active_series_per_metric: 2,
    labels_per_series: 2,
    label_name_length: 8,
    label_value_length: 8,
    sample_max_age: '1h',
    sample_max_future: '10m',
    request_size: '1 KB',
    metadata_length: 10,
    metrics_with_metadata: 1,
    query_time_range: '1h',
    query_samples: 1,
    ingestion_rate: 10,
    ingestion_burst: 100,
  });
  const nowMs = clock.nowMs();
  const time = new Date(nowMs).toISOString();
  const refused = async (status: number, ...series: [string, string][][]) =>
    expect(await write(engine, nowMs, ...series)).toBe(status);
  const metadata = (metricFamilyName: string, help: string) =>
    ({ type: 'gauge', metricFamilyName, help, unit: '' }) as const;

  await refused(400, m('1'), m('2'), m('3'));
  await refused(400, m('1', 'n'), m('1', 'o'), m('1', 'p'), m('1', 'q'));
  await refused(400, [...m('1'), ['x', 'y']]);
  await refused(400, [
    ['__name__', 'm'],
    ['i23456789', 'x'],
  ]);
  await refused(400, m('123456789'));
  expect(await write(engine, nowMs - HOUR_MS - 1, m('1'))).toBe(400);
  expect(await write(engine, nowMs + HOUR_MS, m('1'))).toBe(400);
  expect(await push(engine, { metadata: [metadata('m', 'help'), metadata('n', 'x')] })).toBe(200);
  expect(await push(engine, { metadata: [metadata('m', 'too long to be')] })).toBe(400);
  const random = new SeededRandom(1);
  const noise = Array.from({ length: 2000 }, () => String.fromCharCode(32 + random.integer(90))).join('');
  await refused(413, m(noise));
  expect((await get(engine, `query_range?query=m&start=0&end=7200&step=60`)).status).toBe(400);
  expect((await get(engine, `query?query=m[2h]`)).status).toBe(422);
  expect((await get(engine, `query?query=m`)).status).toBe(422);
  await refused(429, ...Array.from({ length: 95 }, (_, i) => m(String(i))));

  const rows = await rowsOf(engine);
  const check = (
    name: string,
    limit: number,
    value: number | null,
    count: number,
    example: string,
    text: string,
  ) => {
    const row = rows.get(name)!;
    expect([
      name,
      row.limit,
      row.value,
      row.refused,
      row.lastRefusal?.example,
      row.lastRefusal?.time,
    ]).toEqual([name, limit, value, count, example, time]);
    expect(row.lastRefusal!.message).toContain(text);
  };
  check('active_series', 4, 4, 2, 'p{i="1"}', 'per-user series limit of 4 exceeded');
  check('active_series_per_metric', 2, 2, 1, 'm{i="3"}', 'per-metric series limit of 2 exceeded');
  check('labels_per_series', 2, null, 1, 'm{i="1", x="y"}', 'too many labels (actual: 3, limit: 2)');
  check('label_name_length', 8, null, 1, 'm{i23456789="x"}', 'label name too long');
  check('label_value_length', 8, null, 1, 'm{i="123456789"}', 'label value too long');
  check('sample_max_age', HOUR_MS, null, 1, 'm{i="1"}', 'timestamp too old');
  check('sample_max_future', HOUR_MS / 6, null, 1, 'm{i="1"}', 'timestamp too new');
  check('request_size', 1024, null, 1, '', 'is larger than the limit of 1024 bytes');
  check('metadata_length', 10, null, 1, 'm', "metadata 'HELP' value too long");
  check('metrics_with_metadata', 1, 1, 1, 'n', 'more metric names with metadata');
  check('query_time_range', HOUR_MS, null, 2, 'm[2h]', 'the query time range exceeds the limit');
  check('query_samples', 1, null, 1, 'm', 'would load too many samples');
  // 12 samples and 3 entries were let in, in this second.
  check('ingestion_rate', 10, 0, 95, '', 'ingestion rate limit (10) exceeded while adding 95 samples');
  expect(rows.get('ingestion_burst')).toMatchObject({ limit: 100, value: 15, refused: 0, lastRefusal: null });
  expect(rows.get('retention')).toMatchObject({ limit: 150 * 24 * HOUR_MS, value: 0, refused: 0 });

  const status = (await get(engine, 'status/limits')).data as Status;
  expect(status.discardedSamples).toEqual({
    per_user_series_limit: 2,
    per_metric_series_limit: 1,
    max_label_names_per_series: 1,
    label_name_too_long: 1,
    label_value_too_long: 1,
    sample_too_old: 1,
    sample_too_far_in_future: 1,
    rate_limited: 95,
  });
  expect(status.storage.oldestSample).toBe(time);
  expect(status.storage.memoryBytes).toBeGreaterThan(0);

  const metrics = await engine.metricsText();
  const ofLimit = (metric: string, limit: string, value: number) =>
    expect(metrics).toContain(
      `ampere_workspace_limit${metric}{workspace="ws-1",limit="${limit}"} ${value}\n`,
    );
  ofLimit('', 'active_series', 4);
  ofLimit('_usage', 'active_series', 4);
  ofLimit('_usage', 'ingestion_burst', 15);
  ofLimit('_refusals_total', 'ingestion_rate', 95);
  ofLimit('_last_refusal_timestamp_seconds', 'query_samples', nowMs / 1000);
  expect(metrics).not.toContain('ampere_workspace_limit_usage{workspace="ws-1",limit="request_size"}');
  expect(metrics).toContain(
    `ampere_storage_oldest_sample_timestamp_seconds{workspace="ws-1"} ${nowMs / 1000}\n`,
  );
  await engine.stop();
});

test('what is used follows the clock; a request larger than the burst is refused for the burst', async () => {
  const { engine, clock } = await setUp({ ingestion_rate: 2, ingestion_burst: 60, retention: '0' });
  const series = (count: number) => Array.from({ length: count }, (_, i) => m(String(i)));
  expect(await write(engine, clock.nowMs(), ...series(60))).toBe(200);
  expect(await write(engine, clock.nowMs(), ...series(61))).toBe(429);
  clock.advance(10_000);
  let rows = await rowsOf(engine);
  expect(rows.get('ingestion_rate')).toMatchObject({ limit: 2, value: 1, refused: 0 });
  expect(rows.get('ingestion_burst')).toMatchObject({ limit: 60, value: 40, refused: 61 });
  expect(rows.get('active_series')).toMatchObject({ value: 60 });
  expect(rows.get('active_series_per_metric')).toMatchObject({ value: 60 });
  expect(rows.get('retention')).toMatchObject({ limit: null, value: 10_000 });
  clock.advance(HOUR_MS);
  rows = await rowsOf(engine);
  expect(rows.get('ingestion_rate')).toMatchObject({ value: 0 });
  expect(rows.get('ingestion_burst')).toMatchObject({ value: 0 });
  expect(rows.get('active_series')).toMatchObject({ value: 0 });
  expect(rows.get('active_series_per_metric')).toMatchObject({ value: 0 });
  await engine.stop();
});

test('limits that change hold from the next request on', async () => {
  const { engine, clock } = await setUp({ active_series: 1, ingestion_rate: 100, ingestion_burst: 100 });
  const nowMs = clock.nowMs();
  expect(await write(engine, nowMs, m('1'), m('2'))).toBe(400);
  await engine.setLimits(
    parseLimits({ defaults: { active_series: 2, ingestion_rate: 100, ingestion_burst: 100 } }),
  );
  expect(await write(engine, nowMs, m('1'), m('2'))).toBe(200);
  expect((await rowsOf(engine)).get('active_series')!.limit).toBe(2);
  await engine.setLimits(
    parseLimits({ defaults: { active_series: 2, ingestion_rate: 1, ingestion_burst: 1 } }),
  );
  expect(await write(engine, nowMs + 1, m('1'), m('2'))).toBe(429);
});
