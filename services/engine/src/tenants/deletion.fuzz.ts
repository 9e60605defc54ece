// A workspace is made, written to, has blocks made of it and is deleted, beside one that stays; with every disk call
// failing in turn, or the power.
//
// Whatever the call: the one that stays has all that was acknowledged, once; the deleted one is out of reach
// as soon as the deletion was asked for. When the disk is well again, and the control plane asks once more, as it does
// until it is told of success, nothing of it is left on disk.

import { DiskError } from '@ampere/platform';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../engine.ts';
import { FaultyMachine, get, push, settle } from '../testing/faulty-machine.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const HOUR = 3_600_000;
const T = 1_699_999_200_000;
const STEPS = 10;
const STEP_MS = 30 * 60_000;
const LIMITS = { defaults: { sample_max_age: '10d' } };

class World extends FaultyMachine {
  /** Times of samples that were acknowledged, by workspace. */
  readonly acknowledged = new Map<string, number[]>([
    ['gone', []],
    ['stays', []],
  ]);
  isDeletionAsked = false;

  constructor() {
    super({ seed: SEED, nowMs: T, limits: LIMITS });
  }

  /** Goes on after failures when `isTough`. */
  async work(isTough: boolean): Promise<void> {
    const attempt = async (action: () => Promise<unknown>) => {
      try {
        await action();
      } catch (error) {
        if (!isTough || !(error instanceof DiskError)) throw error;
      }
    };
    const engine = await this.open();
    try {
      for (const id of this.acknowledged.keys()) await attempt(() => engine.createTenant(id));
      for (let step = 0; step < STEPS; step++) {
        this.clock.advance(STEP_MS);
        for (const [id, times] of this.acknowledged) {
          const timeMs = this.clock.nowMs();
          const series = [{ labels: { __name__: 'm', id }, samples: [[timeMs, step] as const] }];
          if ((await push(engine, id, series)).status === 200) times.push(timeMs);
        }
        await settle(this.clock);
      }
      this.isDeletionAsked = true;
      const deletion = attempt(() => engine.deleteTenant('gone'));
      expect((await get(engine, 'gone', 'labels')).status).toBe(404);
      await deletion;
      await settle(this.clock);
    } finally {
      // What can't be closed any more was killed.
      await attempt(() => engine.stop());
    }
  }

  async check(engine: Engine, context: string): Promise<void> {
    const query = `query?query=${encodeURIComponent('m[10h]')}&time=${T / 1000 + 9 * 3600}`;
    const times = this.acknowledged.get('stays')!;
    const { status, text } = await get(engine, 'stays', query);
    if (status === 404 && times.length === 0) return;
    expect(status, `${context}: ${text}`).toBe(200);
    const { result } = JSON.parse(text).data as {
      result: { metric: { id: string }; values: [number, string][] }[];
    };
    const found = result.flatMap(({ values }) => values.map(([timeS]) => Math.round(timeS * 1000)));
    expect(new Set(found).size, `${context}: no sample twice`).toBe(found.length);
    expect(found, context).toEqual(expect.arrayContaining(times));
    expect(
      result.every(({ metric }) => metric.id === 'stays'),
      context,
    ).toBe(true);
  }
}

describe(`every disk call in turn (seed ${SEED})`, () => {
  for (const kind of ['crash', 'io', 'full'] as const) {
    test(kind, { timeout: 600_000 }, async () => {
      const probe = new World();
      let deletionFrom = 0;
      probe.disk.failures = () => {
        if (probe.isDeletionAsked && deletionFrom === 0) deletionFrom = probe.disk.calls;
        return undefined;
      };
      await probe.work(false);
      expect(deletionFrom).toBeGreaterThan(0);
      const calls = probe.disk.calls;
      for (let call = 1; call <= calls; call++) {
        // In a short run: now and then one, and all of the deletion.
        const isClose = call >= deletionFrom && call < deletionFrom + 25;
        if (process.env['AMPERE_TEST_LONG'] !== '1' && !isClose && call % 97 !== SEED % 97) continue;
        const context = `call ${call} of ${calls}`;
        const world = new World();
        world.disk.failures = ({ number }) => {
          if (kind === 'crash') return number >= call ? 'io' : undefined;
          return number === call ? kind : undefined;
        };
        try {
          await world.work(kind !== 'crash');
        } catch (error) {
          if (!(error instanceof DiskError)) throw error;
        }
        world.disk.failures = () => undefined;
        if (kind === 'crash') world.disk.crash();
        else world.disk.kill();
        const engine = await world.open();
        await world.check(engine, context);
        await engine.deleteTenant('gone');
        expect((await get(engine, 'gone', 'labels')).status, context).toBe(404);
        await settle(world.clock);
        await world.check(engine, context);
        await engine.stop();
        const left = await world.disk.list('/data/workspaces');
        expect(
          left.filter((name) => name.includes('gone')),
          context,
        ).toEqual([]);
        const again = await world.open();
        expect((await get(again, 'gone', 'labels')).status, context).toBe(404);
        await again.stop();
      }
    });
  }
});

test('the scenario writes blocks', async () => {
  const world = new World();
  await world.work(false);
  const names = await world.disk.list('/data/workspaces/stays/tsdb');
  expect(names.filter((name) => name.length === 26).length).toBeGreaterThan(0);
  expect(world.acknowledged.get('stays')).toHaveLength(STEPS);
  expect(T + STEPS * STEP_MS).toBeLessThan(T + 9 * HOUR);
});
