// The head becoming blocks, and what is done with those.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { Matcher } from '@ampere/series';
import { expect, test } from 'vitest';
import type { TsdbOptions } from './options.ts';
import { isDiskFailure } from './testing/disk-failures.ts';
import { bitsOf, columnsOf, contentOf, sampleText, series } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The beginning of two hours. */
const T = 1_699_999_200_000;
const EVER = { startMs: -Infinity, endMs: Infinity, limit: 0 };

function machine() {
  const random = new SeededRandom(1);
  const disk = new MemoryDisk(random);
  const clock = new FakeClock(T);
  const open = (more: Partial<TsdbOptions> = {}) => Tsdb.open({ folder: '/d', disk, clock, random, ...more });
  return { disk, clock, open };
}

/** Appends one sample a series and step of [from, to), its value the minute. */
async function fill(tsdb: Tsdb, fromMs: number, toMs: number, names = ['a', 'b']): Promise<void> {
  for (let timeMs = fromMs; timeMs < toMs; timeMs += MINUTE) append(tsdb, timeMs, names);
  await tsdb.appender().commit();
}

function append(tsdb: Tsdb, timeMs: number, names: readonly string[]): number {
  const request = names.map((name) => series({ __name__: name }, [timeMs, (timeMs - T) / MINUTE]));
  return tsdb.appender().append(columnsOf(request)).appended;
}

function expected(fromMs: number, toMs: number): string[] {
  const texts: string[] = [];
  for (let timeMs = fromMs; timeMs < toMs; timeMs += MINUTE) {
    texts.push(sampleText(timeMs, ...bitsOf((timeMs - T) / MINUTE)));
  }
  return texts;
}

test('two hours are cut off when the head spans more than three, of samples and of the clock', async () => {
  const tsdb = await machine().open();
  const check = async (nowMs: number, blocks: number, minTimeMs: number) => {
    await tsdb.maintain(nowMs);
    expect([tsdb.stats().blocks, tsdb.stats().minTimeMs]).toEqual([blocks, minTimeMs]);
  };
  await fill(tsdb, T, T + 3 * HOUR + MINUTE);
  await check(T + 9 * HOUR, 0, T);
  await fill(tsdb, T + 3 * HOUR + MINUTE, T + 3 * HOUR + 2 * MINUTE);
  await check(T + 3 * HOUR, 0, T);
  await check(T + 4 * HOUR, 1, T + 2 * HOUR);
  await fill(tsdb, T + 5 * HOUR, T + 5 * HOUR + 2 * MINUTE);
  await check(T + 5 * HOUR, 1, T + 2 * HOUR);
  await check(T + 5 * HOUR + MINUTE, 2, T + 5 * HOUR);
  // Of a time in a year to come only that sample knows.
  append(tsdb, T + 9000 * HOUR, ['far']);
  await check(T + 6 * HOUR, 2, T + 5 * HOUR);
  expect(append(tsdb, T + 6 * HOUR, ['a'])).toBe(1);
  expect(contentOf(tsdb.querier())['__name__=b']).toEqual([
    ...expected(T, T + 3 * HOUR + 2 * MINUTE),
    ...expected(T + 5 * HOUR, T + 5 * HOUR + 2 * MINUTE),
  ]);
});

