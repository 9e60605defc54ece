// Equal hashes, and a memory that is full.

import { SeededRandom } from '@ampere/platform';
import { Labels, SampleColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import { TsdbError } from '../errors.ts';
import { Head, STORED, UNKNOWN_SERIES } from './head.ts';
import { HeadQuerier } from './head-querier.ts';

const labelsOf = (i: number) =>
  Labels.fromRecord({ __name__: `m${i % 7}`, i: `${i}`, ['n'.repeat(1 + (i % 9))]: 'x' });

test.each([0xffffffff, 3, 0])('label sets with equal hashes are different series (mask %d)', (tagMask) => {
  const head = new Head(new SeededRandom(1), { tagMask });
  const keys = Array.from({ length: 300 }, (_, i) => Uint8Array.from(head.keyOf(labelsOf(i)).content()));
  const numbers = keys.map((key, i) => {
    expect(head.find(key)).toBe(UNKNOWN_SERIES);
    const series = head.addSeries(key, i);
    expect(head.append(series, i, i, 0)).toBe(STORED);
    return series;
  });
  const random = new SeededRandom(2);
  for (let round = 0; round < 3000; round++) {
    const i = random.integer(keys.length);
    expect(head.find(keys[i]!)).toBe(numbers[i]);
    // One byte of difference is another label set.
    const other = keys[i]!.slice();
    other[other.length - 1] = 0x79;
    expect(head.find(other)).toBe(UNKNOWN_SERIES);
  }
  const columns = new SampleColumns();
  numbers.forEach((series, i) => {
    expect(head.labelsOf(series).equals(labelsOf(i))).toBe(true);
    const pair = head.index.findPair('i', `${i}`);
    expect([...head.index.seriesOf(pair)]).toEqual([series]);
    columns.clear();
    head.read(series, 0, 1000, columns);
    expect([...columns.timesMs.subarray(0, columns.length)]).toEqual([i]);
  });
  expect(head.index.findPair('i', '300')).toBe(-1);
  expect(head.index.findName('nn')).not.toBe(-1);
  expect(head.index.findName('mm')).toBe(-1);
});

test('a full memory refuses, keeps what it has, and takes more when something is forgotten', async () => {
  const head = new Head(new SeededRandom(1), { pagesMax: 96 });
  const stored = new Map<number, number>();
  const fill = (from: number) => {
    for (let i = from; ; i++) {
      const key = Uint8Array.from(head.keyOf(labelsOf(i)).content());
      const series = head.addSeries(key, i);
      for (let sample = 0; sample < 30; sample++) {
        head.append(series, 1000 * i + sample, sample * 0x12345, i * 7919 * sample);
        stored.set(series, (stored.get(series) ?? 0) + 1);
      }
    }
  };
  expect(() => fill(0)).toThrow(TsdbError);
  expect(() => fill(1e6)).toThrow(/memory of the newest samples is full/);
  expect(stored.size).toBeGreaterThan(500);
  const columns = new SampleColumns();
  for (const [series, samples] of stored) {
    columns.clear();
    head.read(series, 0, Number.MAX_SAFE_INTEGER, columns);
    expect(columns.length).toBe(samples);
  }
  const querier = new HeadQuerier(head.index, head.matching, 0);
  const set = querier.select({ startMs: 0, endMs: Number.MAX_SAFE_INTEGER }, []);
  let series = 0;
  while (set.next()) series++;
  expect(series).toBe(stored.size);
  head.raiseFloor(1000 * (stored.size - 100));
  await head.forget();
  expect(head.count).toBeLessThan(120);
  expect(() => fill(2e6)).toThrow(/full/);
  expect(head.count).toBeGreaterThan(500);
});
