// Blocks from elsewhere, and the whole head into blocks.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import type { TsdbOptions } from '../options.ts';
import { bitsOf, columnsOf, contentOf, sampleText, series } from '../testing/requests.ts';
import { Tsdb } from '../tsdb.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The beginning of two hours. */
const T = 1_699_999_200_000;

function machine() {
  const random = new SeededRandom(1);
  const disk = new MemoryDisk(random);
  const clock = new FakeClock(T + 100 * HOUR);
  const open = (folder: string, more: Partial<TsdbOptions> = {}) =>
    Tsdb.open({ folder, disk, clock, random, fsync: 'off', ...more });
  /** Blocks of a database of its own; their paths. */
  const blocksOf = async (name: string, samples: [timeMs: number, value: number][], label = 'a') => {
    const tsdb = await open(`/${name}`);
    tsdb.appender().append(columnsOf([series({ __name__: label }, ...samples)]));
    await tsdb.flush();
    await tsdb.close();
    const names = await disk.list(`/${name}`);
    return names.filter((one) => one.length === 26).map((one) => `/${name}/${one}`);
  };
  return { disk, clock, open, blocksOf };
}

const texts = (...samples: [number, number][]) =>
  samples.map(([timeMs, value]) => sampleText(timeMs, ...bitsOf(value)));

function read(tsdb: Tsdb, label = 'a'): readonly string[] | undefined {
  const querier = tsdb.querier();
  try {
    return Object.entries(contentOf(querier)).find(([labels]) => labels.includes(label))?.[1];
  } finally {
    querier.close();
  }
}

test('flush moves everything into blocks of two hours', async () => {
  const { open } = machine();
  const tsdb = await open('/d');
  tsdb.appender().append(columnsOf([series({ __name__: 'a' }, [T, 1], [T + HOUR, 2], [T + 5 * HOUR, 3])]));
  await tsdb.flush();
  expect([tsdb.stats().blocks, tsdb.stats().minTimeMs]).toEqual([2, undefined]);
  expect(read(tsdb)).toEqual(texts([T, 1], [T + HOUR, 2], [T + 5 * HOUR, 3]));
});

test('a block is taken in, is there over a restart, and once only', async () => {
  const { open, blocksOf } = machine();
  const [path] = await blocksOf('other', [
    [T, 1],
    [T + MINUTE, 2],
  ]);
  const tsdb = await open('/d');
  expect(await tsdb.importBlock(path!)).toBe('imported');
  tsdb.appender().append(columnsOf([series({ __name__: 'a' }, [T + 3 * HOUR, 9])]));
  await tsdb.close();
  const again = await open('/d');
  expect(read(again)).toEqual(texts([T, 1], [T + MINUTE, 2], [T + 3 * HOUR, 9]));
});

test('what is in already is found to be, also in a merged block', async () => {
  const { disk, open, blocksOf } = machine();
  const paths = await blocksOf('other', [
    [T, 1],
    [T + 2 * HOUR, 2],
    [T + 4 * HOUR, 3],
    [T + 6 * HOUR, 4],
    [T + 12 * HOUR, 5],
  ]);
  const copies = await Promise.all(
    paths.map(async (path) => {
      const copy = path.replace('/other/', '/copy/');
      for (const name of ['meta.json', 'index', 'tombstones', 'chunks/000001']) {
        if ((await disk.info(`${path}/${name}`)) === undefined) continue;
        await disk.makeFolder(`${copy}/chunks`);
        await disk.replaceFile(`${copy}/${name}`, await disk.readFile(`${path}/${name}`));
      }
      return copy;
    }),
  );
  const tsdb = await open('/d');
  for (const path of paths) expect(await tsdb.importBlock(path)).toBe('imported');
  await tsdb.maintain(T + 100 * HOUR);
  expect(tsdb.stats().compactions).toBeGreaterThan(0);
  for (const copy of copies) expect(await tsdb.importBlock(copy)).toBe('present');
});

test('samples that overlap are joined when they agree', async () => {
  const { open, blocksOf } = machine();
  const [first] = await blocksOf('one', [
    [T, 1],
    [T + MINUTE, 2],
  ]);
  const [second] = await blocksOf('two', [
    [T + MINUTE, 2],
    [T + 2 * MINUTE, 3],
  ]);
  const tsdb = await open('/d');
  await tsdb.importBlock(first!);
  expect(await tsdb.importBlock(second!)).toBe('imported');
  expect(read(tsdb)).toEqual(texts([T, 1], [T + MINUTE, 2], [T + 2 * MINUTE, 3]));
});

test('another value for a sample that is there is refused', async () => {
  const { disk, open, blocksOf } = machine();
  const [first] = await blocksOf('one', [[T, 1]]);
  const [second] = await blocksOf('two', [[T, 2]]);
  const tsdb = await open('/d');
  await tsdb.importBlock(first!);
  await expect(tsdb.importBlock(second!)).rejects.toThrow('has another value at 2023-11-14T22:00:00.000Z');
  expect(await disk.info(second!)).toBeDefined();
  expect(read(tsdb)).toEqual(texts([T, 1]));
  // What is older than the block is still taken.
  expect(tsdb.appender().append(columnsOf([series({ __name__: 'b' }, [T + 2 * HOUR, 1])])).appended).toBe(1);
});

test('a block that reaches into the head is refused, and writing goes on', async () => {
  const { open, blocksOf } = machine();
  const [path] = await blocksOf('one', [[T, 1]]);
  const tsdb = await open('/d');
  tsdb.appender().append(columnsOf([series({ __name__: 'b' }, [T + MINUTE, 1])]));
  await expect(tsdb.importBlock(path!)).rejects.toThrow('that are not in a block yet');
  expect(tsdb.appender().append(columnsOf([series({ __name__: 'b' }, [T + 2 * MINUTE, 2])])).appended).toBe(
    1,
  );
});

test('what is past the retention is refused, damage is told', async () => {
  const { disk, open, blocksOf } = machine();
  const [old] = await blocksOf('one', [[T, 1]]);
  const [broken] = await blocksOf('two', [[T + 90 * HOUR, 1]]);
  const tsdb = await open('/d', { retentionMs: 24 * HOUR });
  tsdb.appender().append(columnsOf([series({ __name__: 'b' }, [T + 99 * HOUR, 1])]));
  await expect(tsdb.importBlock(old!)).rejects.toThrow('past the retention');
  await disk.replaceFile(`${broken}/index`, new Uint8Array(100));
  await expect(tsdb.importBlock(broken!)).rejects.toThrow('index');
});
