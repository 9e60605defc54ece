import type { EngineRequest, EngineResponse } from '@ampere/contracts';
import { Limits, parseLimits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { DiskError, FakeClock, NodeDisk } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest, type OutgoingWriteRequest } from '@ampere/remote-write';
import { temporaryFolder } from '@ampere/testing';
import { TsdbError } from '@ampere/tsdb';
import { describe, expect, test } from 'vitest';
import { Engine } from '../engine.ts';
import { FakeStorages } from '../testing/fake-storage.ts';
import { makeGate } from '../testing/gate.ts';

async function setUp(limits: Record<string, unknown> = {}) {
  const storages = new FakeStorages();
  const clock = new FakeClock();
  const logged: { level: string; message: string; fields: unknown }[] = [];
  const engine = await Engine.open({
    dataDir: temporaryFolder(),
    limits: new Limits(parseLimits({ defaults: limits })),
    openStorage: storages.open,
    queryApi: { handle: () => Promise.reject(new Error('not asked here')) },
    registry: new Registry(),
    disk: new NodeDisk(),
    clock,
    log: (level, message, fields) => logged.push({ level, message, fields }),
  });
  await engine.createTenant('ws-1');
  const storage = storages.byTenant.get('ws-1')!;
  const push = async (body: Uint8Array, change: Partial<EngineRequest> = {}) =>
    engine.request({ ...REQUEST, body, ...change });
  return { engine, storage, clock, logged, push };
}

const HEADERS = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
};

const REQUEST: EngineRequest = {
  tenant: 'ws-1',
  method: 'POST',
  path: '/api/v1/push',
  search: '',
  headers: HEADERS,
  body: new Uint8Array(0),
  principalArn: 'arn:aws:iam::123456789012:root',
  requestId: 'r-1',
};

function body(request: OutgoingWriteRequest): Uint8Array {
  return encodeSnappy(encodeWriteRequest(request));
}

function samples(count: number): Uint8Array {
  const timeseries = Array.from({ length: count }, (_, i) => ({
    labels: [
      ['__name__', 'm'],
      ['i', String(i)],
    ] as [string, string][],
    samples: [{ timestampMs: 1000, value: i }],
  }));
  return body({ timeseries });
}

function text(response: EngineResponse): string {
  if (!(response.body instanceof Uint8Array)) throw new Error('a streamed body');
  return new TextDecoder().decode(response.body).trimEnd();
}

test('samples are stored and committed before the 200', async () => {
  const { push, storage, engine } = await setUp();
  const gate = makeGate();
  storage.gate = gate.promise;
  let isAnswered = false;
  const answer = push(samples(3)).then((response) => {
    isAnswered = true;
    return response;
  });
  await Promise.resolve();
  expect([storage.samples, storage.commits, isAnswered]).toEqual([3, 0, false]);
  gate.open();
  const response = await answer;
  expect([response.status, text(response), storage.commits]).toEqual([200, '', 1]);
  const metrics = await engine.metricsText();
  expect(metrics).toContain('ampere_ingested_samples_total{workspace="ws-1"} 3\n');
  expect(metrics).toContain('ampere_push_requests_total{code="200"} 1\n');
  expect(metrics).toContain('ampere_commit_duration_seconds_count 1\n');
});

test('an empty request is fine', async () => {
  const { push } = await setUp();
  expect((await push(body({}))).status).toBe(200);
});

