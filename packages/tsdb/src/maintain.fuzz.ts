// Two days of samples with maintenance, once with every disk call failing in turn, or the power.
//
// Whatever the call: what was acknowledged is found with its bits, once; and when the disk is well again,
// maintenance comes to the same blocks, none of which overlap.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { describe, expect, test } from 'vitest';
import { TsdbError } from './errors.ts';
import { SEED } from './testing/blocks.ts';
import { isDiskFailure } from './testing/disk-failures.ts';
import { bitsOf, columnsOf, contentOf, sampleText, series, textOf } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';

const HOUR_MS = 3_600_000;
const START_MS = 1_699_999_200_000;
const STEP_MS = 20 * 60_000;
const RETENTION_MS = 100 * HOUR_MS;
const HOURS = 30;
const FOLDER = '/data/ws/tsdb';

class World {
  readonly random = new SeededRandom(SEED);
  readonly disk = new MemoryDisk(this.random);
  readonly clock = new FakeClock(START_MS);
  readonly acknowledged = new Map<string, string[]>();
  readonly sent = new Map<string, string[]>();

  async open(): Promise<Tsdb> {
    const { disk, clock, random } = this;
    return await Tsdb.open({
      folder: FOLDER,
      disk,
      clock,
      random,
      retentionMs: RETENTION_MS,
      segmentBytesMax: 3000,
    });
  }

  /** A step's samples: series that stay, one that comes and goes, one that is rare. */
  async write(tsdb: Tsdb, step: number): Promise<void> {
    const timeMs = START_MS + step * STEP_MS;
    const request = [
      series({ __name__: 'up', job: 'a' }, [timeMs, 1]),
      series({ __name__: 'up', job: 'b' }, [timeMs + 7, step]),
      series({ __name__: 'churn', run: `${Math.floor(step / 10)}` }, [timeMs, step / 3], [timeMs + 1, 0]),
      ...(step % 5 === 0 ? [series({ __name__: 'rare' }, [timeMs, step])] : []),
    ];
    const note = (into: Map<string, string[]>) => {
      for (const { labels, samples } of request) {
        const texts = samples.map(([time, value]) => sampleText(time, ...bitsOf(value)));
        into.set(textOf(labels), [...(into.get(textOf(labels)) ?? []), ...texts]);
      }
    };
    note(this.sent);
    tsdb.appender().append(columnsOf(request));
    await tsdb.appender().commit();
    note(this.acknowledged);
  }

  check(tsdb: Tsdb, context: string): void {
    const content = contentOf(tsdb.querier());
    for (const [key, samples] of Object.entries(content)) {
      expect(new Set(samples).size, `${context}: ${key} twice`).toBe(samples.length);
      expect(this.sent.get(key) ?? [], `${context}: ${key}`).toEqual(expect.arrayContaining(samples));
    }
    for (const [key, samples] of this.acknowledged) {
      expect(content[key] ?? [], `${context}: ${key}`).toEqual(expect.arrayContaining(samples));
    }
  }

  /** Which times the blocks stand for, from their meta.json. */
  async ranges(): Promise<[number, number][]> {
    const ranges: [number, number][] = [];
    for (const name of await this.disk.list(FOLDER)) {
      if (name.length !== 26) continue;
      const text = new TextDecoder().decode(await this.disk.readFile(`${FOLDER}/${name}/meta.json`));
      const { minTime, maxTime } = JSON.parse(text) as { minTime: number; maxTime: number };
      ranges.push([minTime, maxTime]);
    }
    return ranges.sort((a, b) => a[0] - b[0]);
  }
}

/** Writes on, maintaining every hour, and opens anew in the middle; goes on after failures when `isTough`. */
async function work(world: World, isTough: boolean): Promise<void> {
  const attempt = async (action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      if (!isTough || !isFault(error)) throw error;
    }
  };
  let tsdb = await world.open();
  const steps = (HOURS * HOUR_MS) / STEP_MS;
  for (let step = 0; step < steps; step++) {
    await attempt(() => world.write(tsdb, step));
    world.clock.advance(STEP_MS);
    if (step % 3 === 2) await attempt(() => tsdb.maintain(world.clock.nowMs()));
    if (step === Math.floor(steps / 2)) {
      await attempt(() => tsdb.close());
      tsdb = await world.open();
    }
  }
  await tsdb.close();
}

function isFault(error: unknown): boolean {
  return error instanceof TsdbError || isDiskFailure(error);
}

describe(`every disk call in turn (seed ${SEED})`, () => {
  for (const kind of ['crash', 'io', 'full'] as const) {
    test(kind, async () => {
      const probe = new World();
      const blockNamings: number[] = [];
      probe.disk.failures = ({ number, name, path }) => {
        if (name === 'rename' && path.endsWith('.tmp-for-creation')) blockNamings.push(number);
        return undefined;
      };
      await work(probe, false);
      const calls = probe.disk.calls;
      const wanted = await probe.ranges();
      expect(wanted.length).toBeGreaterThan(2);
      expect(wanted.at(-1)![1]).toBeGreaterThan(START_MS + (HOURS - 5) * HOUR_MS);
      for (let call = 1; call <= calls; call++) {
        // In a short run: now and then one, and the ways from blocks that are named to a log that is cut.
        const isClose = (kind === 'crash' ? [2, 9] : [5]).some(
          (i) => call >= blockNamings[i]! - 2 && call < blockNamings[i]! + 20,
        );
        if (process.env['AMPERE_TEST_LONG'] !== '1' && !isClose && call % 199 !== SEED % 199) continue;
        const context = `call ${call} of ${calls}`;
        const world = new World();
        world.disk.failures = ({ number }) => {
          if (kind === 'crash') return number >= call ? 'io' : undefined;
          return number === call ? kind : undefined;
        };
        try {
          await work(world, kind !== 'crash');
        } catch (error) {
          if (!isFault(error)) throw error;
        }
        world.disk.failures = () => undefined;
        if (kind === 'crash') world.disk.crash();
        const tsdb = await world.open();
        expect(tsdb.stats().blocksDamaged, context).toBe(0);
        world.check(tsdb, context);
        if (kind === 'crash') {
          const blocksEnd = (await world.ranges()).map(([, endMs]) => endMs);
          const { minTimeMs = Infinity } = tsdb.stats();
          expect(minTimeMs, `${context}: the head has what a block serves`).toBeGreaterThanOrEqual(
            Math.max(...blocksEnd),
          );
        }
        for (let i = 0; i < 12; i++) {
          world.clock.advance(1000);
          await tsdb.maintain(world.clock.nowMs());
        }
        world.check(tsdb, context);
        const ranges = await world.ranges();
        for (let i = 1; i < ranges.length; i++) {
          expect(ranges[i]![0], context).toBeGreaterThanOrEqual(ranges[i - 1]![1]);
        }
        const names = await world.disk.list(FOLDER);
        expect(
          names.filter((name) => name.includes('.tmp')),
          context,
        ).toEqual([]);
        await tsdb.close();
      }
    });
  }
});
