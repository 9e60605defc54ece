// Native histograms and exemplars through a whole database: head, log, restarts, blocks. What is read is what
// was sent, whenever it is asked.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { encodeHistogram, encodeWriteRequest, WriteRequestDecoder } from '@ampere/remote-write';
import { type FloatHistogram, isStaleAt, Matcher, SampleColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import { sameHistogram } from './chunk/histogram-encode.ts';
import { rounds, SEED } from './testing/blocks.ts';
import { type HistogramSample, histogramSequence } from './testing/histograms.ts';
import { Tsdb } from './tsdb.ts';

const FOLDER = '/data/ws';
const START_MS = 1_699_999_200_000;
const STEP_MS = 60_000;
const STEPS = 9 * 60;

interface Source {
  readonly name: string;
  readonly kind: 'integer' | 'float';
  readonly samples: (HistogramSample & { readonly float: number | undefined })[];
}

/** A series of histograms in which some samples are floats. */
function makeSource(random: SeededRandom, name: string): Source {
  const kind = random.integer(2) === 0 ? 'integer' : 'float';
  const mixes = random.integer(3) === 0;
  const samples = histogramSequence(random, kind, STEPS, START_MS, STEP_MS).map((one) => ({
    ...one,
    float: mixes && random.integer(4) === 0 ? random.fraction() : undefined,
  }));
  return { name, kind, samples };
}

function readAll(tsdb: Tsdb): Map<string, string[]> {
  const all = new Map<string, string[]>();
  const columns = new SampleColumns<FloatHistogram>();
  const querier = tsdb.querier();
  const set = querier.select({ startMs: -Infinity, endMs: Infinity }, []);
  while (set.next()) {
    set.read(columns);
    const lines = Array.from({ length: columns.length }, (_, i) => {
      const histogram = columns.histograms?.[i];
      if (histogram !== undefined) return lineOf(columns.timesMs[i]!, histogram);
      return `${columns.timesMs[i]} ${isStaleAt(columns.words, i) ? 'stale' : columns.values[i]}`;
    });
    all.set(set.labels().metricName, lines);
  }
  querier.close();
  return all;
}

/** All that storing must keep. */
function lineOf(timeMs: number, histogram: FloatHistogram): string {
  const { count, zeroCount, sum, schema, zeroThreshold, positiveBuckets, negativeBuckets, customValues } =
    histogram;
  const counts = [positiveBuckets, negativeBuckets].map((buckets) => [...buckets].filter((one) => one !== 0));
  const numbers = [count, zeroCount, sum, schema, zeroThreshold, counts, [...(customValues ?? [])]];
  return `${timeMs} ${JSON.stringify(numbers)} ${histogram.counterReset === 'gauge'}`;
}

function expected(sources: readonly Source[], until: number): Map<string, string[]> {
  return new Map(
    sources.map(({ name, samples }) => [
      name,
      samples.slice(0, until).map(({ timeMs, histogram, isStale, float }) => {
        if (float !== undefined) return `${timeMs} ${float}`;
        return isStale ? `${timeMs} stale` : lineOf(timeMs, histogram);
      }),
    ]),
  );
}

test(`histograms survive restarts and become blocks (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const decoder = new WriteRequestDecoder({ samplesMax: 1000, metadataMax: 0 });
  for (let round = 0; round < rounds(1); round++) {
    const disk = new MemoryDisk(random);
    const clock = new FakeClock(START_MS);
    const open = () => Tsdb.open({ folder: FOLDER, disk, clock, random, segmentBytesMax: 50_000 });
    let tsdb = await open();
    const sources = Array.from({ length: 6 }, (_, i) => makeSource(random, `h${i}`));
    for (let step = 0; step < STEPS; step++) {
      const timeseries = sources.map(({ name, kind, samples }) => {
        const { timeMs, histogram, isStale, float } = samples[step]!;
        const labels = [['__name__', name]] as const;
        if (float !== undefined) return { labels, samples: [{ timestampMs: timeMs, value: float }] };
        const message = encodeHistogram({ timestampMs: timeMs, histogram, kind, stale: isStale });
        return { labels, samples: [], histograms: [message] };
      });
      const { columns } = decoder.decode(encodeWriteRequest({ timeseries }));
      const outcome = tsdb.appender().append(columns);
      expect(outcome.refusals, `round ${round}, step ${step}`).toEqual([]);
      expect(outcome.appended + outcome.histograms).toBe(sources.length);
      clock.advance(STEP_MS);
      if (random.integer(20) > 0) continue;
      await tsdb.appender().commit();
      const what = random.integer(3);
      if (what === 0) await tsdb.maintain(clock.nowMs());
      if (what === 1) {
        await tsdb.close();
        tsdb = await open();
      }
      expect(readAll(tsdb), `round ${round}, step ${step}`).toEqual(expected(sources, step + 1));
    }
    await tsdb.maintain(clock.nowMs());
    expect(tsdb.stats().blocks).toBeGreaterThan(0);
    expect(readAll(tsdb)).toEqual(expected(sources, STEPS));
    await tsdb.close();
  }
});

test('a histogram again, another one, an earlier one', async () => {
  const random = new SeededRandom(SEED);
  const clock = new FakeClock(START_MS);
  const tsdb = await Tsdb.open({ folder: FOLDER, disk: new MemoryDisk(random), clock, random });
  const [one, other] = histogramSequence(random, 'integer', 2, START_MS, 1000) as [
    HistogramSample,
    HistogramSample,
  ];
  const send = (timeMs: number, histogram: FloatHistogram, kind: 'integer' | 'float' = 'integer') => {
    const message = encodeHistogram({ timestampMs: timeMs, histogram, kind });
    const timeseries = [{ labels: [['__name__', 'h']] as const, samples: [], histograms: [message] }];
    const decoder = new WriteRequestDecoder({ samplesMax: 10, metadataMax: 0 });
    const outcome = tsdb.appender().append(decoder.decode(encodeWriteRequest({ timeseries })).columns);
    return [outcome.histograms, outcome.refusals.map(({ reason, message: text }) => `${reason} ${text}`)];
  };
  expect(send(START_MS, one.histogram)).toEqual([1, []]);
  expect(send(START_MS, one.histogram)).toEqual([1, []]);
  const different = { ...one.histogram, sum: one.histogram.sum + 1 };
  expect(sameHistogram(different, one.histogram)).toBe(false);
  expect(send(START_MS, different)).toEqual([
    0,
    [
      'new_value_for_timestamp err: duplicate sample for timestamp. timestamp=2023-11-14T22:00:00Z, series={__name__="h"}',
    ],
  ]);
  expect(send(START_MS - 1, other.histogram)).toEqual([
    0,
    [
      'sample_out_of_order err: out of order sample. timestamp=2023-11-14T21:59:59.999Z, series={__name__="h"}',
    ],
  ]);
  expect(send(START_MS + 1, { ...one.histogram, count: 1000 })).toEqual([
    0,
    [
      `native_histogram_invalid ${one.histogram.count} observations found in buckets, but the Count field is 1000: histogram's observation count should equal the number of observations found in the buckets (in absence of NaN), series: 'h'`,
    ],
  ]);
  await tsdb.close();
});