describe('headers', () => {
  const check = (name: string, headers: Record<string, string>, status: number, part = '') =>
    test(name, async () => {
      const { push, storage } = await setUp();
      const response = await push(samples(1), { headers });
      expect(response.status).toBe(status);
      expect(text(response)).toContain(part);
      expect(storage.samples).toBe(status === 200 ? 1 : 0);
    });

  check('as Prometheus sends them', HEADERS, 200);
  check('none at all', {}, 200);
  check(
    'with the message named',
    { 'content-type': 'application/x-protobuf;proto=prometheus.WriteRequest' },
    200,
  );
  check(
    'with blanks and quotes',
    { 'content-type': 'Application/X-Protobuf; proto="prometheus.WriteRequest"' },
    200,
  );
  check('version 1.0.0', { 'x-prometheus-remote-write-version': '1.0.0' }, 200);
  check(
    'a version of 2.0 beside the message of 1.0',
    { ...HEADERS, 'x-prometheus-remote-write-version': '2.0.0' },
    200,
  );
  check(
    'another message',
    { 'content-type': 'application/x-protobuf;proto=x.Y' },
    415,
    'message "x.Y" is not supported; send proto=io.prometheus.write.v2.Request or proto=prometheus.WriteRequest',
  );
  check(
    'JSON',
    { 'content-type': 'application/json' },
    415,
    'content type "application/json" is not supported',
  );
  check('gzip', { 'content-encoding': 'gzip' }, 415, 'content encoding "gzip" is not supported; send snappy');
  check(
    'version 3',
    { 'x-prometheus-remote-write-version': '3.0.0' },
    415,
    'version "3.0.0" is not supported; send 0.1.0 or 2.0.0',
  );
});

describe('bodies that are refused', () => {
  const check = (name: string, bytes: Uint8Array, status: number, part: string) =>
    test(name, async () => {
      const { push, storage, engine } = await setUp({ request_size: '1 KB' });
      const response = await push(bytes);
      expect([response.status, text(response)]).toEqual([status, part]);
      expect([storage.samples, storage.commits]).toEqual([0, 0]);
      expect(await engine.metricsText()).toContain(`ampere_push_requests_total{code="${status}"} 1\n`);
    });

  check('nothing', new Uint8Array(0), 400, 'snappy: the declared length is cut off at offset 0');
  check(
    'broken snappy',
    Uint8Array.of(3, 8, 97),
    400,
    'snappy: a literal runs past the end of the body at offset 1',
  );
  check(
    'broken protobuf',
    encodeSnappy(Uint8Array.of(10, 9)),
    400,
    'protobuf: WriteRequest.timeseries: length 9 runs past the end of the message at offset 1',
  );
  check(
    'too many bytes',
    new Uint8Array(1025),
    413,
    'body of 1025 bytes is larger than the limit of 1024 bytes',
  );
  check(
    'a bomb',
    encodeSnappy(new Uint8Array(16_385)),
    413,
    'snappy: decompressed body of 16385 bytes is larger than the limit of 16384 bytes',
  );
  check(
    'a lie about the length',
    Uint8Array.of(255, 255, 255, 255, 15, 0),
    413,
    'snappy: decompressed body of 4294967295 bytes is larger than the limit of 16384 bytes',
  );
});

test('another method is refused', async () => {
  const { push } = await setUp();
  const response = await push(samples(1), { method: 'GET' });
  expect([response.status, response.headers['allow']]).toEqual([405, 'POST']);
});

test('what storage refuses is named after what is good was committed', async () => {
  const { push, storage, engine } = await setUp();
  storage.refusals = [
    { reason: 'label_invalid', samples: 1, message: "label 'a b' is invalid", example: '' },
    { reason: 'sample_out_of_order', samples: 2, message: "out of order sample, series: 'm'", example: '' },
  ];
  const response = await push(samples(10));
  expect([response.status, storage.samples, storage.commits]).toEqual([400, 7, 1]);
  expect(text(response)).toBe(
    "3 of 10 samples refused, 7 stored; 2 sample_out_of_order: out of order sample, series: 'm'; 1 label_invalid: label 'a b' is invalid",
  );
  const metrics = await engine.metricsText();
  expect(metrics).toContain(
    'ampere_discarded_samples_total{reason="sample_out_of_order",workspace="ws-1"} 2\n',
  );
  expect(metrics).toContain('ampere_ingested_samples_total{workspace="ws-1"} 7\n');
});

test('1.0 does not tell of refused exemplars: its sender would take its samples for refused', async () => {
  const { push, storage } = await setUp();
  storage.refusals = [{ reason: 'exemplar_out_of_order', samples: 1, message: 'late', example: 'a{}' }];
  const exemplars = [{ labels: [], value: 1, timestampMs: 1 }];
  const timeseries = [{ labels: [['__name__', 'm']] as const, samples: [], exemplars }];
  const response = await push(body({ timeseries }));
  expect([response.status, text(response)]).toEqual([200, '']);
});

