// Generated requests against protobufjs as the second opinion.
//
// 1. Ordinary requests: encoded by protobufjs and by our encoder, both must decode to what was meant.
// 2. Odd but legal spellings (shuffled fields, unknown fields and groups, padded numbers, scalars given
//    twice): our walk and protobufjs must agree.
// 3. Broken bodies: only the typed error may come out, and no byte behind the body may matter.

import { fileURLToPath } from 'node:url';
import { SeededRandom } from '@ampere/platform';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { DecodeError } from './errors.ts';
import { readLabelRun } from './label-run.ts';
import { METRIC_TYPES, type MetricMetadata } from './metadata.ts';
import { WriteRequestDecoder } from './write-request-decoder.ts';
import { encodeWriteRequest, type OutgoingSeries } from './write-request-encoder.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 400;

const proto = fileURLToPath(new URL('../../../proto/remote-write-v1.proto', import.meta.url));
const WriteRequest = protobuf.loadSync(proto).lookupType('prometheus.WriteRequest');

const decoder = new WriteRequestDecoder({ samplesMax: 100_000, metadataMax: 1000 });

interface PlainRequest {
  readonly timeseries: {
    readonly labels: [string, string][];
    readonly samples: [timeMs: number, value: string][];
  }[];
  readonly metadata: readonly MetricMetadata[];
}

/** The bits of a double as text, so that every NaN and both zeros are told apart. */
function bits(value: number): string {
  return Buffer.from(Float64Array.of(value).buffer).toString('hex');
}

