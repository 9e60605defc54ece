// Generated 2.0 requests against protobufjs as the second opinion.
//
// 1. Ordinary requests: encoded by protobufjs and by our encoder, both must decode to what was meant.
// 2. Odd but legal spellings (fields in any order, references packed and not, unknown fields, scalars
//    given twice): our walk and protobufjs, with symbols looked up, must agree; and the label bytes must
//    be those that 1.0 has for the same labels.
// 3. Broken bodies: only the typed error may come out, and no byte behind the body may matter.

import { fileURLToPath } from 'node:url';
import { SeededRandom } from '@ampere/platform';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { DecodeError } from './errors.ts';
import { METRIC_TYPES } from './metadata.ts';
import { WriteRequestDecoder } from './write-request-decoder.ts';
import { encodeWriteRequest } from './write-request-encoder.ts';
import { WriteRequestV2Decoder } from './write-request-v2-decoder.ts';
import { encodeWriteRequestV2, type OutgoingSeriesV2 } from './write-request-v2-encoder.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 300;

const proto = fileURLToPath(new URL('../../../proto/remote-write-v2.proto', import.meta.url));
const Request = protobuf.loadSync(proto).lookupType('io.prometheus.write.v2.Request');

const decoder = new WriteRequestV2Decoder({
  samplesMax: 100_000,
  metadataMax: 1000,
  symbolsMax: 10_000,
  labelBytesMax: 1 << 24,
});
const decoderV1 = new WriteRequestDecoder({ samplesMax: 100_000, metadataMax: 1000 });

interface PlainRequest {
  /** Labels as the hexadecimal of their bytes in 1.0, values as that of their bits. */
  readonly timeseries: { labels: string; samples: [timeMs: number, value: string][] }[];
  /** Types, names, helps and units that were said of anything. */
  readonly metadata: string[];
  readonly exemplars: number;
  readonly histograms: number;
  readonly created: number;
}

type Pairs = readonly (readonly [string, string])[];

/** The bytes that a 1.0 request with these labels would be stored under. */
function runOf(labels: Pairs): string {
  const present = labels.filter(([, value]) => value !== '');
  const samples = [{ timestampMs: 1, value: 1 }];
  const { columns } = decoderV1.decode(encodeWriteRequest({ timeseries: [{ labels: present, samples }] }));
  return Buffer.from(columns.bytes.slice(columns.labelsFrom[0], columns.labelsTo[0])).toString('hex');
}

function bits(value: number): string {
  return Buffer.from(Float64Array.of(value).buffer).toString('hex');
}

function saidOf(labels: Pairs, type: string, help: string, unit: string): string[] {
  if (type === 'unknown' && help === '' && unit === '') return [];
  let name = labels.findLast(([label, value]) => label === '__name__' && value !== '')?.[1] ?? '';
  if (type === 'histogram') name = name.replace(/_(bucket|count|sum)$/, '');
  if (type === 'gaugehistogram') name = name.replace(/_(bucket|gcount|gsum)$/, '');
  if (type === 'summary') name = name.replace(/_(count|sum)$/, '');
  return [JSON.stringify([type, name, help, unit])];
}

function distinct(texts: string[]): string[] {
  return [...new Set(texts)].sort();
}

function decodeOurs(body: Uint8Array): PlainRequest {
  const decoded = decoder.decode(body);
  const { columns } = decoded;
  const words = Buffer.from(columns.valueWords.buffer);
  const timeseries = Array.from({ length: columns.seriesCount }, (_, i) => {
    const samples: [number, string][] = [];
    for (let s = columns.firstSample[i]!; s < columns.firstSample[i + 1]!; s++) {
      samples.push([columns.timesMs[s]!, words.toString('hex', 8 * s, 8 * s + 8)]);
    }
    const labels = Buffer.from(columns.bytes.slice(columns.labelsFrom[i], columns.labelsTo[i]));
    return { labels: labels.toString('hex'), samples };
  });
  const said = decoded.metadata.map((entry) =>
    JSON.stringify([entry.type, entry.metricFamilyName, entry.help, entry.unit]),
  );
  return {
    timeseries,
    metadata: distinct(said),
    exemplars: columns.exemplars.length,
    histograms: columns.histograms.length,
    created: decoded.createdTimestampCount,
  };
}