test('the rate limit takes a request whole or not at all, and says when to come again', async () => {
  const { push, storage, clock, engine } = await setUp({ ingestion_rate: 10, ingestion_burst: 100 });
  const metadata = [{ type: 'gauge', metricFamilyName: 'm', help: '', unit: '' }] as const;
  expect((await push(samples(80))).status).toBe(200);
  const response = await push(samples(51));
  expect(response.status).toBe(429);
  expect(response.headers['retry-after']).toBe('4');
  expect(text(response)).toBe('ingestion rate limit (10) exceeded while adding 51 samples and 0 metadata');
  expect(storage.samples).toBe(80);
  clock.advance(3100);
  expect((await push(samples(51))).status).toBe(200);
  expect(text(await push(body({ metadata })))).toContain('0 samples and 1 metadata');
  const never = await push(samples(101));
  expect([never.status, never.headers['retry-after']]).toEqual([429, '60']);
  expect(await engine.metricsText()).toContain(
    'ampere_discarded_samples_total{reason="rate_limited",workspace="ws-1"} 152\n',
  );
});

test('metadata is kept; what is too long is refused by name, what is too much in silence', async () => {
  const { push, engine } = await setUp({ metadata_length: 10, metrics_with_metadata: 1 });
  const entry = (metricFamilyName: string, help: string) =>
    ({ type: 'counter', metricFamilyName, help, unit: '' }) as const;
  expect((await push(body({ metadata: [entry('a', 'x'), entry('b', 'x')] }))).status).toBe(200);
  const response = await push(body({ metadata: [entry('a', 'long\n'.repeat(3))] }));
  expect(response.status).toBe(400);
  expect(text(response)).toBe(
    '1 metadata help_too_long: metadata \'HELP\' value too long: "long\\nlong\\nlong\\n" metric "a"',
  );
  const metrics = await engine.metricsText();
  expect(metrics).toContain('ampere_ingested_metadata_total{workspace="ws-1"} 1\n');
  expect(metrics).toContain(
    'ampere_discarded_metadata_total{reason="too_many_metrics",workspace="ws-1"} 1\n',
  );
});

describe('disk trouble is a 503 that names no path', () => {
  const check = (code: 'full' | 'io', when: 'append' | 'commit', said: string) =>
    test(`${code} at ${when}`, async () => {
      const { push, storage, logged } = await setUp();
      const error = new DiskError(code, '/secret/place', `write /secret/place: ${code}`);
      if (when === 'append') storage.appendError = error;
      else storage.commitError = error;
      const response = await push(samples(1));
      expect([response.status, text(response)]).toEqual([503, said]);
      expect(response.headers['retry-after']).toBe('5');
      expect(logged.at(-1)).toMatchObject({
        level: 'error',
        message: 'samples could not be stored',
        fields: { workspace: 'ws-1', requestId: 'r-1' },
      });
      storage.appendError = undefined;
      storage.commitError = undefined;
      expect((await push(samples(1))).status).toBe(200);
    });

  check('full', 'commit', 'samples could not be stored: the disk is full; send them again');
  check('io', 'commit', 'samples could not be stored: the disk fails; send them again');
  check('full', 'append', 'samples could not be stored: the disk is full; send them again');
});

test('a log that can not keep up is a 503', async () => {
  const { push, storage } = await setUp();
  storage.appendError = new TsdbError('wal-unavailable', 'too much is waiting');
  const response = await push(samples(1));
  expect([response.status, response.headers['retry-after']]).toEqual([503, '5']);
});

test('the metrics of a deleted workspace go with it', async () => {
  const { push, engine } = await setUp();
  await push(samples(1));
  const ofReplica = (replica: string) =>
    body({
      timeseries: [
        {
          labels: [
            ['cluster', 'c'],
            ['__replica__', replica],
          ],
          samples: [{ timestampMs: 1000, value: 1 }],
        },
      ],
    });
  expect((await push(ofReplica('a'))).status).toBe(200);
  expect((await push(ofReplica('b'))).status).toBe(202);
  expect(await engine.metricsText()).toContain('ampere_ha_deduplicated_samples_total{workspace="ws-1"} 1');
  await engine.deleteTenant('ws-1');
  expect(await engine.metricsText()).not.toContain('ws-1');
  expect((await push(samples(1))).status).toBe(404);
});
