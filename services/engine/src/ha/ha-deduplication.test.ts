// Two replicas of a Prometheus push to one engine: what is answered, what is stored.

import { Limits, parseLimits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest, type OutgoingWriteRequest } from '@ampere/remote-write';
import { expect, test } from 'vitest';
import { Engine } from '../engine.ts';
import { tsdbStorage } from '../tenants/tsdb-storage.ts';

type Pairs = Record<string, string>;

async function setUp(limits: Record<string, unknown> = {}) {
  const disk = new MemoryDisk(new SeededRandom(1));
  const clock = new FakeClock();
  const all = new Limits(parseLimits({ defaults: limits }));
  const log = () => {};
  const open = () =>
    Engine.open({
      dataDir: '/data',
      limits: all,
      openStorage: tsdbStorage({
        limits: all,
        fsync: 'always',
        disk,
        clock,
        random: new SeededRandom(1),
        log,
      }),
      queryApi: {
        // Answers with all label sets.
        handle: async (_, tenant) => {
          const querier = tenant.querier();
          const all = querier.series({ startMs: 0, endMs: 2 ** 50, limit: 0 }, []);
          const body = new TextEncoder().encode(
            JSON.stringify(all.map((labels) => Object.fromEntries(labels))),
          );
          querier.close();
          return { status: 200, headers: {}, body };
        },
      },
      registry: new Registry(),
      disk,
      clock,
      log,
    });
  const engine = await open();
  await engine.createTenant('ws-1');
  return { disk, clock, open, engine };
}

const REQUEST = { tenant: 'ws-1', search: '', headers: {}, principalArn: '', requestId: 'r-1' };

async function send(engine: Engine, request: OutgoingWriteRequest): Promise<[number, string]> {
  const body = encodeSnappy(encodeWriteRequest(request));
  const response = await engine.request({ ...REQUEST, method: 'POST', path: '/api/v1/push', body });
  return [response.status, new TextDecoder().decode(response.body as Uint8Array).trimEnd()];
}

/** A request with a sample of each label set, all at one time. */
function push(engine: Engine, timestampMs: number, ...series: Pairs[]): Promise<[number, string]> {
  const timeseries = series.map((labels) => ({
    labels: Object.entries({ __name__: 'm', ...labels }),
    samples: [{ timestampMs, value: 1 }],
  }));
  return send(engine, { timeseries });
}

async function stored(engine: Engine): Promise<Pairs[]> {
  const path = '/prometheus/api/v1/series';
  const response = await engine.request({ ...REQUEST, method: 'GET', path, body: new Uint8Array(0) });
  const series = JSON.parse(new TextDecoder().decode(response.body as Uint8Array)) as Pairs[];
  return series.sort((a, b) => Number(a['i']) - Number(b['i']));
}

const A = { cluster: 'c', __replica__: 'a' };
const B = { cluster: 'c', __replica__: 'b' };

test('one replica is stored without its label, the other is answered 202, until the first is silent', async () => {
  const { engine, clock } = await setUp();
  expect(await push(engine, clock.nowMs(), { ...A, i: '1' }, { ...A, i: '2' })).toEqual([200, '']);
  expect(await push(engine, clock.nowMs(), { ...B, i: '1' }, { ...B, i: '3' })).toEqual([
    202,
    'replicas did not match, rejecting sample: replica="b", elected="a"',
  ]);
  expect(await stored(engine)).toEqual([
    { __name__: 'm', cluster: 'c', i: '1' },
    { __name__: 'm', cluster: 'c', i: '2' },
  ]);
  clock.advance(30_000);
  expect(await push(engine, clock.nowMs(), { ...B, i: '3' })).toEqual([200, '']);
  expect((await push(engine, clock.nowMs(), { ...A, i: '1' }))[0]).toBe(202);
  expect(await stored(engine)).toHaveLength(3);
  const metrics = await engine.metricsText();
  expect(metrics).toContain('ampere_ha_deduplicated_samples_total{workspace="ws-1"} 3\n');
  expect(metrics).toContain('ampere_ha_elections_total{workspace="ws-1"} 2\n');
  expect(metrics).toContain(
    `ampere_ha_elected_replica_timestamp_seconds{workspace="ws-1",cluster="c",replica="b"} ${clock.nowMs() / 1000}\n`,
  );
  expect(metrics).toContain('ampere_ingested_samples_total{workspace="ws-1"} 3\n');
});

test('in a mixed request each series is treated by itself', async () => {
  const { engine, clock } = await setUp();
  await push(engine, clock.nowMs(), { ...A, i: '1' });
  const mixed = [
    { ...B, i: '2' },
    { cluster: 'd', __replica__: 'b', i: '3' },
    { ...A, i: '4' },
    { cluster: 'c', i: '5' },
    { __replica__: 'b', i: '6' },
    { ...B, i: '7' },
    { i: '8' },
  ];
  expect(await push(engine, clock.nowMs(), ...mixed)).toEqual([200, '']);
  expect(await stored(engine)).toEqual([
    { __name__: 'm', cluster: 'c', i: '1' },
    { __name__: 'm', cluster: 'd', i: '3' },
    { __name__: 'm', cluster: 'c', i: '4' },
    { __name__: 'm', cluster: 'c', i: '5' },
    { __name__: 'm', __replica__: 'b', i: '6' },
    { __name__: 'm', i: '8' },
  ]);
  const metrics = await engine.metricsText();
  expect(metrics).toContain('ampere_ha_deduplicated_samples_total{workspace="ws-1"} 2\n');
  expect(metrics).toContain('ampere_ha_incomplete_samples_total{missing="__replica__",workspace="ws-1"} 1\n');
  expect(metrics).toContain('ampere_ha_incomplete_samples_total{missing="cluster",workspace="ws-1"} 1\n');
});

test('an election that was acknowledged survives a power failure', async () => {
  const { engine, clock, disk, open } = await setUp();
  await push(engine, clock.nowMs(), A);
  disk.crash();
  const again = await open();
  expect((await push(again, clock.nowMs() + 1, B))[0]).toBe(202);
  expect((await push(again, clock.nowMs() + 1, A))[0]).toBe(200);
});

test('an election that can not be written is a 503', async () => {
  const { engine, clock, disk } = await setUp();
  disk.failures = ({ path }) => (path.includes('ha.json') ? 'full' : undefined);
  const full = 'samples could not be stored: the disk is full; send them again';
  expect(await push(engine, clock.nowMs(), A)).toEqual([503, full]);
  expect(await push(engine, clock.nowMs(), A)).toEqual([503, full]);
  disk.failures = () => undefined;
  expect(await push(engine, clock.nowMs(), A)).toEqual([200, '']);
});

test('what is refused of the elected replica is a 400; dropped samples need no room under the rate', async () => {
  const { engine, clock } = await setUp({ label_value_length: 5, ingestion_rate: 1, ingestion_burst: 2 });
  expect((await push(engine, clock.nowMs(), { ...A, i: 'too long' }, A))[0]).toBe(400);
  expect((await push(engine, clock.nowMs(), B, { ...B, i: '1' }, { ...B, i: '2' }))[0]).toBe(202);
  expect((await push(engine, clock.nowMs() + 1, A))[0]).toBe(429);
});
