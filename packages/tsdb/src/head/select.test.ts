// Selection by matchers, and what a series set shows.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { Matcher, type MatchKind, SampleColumns } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import { columnsOf, contentOf, series } from '../testing/requests.ts';
import { Tsdb } from '../tsdb.ts';

const random = new SeededRandom(1);
const tsdb = await Tsdb.open({
  folder: '/d',
  disk: new MemoryDisk(random),
  clock: new FakeClock(),
  random,
});
const ALL: Record<string, string>[] = [
  { __name__: 'm', n: '1' },
  { __name__: 'm', n: '1', i: 'a' },
  { __name__: 'm', n: '1', i: 'b' },
  { __name__: 'm', n: '1', i: '\n' },
  { __name__: 'm', n: '2' },
  { __name__: 'm', n: '2.5' },
  { __name__: 'other', ünï: '𝄞' },
];
tsdb.appender().append(columnsOf(ALL.map((labels) => series(labels, [1000, 1], [2000, 2], [900_000, 3]))));

const matchersOf = (text: string) =>
  [...text.matchAll(/([^\s=!~]+)(=~|!~|!=|=)"([^"]*)"/g)].map(
    ([, name, kind, value]) => new Matcher(name!, kind as MatchKind, value!.replace('\\n', '\n')),
  );

function select(text: string, startMs = 0, endMs = 1e6): Record<string, string>[] {
  const set = tsdb.querier().select({ startMs, endMs }, matchersOf(text));
  const found: Record<string, string>[] = [];
  while (set.next()) found.push(Object.fromEntries(set.labels()));
  return found;
}

describe('matchers', () => {
  const check = (text: string, ...rows: number[]) =>
    test(text, () => {
      expect(select(text)).toEqual(rows.map((row) => ALL[row]!));
      // The verdicts on regular expressions are kept: a second time is the same.
      expect(select(text)).toEqual(rows.map((row) => ALL[row]!));
    });

  check('n="1"', 0, 1, 2, 3);
  check('n="1" i="a"', 1);
  check('n="1" i="missing"');
  check('missing=""', 0, 1, 2, 3, 4, 5, 6);
  check('missing="x"');
  check('n="1" i=""', 0);
  check('i=""', 0, 4, 5, 6);
  check('n!="1"', 4, 5, 6);
  check('i!=""', 1, 2, 3);
  check('missing!=""');
  check('missing!="x"', 0, 1, 2, 3, 4, 5, 6);
  check('n="1" i!=""', 1, 2, 3);
  check('n="1" i!="a"', 0, 2, 3);
  check('n=~"^1$"', 0, 1, 2, 3);
  check('n="1" i=~"a|b"', 1, 2);
  check('n="1" i=~"a?"', 0, 1);
  check('i=~""', 0, 4, 5, 6);
  check('n=~"2|missing"', 4);
  check('n=~"(2|2\\.)(5|)"', 4, 5);
  check('n=~"missing|gone"');
  check('n!~"1|2"', 5, 6);
  check('n="1" i=~".*"', 0, 1, 2, 3);
  check('n="1" i=~".+"', 1, 2, 3);
  check('i=~".+"', 1, 2, 3);
  check('n="1" i!~"a"', 0, 2, 3);
  check('n="1" i!~"a?"', 2, 3);
  check('n="1" i!~""', 1, 2, 3);
  check('n="1" i!~".*"');
  check('n="1" i!~".+"', 0);
  check('n="1" i!="a" i!~"^b$"', 0, 3);
  check('n=~"2.*"', 4, 5);
  check('n=~"2.*|1" i=~"b|.?"', 0, 1, 2, 3, 4, 5);
  check('__name__=~"oth.*"', 6);
  check('__name__!="m" ünï="𝄞"', 6);
  check('i="\\n"', 3);
});

