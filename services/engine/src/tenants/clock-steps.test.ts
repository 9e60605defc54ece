// The wall clock steps, by hours or years, forwards and backwards: nothing that is stored goes or becomes
// wrong, and what is measured in minutes isn't, because it follows the monotonic clock.

import { expect, test } from 'vitest';
import type { Engine } from '../engine.ts';
import { FaultyMachine, get, push, settle } from '../testing/faulty-machine.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const T = 1_699_999_200_000;
const TENANT = 'ws-1';

async function setUp(limits: Record<string, unknown> = {}) {
  const machine = new FaultyMachine({ nowMs: T, limits: { defaults: limits } });
  const engine = await machine.open();
  await engine.createTenant(TENANT);
  return { machine, engine, clock: machine.clock };
}

/** Writes one sample to some series at the clock's time; the status. */
async function write(engine: Engine, timeMs: number, ...names: string[]): Promise<number> {
  const series = names.map((name) => ({ labels: { __name__: name }, samples: [[timeMs, 1] as const] }));
  return (await push(engine, TENANT, series)).status;
}

/** Times of a metric's samples in twenty days around the beginning. */
async function timesOf(engine: Engine, name: string): Promise<number[]> {
  const time = (T + 10 * DAY) / 1000;
  const { text } = await get(engine, TENANT, `query?query=${name}%5B20d%5D&time=${time}`);
  const [series] = JSON.parse(text).data.result as { values: [number, string][] }[];
  return series?.values.map(([timeS]) => Math.round(timeS * 1000)) ?? [];
}

test('retention and blocks: a clock that is far ahead for a while removes nothing', async () => {
  const { machine, engine, clock } = await setUp({ retention: '2d', sample_max_age: '1h' });
  const written: number[] = [];
  for (let i = 0; i < 20; i++) {
    written.push(clock.nowMs());
    expect(await write(engine, clock.nowMs(), 'm')).toBe(200);
    clock.advance(30 * MINUTE);
    await settle(clock);
  }
  for (const stepMs of [400 * DAY, -800 * DAY]) {
    clock.stepWall(stepMs);
    clock.advance(2 * MINUTE);
    await settle(clock);
    expect(await timesOf(engine, 'm')).toEqual(written);
    clock.stepWall(-stepMs);
  }
  // Right again, it goes on as if nothing had been.
  written.push(clock.nowMs());
  expect(await write(engine, clock.nowMs(), 'm')).toBe(200);
  await engine.stop();
  const again = await machine.open();
  expect(await timesOf(again, 'm')).toEqual(written);
  expect(await again.metricsText()).toMatch(/ampere_storage_blocks\{workspace="ws-1"\} [1-9]/);
  await again.stop();
});

test('samples are taken at the time that the clock shows, and a clock that went back takes older ones', async () => {
  const { engine, clock } = await setUp({ sample_max_age: '1h' });
  clock.stepWall(5 * HOUR);
  expect(await write(engine, T, 'a')).toBe(400);
  expect(await write(engine, T + 5 * HOUR, 'a')).toBe(200);
  clock.stepWall(-5 * HOUR);
  expect(await write(engine, T, 'b')).toBe(200);
  expect(await timesOf(engine, 'a')).toEqual([T + 5 * HOUR]);
  expect(await timesOf(engine, 'b')).toEqual([T]);
  await engine.stop();
});

test('active series are counted by time that passed', async () => {
  const { engine, clock } = await setUp({ active_series: 2, sample_max_age: 0 });
  expect(await write(engine, T, 'a', 'b')).toBe(200);
  for (const stepMs of [-DAY, 2 * DAY]) {
    clock.stepWall(stepMs);
    expect(await write(engine, clock.nowMs(), 'c')).toBe(400);
    expect(await engine.metricsText()).toContain('ampere_storage_active_series{workspace="ws-1"} 2\n');
  }
  clock.advance(6 * MINUTE);
  expect(await write(engine, clock.nowMs(), 'c')).toBe(200);
  await engine.stop();
});

test('the ingestion rate is refilled by time that passed', async () => {
  const { engine, clock } = await setUp({ ingestion_rate: 1, ingestion_burst: 2, sample_max_age: 0 });
  expect(await write(engine, T, 'a', 'b')).toBe(200);
  for (const stepMs of [-DAY, 2 * DAY]) {
    clock.stepWall(stepMs);
    expect(await write(engine, T + 1, 'a')).toBe(429);
  }
  clock.advance(1000);
  expect(await write(engine, T + 1, 'a')).toBe(200);
  await engine.stop();
});

test('a replica keeps its election over steps of the clock, and loses it by silence', async () => {
  const { engine, clock } = await setUp({ sample_max_age: 0 });
  let timeMs = T;
  const from = (replica: string) => {
    const labels = { __name__: 'm', __replica__: replica, cluster: 'c' };
    return push(engine, TENANT, [{ labels, samples: [[++timeMs, 1]] }]);
  };
  const count = async () => (await timesOf(engine, 'm')).length;
  await from('a');
  for (const stepMs of [-DAY, 2 * DAY]) {
    clock.stepWall(stepMs);
    expect((await from('b')).status).toBe(202);
    expect(await count()).toBe(1);
  }
  clock.advance(31_000);
  expect((await from('b')).status).toBe(200);
  expect(await count()).toBe(2);
  await engine.stop();
});