test(`exemplars survive restarts and the cutting of the log (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const disk = new MemoryDisk(random);
  const clock = new FakeClock(START_MS);
  const open = () =>
    Tsdb.open({ folder: FOLDER, disk, clock, random, segmentBytesMax: 2000, exemplarsMax: 50 });
  let tsdb = await open();
  const decoder = new WriteRequestDecoder({ samplesMax: 1000, metadataMax: 0 });
  const model: [name: string, timeMs: number][] = [];
  for (let step = 0; step < STEPS; step++) {
    const name = `m${random.integer(5)}`;
    const timeMs = START_MS + step * STEP_MS;
    const exemplars = [{ labels: [['trace_id', `t${step}`]] as const, value: step, timestampMs: timeMs }];
    const samples = [{ timestampMs: timeMs, value: 1 }];
    const timeseries = [{ labels: [['__name__', name]] as const, samples, exemplars }];
    const outcome = tsdb.appender().append(decoder.decode(encodeWriteRequest({ timeseries })).columns);
    expect([outcome.exemplars, outcome.refusals]).toEqual([1, []]);
    model.push([name, timeMs]);
    clock.advance(STEP_MS);
    if (random.integer(20) > 0) continue;
    await tsdb.appender().commit();
    await tsdb.maintain(clock.nowMs());
    if (random.integer(2) === 0) {
      await tsdb.close();
      tsdb = await open();
    }
    const kept = model.slice(-50);
    const found = tsdb.exemplars(-Infinity, Infinity, [[new Matcher('__name__', '=~', '.+')]]);
    expect(
      found.flatMap(({ series, exemplars: own }) => own.map((one) => [series.metricName, one.timeMs])),
    ).toEqual([...kept].sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x - y)));
    expect(found.every(({ exemplars: own }) => own.every((one) => one.labels.has('trace_id')))).toBe(true);
  }
  expect(tsdb.stats().blocks).toBeGreaterThan(0);
  const some = tsdb.exemplars(START_MS, START_MS, [[new Matcher('__name__', '=', 'm1')]]);
  expect(some).toEqual([]);
  await tsdb.close();
});

test('exemplars that are refused', async () => {
  const clock = new FakeClock(START_MS);
  const random = new SeededRandom(SEED);
  const tsdb = await Tsdb.open({ folder: FOLDER, disk: new MemoryDisk(random), clock, random });
  const decoder = new WriteRequestDecoder({ samplesMax: 1000, metadataMax: 0 });
  const send = (name: string, timestampMs: number, value: number, trace: string) => {
    const exemplars = [{ labels: [['trace_id', trace]] as const, value, timestampMs }];
    const samples = name === 'none' ? [] : [{ timestampMs: START_MS, value: 1 }];
    const timeseries = [{ labels: [['__name__', name]] as const, samples, exemplars }];
    const outcome = tsdb.appender().append(decoder.decode(encodeWriteRequest({ timeseries })).columns);
    return [outcome.exemplars, ...outcome.refusals.map(({ message }) => message)];
  };
  expect(send('m', 1000, 5, 'a')).toEqual([1]);
  expect(send('m', 1000, 5, 'a')).toEqual([1]);
  expect(send('m', 1000, 6, 'b')).toEqual([1]);
  expect(send('m', 1000, 5, 'a')).toEqual([1]);
  expect(send('m', 999, 5, 'a')).toEqual([0, "out of order exemplar, series: 'm'"]);
  expect(send('m', 1000, 4, 'c')).toEqual([0, "out of order exemplar, series: 'm'"]);
  expect(send('m', 2000, 4, 'é'.repeat(120))).toEqual([1]);
  expect(send('m', 3000, 4, 'é'.repeat(121))).toEqual([
    0,
    "label length for exemplar exceeds maximum of 128 UTF-8 characters, series: 'm'",
  ]);
  expect(send('none', 3000, 4, 'a')).toEqual([0, "exemplar of a series without samples, series: 'none'"]);
  expect(tsdb.exemplars(0, 5000, [[new Matcher('__name__', '=', 'm')]])[0]!.exemplars).toHaveLength(3);
  await tsdb.close();
});
