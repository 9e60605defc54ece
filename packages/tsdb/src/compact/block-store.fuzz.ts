// A store of blocks under random work, compared with a model; and with every disk call failing in turn.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { Matcher } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import {
  addSample,
  EVER,
  linesOf,
  type Model,
  randomModel,
  readAll,
  rounds,
  SEED,
  writeBlock,
} from '../testing/blocks.ts';
import { isDiskFailure } from '../testing/disk-failures.ts';
import { BlockStore } from './block-store.ts';

const FOLDER = '/data/blocks';
const HOUR_MS = 3_600_000;
const RANGES_MS = [2 * HOUR_MS, 6 * HOUR_MS, 18 * HOUR_MS];

class World {
  readonly random: SeededRandom;
  readonly disk: MemoryDisk;
  readonly clock = new FakeClock();
  /** What must be there. */
  model: Model = new Map();
  /** All that was ever written or attempted to be. */
  readonly attempted = new Set<string>();

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.disk = new MemoryDisk(this.random);
  }

  async open(): Promise<BlockStore> {
    await this.disk.makeFolder(FOLDER);
    const { disk, clock, random } = this;
    return await BlockStore.open({
      folder: FOLDER,
      disk,
      clock,
      random,
      rangesMs: RANGES_MS,
      samplesPerChunk: 200,
    });
  }

  /** Adds a block of a 2 h range; where samples are there already, they have the same values. */
  async write(range: number): Promise<void> {
    this.clock.advance(1000);
    const rangeMs = { minTime: range * 2 * HOUR_MS, maxTime: (range + 1) * 2 * HOUR_MS };
    const made = randomModel(this.random, rangeMs.minTime, rangeMs.maxTime, 1 + this.random.integer(20), 100);
    for (const [key, { samples }] of made) {
      for (const timeMs of samples.keys()) {
        const known = this.model.get(key)?.samples.get(timeMs);
        if (known !== undefined) samples.set(timeMs, known);
      }
    }
    for (const line of linesOf(made)) this.attempted.add(line);
    const { disk, clock, random } = this;
    await writeBlock(made, { folder: FOLDER, disk, clock, random, rangeMs });
    for (const { labels, samples } of made.values()) {
      for (const [timeMs, bits] of samples) addSample(this.model, labels, timeMs, bits);
    }
  }

  forget(startMs: number, endMs: number, matchers: readonly Matcher[]): void {
    for (const { labels, samples } of this.model.values()) {
      if (!matchers.every((matcher) => matcher.matches(labels.get(matcher.name)))) continue;
      for (const timeMs of samples.keys()) if (timeMs >= startMs && timeMs <= endMs) samples.delete(timeMs);
    }
  }
}

function lines(store: BlockStore): string[] {
  const querier = store.querier(EVER.startMs, EVER.endMs);
  try {
    return readAll(querier);
  } finally {
    querier.close();
  }
}

describe(`random work (seed ${SEED})`, () => {
  for (let round = 0; round < rounds(8); round++) {
    test(`round ${round}`, async () => {
      const world = new World(SEED + 104_729 * round);
      const { random } = world;
      let store = await world.open();
      for (let step = 0; step < 40; step++) {
        const choice = random.integer(10);
        if (choice < 4) {
          await world.write(random.integer(12));
          await store.reload();
        } else if (choice < 7) await store.compact();
        else if (choice < 8) {
          const startMs = random.integer(24) * HOUR_MS;
          const matchers = [new Matcher('job', '=~', 'a.*|')];
          const endMs = startMs + random.integer(4 * HOUR_MS);
          await store.deleteSamples(startMs, endMs, matchers);
          world.forget(startMs, endMs, matchers);
        } else if (choice < 9) {
          // Overlapping blocks are merged first: else samples that another block has too would stay.
          while ((await store.compact()).length > 0);
          const removed = await store.removeBefore(random.integer(4) * 2 * HOUR_MS);
          for (const { minTime, maxTime } of removed) world.forget(minTime, maxTime - 1, []);
        } else {
          await store.close();
          store = await world.open();
        }
        expect(lines(store), `step ${step}`).toEqual(linesOf(world.model));
      }
      while ((await store.compact()).length > 0) expect(lines(store)).toEqual(linesOf(world.model));
      const sorted = store.blocks.map(({ meta }) => meta);
      for (let i = 1; i < sorted.length; i++) {
        expect(sorted[i]!.minTime).toBeGreaterThanOrEqual(sorted[i - 1]!.maxTime);
      }
      expect((await world.disk.list(FOLDER)).sort()).toEqual(sorted.map((meta) => meta.ulid).sort());
    });
  }
});

/** Blocks of many ranges, one of them twice; compaction as far as it goes; then retention of the first. */
async function work(world: World): Promise<void> {
  const store = await world.open();
  for (const range of [-6, 0, 1, 2, 1, 4, 5]) {
    await world.write(range);
    await store.reload();
  }
  while ((await store.compact()).length > 0);
  world.forget(-(2 ** 52), -1, []);
  expect(await store.removeBefore(0)).toHaveLength(1);
}

describe(`every disk call in turn (seed ${SEED})`, () => {
  for (const kind of ['crash', 'io', 'full'] as const) {
    test(kind, async () => {
      const probe = new World(SEED);
      await work(probe);
      const calls = probe.disk.calls;
      expect(calls).toBeGreaterThan(150);
      const stride = process.env['AMPERE_TEST_LONG'] === '1' ? 1 : 7;
      for (let call = 1 + (SEED % stride); call <= calls; call += stride) {
        const world = new World(SEED);
        world.disk.failures = ({ number }) => {
          if (kind === 'crash') return number >= call ? 'io' : undefined;
          return number === call ? kind : undefined;
        };
        try {
          await work(world);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          expect(isDiskFailure(error), `call ${call}: ${error.stack}`).toBe(true);
        }
        world.disk.failures = () => undefined;
        if (kind === 'crash') world.disk.crash();
        const store = await world.open();
        expect(store.damaged, `call ${call}`).toEqual([]);
        const found = new Set(lines(store));
        for (const line of found) expect(world.attempted.has(line), `call ${call}: ${line}`).toBe(true);
        for (const line of linesOf(world.model)) expect(found.has(line), `call ${call}: ${line}`).toBe(true);
        while ((await store.compact()).length > 0);
        const after = new Set(lines(store));
        expect(
          [...found].every((line) => after.has(line)),
          `call ${call}`,
        ).toBe(true);
        expect(after.size, `call ${call}`).toBe(found.size);
        const names = await world.disk.list(FOLDER);
        expect(
          names.filter((name) => name.includes('.tmp')),
          `call ${call}`,
        ).toEqual([]);
      }
    });
  }
});