function decodeTheirs(body: Uint8Array): PlainRequest {
  // biome-ignore lint/suspicious/noExplicitAny: protobufjs gives untyped objects.
  const message = Request.toObject(Request.decode(body), { longs: String, defaults: true }) as any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const timeseries = message.timeseries as any[];
  const labelsOf = (refs: number[]): Pairs =>
    Array.from({ length: refs.length / 2 }, (_, i) => [
      message.symbols[refs[2 * i]!],
      message.symbols[refs[2 * i + 1]!],
    ]);
  return {
    timeseries: timeseries
      .filter((series) => series.samples.length + series.exemplars.length + series.histograms.length > 0)
      .map((series) => ({
        labels: runOf(labelsOf(series.labelsRefs)),
        // biome-ignore lint/suspicious/noExplicitAny: as above.
        samples: series.samples.map((sample: any) => [Number(sample.timestamp), bits(sample.value)]),
      })),
    metadata: distinct(
      timeseries.flatMap(({ labelsRefs, metadata }) =>
        metadata === null
          ? []
          : saidOf(
              labelsOf(labelsRefs),
              METRIC_TYPES[metadata.type] ?? 'unknown',
              message.symbols[metadata.helpRef],
              message.symbols[metadata.unitRef],
            ),
      ),
    ),
    exemplars: timeseries.reduce((sum, series) => sum + series.exemplars.length, 0),
    histograms: timeseries.reduce((sum, series) => sum + series.histograms.length, 0),
    created: timeseries.reduce((sum, series) => {
      const times = [series.createdTimestamp];
      for (const sample of [...series.samples, ...series.histograms]) times.push(sample.startTimestamp);
      return sum + times.filter((time) => time !== '0').length;
    }, 0),
  };
}

const VALUES = [0, -0, 1, -1.5, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE];
const TIMES = [0, 1, -1, 127, 128, 1_700_000_000_000, 2 ** 53 - 1, 1 - 2 ** 53, 2 ** 28, -(2 ** 28)];
const NAMES = ['', 'm', 'm_total', 'm_bucket', 'm_sum', 'm_count', 'm_gsum', 'm_gcount', 'é'];

function text(random: SeededRandom, lengthMax: number): string {
  const points = [...'abcXYZ_09 é✓😀'];
  return Array.from(
    { length: random.integer(lengthMax + 1) },
    () => points[random.integer(points.length)],
  ).join('');
}

function pick<T>(random: SeededRandom, list: readonly T[]): T {
  return list[random.integer(list.length)]!;
}

function outgoing(random: SeededRandom): OutgoingSeriesV2 & { readonly labels: Pairs } {
  const labels = Array.from({ length: random.integer(8) }, (_, i): [string, string] => [
    `n${i}${text(random, pick(random, [3, 150]))}`,
    text(random, pick(random, [5, 20, 200, 9000])),
  ]);
  if (random.integer(4) > 0) labels.unshift(['__name__', pick(random, NAMES)]);
  const samples = Array.from({ length: random.integer(4) }, () => ({
    timestampMs: pick(random, TIMES),
    value: random.integer(2) === 0 ? pick(random, VALUES) : random.fraction() * 1000,
    startTimestampMs: random.integer(3) === 0 ? pick(random, TIMES) : 0,
  }));
  const exemplars = Array.from({ length: random.integer(8) === 0 ? 2 : 0 }, () => ({
    labels: [['trace_id', text(random, 10)]] as Pairs,
    value: pick(random, VALUES),
    timestampMs: pick(random, TIMES),
  }));
  const metadata = {
    type: pick(random, METRIC_TYPES),
    help: text(random, pick(random, [0, 3, 300])),
    unit: text(random, pick(random, [0, 8])),
  };
  return {
    labels,
    samples,
    exemplars,
    ...(samples.length === 0 && random.integer(2) === 0 ? { histograms: [new Uint8Array(0)] } : {}),
    ...(random.integer(2) === 0 ? { metadata } : {}),
    ...(random.integer(3) === 0 ? { createdTimestampMs: pick(random, TIMES) } : {}),
  };
}

function meantBy(request: readonly (OutgoingSeriesV2 & { readonly labels: Pairs })[]): PlainRequest {
  return {
    timeseries: request
      .filter(
        ({ samples, exemplars = [], histograms = [] }) =>
          samples.length + exemplars.length + histograms.length > 0,
      )
      .map(({ labels, samples }) => ({
        labels: runOf(labels),
        samples: samples.map(({ timestampMs, value }) => [timestampMs, bits(value)]),
      })),
    metadata: distinct(
      request.flatMap(({ labels, metadata }) =>
        metadata === undefined ? [] : saidOf(labels, metadata.type, metadata.help, metadata.unit),
      ),
    ),
    exemplars: request.reduce((sum, { exemplars }) => sum + (exemplars?.length ?? 0), 0),
    histograms: request.reduce((sum, { histograms }) => sum + (histograms?.length ?? 0), 0),
    created: request
      .flatMap(({ samples, createdTimestampMs }) => [
        createdTimestampMs ?? 0,
        ...samples.map(({ startTimestampMs }) => startTimestampMs ?? 0),
      ])
      .filter((timeMs) => timeMs !== 0).length,
  };
}

