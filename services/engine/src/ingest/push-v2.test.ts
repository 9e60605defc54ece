// Remote-Write 2.0 as far as it differs from 1.0, which push.test.ts goes through.

import type { EngineRequest, EngineResponse } from '@ampere/contracts';
import { Limits, parseLimits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { DiskError, FakeClock, NodeDisk } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequestV2, type OutgoingSeriesV2 } from '@ampere/remote-write';
import { temporaryFolder } from '@ampere/testing';
import { describe, expect, test } from 'vitest';
import { Engine } from '../engine.ts';
import { FakeStorages } from '../testing/fake-storage.ts';

const HEADERS = {
  'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '2.0.0',
};

async function setUp(limits: Record<string, unknown> = {}) {
  const storages = new FakeStorages();
  const engine = await Engine.open({
    dataDir: temporaryFolder(),
    limits: new Limits(parseLimits({ defaults: limits })),
    openStorage: storages.open,
    queryApi: {
      handle: async (_request, tenant) => ({
        status: 200,
        headers: {},
        body: new TextEncoder().encode(JSON.stringify([...tenant.metadata.entries()])),
      }),
    },
    registry: new Registry(),
    disk: new NodeDisk(),
    clock: new FakeClock(),
    log: () => {},
  });
  await engine.createTenant('ws-1');
  const ask = (change: Partial<EngineRequest>) =>
    engine.request({
      tenant: 'ws-1',
      method: 'POST',
      path: '/api/v1/push',
      search: '',
      headers: HEADERS,
      body: new Uint8Array(0),
      principalArn: 'arn:aws:iam::123456789012:root',
      requestId: 'r-1',
      ...change,
    });
  const push = (series: readonly OutgoingSeriesV2[], headers: Record<string, string> = HEADERS) =>
    ask({ body: encodeSnappy(encodeWriteRequestV2(series)), headers });
  return { engine, storage: storages.byTenant.get('ws-1')!, ask, push };
}

function series(name: string, more: Partial<OutgoingSeriesV2> = {}): OutgoingSeriesV2 {
  return { labels: [['__name__', name]], samples: [{ timestampMs: 1000, value: 1 }], ...more };
}

function text(response: EngineResponse): string {
  if (!(response.body instanceof Uint8Array)) throw new Error('a streamed body');
  return new TextDecoder().decode(response.body).trimEnd();
}

/** Samples, histograms and exemplars that the answer says were written. */
function written({ headers }: EngineResponse): unknown[] {
  return ['samples', 'histograms', 'exemplars'].map(
    (what) => headers[`x-prometheus-remote-write-${what}-written`],
  );
}

test('samples are stored, and the answer says how many', async () => {
  const { push, storage } = await setUp();
  const response = await push([series('a'), series('b'), series('c')]);
  expect([response.status, text(response), storage.samples, storage.commits]).toEqual([200, '', 3, 1]);
  expect(written(response)).toEqual(['3', '0', '0']);
});

test('the content type is read as 1.0 reads it', async () => {
  const { push, storage } = await setUp();
  const contentType = 'Application/X-Protobuf; proto="io.prometheus.write.v2.Request"';
  const response = await push([series('a')], { 'content-type': contentType });
  expect([response.status, storage.samples]).toEqual([200, 1]);
});

test('exemplars and native histograms are stored, and the answer says how many', async () => {
  const { push, engine } = await setUp();
  const exemplars = [{ labels: [['trace_id', 'x']] as const, value: 1, timestampMs: 1 }];
  const response = await push([
    series('a'),
    series('a', { samples: [], exemplars }),
    series('h', { samples: [], histograms: [new Uint8Array(0), new Uint8Array(0)] }),
  ]);
  expect([response.status, written(response)]).toEqual([200, ['1', '2', '1']]);
  const metrics = await engine.metricsText();
  expect(metrics).toContain('ampere_ingested_exemplars_total{workspace="ws-1"} 1\n');
  expect(metrics).toContain('ampere_ingested_samples_total{workspace="ws-1"} 3\n');
});

test('refused exemplars are told of', async () => {
  const { push, storage, engine } = await setUp();
  storage.refusals = [{ reason: 'exemplar_out_of_order', samples: 1, message: 'late', example: 'a{}' }];
  const exemplars = [{ labels: [], value: 1, timestampMs: 1 }];
  const response = await push([series('a', { exemplars })]);
  expect([response.status, text(response)]).toEqual([
    400,
    '1 of 1 exemplars refused; 1 exemplar_out_of_order: late',
  ]);
  expect(written(response)).toEqual(['1', '0', '0']);
  expect(await engine.metricsText()).toContain(
    'ampere_discarded_exemplars_total{reason="exemplar_out_of_order",workspace="ws-1"} 1\n',
  );
});

