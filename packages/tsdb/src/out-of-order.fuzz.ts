// Samples in any order within the window, over a day: through the head, the log, restarts and crashes, blocks and their
// compaction. A plain model says what must be there, and which samples are too old.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { encodeHistogram, encodeWriteRequest, WriteRequestDecoder } from '@ampere/remote-write';
import { type FloatHistogram, SampleColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import { NO_HISTOGRAM } from './chunk/histogram-encode.ts';
import { UNLIMITED } from './options.ts';
import { rounds, SEED } from './testing/blocks.ts';
import { Tsdb } from './tsdb.ts';

const FOLDER = '/data/ws';
const START_MS = 1_699_999_200_000;
const MINUTE_MS = 60_000;
const STEPS = 20 * 60;

function histogramOf(value: number): FloatHistogram {
  return {
    ...NO_HISTOGRAM,
    count: value,
    sum: value / 2,
    positiveSpans: [{ offset: value % 3, length: 1 }],
    positiveBuckets: Float64Array.of(value),
  };
}

function readAll(tsdb: Tsdb, startMs: number, endMs: number): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  const columns = new SampleColumns<FloatHistogram>();
  const querier = tsdb.querier();
  const set = querier.select({ startMs, endMs }, []);
  while (set.next()) {
    set.read(columns);
    all[set.labels().metricName] = Array.from({ length: columns.length }, (_, i) => {
      const histogram = columns.histograms?.[i];
      return `${columns.timesMs[i]} ${histogram === undefined ? columns.values[i] : `h${histogram.count}`}`;
    });
  }
  querier.close();
  return all;
}

test(`any order within the window (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const decoder = new WriteRequestDecoder({ samplesMax: 1000, metadataMax: 0 });
  for (let round = 0; round < rounds(2); round++) {
    const disk = new MemoryDisk(random);
    const clock = new FakeClock(START_MS);
    const windowMs = [20, 200, 600][round % 3]! * MINUTE_MS;
    const limits = { ...UNLIMITED, outOfOrderWindowMs: windowMs };
    const open = () =>
      Tsdb.open({ folder: FOLDER, disk, clock, random, limits, segmentBytesMax: 20_000, retentionMs: 1e12 });
    let tsdb = await open();
    /** Value by time, by series. */
    const model = new Map<string, Map<number, number>>();
    let newestMs = Number.NEGATIVE_INFINITY;
    let tooOld = 0;
    for (let step = 0; step < STEPS; step++) {
      const nowMs = clock.nowMs();
      for (let i = 0; i < 3; i++) {
        const name = `${random.integer(3) === 0 ? 'h' : 'f'}${random.integer(4)}`;
        const isBehind = random.integer(3) === 0;
        const behindMs = isBehind ? random.integer(Math.ceil(1.1 * windowMs)) : random.integer(1000);
        const timestampMs = nowMs - behindMs;
        const value = 1 + (timestampMs % 97);
        const labels = [['__name__', name]] as const;
        const series = name.startsWith('h')
          ? {
              labels,
              samples: [],
              histograms: [
                encodeHistogram({ timestampMs, histogram: histogramOf(value), kind: 'integer' as const }),
              ],
            }
          : { labels, samples: [{ timestampMs, value }] };
        const outcome = tsdb
          .appender()
          .append(decoder.decode(encodeWriteRequest({ timeseries: [series] })).columns);
        const isBehindWindow = timestampMs < newestMs - windowMs;
        const texts = outcome.refusals.map(({ reason, message }) => `${reason} ${message.slice(0, 19)}`);
        if (texts.length > 0) {
          expect(texts).toEqual(['sample_too_old err: too old sample']);
          expect(isBehindWindow, `round ${round}, step ${step}`).toBe(true);
          tooOld++;
          continue;
        }
        // In the order of its series a sample may be behind the window of all of them.
        const isInOrder = [...(model.get(name)?.keys() ?? [])].every((timeMs) => timeMs < timestampMs);
        expect(isBehindWindow && !isInOrder, `round ${round}, step ${step}`).toBe(false);
        newestMs = Math.max(newestMs, timestampMs);
        if (!model.has(name)) model.set(name, new Map());
        model.get(name)!.set(timestampMs, value);
      }
      clock.advance(MINUTE_MS);
      if (random.integer(25) > 0) continue;
      await tsdb.appender().commit();
      const what = random.integer(4);
      if (what <= 1) await tsdb.maintain(clock.nowMs());
      if (what === 2) {
        await tsdb.close();
        tsdb = await open();
      }
      if (what === 3) {
        disk.crash();
        tsdb = await open();
      }
      const fromMs = random.integer(2) === 0 ? START_MS - 1e9 : START_MS + random.integer(STEPS * MINUTE_MS);
      const toMs = random.integer(2) === 0 ? START_MS + 1e9 : fromMs + random.integer(1e7);
      const expected: Record<string, string[]> = {};
      for (const [name, samples] of model) {
        const within = [...samples].filter(([timeMs]) => timeMs >= fromMs && timeMs <= toMs);
        if (within.length === 0) continue;
        const mark = name.startsWith('h') ? 'h' : '';
        expected[name] = within
          .sort(([a], [b]) => a - b)
          .map(([timeMs, value]) => `${timeMs} ${mark}${value}`);
      }
      expect(readAll(tsdb, fromMs, toMs), `round ${round}, step ${step}, after ${what}`).toEqual(expected);
    }
    await tsdb.maintain(clock.nowMs());
    expect(tsdb.stats().blocks).toBeGreaterThan(1);
    expect(tooOld).toBeGreaterThan(10);
    await tsdb.close();
  }
});

test('without a window nothing out of order is taken', async () => {
  const random = new SeededRandom(SEED);
  const clock = new FakeClock(START_MS);
  const tsdb = await Tsdb.open({ folder: FOLDER, disk: new MemoryDisk(random), clock, random });
  const decoder = new WriteRequestDecoder({ samplesMax: 10, metadataMax: 0 });
  const send = (timestampMs: number) => {
    const timeseries = [{ labels: [['__name__', 'm']] as const, samples: [{ timestampMs, value: 1 }] }];
    return tsdb.appender().append(decoder.decode(encodeWriteRequest({ timeseries })).columns).refusals[0]
      ?.reason;
  };
  expect([send(START_MS), send(START_MS - 1), send(START_MS)]).toEqual([
    undefined,
    'sample_out_of_order',
    undefined,
  ]);
  await tsdb.close();
});
