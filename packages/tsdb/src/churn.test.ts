// A workspace at its limit of active series whose series are all replaced, again and again.
//
// Each minute somebody writes all series of a generation, which lasts ten minutes, and as many that are never seen
// again. A new generation finds room five minutes after the last one ended. What this may cost is bounded: the
// head keeps series for the hours that it spans, then gives their memory to others.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { UNLIMITED } from './options.ts';
import { columnsOf, series } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';

const MINUTE = 60_000;
const T = 1_699_999_200_000;
const LIMIT = 200;
const GENERATION_MINUTES = 10;
const HOURS = 13;
/** Of the head: the hours before a block is cut off, in which series are kept. */
const HEAD_HOURS = 4;

/** Waits for what pauses for others now and then, without time passing. */
async function finish(work: Promise<void>, clock: FakeClock): Promise<void> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    clock.advance(0);
  }
  await over;
}

test(`${HOURS} hours of churn at the limit of active series need bounded memory`, async () => {
  const random = new SeededRandom(1);
  const clock = new FakeClock(T);
  const limits = { ...UNLIMITED, activeSeriesMax: LIMIT };
  const tsdb = await Tsdb.open({
    folder: '/d',
    disk: new MemoryDisk(random),
    clock,
    random,
    limits,
    retentionMs: 6 * 60 * MINUTE,
    segmentBytesMax: 1 << 20,
  });
  const bytesByHour: number[] = [];
  const logByHour: number[] = [];
  let most = 0;
  let appended = 0;
  let refused = 0;
  for (let minute = 0; minute < HOURS * 60; minute++) {
    const timeMs = clock.nowMs();
    const generation = Math.floor(minute / GENERATION_MINUTES);
    const request = Array.from({ length: LIMIT }, (_, i) =>
      series({ __name__: 'm', pod: `pod-${generation}-${i}` }, [timeMs, random.fraction()]),
    );
    for (let i = 0; i < LIMIT; i++)
      request.push(series({ __name__: 'flood', id: `${minute}-${i}` }, [timeMs, 1]));
    const outcome = tsdb.appender().append(columnsOf(request));
    appended += outcome.appended;
    refused += 2 * LIMIT - outcome.appended;
    await tsdb.appender().commit();
    await finish(tsdb.maintain(timeMs), clock);
    clock.advance(MINUTE);
    const stats = tsdb.stats();
    expect(stats.activeSeries).toBeLessThanOrEqual(LIMIT);
    most = Math.max(most, stats.series);
    if (minute % 60 === 59) {
      bytesByHour.push(stats.slabBytes);
      logByHour.push(stats.walBytes);
    }
  }
  expect(appended).toBeGreaterThan((HOURS * 60 * LIMIT) / 3);
  expect(refused).toBeGreaterThan(HOURS * 60 * LIMIT);
  // A place under the limit is free again after five minutes at the earliest.
  expect(most).toBeLessThanOrEqual(LIMIT * (HEAD_HOURS * 12 + 1));
  expect(most).toBeGreaterThan(2 * LIMIT);
  const [early, late] = [bytesByHour[HEAD_HOURS + 1]!, bytesByHour.at(-1)!];
  expect(late, bytesByHour.join(' ')).toBeLessThanOrEqual(1.1 * early);
  expect(logByHour.at(-1), logByHour.join(' ')).toBeLessThanOrEqual(2 * logByHour[HEAD_HOURS + 1]!);
  expect(tsdb.stats().blocks).toBeLessThanOrEqual(5);
  await tsdb.close();
});