test(`ordinary requests from either encoder decode to what was meant (seed ${seed})`, () => {
  const random = new SeededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    const request = Array.from({ length: random.integer(6) }, () => outgoing(random));
    const meant = meantBy(request);
    const ours = encodeWriteRequestV2(request);
    expect(decodeOurs(ours), `round ${round}`).toEqual(meant);
    expect(decodeTheirs(ours), `round ${round}, ours by protobufjs`).toEqual(meant);
    const theirs = Request.encode(Request.decode(ours)).finish();
    expect(decodeOurs(theirs), `round ${round}, protobufjs'`).toEqual(meant);
  }
});

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

function scalar(random: SeededRandom, number: number, value: bigint): Buffer {
  return Buffer.concat([varint(random, BigInt(number << 3)), varint(random, value)]);
}

/** References as one packed field, as several, or as single ones; their order is their meaning. */
function references(random: SeededRandom, refs: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < refs.length; ) {
    const count = random.integer(2) === 0 ? refs.length - i : 1 + random.integer(refs.length - i);
    const some = refs.slice(i, i + count).map((ref) => BigInt(ref));
    if (random.integer(3) === 0) parts.push(...some.map((ref) => scalar(random, 1, ref)));
    else parts.push(delimited(random, 1, Buffer.concat(some.map((ref) => varint(random, ref)))));
    i += count;
  }
  return Buffer.concat(parts);
}

/** Fields in any order, with unknown ones strewn in. */
function shuffled(random: SeededRandom, fields: Buffer[]): Buffer {
  while (random.integer(4) === 0) fields.push(delimited(random, 20 + random.integer(3000), random.bytes(9)));
  if (random.integer(2) === 0) {
    for (let i = fields.length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [fields[i], fields[j]] = [fields[j]!, fields[i]!];
    }
  }
  return Buffer.concat(fields);
}

function oddRequest(random: SeededRandom): Buffer {
  const symbols = new Map([['', 0]]);
  const ref = (value: string): number => {
    if (!symbols.has(value)) symbols.set(value, symbols.size);
    return symbols.get(value)!;
  };
  const series = Array.from({ length: random.integer(5) }, () => {
    const { labels, samples, metadata } = outgoing(random);
    const fields = [
      references(
        random,
        labels.flatMap(([name, value]) => [ref(name), ref(value)]),
      ),
    ];
    for (const { timestampMs, value } of samples) {
      const parts = [
        Buffer.concat([varint(random, 9n), Buffer.from(Float64Array.of(value).buffer)]),
        Buffer.concat([scalar(random, 2, 77n), scalar(random, 2, BigInt(timestampMs))]),
        scalar(random, 3, BigInt(pick(random, TIMES))),
      ];
      fields.push(delimited(random, 2, shuffled(random, parts.slice(random.integer(4)))));
    }
    if (samples.length === 0) fields.push(delimited(random, 3, random.bytes(0)));
    if (random.integer(5) === 0) {
      fields.push(delimited(random, 4, references(random, [ref('trace_id'), ref('é')])));
    }
    if (metadata !== undefined) {
      const parts = [
        scalar(random, 1, BigInt(random.integer(8))),
        scalar(random, 3, BigInt(ref(metadata.help))),
        scalar(random, 4, BigInt(ref(metadata.unit))),
      ];
      fields.push(delimited(random, 5, shuffled(random, parts.slice(random.integer(3)))));
    }
    return delimited(random, 5, shuffled(random, fields));
  });
  // The order of symbols is their meaning, so they move as two blocks at most.
  const table = [...symbols.keys()].map((symbol) => delimited(random, 4, Buffer.from(symbol)));
  const cut = random.integer(3) === 0 ? random.integer(table.length + 1) : table.length;
  const body = shuffled(random, series);
  return Buffer.concat([...table.slice(0, cut), body, ...table.slice(cut)]);
}

test(`odd but legal spellings are read as protobufjs reads them (seed ${seed})`, () => {
  const random = new SeededRandom(seed + 1);
  for (let round = 0; round < rounds * 4; round++) {
    const body = oddRequest(random);
    expect(decodeOurs(body), `round ${round}`).toEqual(decodeTheirs(body));
  }
});

test(`broken bodies never throw anything but the typed error (seed ${seed})`, () => {
  const random = new SeededRandom(seed + 2);
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