test('blocks and head are read as one, also after a restart, and the log is cut', async () => {
  const { open, disk } = machine();
  let tsdb = await open({ segmentBytesMax: 2000 });
  await fill(tsdb, T, T + HOUR, ['gone']);
  for (let hour = 0; hour < 12; hour++) {
    await fill(tsdb, T + hour * HOUR, T + (hour + 1) * HOUR);
    await tsdb.maintain(T + (hour + 1) * HOUR);
  }
  await fill(tsdb, T + 12 * HOUR, T + 13 * HOUR, ['new']);
  for (let i = 0; i < 2; i++) {
    const querier = tsdb.querier();
    expect(querier.labelValues('__name__', EVER, [])).toEqual(['a', 'b', 'gone', 'new']);
    expect(querier.labelValues('__name__', { ...EVER, startMs: T + 4 * HOUR }, [])).toEqual([
      'a',
      'b',
      'new',
    ]);
    expect(querier.labelNames(EVER, [])).toEqual(['__name__']);
    expect(querier.series(EVER, [new Matcher('__name__', '=~', 'gone|new')])).toHaveLength(2);
    querier.close();
    const within = contentOf(tsdb.querier(), T + 9 * HOUR, T + 11.5 * HOUR);
    expect(within).toEqual({
      '__name__=a': expected(T + 9 * HOUR, T + 11.5 * HOUR + MINUTE),
      '__name__=b': expected(T + 9 * HOUR, T + 11.5 * HOUR + MINUTE),
    });
    expect(contentOf(tsdb.querier())['__name__=gone']).toEqual(expected(T, T + HOUR));
    expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T, T + 12 * HOUR));
    expect(tsdb.stats()).toMatchObject({ minTimeMs: T + 10 * HOUR, oldestTimeMs: T, series: 3 });
    // Series of the head alone: what is gone isn't there any more.
    await tsdb.close();
    tsdb = await open({ segmentBytesMax: 2000 });
  }
  expect(tsdb.stats().walBytes).toBeLessThan(20_000);
  expect(tsdb.stats().blockBytes).toBeGreaterThan(1000);
  // 6 h, then 2 + 2 h of which the newest isn't compacted.
  expect(tsdb.stats().blocks).toBe(3);
  expect((await disk.list('/d')).filter((name) => name.length !== 26)).toEqual(['wal']);
});

test('samples that come late are refused from the beginning of the writing of their block', async () => {
  const { open, disk } = machine();
  const tsdb = await open();
  await fill(tsdb, T, T + 2 * HOUR - 10 * MINUTE, ['late']);
  await fill(tsdb, T, T + 4 * HOUR);
  const outcomes: number[] = [];
  disk.failures = ({ path }) => {
    if (path.includes('.tmp-for-creation') && outcomes.length < 3) {
      outcomes.push(append(tsdb, T + 2 * HOUR - MINUTE, ['late']), append(tsdb, T + 4 * HOUR, ['other']));
    }
    return undefined;
  };
  await tsdb.maintain(T + 4 * HOUR);
  expect(outcomes).toEqual([0, 1, 0, 1]);
  expect(tsdb.stats().blocks).toBe(1);
  expect(contentOf(tsdb.querier())['__name__=late']).toEqual(expected(T, T + 2 * HOUR - 10 * MINUTE));
});

test('what a series appends while its open chunk is written stays out of the block', async () => {
  const { open, disk } = machine();
  const tsdb = await open();
  const names = Array.from({ length: 300 }, (_, i) => `m${i}`);
  await fill(tsdb, T, T + 20 * MINUTE, names);
  append(tsdb, T + 4 * HOUR, ['now']);
  let appended = 0;
  disk.failures = ({ path }) => {
    if (appended === 0 && path.includes('.tmp-for-creation')) {
      appended = append(tsdb, T + 4 * HOUR, names) + append(tsdb, T + 4 * HOUR + MINUTE, names);
    }
    return undefined;
  };
  await tsdb.maintain(T + 4 * HOUR);
  expect(appended).toBe(600);
  const content = contentOf(tsdb.querier());
  for (const name of names) {
    expect(content[`__name__=${name}`]).toEqual([
      ...expected(T, T + 20 * MINUTE),
      ...expected(T + 4 * HOUR, T + 4 * HOUR + 2 * MINUTE),
    ]);
  }
});

test('a chunk of which the beginning was forgotten is packed anew', async () => {
  const tsdb = await machine().open();
  await fill(tsdb, T, T + 2 * HOUR);
  await tsdb.truncate(T + 90 * MINUTE + 0.5);
  await fill(tsdb, T + 2 * HOUR, T + 5 * HOUR);
  await tsdb.maintain(T + 5 * HOUR);
  expect(tsdb.stats()).toMatchObject({ blocks: 1, oldestTimeMs: T + 90 * MINUTE + 1 });
  expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T + 91 * MINUTE, T + 5 * HOUR));
});