function labelsOf(pairs: Iterable<readonly [string, string]>): [string, string][] {
  const present = [...pairs]
    .filter(([, value]) => value !== '')
    .map(([name, value]): [string, string] => [name, value]);
  return present.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function decodeOurs(body: Uint8Array): PlainRequest {
  const { columns, metadata } = decoder.decode(body);
  const words = Buffer.from(columns.valueWords.buffer);
  const timeseries = Array.from({ length: columns.seriesCount }, (_, i) => {
    const samples: [number, string][] = [];
    for (let s = columns.firstSample[i]!; s < columns.firstSample[i + 1]!; s++) {
      samples.push([columns.timesMs[s]!, words.toString('hex', 8 * s, 8 * s + 8)]);
    }
    const labels = readLabelRun(columns.bytes, columns.labelsFrom[i]!, columns.labelsTo[i]!);
    return { labels: labelsOf(labels), samples };
  });
  return { timeseries, metadata };
}

function decodeTheirs(body: Uint8Array): PlainRequest {
  // biome-ignore lint/suspicious/noExplicitAny: protobufjs gives untyped objects.
  const message = WriteRequest.toObject(WriteRequest.decode(body), { longs: String, defaults: true }) as any;
  return {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    timeseries: (message.timeseries as any[])
      .filter((series) => series.samples.length + series.exemplars.length > 0)
      .map((series) => ({
        // biome-ignore lint/suspicious/noExplicitAny: as above.
        labels: labelsOf(series.labels.map((label: any) => [label.name, label.value])),
        // biome-ignore lint/suspicious/noExplicitAny: as above.
        samples: series.samples.map((sample: any) => [Number(sample.timestamp), bits(sample.value)]),
      })),
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    metadata: (message.metadata as any[]).map((entry) => ({
      type: METRIC_TYPES[entry.type] ?? 'unknown',
      metricFamilyName: entry.metricFamilyName,
      help: entry.help,
      unit: entry.unit,
    })),
  };
}

const VALUES = [0, -0, 1, -1.5, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE, 1e-300];
const TIMES = [
  0,
  1,
  -1,
  127,
  128,
  1_700_000_000_000,
  2 ** 53 - 1,
  1 - 2 ** 53,
  2 ** 28,
  -(2 ** 28),
  2 ** 56 / 16,
];

function text(random: SeededRandom, lengthMax: number): string {
  const alphabet = 'abcXYZ_09 é✓😀';
  const points = [...alphabet];
  return Array.from(
    { length: random.integer(lengthMax + 1) },
    () => points[random.integer(points.length)],
  ).join('');
}

function pick<T>(random: SeededRandom, list: readonly T[]): T {
  return list[random.integer(list.length)]!;
}

/** Label names differ, so that a set has one meaning whatever the order. */
function outgoingSeries(random: SeededRandom): OutgoingSeries {
  const labels = Array.from({ length: random.integer(8) }, (_, i): [string, string] => [
    `n${i}${text(random, pick(random, [3, 150]))}`,
    text(random, pick(random, [5, 20, 200, 9000])),
  ]);
  const samples = Array.from({ length: random.integer(4) }, () => ({
    timestampMs: pick(random, TIMES),
    value: random.integer(2) === 0 ? pick(random, VALUES) : random.fraction() * 1000,
  }));
  return { labels, samples };
}

function outgoingMetadata(random: SeededRandom): MetricMetadata {
  return {
    type: pick(random, METRIC_TYPES),
    metricFamilyName: text(random, 20),
    help: text(random, 300),
    unit: text(random, 8),
  };
}

test(`ordinary requests from either encoder decode to what was meant (seed ${seed})`, () => {
  const random = new SeededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    const timeseries = Array.from({ length: random.integer(6) }, () => outgoingSeries(random));
    const metadata = Array.from({ length: random.integer(3) }, () => outgoingMetadata(random));
    const meant: PlainRequest = {
      timeseries: timeseries
        .filter((series) => series.samples.length > 0)
        .map((series) => ({
          labels: labelsOf(series.labels),
          samples: series.samples.map((sample) => [sample.timestampMs, bits(sample.value)]),
        })),
      metadata,
    };
    const ours = encodeWriteRequest({ timeseries, metadata });
    expect(decodeOurs(ours), `round ${round}`).toEqual(meant);
    expect(decodeTheirs(ours), `round ${round}, ours by protobufjs`).toEqual(meant);
    const theirs = WriteRequest.encode(
      WriteRequest.fromObject({
        timeseries: timeseries.map((series) => ({
          labels: [...series.labels].map(([name, value]) => ({ name, value })),
          samples: series.samples.map(({ timestampMs, value }) => ({
            timestamp: String(timestampMs),
            value,
          })),
        })),
        metadata: metadata.map((entry) => ({ ...entry, type: METRIC_TYPES.indexOf(entry.type) })),
      }),
    ).finish();
    expect(decodeOurs(theirs), `round ${round}, protobufjs'`).toEqual(meant);
  }
});

/** A varint, now and then longer than it need be. */
function varint(random: SeededRandom, value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  // Padded tags and lengths: protobufjs takes up to five bytes for both.
  for (let pad = random.integer(8) === 0 ? random.integer(3) : 0; pad > 0 && bytes.length < 5; pad--) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(0);
  }
  return Buffer.from(bytes);
}

function delimited(random: SeededRandom, number: number, content: Uint8Array): Buffer {
  const tag = varint(random, BigInt((number << 3) | 2));
  return Buffer.concat([tag, varint(random, BigInt(content.length)), content]);
}

function unknownField(random: SeededRandom): Buffer {
  const number = 20 + random.integer(3000);
  const tag = (wireType: number): Buffer => varint(random, BigInt(number * 8 + wireType));
  switch (random.integer(5)) {
    case 0:
      return Buffer.concat([tag(0), varint(random, BigInt(random.integer(2 ** 31)))]);
    case 1:
      return Buffer.concat([tag(1), random.bytes(8)]);
    case 2:
      return delimited(random, number, random.bytes(random.integer(200)));
    case 3:
      return Buffer.concat([tag(5), random.bytes(4)]);
    default:
      return Buffer.concat([
        tag(3),
        random.integer(2) === 0 ? unknownField(random) : Buffer.alloc(0),
        tag(4),
      ]);
  }
}

