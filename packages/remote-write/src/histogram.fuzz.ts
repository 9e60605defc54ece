// Histogram and Exemplar messages against protobufjs as the second opinion.
//
// 1. Histograms of every kind, encoded by us and by protobufjs (packed or not), decode to what was meant.
// 2. Broken bytes bring out the typed error and nothing else.

import { fileURLToPath } from 'node:url';
import { SeededRandom } from '@ampere/platform';
import type { FloatHistogram } from '@ampere/series';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { DecodeError } from './errors.ts';
import { decodeExemplar } from './exemplar.ts';
import { type DecodedHistogram, decodeHistogram } from './histogram.ts';
import { encodeHistogram } from './histogram-encoder.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 50_000 : 1000;

const root = protobuf.loadSync(
  fileURLToPath(new URL('../../../proto/remote-write-v2.proto', import.meta.url)),
);
const Histogram = root.lookupType('io.prometheus.write.v2.Histogram');
const HINTS = ['unknown', 'reset', 'not-reset', 'gauge'] as const;

function spansOf(random: SeededRandom): { offset: number; length: number }[] {
  return Array.from({ length: random.integer(4) }, (_, i) => ({
    offset: i === 0 ? random.integer(400) - 200 : random.integer(5),
    length: random.integer(4),
  }));
}

function anyHistogram(random: SeededRandom): DecodedHistogram {
  const isFloat = random.integer(2) === 0;
  const number = () =>
    isFloat
      ? random.fraction() * 1e6
      : random.integer(8) === 0
        ? random.integer(2 ** 32) * 2 ** 16
        : random.integer(1000);
  const positiveSpans = spansOf(random);
  const negativeSpans = spansOf(random);
  const counts = (spans: { length: number }[]) =>
    Float64Array.from({ length: spans.reduce((sum, { length }) => sum + length, 0) }, number);
  const histogram: FloatHistogram = {
    schema: random.integer(5) === 0 ? -53 : random.integer(13) - 4,
    zeroThreshold: [0, 2 ** -128, 0.01, 1][random.integer(4)]!,
    zeroCount: number(),
    count: number(),
    sum: [0, -1.5, Number.NaN, Infinity, random.fraction() * 1e9][random.integer(5)]!,
    positiveSpans,
    negativeSpans,
    positiveBuckets: counts(positiveSpans),
    negativeBuckets: counts(negativeSpans),
    customValues: random.integer(3) === 0 ? Float64Array.of(0.5, 1, 2.5) : null,
    counterReset: HINTS[random.integer(4)]!,
  };
  return {
    timeMs: random.integer(2) === 0 ? 1_700_000_000_000 + random.integer(1000) : -random.integer(1000),
    histogram,
    kind: isFloat ? 'float' : 'integer',
    isStale: false,
    startMs: 0,
  };
}

function byProtobufjs({ timeMs, histogram, kind }: DecodedHistogram): Uint8Array {
  const deltas = (counts: Float64Array) =>
    [...counts].map((count, i) => String(count - (i === 0 ? 0 : counts[i - 1]!)));
  const isFloat = kind === 'float';
  const { positiveBuckets, negativeBuckets, customValues } = histogram;
  return Histogram.encode(
    Histogram.fromObject({
      ...(isFloat
        ? { countFloat: histogram.count, zeroCountFloat: histogram.zeroCount }
        : { countInt: String(histogram.count), zeroCountInt: String(histogram.zeroCount) }),
      sum: histogram.sum,
      schema: histogram.schema,
      zeroThreshold: histogram.zeroThreshold,
      positiveSpans: histogram.positiveSpans,
      negativeSpans: histogram.negativeSpans,
      ...(isFloat
        ? { positiveCounts: [...positiveBuckets], negativeCounts: [...negativeBuckets] }
        : { positiveDeltas: deltas(positiveBuckets), negativeDeltas: deltas(negativeBuckets) }),
      resetHint: HINTS.indexOf(histogram.counterReset),
      timestamp: String(timeMs),
      customValues: [...(customValues ?? [])],
    }),
  ).finish();
}

test(`histograms from either encoder decode to what was meant (seed ${seed})`, () => {
  const random = new SeededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    const meant = anyHistogram(random);
    const ours = encodeHistogram({ timestampMs: meant.timeMs, ...meant });
    const padded = Buffer.concat([random.bytes(3), ours, random.bytes(3)]);
    expect(decodeHistogram(padded, 3, 3 + ours.length, 1), `round ${round}`).toEqual(meant);
    const theirs = byProtobufjs(meant);
    expect(decodeHistogram(theirs, 0, theirs.length, 2), `round ${round}, protobufjs'`).toEqual(meant);
  }
});

test(`a stale marker is known by its bits alone (seed ${seed})`, () => {
  const random = new SeededRandom(seed + 1);
  for (let round = 0; round < 100; round++) {
    const meant = anyHistogram(random);
    const bytes = encodeHistogram({ timestampMs: meant.timeMs, ...meant, stale: true });
    expect(decodeHistogram(bytes, 0, bytes.length, 1).isStale).toBe(true);
  }
});

test('repeated numbers may come one by one, and in pieces', () => {
  // Deltas 1, 1, -1 as a single, as a packed pair; spans in between.
  const hex = '0805 6002 5a02 1003 6202 0201';
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const { histogram } = decodeHistogram(bytes, 0, bytes.length, 1);
  expect([...histogram.positiveBuckets]).toEqual([1, 2, 1]);
  expect([histogram.count, histogram.positiveSpans]).toEqual([5, [{ offset: 0, length: 3 }]]);
});

test(`broken bytes never throw anything but the typed error (seed ${seed})`, () => {
  const random = new SeededRandom(seed + 2);
  let refused = 0;
  for (let round = 0; round < rounds * 10; round++) {
    const bytes =
      random.integer(3) === 0 ? random.bytes(random.integer(60)) : byProtobufjs(anyHistogram(random)).slice();
    for (let i = random.integer(4); i > 0 && bytes.length > 0; i--)
      bytes[random.integer(bytes.length)] = random.integer(256);
    for (const decode of [decodeHistogram, decodeExemplar]) {
      try {
        decode(bytes, 0, bytes.length, 2);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(rounds);
});
