// Opening, closing and forgetting.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import type { TsdbOptions } from './options.ts';
import { columnsOf, contentOf, series } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';

const T = 1_700_000_000_000;
const HOUR = 3_600_000;

function machine() {
  const random = new SeededRandom(1);
  const disk = new MemoryDisk(random);
  const open = (more: Partial<TsdbOptions> = {}) =>
    Tsdb.open({
      folder: '/d',
      disk,
      clock: new FakeClock(T),
      random,
      ...more,
    });
  return { disk, open };
}

test('closing twice is harmless', async () => {
  const { open } = machine();
  const tsdb = await open();
  await tsdb.close();
  await tsdb.close();
});

test('the status counts what is there, and the oldest time follows what is forgotten', async () => {
  const tsdb = await machine().open();
  const range = () => {
    const { seriesCount, chunkCount, minTimeMs, maxTimeMs } = tsdb.status(10);
    return [seriesCount, chunkCount, minTimeMs, maxTimeMs];
  };
  expect(range()).toEqual([0, 0, undefined, undefined]);
  const times = (from: number) => Array.from({ length: 130 }, (_, i) => [from + i, i] as [number, number]);
  tsdb.appender().append(columnsOf([series({ __name__: 'b' }, ...times(T + HOUR))]));
  tsdb.appender().append(columnsOf([series({ __name__: 'a' }, ...times(T))]));
  expect(range()).toEqual([2, 4, T, T + HOUR + 129]);
  await tsdb.truncate(T + 125);
  expect(range()).toEqual([2, 3, T + 125, T + HOUR + 129]);
  await tsdb.truncate(T + 1000);
  expect(range()).toEqual([1, 2, T + HOUR, T + HOUR + 129]);
  expect(tsdb.status(1).seriesCountByLabelValuePair).toEqual([{ name: '__name__=b', value: 1 }]);
  await tsdb.truncate(T + 2 * HOUR);
  expect(range()).toEqual([0, 0, undefined, undefined]);
  await tsdb.close();
});

test('what was forgotten is gone from memory and disk, and stays so', async () => {
  const { disk, open } = machine();
  let tsdb = await open({ segmentBytesMax: 2000 });
  const write = async (hour: number) => {
    const request = Array.from({ length: 20 }, (_, i) =>
      series({ __name__: 'm', pod: `${i < 10 ? 'stays' : `gone-${hour}`}-${i % 10}` }, [
        T + hour * HOUR,
        hour,
      ]),
    );
    tsdb.appender().append(columnsOf(request));
    await tsdb.appender().commit();
  };
  let most = 0;
  for (let hour = 0; hour < 100; hour++) {
    await write(hour);
    await tsdb.truncate(T + (hour - 5) * HOUR);
    if (hour % 10 === 9) {
      if (hour % 20 === 9) await tsdb.close();
      else disk.crash();
      tsdb = await open({ segmentBytesMax: 2000 });
    }
    if (hour === 20) most = tsdb.stats().walBytes + tsdb.stats().slabBytes;
    const content = contentOf(tsdb.querier());
    const times = Object.values(content)
      .flat()
      .map((text) => (Number(text.split('=')[0]) - T) / HOUR);
    expect(Math.min(...times)).toBe(Math.max(0, hour - 5));
    expect(Object.keys(content)).toHaveLength(10 + 10 * Math.min(hour + 1, 6));
  }
  const { series: count, walBytes, slabBytes, walSegments } = tsdb.stats();
  // A thousand series came; those without samples are taken out when they are an eighth.
  expect(count).toBeLessThan(90);
  expect(walBytes + slabBytes).toBeLessThan(1.5 * most);
  expect(walSegments).toBeLessThan(12);
  expect((await disk.list('/d/wal')).filter((name) => name.startsWith('checkpoint'))).toHaveLength(1);
});

test('truncate waits for readers', async () => {
  const { open } = machine();
  const tsdb = await open();
  tsdb.appender().append(columnsOf([series({ __name__: 'm' }, [T, 1])]));
  const querier = tsdb.querier();
  const set = querier.select({ startMs: 0, endMs: T }, []);
  const truncated = tsdb.truncate(T + 1);
  await tsdb.appender().commit();
  expect(set.next()).toBe(true);
  querier.close();
  await truncated;
  expect(tsdb.stats().series).toBe(0);
});

test('samples before what was forgotten are refused as too old', async () => {
  const { open } = machine();
  const tsdb = await open();
  await tsdb.truncate(T);
  const outcome = tsdb.appender().append(columnsOf([series({ __name__: 'm' }, [T - 1, 1], [T, 2])]));
  expect(outcome).toMatchObject({ appended: 1, refusals: [{ reason: 'sample_too_old', samples: 1 }] });
});

test('statistics', async () => {
  const { open } = machine();
  const tsdb = await open();
  expect(tsdb.stats()).toMatchObject({
    series: 0,
    activeSeries: 0,
    minTimeMs: undefined,
    maxTimeMs: undefined,
    walBytes: 0,
  });
  tsdb
    .appender()
    .append(
      columnsOf([series({ __name__: 'm', a: '1' }, [T, 1], [T + 5, 1]), series({ __name__: 'm' }, [T, 1])]),
    );
  await tsdb.appender().commit();
  expect(tsdb.stats()).toMatchObject({
    series: 2,
    activeSeries: 2,
    labelPairs: 2,
    samplesAppended: 3,
    minTimeMs: T,
    maxTimeMs: T + 5,
    walSegments: 1,
    walSyncs: 1,
    walFailures: 0,
    walBacklogBytes: 0,
  });
  await tsdb.close();
  const again = await open();
  expect(again.stats()).toMatchObject({
    series: 2,
    samplesAppended: 0,
    replay: { segments: 1, series: 2, samples: 3 },
  });
});