/** Fields in any order, with unknown ones strewn in. */
function shuffled(random: SeededRandom, fields: Buffer[]): Buffer {
  while (random.integer(4) === 0) fields.push(unknownField(random));
  if (random.integer(2) === 0) {
    for (let i = fields.length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [fields[i], fields[j]] = [fields[j]!, fields[i]!];
    }
  }
  return Buffer.concat(fields);
}

function oddText(random: SeededRandom, number: number, value: string): Buffer[] {
  const field = delimited(random, number, Buffer.from(value));
  return random.integer(10) === 0 ? [delimited(random, number, Buffer.from('old')), field] : [field];
}

function oddRequest(random: SeededRandom): Buffer {
  const series = Array.from({ length: random.integer(5) }, () => {
    const { labels, samples } = outgoingSeries(random);
    const fields = [...labels].map(([name, value]) => {
      // A text given twice must keep its order, so such a label is not shuffled with itself.
      const parts = [Buffer.concat(oddText(random, 1, name)), Buffer.concat(oddText(random, 2, value))];
      return delimited(random, 1, shuffled(random, parts));
    });
    for (const { timestampMs, value } of samples) {
      const bytes = Buffer.from(Float64Array.of(value).buffer);
      const parts = [
        Buffer.concat([varint(random, 9n), bytes]),
        Buffer.concat([varint(random, 16n), varint(random, BigInt(timestampMs))]),
      ];
      fields.push(delimited(random, 2, shuffled(random, parts.slice(random.integer(3)))));
    }
    if (random.integer(5) === 0) fields.push(delimited(random, 3, Buffer.alloc(0)));
    return delimited(random, 1, shuffled(random, fields));
  });
  return shuffled(random, series);
}

test(`odd but legal spellings are read as protobufjs reads them (seed ${seed})`, () => {
  const random = new SeededRandom(seed + 1);
  for (let round = 0; round < rounds * 4; round++) {
    const body = oddRequest(random);
    expect(decodeOurs(body), `round ${round}`).toEqual(decodeTheirs(body));
  }
});

test(`a label set has one spelling whatever the sender's (seed ${seed})`, () => {
  const random = new SeededRandom(seed + 2);
  const run = (bytes: Uint8Array): string => {
    const { columns } = decoder.decode(bytes);
    return Buffer.from(columns.bytes.slice(columns.labelsFrom[0], columns.labelsTo[0])).toString('hex');
  };
  for (let round = 0; round < rounds; round++) {
    const { labels } = outgoingSeries(random);
    const samples = [{ timestampMs: 1, value: 1 }];
    const present = [...labels].filter(([, value]) => value !== '');
    const fields = [...labels].map(([name, value]) => {
      const parts = [Buffer.concat(oddText(random, 1, name)), Buffer.concat(oddText(random, 2, value))];
      return delimited(random, 1, shuffled(random, parts));
    });
    const odd = delimited(random, 1, Buffer.concat([...fields, Buffer.from('1200', 'hex')]));
    const meant = encodeWriteRequest({ timeseries: [{ labels: present, samples }] });
    expect(run(odd), `round ${round}`).toBe(run(meant));
  }
});

test(`broken bodies never throw anything but the typed error (seed ${seed})`, () => {
  const random = new SeededRandom(seed + 3);
  let refused = 0;
  for (let round = 0; round < rounds * 20; round++) {
    const body =
      random.integer(4) === 0
        ? Buffer.from(random.bytes(random.integer(80)))
        : oddRequest(random).subarray(0, 3000);
    for (let i = random.integer(4); i > 0 && body.length > 0; i--)
      body[random.integer(body.length)] = random.integer(256);
    const outcome = (bytes: Uint8Array): unknown => {
      try {
        return decodeOurs(bytes);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        expect(error.offset).toBeLessThanOrEqual(bytes.length);
        refused++;
        return error.message;
      }
    };
    // The same bytes with others behind them in memory must have the same outcome.
    const padded = Buffer.concat([body, random.bytes(16)]);
    expect(outcome(padded.subarray(0, body.length)), `round ${round}`).toEqual(outcome(body));
  }
  expect(refused).toBeGreaterThan(rounds);
});
