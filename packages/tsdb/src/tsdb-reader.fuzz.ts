// Threads read a database without pause while it is appended to, sealed, forgotten, and its series come and go: what
// each reading sees must be every series whole, up to some moment. Then with blocks that come, are compacted and go.

import { join } from 'node:path';
import { FakeClock, MemoryDisk, NodeDisk, SeededRandom } from '@ampere/platform';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ReaderThreads } from './testing/reader-threads.ts';
import { columnsOf } from './testing/requests.ts';
import { type Expectation, roundOf, START_MS, type SteadySeries } from './testing/steady-series.ts';
import { Tsdb } from './tsdb.ts';

const isLong = process.env['AMPERE_TEST_LONG'] === '1';
const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const IMMORTALS = 60;
/** Readings that a run has at least. */
const READS_MIN = 12;
/** Blocks are kept so long. */
const KEPT_MS = 12 * 3_600_000;

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Series that are there from beginning to end, and others that come and go. */
function population(random: SeededRandom, rounds: number): SteadySeries[] {
  const all: SteadySeries[] = [];
  for (let id = 0; id < IMMORTALS; id++) all.push({ id, born: 0, dies: Number.POSITIVE_INFINITY });
  for (let born = 0; born < rounds; born += 1 + random.integer(8)) {
    const dies = born + 1 + random.integer(200);
    for (let i = random.integer(12); i > 0; i--) all.push({ id: all.length, born, dies });
  }
  return all;
}

/** Whoever waits for the next turn gets it, whether time goes on or not. */
class TurningClock extends FakeClock {
  override after(_delayMs: number, callback: () => void): { cancel: () => void } {
    const turn = setImmediate(callback);
    return { cancel: () => clearImmediate(turn) };
  }
}

function expectation(tsdb: Tsdb, stepMs: number, written: number): Expectation {
  const { oldestTimeMs: floorMs = START_MS } = tsdb.stats();
  return { stepMs, floorMs, written, immortals: written > 0 ? IMMORTALS : 0 };
}

test(`AMPERE_SEED=${seed} readers beside a writer that forgets`, async () => {
  const random = new SeededRandom(seed);
  const rounds = isLong ? 20_000 : 700;
  const all = population(random, rounds);
  const tsdb = await Tsdb.open({
    folder: '/d',
    disk: new MemoryDisk(random),
    clock: new FakeClock(START_MS),
    random,
  });
  let written = 0;
  const stepMs = 1000;
  const readers = await ReaderThreads.start(tsdb, 2, 3, () => expectation(tsdb, stepMs, written));
  const forgetting: Promise<void>[] = [];
  let taken = 0;
  for (let round = 0; round < rounds && readers.failures.length === 0; round++) {
    const outcome = tsdb.appender().append(columnsOf(roundOf(all, round, stepMs)));
    const { refusals } = outcome;
    expect(refusals).toEqual([]);
    expect(outcome.appended + outcome.histograms).toBeGreaterThanOrEqual(IMMORTALS);
    written = round + 1;
    if (round % 50 === 49) await tsdb.appender().commit();
    if (round % 100 === 99) {
      const before = tsdb.stats().series;
      forgetting.push(
        tsdb.truncate(START_MS + (round - 250 + random.integer(100)) * stepMs).then(() => {
          if (tsdb.stats().series < before) taken++;
        }),
      );
    }
    if (round % 2 === 1) await tick();
  }
  // On a busy machine the readers may have had few turns.
  while (readers.reads < READS_MIN && readers.failures.length === 0) await tick();
  await readers.stop();
  expect(readers.failures).toEqual([]);
  await Promise.all(forgetting);
  expect(readers.samples).toBeGreaterThan(10_000);
  expect(taken).toBeGreaterThan(0);
  // All are in pages that were used before: what readers held back was given back.
  expect(tsdb.stats().slabBytes).toBeLessThan(40 << 20);
  await tsdb.close();
});

test(`AMPERE_SEED=${seed} readers while blocks come and go`, async () => {
  const random = new SeededRandom(seed);
  const folder = temporaryFolder();
  const stepMs = 60_000;
  const rounds = isLong ? 10_000 : 1000;
  const all = population(random, rounds);
  const clock = new TurningClock(START_MS);
  const tsdb = await Tsdb.open({ folder: join(folder, 'ws'), disk: new NodeDisk(), clock, random });
  let written = 0;
  const readers = await ReaderThreads.start(tsdb, 2, 1, () => expectation(tsdb, stepMs, written));
  let maintained = Promise.resolve();
  for (let round = 0; round < rounds && readers.failures.length === 0; round++) {
    expect(tsdb.appender().append(columnsOf(roundOf(all, round, stepMs))).refusals).toEqual([]);
    written = round + 1;
    clock.advance(stepMs);
    if (round % 30 === 29) {
      await maintained;
      maintained = tsdb.maintain(clock.nowMs());
      if (round % 300 === 299) maintained = maintained.then(() => tsdb.truncate(clock.nowMs() - KEPT_MS));
    }
    await tick();
  }
  // On a busy machine the readers may have had few turns.
  while (readers.reads < READS_MIN && readers.failures.length === 0) await tick();
  await readers.stop();
  expect(readers.failures).toEqual([]);
  await maintained;
  const { blocksWritten, compactions } = tsdb.stats();
  expect(blocksWritten).toBeGreaterThan(4);
  expect(compactions).toBeGreaterThan(0);
  await tsdb.close();
});
