// From the bytes of a Remote-Write request to a query, on a real file system.

import { join } from 'node:path';
import { FakeClock, NodeDisk } from '@ampere/platform';
import { encodeWriteRequest, WriteRequestDecoder } from '@ampere/remote-write';
import { isStaleAt, Matcher, SampleColumns } from '@ampere/series';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { Tsdb } from './tsdb.ts';

const T = 1_700_000_000_000;
const folder = temporaryFolder();

test('a request is stored, survives closing, and is answered', async () => {
  const options = { folder: join(folder, 'nested', 'ws'), disk: new NodeDisk(), clock: new FakeClock(T) };
  const body = encodeWriteRequest({
    timeseries: [
      {
        labels: [
          ['__name__', 'up'],
          ['instance', 'a:9090'],
          ['naïve', '𝄞'],
        ],
        samples: [
          { timestampMs: T, value: 1 },
          { timestampMs: T + 15_000, value: 0, stale: true },
        ],
      },
      // The other order of the same labels, as no known sender has it.
      {
        labels: [
          ['naïve', '𝄞'],
          ['instance', 'a:9090'],
          ['__name__', 'up'],
        ],
        samples: [{ timestampMs: T + 30_000, value: 0.5 }],
      },
    ],
  });
  const { columns: request } = new WriteRequestDecoder({ samplesMax: 100, metadataMax: 1 }).decode(body);
  const first = await Tsdb.open(options);
  expect(first.appender().append(request)).toEqual({
    appended: 3,
    histograms: 0,
    exemplars: 0,
    newSeries: 1,
    refusals: [],
  });
  await first.appender().commit();
  await first.close();

  const second = await Tsdb.open(options);
  const set = second.querier().select({ startMs: T, endMs: T + 30_000 }, [new Matcher('naïve', '=', '𝄞')]);
  const columns = new SampleColumns();
  expect(set.next()).toBe(true);
  expect(Object.fromEntries(set.labels())).toEqual({ __name__: 'up', instance: 'a:9090', naïve: '𝄞' });
  set.read(columns);
  expect([...columns.timesMs.subarray(0, columns.length)]).toEqual([T, T + 15_000, T + 30_000]);
  expect([0, 1, 2].map((i) => isStaleAt(columns.words, i))).toEqual([false, true, false]);
  expect([columns.values[0], columns.values[2]]).toEqual([1, 0.5]);
  expect(set.next()).toBe(false);
  await second.close();
});