test('of a partial write the answer says how much was written', async () => {
  const { push, storage } = await setUp();
  storage.refusals = [{ reason: 'sample_out_of_order', samples: 2, message: 'late', example: 'a{}' }];
  const response = await push([series('a'), series('b'), series('c')]);
  expect([response.status, storage.commits, written(response)]).toEqual([400, 1, ['1', '0', '0']]);
});

test('samples of a replica that is not elected are dropped, and count as written', async () => {
  const { push, storage } = await setUp();
  const replica = (name: string, more: Partial<OutgoingSeriesV2> = {}): OutgoingSeriesV2 =>
    series('m', {
      ...more,
      labels: [
        ['__name__', 'm'],
        ['__replica__', name],
        ['cluster', 'c'],
      ],
    });
  expect((await push([replica('a')])).status).toBe(200);
  const response = await push([replica('b'), replica('b')]);
  expect([response.status, storage.samples, written(response)]).toEqual([202, 1, ['2', '0', '0']]);
  const exemplars = [{ labels: [], value: 1, timestampMs: 1 }];
  const histograms = [new Uint8Array(0)];
  const others = [replica('b', { samples: [], exemplars }), replica('b', { samples: [], histograms })];
  const more = await push([...others, series('n', { exemplars }), replica('a', { samples: [], histograms })]);
  expect([more.status, written(more)]).toEqual([200, ['1', '2', '2']]);
});

test('metadata of the series reaches the metadata store', async () => {
  const { push, ask } = await setUp();
  const metadata = { type: 'counter', help: 'How many.', unit: 'requests' } as const;
  await push([series('http_requests_total', { metadata }), series('http_requests_total', { metadata })]);
  await push([series('latency_bucket', { metadata: { type: 'histogram', help: 'How long.', unit: '' } })]);
  const stored = await ask({ method: 'GET', path: '/prometheus/api/v1/metadata' });
  expect(JSON.parse(text(stored))).toEqual([
    ['http_requests_total', [{ metricFamilyName: 'http_requests_total', ...metadata }]],
    ['latency', [{ metricFamilyName: 'latency', type: 'histogram', help: 'How long.', unit: '' }]],
  ]);
});

describe('nothing was written, and the answer says so', () => {
  const none = ['0', '0', '0'];
  const limits = { ingestion_rate: 1, ingestion_burst: 1, request_size: '1 KB' };
  const check = (name: string, body: Uint8Array, status: number, said: string) =>
    test(name, async () => {
      const { ask, storage } = await setUp(limits);
      const response = await ask({ body });
      expect([response.status, written(response), storage.samples]).toEqual([status, none, 0]);
      expect(text(response)).toBe(said);
    });

  check(
    'a body of 1.0',
    encodeSnappy(Uint8Array.of(10, 0)),
    400,
    'protobuf: Request: field 1, which is of prometheus.WriteRequest at offset 0',
  );
  check(
    'broken snappy',
    Uint8Array.of(3, 8, 97),
    400,
    'snappy: a literal runs past the end of the body at offset 1',
  );
  check(
    'a reference to no symbol',
    encodeSnappy(Uint8Array.of(34, 0, 42, 4, 10, 2, 0, 7)),
    400,
    'protobuf: TimeSeries.labels_refs: reference 7 into a table of 1 symbols at offset 7',
  );
  check(
    'too many bytes',
    new Uint8Array(1025),
    413,
    'body of 1025 bytes is larger than the limit of 1024 bytes',
  );
  check(
    'too many samples at once',
    encodeSnappy(encodeWriteRequestV2([series('a'), series('b')])),
    429,
    'ingestion rate limit (1) exceeded while adding 2 samples and 0 metadata',
  );

  test('the disk is full', async () => {
    const { push, storage } = await setUp();
    storage.commitError = new DiskError('full', '/secret', 'write /secret: full');
    const response = await push([series('a')]);
    expect([response.status, written(response)]).toEqual([503, none]);
  });

  test('unless the message itself is not taken', async () => {
    const { push } = await setUp();
    const response = await push([series('a')], { 'content-type': 'application/x-protobuf;proto=x.Y' });
    expect([response.status, written(response)]).toEqual([415, [undefined, undefined, undefined]]);
  });
});