test('blocks go with their retention, and do not come back from the log', async () => {
  const { open, disk } = machine();
  let tsdb = await open({ retentionMs: 24 * HOUR });
  for (let hour = 0; hour < 40; hour += 2) {
    await fill(tsdb, T + hour * HOUR, T + (hour + 2) * HOUR);
    await tsdb.maintain(T + (hour + 2) * HOUR);
    const oldest = tsdb.stats().oldestTimeMs!;
    expect(oldest).toBeLessThanOrEqual(Math.max(T, T + (hour + 2 - 24) * HOUR));
    expect(oldest).toBeGreaterThanOrEqual(T + (hour + 2 - 24 - 2) * HOUR);
  }
  // The clock steps ten years ahead, and back.
  await tsdb.maintain(T + 90_000 * HOUR);
  expect(tsdb.stats().oldestTimeMs).toBeGreaterThan(T);
  const times = Object.keys(contentOf(tsdb.querier()));
  expect(times).toHaveLength(2);
  await tsdb.maintain(T);
  disk.crash();
  tsdb = await open({ retentionMs: 24 * HOUR });
  expect(contentOf(tsdb.querier())['__name__=a']?.at(-1)).toEqual(expected(T, T + 40 * HOUR).at(-1));
  expect(tsdb.stats().oldestTimeMs).toBeGreaterThan(T);
});

test('a block that can not be read back is taken away, and written again', async () => {
  const { open, disk } = machine();
  const tsdb = await open();
  await fill(tsdb, T, T + 4 * HOUR);
  disk.failures = ({ name, path }) => (name === 'openReadSync' && path.endsWith('/index') ? 'io' : undefined);
  await expect(tsdb.maintain(T + 4 * HOUR)).rejects.toThrow(/index at byte 0: reading failed/);
  expect(tsdb.stats()).toMatchObject({ blocks: 0, blocksDamaged: 0, minTimeMs: T });
  disk.failures = () => undefined;
  await tsdb.maintain(T + 4 * HOUR);
  expect(tsdb.stats()).toMatchObject({ blocks: 1, blocksWritten: 1, minTimeMs: T + 2 * HOUR });
  expect((await disk.list('/d')).filter((name) => name !== 'wal')).toHaveLength(1);
  expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T, T + 4 * HOUR));
});

/** Dies between the naming of a block and the cutting of the log. */
async function dieHalfway(disk: MemoryDisk, tsdb: Tsdb): Promise<void> {
  let isNamed = false;
  disk.failures = ({ name, path }) => {
    if (isNamed) return 'io';
    isNamed = name === 'rename' && path.endsWith('.tmp-for-creation');
    return undefined;
  };
  await expect(tsdb.maintain(T + 4 * HOUR)).rejects.toThrow();
  disk.failures = () => undefined;
  disk.kill();
}

test('a block whose tables are damaged hides nothing that the log has', async () => {
  const { open, disk } = machine();
  let tsdb = await open();
  await fill(tsdb, T, T + 4 * HOUR);
  await dieHalfway(disk, tsdb);
  const ulid = (await disk.list('/d')).find((name) => name.length === 26)!;
  const { bytes } = (await disk.info(`/d/${ulid}/index`))!;
  disk.corrupt(`/d/${ulid}/index`, bytes - 80, 0xff);
  tsdb = await open();
  expect(tsdb.stats()).toMatchObject({ blocks: 0, blocksDamaged: 1, minTimeMs: T });
  expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T, T + 4 * HOUR));
});

test('the log is not cut for a block whose name may still be lost', async () => {
  const { open, disk } = machine();
  let tsdb = await open();
  await fill(tsdb, T, T + 4 * HOUR);
  await dieHalfway(disk, tsdb);
  tsdb = await open({ segmentBytesMax: 1 });
  await fill(tsdb, T + 4 * HOUR, T + 4 * HOUR + 2 * MINUTE);
  await tsdb.maintain(T + 4 * HOUR);
  await tsdb.maintain(T + 4 * HOUR);
  disk.crash();
  tsdb = await open();
  expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T, T + 4 * HOUR + 2 * MINUTE));
});

