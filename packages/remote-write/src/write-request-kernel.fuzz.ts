// The kernel against its twins: the same columns bit for bit, the same metadata and counts, the same errors.
//
// 1. Requests as senders write them, which the kernel has to take by itself.
// 2. Their fields in any order, bytes changed, cut off, and runs of random bytes.
// 3. Compressed bodies by two encoders, changed and cut off.
// 4. A memory that is full at each allocation in turn.
//
// No byte beside the kernel's blocks may change.

import { SeededRandom } from '@ampere/platform';
import type { WriteColumns } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import { DecodeError } from './errors.ts';
import { encodeHistogram } from './histogram-encoder.ts';
import { readLabelRun } from './label-run.ts';
import { MessageWriter, varint } from './message-writer.ts';
import { METRIC_TYPES } from './metadata.ts';
import { SnappyDecoder } from './snappy-decoder.ts';
import { encodeSnappy } from './snappy-encoder.ts';
import { GuardedMemory, MemoryFullError } from './testing/guarded-memory.ts';
import { type DecodedWriteRequest, WriteRequestDecoder } from './write-request-decoder.ts';
import { encodeWriteRequest } from './write-request-encoder.ts';
import { type PairLabels, WriteRequestKernel } from './write-request-kernel.ts';
import { type WriteRequestV2Bounds, WriteRequestV2Decoder } from './write-request-v2-decoder.ts';
import { encodeWriteRequestV2, type OutgoingSeriesV2 } from './write-request-v2-encoder.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 150;

type Version = 1 | 2;

const DECODED_BYTES_MAX = 1 << 22;
const BOUNDS = { samplesMax: 3000, metadataMax: 300, symbolsMax: 5000, labelBytesMax: 1 << 20 };
const memory = new GuardedMemory();
const kernel = new WriteRequestKernel(memory, BOUNDS);
const KEEPING = { ...BOUNDS, keepsStarts: true };
const keepingMemory = new GuardedMemory();
const keepingKernel = new WriteRequestKernel(keepingMemory, KEEPING);

function byTwins(body: Uint8Array, version: Version, bounds: WriteRequestV2Bounds): DecodedWriteRequest {
  const message = new SnappyDecoder(DECODED_BYTES_MAX).decode(body);
  const decoder = version === 1 ? new WriteRequestDecoder(bounds) : new WriteRequestV2Decoder(bounds);
  return decoder.decode(message);
}

/** Everything that is said of a request, and the bits of all that counts in its columns. */
function plain(decoded: DecodedWriteRequest): unknown {
  const { columns, ...rest } = decoded;
  const { seriesCount, sampleCount, bytes, histograms, exemplars } = columns;
  const labelsFrom = [...columns.labelsFrom.subarray(0, seriesCount)];
  const labelsTo = [...columns.labelsTo.subarray(0, seriesCount)];
  return {
    createdTimestampCount: 0,
    ...rest,
    labelsFrom,
    labelsTo,
    labels: labelsFrom.map((from, i) => Buffer.from(bytes.subarray(from, labelsTo[i])).toString('hex')),
    firstSample: [...columns.firstSample.subarray(0, seriesCount + 1)],
    timesMs: [...columns.timesMs.subarray(0, sampleCount)],
    valueWords: [...columns.valueWords.subarray(0, 2 * sampleCount)],
    startsMs: columns.startsMs && [...columns.startsMs.subarray(0, sampleCount)],
    histograms,
    exemplars,
  };
}

function pairLabelsOf(columns: WriteColumns): PairLabels {
  const counts = { clusterSamples: 0, replicaSeries: 0 };
  for (let i = 0; i < columns.seriesCount; i++) {
    const samples = columns.firstSample[i + 1]! - columns.firstSample[i]!;
    const run = columns.bytes.subarray(columns.labelsFrom[i]!, columns.labelsTo[i]!);
    const names = [...readLabelRun(run, 0, run.length)].map(([name]) => name);
    if (names.includes('cluster')) counts.clusterSamples += samples;
    if (names.includes('__replica__')) counts.replicaSeries++;
  }
  return counts;
}

