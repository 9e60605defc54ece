// A million series in the log of a process that was killed: all of them are there again, and how long that took is
// printed.

import { NodeDisk, SystemClock } from '@ampere/platform';
import { Matcher } from '@ampere/series';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { columnsOf, contentOf, series } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';

const SERIES = 1_000_000;
const SERIES_PER_REQUEST = 2000;
const SAMPLES = 2;

test('a million series are there again after the process was killed', { timeout: 600_000 }, async () => {
  const clock = new SystemClock();
  const options = { folder: `${temporaryFolder()}/ws`, disk: new NodeDisk(), clock };
  const tsdb = await Tsdb.open(options);
  const startMs = clock.nowMs() - 600_000;
  const pod = (id: number) => `pod-${id}-7c9f8d6b5-x2x${id % 10}z`;
  for (let first = 0; first < SERIES; first += SERIES_PER_REQUEST) {
    const request = Array.from({ length: SERIES_PER_REQUEST }, (_, i) => {
      const id = first + i;
      const labels = {
        __name__: `metric_${id % 500}_total`,
        instance: `10.0.${id % 250}.17:9100`,
        pod: pod(id),
      };
      const samples = Array.from({ length: SAMPLES }, (_, s) => [startMs + 15_000 * s, id + s] as const);
      return series(labels, ...samples);
    });
    expect(tsdb.appender().append(columnsOf(request)).appended).toBe(SERIES_PER_REQUEST * SAMPLES);
    await tsdb.appender().commit();
  }
  const { walBytes, slabBytes } = tsdb.stats();

  // The first database is left as a killed process leaves it: nothing is closed.
  const before = process.cpuUsage();
  const openedMs = clock.monotonicMs();
  const again = await Tsdb.open(options);
  const seconds = (clock.monotonicMs() - openedMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  expect(again.stats().replay).toMatchObject({
    series: SERIES,
    samples: SERIES * SAMPLES,
    corruptions: 0,
    tornTails: 0,
  });
  expect(again.stats().series).toBe(SERIES);
  for (const id of [0, 1, 499_999, SERIES - 1]) {
    const matchers = [new Matcher('pod', '=', pod(id))];
    expect(contentOf(again.querier(), -Infinity, Infinity, matchers)).toEqual(
      contentOf(tsdb.querier(), -Infinity, Infinity, matchers),
    );
  }
  process.stdout.write(
    `${JSON.stringify({ series: SERIES, samples: SERIES * SAMPLES, walMegabytes: walBytes / 1e6, headMegabytes: slabBytes / 1e6, startSeconds: seconds, startCpuSeconds: (user + system) / 1e6 })}\n`,
  );
  await again.close();
});
