// Any bytes in any headers: the engine answers each request, with a status of the client's fault or 200.

import { Limits, parseLimits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { FakeClock, NodeDisk, SeededRandom } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest, encodeWriteRequestV2 } from '@ampere/remote-write';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { Engine } from '../engine.ts';
import { FakeStorages } from '../testing/fake-storage.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 200_000 : 4000;

const V2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';
const HEADER_VALUES = [
  '',
  'snappy',
  'application/x-protobuf',
  V2,
  'a/b; proto=',
  ';;==""',
  '0.1.0',
  '\u00ff"',
];

test(`whatever is pushed is answered (seed ${seed})`, async () => {
  const random = new SeededRandom(seed);
  const storages = new FakeStorages();
  const failures: unknown[] = [];
  const engine = await Engine.open({
    dataDir: temporaryFolder(),
    limits: new Limits(parseLimits({ defaults: { request_size: '4 KB', ingestion_rate: 0 } })),
    openStorage: storages.open,
    queryApi: { handle: () => Promise.reject(new Error('not asked here')) },
    registry: new Registry(),
    disk: new NodeDisk(),
    clock: new FakeClock(),
    log: (level, message, fields) => level === 'error' && failures.push({ message, fields }),
  });
  await engine.createTenant('ws-1');
  const series = {
    labels: [
      ['__name__', 'm'],
      ['a', 'b'],
    ] as [string, string][],
    samples: [{ timestampMs: 1, value: 1 }],
  };
  const metadata = { type: 'gauge', help: 'h', unit: 'u' } as const;
  const good = encodeWriteRequest({
    timeseries: [series],
    metadata: [{ ...metadata, metricFamilyName: 'm' }],
  });
  const goodV2 = encodeWriteRequestV2([{ ...series, metadata }]);
  const statuses = new Map<number, number>();
  for (let round = 0; round < rounds; round++) {
    const isV2 = random.integer(2) === 0;
    const raw = random.integer(3) === 0 ? random.bytes(random.integer(200)) : (isV2 ? goodV2 : good).slice();
    for (let i = random.integer(4); i > 0 && raw.length > 0; i--)
      raw[random.integer(raw.length)] = random.integer(256);
    const body = random.integer(4) === 0 ? raw : encodeSnappy(raw);
    const odd = (): string => HEADER_VALUES[random.integer(HEADER_VALUES.length)]!;
    const usual: Record<string, string> = isV2 ? { 'content-type': V2 } : {};
    const headers = random.integer(4) === 0 ? { 'content-type': odd(), 'content-encoding': odd() } : usual;
    const response = await engine.request({
      tenant: 'ws-1',
      method: 'POST',
      path: '/api/v1/push',
      search: '',
      headers,
      body,
      principalArn: '',
      requestId: `r-${round}`,
    });
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  }
  expect(failures).toEqual([]);
  expect([...statuses.keys()].filter((status) => ![200, 400, 413, 415].includes(status))).toEqual([]);
  expect(statuses.get(200)).toBeGreaterThan(0);
  expect(statuses.get(400)).toBeGreaterThan(0);
});