test('a full disk keeps no block from going that is past its retention', async () => {
  const { open, disk } = machine();
  const tsdb = await open({ retentionMs: 6 * HOUR });
  for (let hour = 0; hour < 8; hour += 2) {
    await fill(tsdb, T + hour * HOUR, T + (hour + 2) * HOUR);
    await tsdb.maintain(T + (hour + 2) * HOUR);
  }
  const { blocks } = tsdb.stats();
  await fill(tsdb, T + 8 * HOUR, T + 12 * HOUR);
  disk.failures = ({ name }) => (name === 'append' || name === 'openAppend' ? 'full' : undefined);
  const failed: unknown = await tsdb.maintain(T + 12 * HOUR).catch((error: unknown) => error);
  expect(isDiskFailure(failed)).toBe(true);
  expect(tsdb.stats().blocks).toBeLessThan(blocks);
  disk.failures = () => undefined;
  await tsdb.maintain(T + 12 * HOUR);
  expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T + 6 * HOUR, T + 12 * HOUR));
});

test('a compaction that fails waits longer each time, and keeps nothing else from being done', async () => {
  const { open, disk, clock } = machine();
  const tsdb = await open();
  const tries: number[] = [];
  for (let hour = 0; hour < 12; hour += 2) await fill(tsdb, T + hour * HOUR, T + (hour + 2) * HOUR);
  disk.failures = ({ name, path }) => {
    // Five blocks come of the head; what is made after them is a compaction's.
    if (name !== 'makeFolder' || !path.endsWith('chunks') || tsdb.stats().blocks < 5) return undefined;
    tries.push(clock.monotonicMs() / MINUTE);
    return 'full';
  };
  let failures = 0;
  for (let minute = 0; minute < 40; minute++) {
    await tsdb.maintain(T + 12 * HOUR).catch(() => failures++);
    clock.advance(MINUTE);
  }
  expect(tries).toEqual([0, 1, 3, 7, 15, 31]);
  expect(failures).toBe(6);
  disk.failures = () => undefined;
  for (let i = 0; i < 3; i++) {
    clock.advance(HOUR);
    await tsdb.maintain(T + 12 * HOUR);
  }
  expect(tsdb.stats().compactions).toBeGreaterThan(0);
  expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T, T + 12 * HOUR));
});

test('closing, and a signal, end maintenance early; nothing is left half-made', async () => {
  const { open, disk } = machine();
  let tsdb = await open();
  await fill(tsdb, T, T + 4 * HOUR);
  const stop = new AbortController();
  const endWith = (end: () => void) => {
    disk.failures = ({ path }) => {
      if (path.includes('.tmp-for-creation')) end();
      return undefined;
    };
  };
  endWith(() => stop.abort());
  await tsdb.maintain(T + 4 * HOUR, stop.signal);
  expect(tsdb.stats().blocks).toBe(0);
  let closed: Promise<void> | undefined;
  endWith(() => (closed ??= tsdb.close()));
  await tsdb.maintain(T + 4 * HOUR);
  await closed;
  disk.failures = () => undefined;
  expect(await disk.list('/d')).toEqual(['wal']);
  tsdb = await open();
  expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T, T + 4 * HOUR));
});

test('a block waits for readers to be served in place of the head, and a reader sees every sample once', async () => {
  const tsdb = await machine().open();
  await fill(tsdb, T, T + 4 * HOUR);
  const querier = tsdb.querier();
  const set = querier.select(EVER, [new Matcher('__name__', '=', 'a')]);
  let isDone = false;
  const maintained = tsdb.maintain(T + 4 * HOUR).then(() => (isDone = true));
  while (tsdb.stats().blocks === 0) await Promise.resolve();
  for (let i = 0; i < 1000; i++) await Promise.resolve();
  expect(isDone).toBe(false);
  expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T, T + 4 * HOUR));
  expect(set.next()).toBe(true);
  querier.close();
  await maintained;
  expect(contentOf(tsdb.querier())['__name__=a']).toEqual(expected(T, T + 4 * HOUR));
});
