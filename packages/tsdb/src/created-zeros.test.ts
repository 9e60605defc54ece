// Zeros where counters began: where they are stored, that nobody counts them, and that a crash leaves them.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import type { AppendOutcome, WriteColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import type { SeriesLimits } from './options.ts';
import { columnsOf, contentOf, series } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';

const T = 1_700_000_000_000;
const UNLIMITED: SeriesLimits = {
  activeSeriesMax: 0,
  activeSeriesPerMetricMax: 0,
  labelsPerSeriesMax: 0,
  labelNameBytesMax: 0,
  labelValueBytesMax: 0,
  sampleMaxAgeMs: 0,
  sampleMaxFutureMs: 0,
};

/** Samples of a series as [time, value, when its counter began]; times count from T, 0 is none for the last. */
type Sent = readonly (readonly [timeMs: number, value: number, startMs: number])[];

type Row = readonly [name: string, sent: Sent];

function request(...rows: readonly Row[]): WriteColumns {
  const columns = columnsOf(
    rows.map(([name, sent]) =>
      series({ __name__: name }, ...sent.map(([at, value]) => [T + at, value] as [number, number])),
    ),
  );
  const starts = rows.flatMap(([, sent]) => sent.map(([, , startMs]) => (startMs === 0 ? 0 : T + startMs)));
  return { ...columns, startsMs: Float64Array.from(starts) };
}

async function machine(limits: Partial<SeriesLimits> = {}) {
  const random = new SeededRandom(1);
  const disk = new MemoryDisk(random);
  const open = () =>
    Tsdb.open({
      folder: '/d',
      disk,
      clock: new FakeClock(T),
      random,
      limits: () => ({ ...UNLIMITED, ...limits }),
    });
  const tsdb = await open();
  /** What was counted and refused, and what is there. */
  const send = (...rows: readonly Row[]) => {
    const outcome: AppendOutcome = tsdb.appender().append(request(...rows));
    return [outcome.appended, outcome.refusals.map(({ reason, samples }) => `${samples} ${reason}`)];
  };
  return { tsdb, disk, open, send };
}

function timesIn(tsdb: Tsdb, name: string): string[] {
  const found = Object.entries(contentOf(tsdb.querier())).find(([labels]) => labels.includes(name));
  return (found?.[1] ?? []).map((text) => {
    const [time, value] = text.split('=');
    return `${Number(time) - T}=${Buffer.from(value!, 'hex').readDoubleBE()}`;
  });
}

test('a zero lies before its sample and behind all others, or nowhere', async () => {
  const { tsdb, send } = await machine();
  expect(send(['x', [[10, 5, 5]]], ['y', [[10, 5, 10]]], ['z', [[10, 5, 11]]])).toEqual([3, []]);
  expect(send(['x', [[20, 7, 5]]], ['y', [[20, 5, 10]]], ['z', [[20, 5, 9]]])).toEqual([3, []]);
  expect(
    send([
      'x',
      [
        [30, 2, 25],
        [40, 3, 25],
        [50, 1, 45],
      ],
    ]),
  ).toEqual([3, []]);
  expect(timesIn(tsdb, 'x')).toEqual(['5=0', '10=5', '20=7', '25=0', '30=2', '40=3', '45=0', '50=1']);
  expect(timesIn(tsdb, 'y')).toEqual(['10=5', '20=5']);
  expect(timesIn(tsdb, 'z')).toEqual(['10=5', '20=5']);
  await tsdb.close();
});

test('neither refused samples nor refused series count their zeros', async () => {
  const { tsdb, send } = await machine({ activeSeriesMax: 1, sampleMaxFutureMs: 100, sampleMaxAgeMs: 1000 });
  expect(
    send(
      ['x', [[10, 5, 5]]],
      [
        'y',
        [
          [10, 5, 5],
          [20, 5, 15],
        ],
      ],
    ),
  ).toEqual([1, ['2 per_user_series_limit']]);
  expect(
    send([
      'x',
      [
        [8, 5, 7],
        [200, 5, 50],
      ],
    ]),
  ).toEqual([0, ['1 sample_out_of_order', '1 sample_too_far_in_future']]);
  expect(send(['x', [[60, 5, -2000]]])).toEqual([1, []]);
  expect(timesIn(tsdb, 'x')).toEqual(['5=0', '10=5', '50=0', '60=5']);
  await tsdb.close();
});

test('no zero is kept out of order, and a committed one outlives a crash', async () => {
  const { tsdb, disk, open, send } = await machine({ outOfOrderWindowMs: 1_000_000 });
  expect(send(['x', [[100, 5, 50]]])).toEqual([1, []]);
  expect(send(['x', [[90, 5, 70]]], ['x', [[120, 5, 95]]])).toEqual([2, []]);
  const before = ['50=0', '90=5', '100=5', '120=5'];
  expect(timesIn(tsdb, 'x')).toEqual(before);
  await tsdb.appender().commit();
  disk.crash();
  const again = await open();
  expect(timesIn(again, 'x')).toEqual(before);
  await again.close();
});
