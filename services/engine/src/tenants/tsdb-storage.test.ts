import { Limits, parseLimits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { expect, test } from 'vitest';
import { Engine } from '../engine.ts';
import { tsdbStorage } from './tsdb-storage.ts';

const clock = new FakeClock();

function open(disk: MemoryDisk, section?: unknown): Promise<Engine> {
  const limits = new Limits(parseLimits(section));
  const log = () => {};
  return Engine.open({
    dataDir: '/data',
    limits,
    openStorage: tsdbStorage({ limits, fsync: 'always', disk, clock, random: new SeededRandom(1), log }),
    queryApi: {
      // Answers with the values of the label i.
      handle: async (_, tenant) => {
        const querier = tenant.querier();
        const values = querier.labelValues('i', { startMs: 0, endMs: 2 ** 50, limit: 0 }, []);
        querier.close();
        return { status: 200, headers: { values: values.join() }, body: new Uint8Array(0) };
      },
    },
    registry: new Registry(),
    disk,
    clock,
    log,
  });
}

const REQUEST = { tenant: 'ws-1', search: '', headers: {}, principalArn: '', requestId: 'r-1' };

async function push(engine: Engine, ...values: string[]): Promise<[number, string]> {
  const timeseries = values.map((i) => ({
    labels: [
      ['__name__', 'm'],
      ['i', i],
    ] as [string, string][],
    samples: [{ timestampMs: clock.nowMs(), value: 1 }],
  }));
  const body = encodeSnappy(encodeWriteRequest({ timeseries }));
  const response = await engine.request({ ...REQUEST, method: 'POST', path: '/api/v1/push', body });
  return [response.status, new TextDecoder().decode(response.body as Uint8Array).trimEnd()];
}

async function valuesIn(engine: Engine): Promise<string | undefined> {
  const body = new Uint8Array(0);
  const path = '/prometheus/api/v1/label/i/values';
  return (await engine.request({ ...REQUEST, method: 'GET', path, body })).headers['values'];
}

test('what was answered 200 survives a power failure', async () => {
  const disk = new MemoryDisk(new SeededRandom(7));
  const engine = await open(disk);
  await engine.createTenant('ws-1');
  expect(await push(engine, 'a', 'b')).toEqual([200, '']);
  expect(await push(engine, 'c')).toEqual([200, '']);
  disk.crash();
  const again = await open(disk);
  expect(await valuesIn(again)).toBe('a,b,c');
  expect(await push(again, 'd')).toEqual([200, '']);
  expect(await again.metricsText()).toContain('ampere_storage_series{workspace="ws-1"} 4\n');
});

test('the limits of the workspace hold', async () => {
  const engine = await open(new MemoryDisk(new SeededRandom(7)), {
    workspaces: { 'ws-1': { active_series: 2, label_value_length: 3 } },
  });
  await engine.createTenant('ws-1');
  const [status, text] = await push(engine, 'a', 'long', 'b', 'c');
  expect([status, await valuesIn(engine)]).toEqual([400, 'a,b']);
  expect(text).toMatch(/^2 of 4 samples refused, 2 stored; 1 /);
  expect(text).toContain('per-user series limit of 2 exceeded');
  expect(text).toContain('label_value_too_long');
});

test('a disk that fails is a 503, and when it works again the samples are taken', async () => {
  const disk = new MemoryDisk(new SeededRandom(7));
  const engine = await open(disk);
  await engine.createTenant('ws-1');
  expect(await push(engine, 'a')).toEqual([200, '']);
  disk.failures = () => 'full';
  expect(await push(engine, 'b')).toEqual([
    503,
    'samples could not be stored: the disk is full; send them again',
  ]);
  disk.failures = () => undefined;
  expect(await push(engine, 'b')).toEqual([200, '']);
  disk.crash();
  expect(await valuesIn(await open(disk))).toBe('a,b');
});
