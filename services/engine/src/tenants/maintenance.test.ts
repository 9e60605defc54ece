import { Limits, parseLimits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { FakeClock, NodeDisk } from '@ampere/platform';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { Engine } from '../engine.ts';
import { FakeStorages } from '../testing/fake-storage.ts';
import { makeGate } from '../testing/gate.ts';

const MINUTE_MS = 60_000;

async function setUp() {
  const dataDir = temporaryFolder();
  const storages = new FakeStorages();
  const clock = new FakeClock();
  const logged: string[] = [];
  const limits = new Limits(parseLimits(undefined));
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

test('each workspace is looked after at the start and every minute', async () => {
  const { engine, clock, storageOf } = await setUp();
  const startMs = clock.nowMs();
  await settle();
  expect(storageOf('week').maintained).toEqual([startMs]);
  expect(storageOf('ever').maintained).toEqual([startMs]);
  clock.advance(MINUTE_MS - 1);
  await settle();
  expect(storageOf('week').maintained).toHaveLength(1);
  clock.advance(1);
  await settle();
  clock.advance(MINUTE_MS);
  await settle();
  expect(storageOf('week').maintained).toEqual([0, 1, 2].map((minute) => startMs + minute * MINUTE_MS));
  const metrics = await engine.metricsText();
  expect(metrics).toContain('ampere_maintenance_runs_total{workspace="week"} 3\n');
  expect(metrics).toContain(`ampere_maintenance_last_pass_timestamp_seconds ${clock.nowMs() / 1000}\n`);
  await engine.deleteTenant('week');
  expect(await engine.metricsText()).not.toContain('workspace="week"');
});

test('one at a time, and no pass begins before the last one has ended', async () => {
  const { engine, clock, storageOf } = await setUp();
  await settle();
  const gate = makeGate();
  storageOf('half-a-year').gate = gate.promise;
  clock.advance(MINUTE_MS);
  await settle();
  clock.advance(5 * MINUTE_MS);
  await settle();
  expect(storageOf('half-a-year').maintained).toHaveLength(2);
  expect(storageOf('week').maintained).toHaveLength(1);
  gate.open();
  await settle();
  expect(storageOf('week').maintained).toHaveLength(2);
  await engine.stop();
  clock.advance(MINUTE_MS);
  await settle();
  expect(storageOf('week').maintained).toHaveLength(2);
});

test('a failure is logged and counted, and does not keep the others or the next pass from it', async () => {
  const { engine, clock, storageOf, logged } = await setUp();
  await settle();
  storageOf('half-a-year').maintainError = new Error('the disk is full');
  clock.advance(MINUTE_MS);
  await settle();
  clock.advance(MINUTE_MS);
  await settle();
  expect(storageOf('week').maintained).toHaveLength(3);
  expect(logged.filter((line) => line.startsWith('error: the maintenance'))).toHaveLength(2);
  const metrics = await engine.metricsText();
  expect(metrics).toContain('ampere_maintenance_failures_total{workspace="half-a-year"} 2\n');
  expect(metrics).toContain('ampere_maintenance_runs_total{workspace="half-a-year"} 1\n');
});

test('deletion and stop interrupt the maintenance and wait for it; what is deleted meanwhile is not touched', async () => {
  const { engine, clock, storageOf } = await setUp();
  await settle();
  const gate = makeGate();
  storageOf('half-a-year').gate = gate.promise;
  clock.advance(MINUTE_MS);
  await settle();
  const deletion = engine.deleteTenant('half-a-year');
  await engine.deleteTenant('week');
  expect([storageOf('half-a-year').isClosed, storageOf('week').isClosed]).toEqual([false, true]);
  const stop = engine.stop();
  await settle();
  expect(storageOf('ever').isClosed).toBe(false);
  gate.open();
  await Promise.all([deletion, stop]);
  expect(storageOf('half-a-year').isInterrupted).toBe(true);
  expect(storageOf('half-a-year').isClosed).toBe(true);
  expect(storageOf('week').maintained).toHaveLength(1);
});