describe('time', () => {
  const rows = (startMs: number, endMs: number) => select('n="2"', startMs, endMs).length;
  const check = (startMs: number, endMs: number, count: number) =>
    test(`${startMs} to ${endMs}`, () => expect(rows(startMs, endMs)).toBe(count));
  check(0, 999, 0);
  check(0, 1000, 1);
  check(2000, 2000, 1);
  check(900_000, 1e9, 1);
  check(900_001, 1e9, 0);
  // Within the chunk, but in a gap.
  check(2001, 899_999, 0);
});

test('read replaces what the columns had', () => {
  const set = tsdb.querier().select({ startMs: 1500, endMs: 1e6 }, matchersOf('n="2"'));
  const columns = new SampleColumns(1);
  columns.length = 1;
  expect(set.next()).toBe(true);
  set.read(columns);
  expect([...columns.timesMs.subarray(0, columns.length)]).toEqual([2000, 900_000]);
  expect(set.next()).toBe(false);
});

describe('labels', () => {
  const hints = { startMs: 0, endMs: 1e6, limit: 0 };
  test('names', () => {
    expect(tsdb.querier().labelNames(hints, [])).toEqual(['__name__', 'i', 'n', 'ünï']);
    expect(tsdb.querier().labelNames(hints, matchersOf('n="2"'))).toEqual(['__name__', 'n']);
    expect(tsdb.querier().labelNames({ ...hints, limit: 2 }, [])).toEqual(['__name__', 'i']);
    expect(tsdb.querier().labelNames({ ...hints, startMs: 900_001 }, [])).toEqual([]);
  });
  test('values', () => {
    expect(tsdb.querier().labelValues('n', hints, [])).toEqual(['1', '2', '2.5']);
    expect(tsdb.querier().labelValues('n', hints, matchersOf('i=""'))).toEqual(['1', '2', '2.5']);
    expect(tsdb.querier().labelValues('n', hints, matchersOf('i="a"'))).toEqual(['1']);
    expect(tsdb.querier().labelValues('missing', hints, [])).toEqual([]);
  });
  test('series', () => {
    const found = tsdb.querier().series({ ...hints, limit: 3 }, matchersOf('n=~".+"'));
    expect(found.map((labels) => Object.fromEntries(labels))).toEqual(ALL.slice(0, 3));
  });
});

test('order, empty values and repetition on the wire do not make another series', async () => {
  const fresh = await Tsdb.open({
    folder: '/e',
    disk: new MemoryDisk(random),
    clock: new FakeClock(),
    random,
  });
  const orders = [
    [
      ['__name__', 'm'],
      ['a', '1'],
    ],
    [
      ['a', '1'],
      ['__name__', 'm'],
    ],
    [
      ['__name__', 'm'],
      ['a', '1'],
      ['b', ''],
    ],
  ] as const;
  for (let round = 0; round < 3; round++) {
    orders.forEach((labels, i) => {
      fresh.appender().append(columnsOf([{ labels, samples: [[10 * round + i, i]] }]));
    });
  }
  expect(fresh.stats().series).toBe(1);
  expect(Object.values(contentOf(fresh.querier()))[0]).toHaveLength(9);
});

test('chunks are cut at 120 samples and at two hours of the clock', async () => {
  const fresh = await Tsdb.open({
    folder: '/f',
    disk: new MemoryDisk(random),
    clock: new FakeClock(),
    random,
  });
  const samples = Array.from({ length: 1000 }, (_, i) => [i * 30_000, i % 7] as const);
  fresh.appender().append(columnsOf([{ labels: [['__name__', 'm']], samples }]));
  // 240 samples in two hours: two chunks each, the last one open.
  expect(fresh.stats().sealedChunks).toBe(Math.ceil(1000 / 120) - 1);
  expect(contentOf(fresh.querier())['__name__=m']).toHaveLength(1000);
  expect(contentOf(fresh.querier(), 3_590_000, 3_640_000)['__name__=m']).toHaveLength(2);
  await fresh.truncate(7_200_000);
  expect(fresh.stats()).toMatchObject({ minTimeMs: 7_200_000, sealedChunks: 6 });
});