function outcomeOf(decode: () => DecodedWriteRequest): unknown {
  try {
    return plain(decode());
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { kind: error.kind, offset: error.offset, message: error.message };
  }
}

/** Whether kernel and twins said the same; true when the body was taken. */
function agree(body: Uint8Array, version: Version, what: string): boolean {
  if (version === 2) agreeBy(keepingKernel, KEEPING, body, version, what);
  return agreeBy(kernel, BOUNDS, body, version, what);
}

function agreeBy(
  decoder: WriteRequestKernel,
  bounds: WriteRequestV2Bounds,
  body: Uint8Array,
  version: Version,
  what: string,
): boolean {
  const ours = outcomeOf(() => {
    const { pairLabels, ...decoded } = decoder.decode(body, version, DECODED_BYTES_MAX);
    if (pairLabels !== undefined) expect(pairLabels, what).toEqual(pairLabelsOf(decoded.columns));
    return decoded;
  });
  const twins = outcomeOf(() => byTwins(body, version, bounds));
  expect(ours, `${what}, seed ${seed}`).toEqual(twins);
  memory.check();
  keepingMemory.check();
  return typeof twins === 'object' && twins !== null && 'labels' in twins;
}

function pick<T>(random: SeededRandom, list: readonly T[]): T {
  return list[random.integer(list.length)]!;
}

const VALUES = [0, -0, 1, -1.5, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE];
const TIMES = [
  ...[0, 1, -1, 127, 128, 16_383, 1_700_000_000_000, 2 ** 49 - 1, 2 ** 49, 2 ** 52, -(2 ** 28)],
  ...[2 ** 53 - 1, 1 - 2 ** 53],
];
const NAMES = ['', 'm', 'm_total', 'm_bucket', 'm_sum', 'm_count', 'm_gsum', 'm_gcount', 'é'];

function text(random: SeededRandom, lengthMax: number): string {
  const points = [...'abcXYZ_09 é✓😀'];
  const length = random.integer(lengthMax + 1);
  return Array.from({ length }, () => points[random.integer(points.length)]).join('');
}

function histogram(random: SeededRandom): Uint8Array {
  const counts = Float64Array.from({ length: random.integer(4) }, () => random.integer(1000));
  return encodeHistogram({
    timestampMs: pick(random, TIMES),
    kind: pick(random, ['integer', 'float']),
    histogram: {
      schema: random.integer(13) - 4,
      zeroThreshold: 0.01,
      zeroCount: random.integer(9),
      count: random.integer(5000),
      sum: pick(random, VALUES),
      positiveSpans: [{ offset: random.integer(9) - 4, length: counts.length }],
      negativeSpans: [],
      positiveBuckets: counts,
      negativeBuckets: new Float64Array(0),
      customValues: null,
      counterReset: 'unknown',
    },
  });
}

