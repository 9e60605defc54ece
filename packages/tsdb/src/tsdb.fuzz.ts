// Random writing, maintaining, crashing and reopening against a plain model, over some ten hours.
//
// The model knows for each series what was acknowledged (must be there) and what was sent (may be
// there). After a crash of the machine, every acknowledged sample must be found with its bits, in its
// place, and nothing that was not sent. The seed is the name of the test.

import { DiskError, FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { Matcher } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import { retentionCutoffMs } from './compact/retention.ts';
import { TsdbError } from './errors.ts';
import type { FsyncPolicy } from './options.ts';
import { isDiskFailure } from './testing/disk-failures.ts';
import { bitsOf, columnsOf, contentOf, sampleText, type TestSeries, textOf } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';

const runs = process.env['AMPERE_TEST_LONG'] === '1' ? 2000 : 40;
const fixedSeed = process.env['AMPERE_SEED'];
const firstSeed = fixedSeed === undefined ? 20_261_120 : Number(fixedSeed);
const seeds = Array.from({ length: fixedSeed === undefined ? runs : 1 }, (_, i) => firstSeed + i);

const HOUR_MS = 3_600_000;
const WRITING = [
  'append',
  'sync',
  'openAppend',
  'syncFolder',
  'truncate',
  'remove',
  'rename',
  'makeFolder',
  'openReadSync',
];

const STALE = 0x7ff0000000000002n;
const VALUES = [
  0,
  -0,
  1,
  2.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  5e-324,
  1e300,
  STALE,
  0xfff8000000000abcn,
];

class Model {
  readonly sent = new Map<string, Map<number, string>>();
  readonly acknowledged = new Map<string, Map<number, string>>();
  floorMs = -Infinity;

  get newestMs(): number {
    return Math.max(...[...this.sent.values()].flatMap((samples) => [...samples.keys()]), 0);
  }

  note(into: Map<string, Map<number, string>>, all: readonly TestSeries[]): void {
    for (const { labels, samples } of all) {
      const key = textOf(labels);
      if (!into.has(key)) into.set(key, new Map());
      for (const [timeMs, value] of samples) into.get(key)!.set(timeMs, sampleText(timeMs, ...bitsOf(value)));
    }
  }

  /** What a database shows must lie between what was acknowledged and what was sent. */
  check(content: Record<string, string[]>): void {
    for (const [key, samples] of Object.entries(content)) {
      const times = samples.map((text) => Number(text.split('=')[0]));
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(samples, key).toEqual(times.map((timeMs) => this.sent.get(key)?.get(timeMs)));
    }
    for (const [key, samples] of this.acknowledged) {
      const kept = [...samples].filter(([timeMs]) => timeMs >= this.floorMs).map(([, text]) => text);
      expect(content[key] ?? [], key).toEqual(expect.arrayContaining(kept));
    }
  }
}

const MATCHERS = [
  [new Matcher('a', '=~', '[0-57]')],
  [new Matcher('__name__', '!=', 'm1'), new Matcher('a', '!~', '1.*')],
  [new Matcher('__name__', '=', 'm2'), new Matcher('a', '=~', '.*')],
  [new Matcher('missing', '=', ''), new Matcher('a', '=', '3')],
];

/** Each selection must be what filtering everything gives, also after series were renumbered. */
function checkSelections(tsdb: Tsdb): void {
  const all = contentOf(tsdb.querier());
  for (const matchers of MATCHERS) {
    const expected = Object.entries(all).filter(([key]) => {
      const labels = new Map(key.split(',').map((pair) => pair.split('=') as [string, string]));
      return matchers.every((matcher) => matcher.matches(labels.get(matcher.name) ?? ''));
    });
    expect(contentOf(tsdb.querier(), -Infinity, Infinity, matchers)).toEqual(Object.fromEntries(expected));
  }
}

async function open(
  disk: MemoryDisk,
  clock: FakeClock,
  random: SeededRandom,
  fsync: FsyncPolicy,
  retentionMs: number,
): Promise<Tsdb> {
  return Tsdb.open({
    folder: '/data/ws',
    disk,
    clock,
    random,
    fsync,
    retentionMs,
    segmentBytesMax: 600,
    backlogBytesMax: 20_000,
  });
}

/** Requests whose times only grow, in one of two label orders. */
function requestMaker(random: SeededRandom) {
  let nowMs = 1_700_000_000_000;
  return (): TestSeries[] => {
    nowMs += 10 + random.integer(random.integer(5) === 0 ? 8_000_000 : 20_000);
    const seen = new Set<number>();
    return Array.from({ length: 1 + random.integer(5) }, () => random.integer(12))
      .filter((id) => !seen.has(id) && seen.add(id))
      .map((id) => {
        const labels: [string, string][] = [
          ['__name__', `m${id % 3}`],
          ['a', `${id}`],
          ['empty', ''],
        ];
        if (random.integer(2) === 0) labels.reverse();
        const samples = Array.from(
          { length: 1 + random.integer(3) },
          (_, i) => [nowMs + i, VALUES[random.integer(VALUES.length)]!] as const,
        );
        return { labels, samples };
      });
  };
}

async function commitAll(tsdb: Tsdb, model: Model, count: number, make: () => TestSeries[]): Promise<void> {
  for (let i = 0; i < count; i++) {
    const request = make();
    model.note(model.sent, request);
    try {
      tsdb.appender().append(columnsOf(request));
    } catch (error) {
      // Nothing of it was stored, and nothing is acknowledged.
      if (!(error instanceof TsdbError)) throw error;
      continue;
    }
    try {
      await tsdb.appender().commit();
      model.note(model.acknowledged, request);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }
}

function expectDiskFailure(error: unknown): void {
  if (!isDiskFailure(error)) throw error;
}

describe('nothing acknowledged is lost, nothing unsent appears', () => {
  test.each(seeds)('AMPERE_SEED=%d', async (seed) => {
    const random = new SeededRandom(seed);
    const disk = new MemoryDisk(random);
    const clock = new FakeClock();
    // The relaxed policies promise nothing about a machine that crashes, only about a process.
    const fsync = (['always', 'always', 'always', 'interval', 'off'] as const)[random.integer(5)]!;
    const retentionMs = random.integer(2) * 6 * HOUR_MS;
    const model = new Model();
    const request = requestMaker(random);
    let tsdb = await open(disk, clock, random, fsync, retentionMs);
    for (let step = 0; step < 12; step++) {
      const failing = random.integer(3) === 0;
      if (failing) {
        const name = WRITING[random.integer(WRITING.length)]!;
        disk.failures = (call) => (call.name === name && random.integer(2) === 0 ? 'io' : undefined);
      }
      // Two clients at once, so that batches are shared.
      await Promise.all([
        commitAll(tsdb, model, random.integer(4), request),
        commitAll(tsdb, model, random.integer(4), request),
      ]);
      if (random.integer(3) > 0) {
        const nowMs = model.newestMs + random.integer(3 * HOUR_MS) - random.integer(HOUR_MS);
        model.floorMs = Math.max(model.floorMs, retentionCutoffMs(nowMs, model.newestMs, retentionMs));
        const maintained = tsdb.maintain(nowMs).catch(expectDiskFailure);
        await commitAll(tsdb, model, random.integer(3), request);
        await maintained;
      }
      if (random.integer(12) === 0) {
        const beforeMs = model.newestMs - random.integer(16_000_000);
        model.floorMs = Math.max(model.floorMs, beforeMs);
        await tsdb.truncate(beforeMs).catch(expectDiskFailure);
      }
      model.check(contentOf(tsdb.querier()));
      checkSelections(tsdb);
      disk.failures = () => undefined;
      if (random.integer(3) === 0) continue;
      const way = random.integer(fsync === 'always' ? 3 : 2);
      if (random.integer(2) === 0) clock.advance(1000);
      if (way === 0) await tsdb.close();
      else if (way === 1) disk.kill();
      else disk.crash();
      tsdb = await open(disk, clock, random, fsync, retentionMs);
      expect(tsdb.stats().replay.corruptions).toBe(0);
      expect(tsdb.stats().replay.samplesOfUnknownSeries).toBe(0);
      model.check(contentOf(tsdb.querier()));
    }
  });
});
