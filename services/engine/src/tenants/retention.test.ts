import { Limits, parseLimits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { FakeClock, NodeDisk } from '@ampere/platform';
import { expect, test } from 'vitest';
import { Engine } from '../engine.ts';
import { FakeStorages } from '../testing/fake-storage.ts';
import { makeGate } from '../testing/gate.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

async function setUp() {
  const dataDir = temporaryFolder();
  const storages = new FakeStorages();
  const clock = new FakeClock();
  const logged: string[] = [];
  const limits = new Limits(
    parseLimits({ workspaces: { week: { retention: '7d' }, ever: { retention: '0' } } }),
  );
  const open = () =>
    Engine.open({
      dataDir,
      limits,
      openStorage: storages.open,
      queryApi: { handle: () => Promise.reject(new Error('not asked here')) },
      registry: new Registry(),
      disk: new NodeDisk(),
      clock,
      log: (level, message) => logged.push(`${level}: ${message}`),
    });
  const first = await open();
  for (const id of ['ever', 'half-a-year', 'week']) await first.createTenant(id);
  await first.stop();
  const engine = await open();
  const storageOf = (id: string) => storages.byTenant.get(id)!;
  return { engine, clock, storageOf, logged };
}

/** Long enough for everything that waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

test('each workspace is truncated to its own retention, at the start and every hour', async () => {
  const { engine, clock, storageOf } = await setUp();
  const startMs = clock.nowMs();
  await settle();
  expect(storageOf('week').truncations).toEqual([startMs - 7 * DAY_MS]);
  expect(storageOf('half-a-year').truncations).toEqual([startMs - 150 * DAY_MS]);
  clock.advance(HOUR_MS - 1);
  await settle();
  expect(storageOf('week').truncations).toHaveLength(1);
  clock.advance(1);
  await settle();
  clock.advance(HOUR_MS);
  await settle();
  const hours = [0, 1, 2].map((hour) => startMs + hour * HOUR_MS - 7 * DAY_MS);
  expect(storageOf('week').truncations).toEqual(hours);
  expect(storageOf('ever').truncations).toEqual([]);
  const metrics = await engine.metricsText();
  expect(metrics).toContain('ampere_retention_runs_total{workspace="week"} 3\n');
  expect(metrics).toContain(`ampere_retention_last_pass_timestamp_seconds ${clock.nowMs() / 1000}\n`);
  await engine.deleteTenant('week');
  expect(await engine.metricsText()).not.toContain('workspace="week"');
});

test('one at a time, and no pass begins before the last one has ended', async () => {
  const { engine, clock, storageOf } = await setUp();
  await settle();
  const gate = makeGate();
  storageOf('half-a-year').gate = gate.promise;
  clock.advance(HOUR_MS);
  await settle();
  clock.advance(5 * HOUR_MS);
  await settle();
  expect(storageOf('half-a-year').truncations).toHaveLength(2);
  expect(storageOf('week').truncations).toHaveLength(1);
  gate.open();
  await settle();
  expect(storageOf('week').truncations).toHaveLength(2);
  await engine.stop();
  clock.advance(HOUR_MS);
  await settle();
  expect(storageOf('week').truncations).toHaveLength(2);
});

test('a failure is logged and counted, and does not keep the others or the next hour from it', async () => {
  const { engine, clock, storageOf, logged } = await setUp();
  await settle();
  storageOf('half-a-year').truncateError = new Error('the disk is full');
  clock.advance(HOUR_MS);
  await settle();
  clock.advance(HOUR_MS);
  await settle();
  expect(storageOf('week').truncations).toHaveLength(3);
  expect(logged.filter((line) => line.startsWith('error: samples older'))).toHaveLength(2);
  const metrics = await engine.metricsText();
  expect(metrics).toContain('ampere_retention_failures_total{workspace="half-a-year"} 2\n');
  expect(metrics).toContain('ampere_retention_runs_total{workspace="half-a-year"} 1\n');
});

test('deletion and stop wait for a truncation; what is deleted meanwhile is not touched', async () => {
  const { engine, clock, storageOf } = await setUp();
  await settle();
  const gate = makeGate();
  storageOf('half-a-year').gate = gate.promise;
  clock.advance(HOUR_MS);
  await settle();
  const deletion = engine.deleteTenant('half-a-year');
  await engine.deleteTenant('week');
  expect([storageOf('half-a-year').isClosed, storageOf('week').isClosed]).toEqual([false, true]);
  const stop = engine.stop();
  await settle();
  expect(storageOf('ever').isClosed).toBe(false);
  gate.open();
  await Promise.all([deletion, stop]);
  expect(storageOf('half-a-year').isClosed).toBe(true);
  expect(storageOf('week').truncations).toHaveLength(1);
});