function series(random: SeededRandom): OutgoingSeriesV2 {
  const lengthMax = pick(random, [5, 20, 20, 130, 9000]);
  const labels = Array.from({ length: random.integer(8) }, (_, i): [string, string] => [
    `n${i}${text(random, pick(random, [3, 20, 150]))}`,
    // Senders leave out labels without a value.
    `v${text(random, lengthMax)}`,
  ]);
  labels.unshift(['__name__', pick(random, NAMES) || 'n']);
  for (const name of ['cluster', '__replica__', 'clusteR', '__replicA__']) {
    if (random.integer(4) === 0) labels.push([name, `v${text(random, lengthMax)}`]);
  }
  const samples = Array.from({ length: random.integer(4) }, () => ({
    timestampMs: pick(random, TIMES),
    value: random.integer(2) === 0 ? pick(random, VALUES) : random.fraction() * 1000,
    startTimestampMs: random.integer(3) === 0 ? pick(random, TIMES) : 0,
  }));
  const exemplars = Array.from({ length: random.integer(8) === 0 ? 2 : 0 }, () => ({
    labels: [['trace_id', text(random, 10)]] as [string, string][],
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
    ...(samples.length === 0 && random.integer(2) === 0 ? { histograms: [histogram(random)] } : {}),
    ...(random.integer(2) === 0 ? { metadata } : {}),
    ...(random.integer(3) === 0 ? { createdTimestampMs: pick(random, TIMES) } : {}),
  };
}

function message(random: SeededRandom, version: Version): Uint8Array {
  const timeseries = Array.from({ length: random.integer(6) }, () => series(random));
  if (version === 2) return encodeWriteRequestV2(timeseries);
  const metadata = Array.from({ length: random.integer(3) }, () => ({
    type: pick(random, METRIC_TYPES),
    metricFamilyName: text(random, 20),
    help: text(random, 300),
    unit: text(random, 8),
  }));
  return encodeWriteRequest({ timeseries, metadata });
}

/** Some bytes changed, moved, cut off or put in. */
function changed(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  let body = Buffer.from(bytes);
  for (let i = random.integer(4); i > 0 && body.length > 0; i--) {
    const at = random.integer(body.length);
    switch (random.integer(5)) {
      case 0:
        body[at] = random.integer(256);
        break;
      case 1:
        body[at]! ^= 1 << random.integer(8);
        break;
      case 2:
        body = body.subarray(0, at);
        break;
      case 3:
        body = Buffer.concat([body.subarray(0, at), body.subarray(at + 1 + random.integer(6))]);
        break;
      default:
        body = Buffer.concat([body.subarray(0, at), random.bytes(random.integer(6)), body.subarray(at)]);
    }
  }
  return body;
}

/** Literals alone, of lengths in all the ways that there are to write one. */
function literals(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [encodeSnappy(bytes).subarray(0, bytes.length < 128 ? 1 : lengthBytes(bytes))];
  for (let at = 0; at < bytes.length; ) {
    const length = Math.min(bytes.length - at, 1 + random.integer(pick(random, [20, 60, 300, 70_000])));
    const extra = Math.max(
      length > 60 ? 1 : 0,
      random.integer(5),
      length > 256 ? (length > 65_536 ? 3 : 2) : 0,
    );
    if (extra === 0) parts.push(Uint8Array.of((length - 1) << 2));
    else {
      const head = Buffer.alloc(1 + extra);
      head[0] = (59 + extra) << 2;
      head.writeUIntLE(length - 1, 1, extra);
      parts.push(head);
    }
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  return Buffer.concat(parts);
}

function lengthBytes(bytes: Uint8Array): number {
  return Math.ceil(Math.log2(bytes.length + 1) / 7);
}

/** A series whose label value is copies of every offset and length over a short history. */
function copies(random: SeededRandom): Uint8Array {
  const parts: Buffer[] = [];
  const history = random.bytes(1 + random.integer(40));
  parts.push(Buffer.from([(history.length - 1) << 2]), Buffer.from(history));
  let length = history.length;
  for (let i = random.integer(30); i > 0; i--) {
    const offset = 1 + random.integer(Math.min(length, pick(random, [3, 8, 20, 2000])));
    const wide = random.integer(3);
    const count = wide === 0 && offset < 2048 ? 4 + random.integer(8) : 1 + random.integer(64);
    if (wide === 0 && offset < 2048) {
      parts.push(Buffer.from([((offset >> 8) << 5) | ((count - 4) << 2) | 1, offset & 0xff]));
    } else {
      const head = Buffer.alloc(wide === 2 ? 5 : 3);
      head[0] = ((count - 1) << 2) | (wide === 2 ? 3 : 2);
      head.writeUIntLE(offset, 1, wide === 2 ? 4 : 2);
      parts.push(head);
    }
    length += count;
  }
  // The message up to the value, as a literal in front.
  const sample = new MessageWriter().message(2, Uint8Array.of(0x10, 1)).finish();
  const head = (tag: number, size: number): Buffer => Buffer.concat([Buffer.of(tag), varint(BigInt(size))]);
  const value = head(0x12, length);
  const name = Buffer.of(0x0a, 1, 0x6e);
  const label = head(0x0a, name.length + value.length + length);
  const front = [
    head(0x0a, sample.length + label.length + name.length + value.length + length),
    ...[sample, label, name, value],
  ];
  const frontLength = front.reduce((sum, part) => sum + part.length, 0);
  const declared = varint(BigInt(frontLength + length));
  return Buffer.concat([declared, Buffer.of((frontLength - 1) << 2), ...front, ...parts]);
}

for (const version of [1, 2] as const) {
  describe(`remote write ${version}.0`, () => {
    test('what senders write is taken without the twin', () => {
      const random = new SeededRandom(seed + version);
      const before = kernel.twinDecodes;
      for (let round = 0; round < rounds; round++) {
        expect(agree(encodeSnappy(message(random, version)), version, `round ${round}`)).toBe(true);
      }
      expect(kernel.twinDecodes - before).toBe(0);
    });

    test('changed messages are taken and refused alike', () => {
      const random = new SeededRandom(seed + 10 + version);
      const before = kernel.twinDecodes;
      let taken = 0;
      for (let round = 0; round < rounds * 4; round++) {
        const body = changed(random, message(random, version));
        if (agree(encodeSnappy(body), version, `round ${round}`)) taken++;
      }
      expect(taken).toBeGreaterThan(rounds);
      expect(kernel.twinDecodes - before).toBeGreaterThan(rounds);
    });

    test('random bytes', () => {
      const random = new SeededRandom(seed + 20 + version);
      for (let round = 0; round < rounds * 2; round++) {
        agree(encodeSnappy(random.bytes(random.integer(60))), version, `round ${round}`);
      }
    });
  });
}

test('compressed bodies, whole and broken', () => {
  const random = new SeededRandom(seed + 30);
  for (let round = 0; round < rounds * 4; round++) {
    const kind = random.integer(3);
    const whole =
      kind === 0
        ? encodeSnappy(message(random, 1))
        : kind === 1
          ? literals(random, message(random, 1))
          : copies(random);
    expect(agree(whole, 1, `round ${round}, whole`)).toBe(true);
    agree(changed(random, whole), 1, `round ${round}, changed`);
  }
});

test('columns of every size, grown and given back', () => {
  const random = new SeededRandom(seed + 40);
  const many = (count: number): OutgoingSeriesV2[] =>
    Array.from({ length: count }, (_, i) => ({
      labels: [
        ['__name__', `m${i}`],
        ['long', text(random, 600)],
      ] as [string, string][],
      samples: [{ timestampMs: i, value: i }],
      metadata: { type: 'counter', help: `help ${i % 400}`, unit: '' } as const,
    }));
  for (const count of [0, 1, 290, 301, 1023, 1024, 1500, 2500, 3000, 3001, 10]) {
    for (const version of [1, 2] as const) {
      const timeseries = many(count);
      const plainSeries = timeseries.map(({ metadata: _, ...one }) => one);
      agree(encodeSnappy(encodeWriteRequest({ timeseries: plainSeries })), version, `${count} of 1.0`);
      agree(encodeSnappy(encodeWriteRequestV2(plainSeries)), version, `${count} of 2.0`);
      agree(encodeSnappy(encodeWriteRequestV2(timeseries)), version, `${count} with metadata`);
    }
    if (count % 2 === 0) kernel.release();
  }
});

test('a memory that is full once does no harm', () => {
  const random = new SeededRandom(seed + 50);
  const bodies = ([1, 2] as const).map((version) => {
    const timeseries = Array.from({ length: 2500 }, () => ({
      labels: [['__name__', `m${text(random, 300)}`]] as [string, string][],
      samples: [{ timestampMs: 1, value: 2 }],
    }));
    const encoded = version === 1 ? encodeWriteRequest({ timeseries }) : encodeWriteRequestV2(timeseries);
    return { version, body: encodeSnappy(encoded) };
  });
  kernel.release();
  expect(memory.bytesHeld).toBe(0);
  for (let failing = 0, failed = true; failed; failing++) {
    failed = false;
    for (const { version, body } of bodies) {
      memory.allocationsLeft = failing;
      try {
        kernel.decode(body, version, DECODED_BYTES_MAX);
      } catch (error) {
        if (!(error instanceof MemoryFullError)) throw error;
        failed = true;
      }
      memory.allocationsLeft = Number.POSITIVE_INFINITY;
      expect(agree(body, version, `after allocation ${failing} of ${version}.0`)).toBe(true);
      kernel.release();
      expect(memory.bytesHeld).toBe(0);
    }
  }
});
