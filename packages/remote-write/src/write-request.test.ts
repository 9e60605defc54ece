import { Labels, STALE_HIGH_WORD, STALE_LOW_WORD } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import { DecodeError } from './errors.ts';
import { readLabelRun } from './label-run.ts';
import { type DecodedWriteRequest, WriteRequestDecoder } from './write-request-decoder.ts';
import { encodeWriteRequest } from './write-request-encoder.ts';

const BOUNDS = { samplesMax: 1000, metadataMax: 100 };

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** A length-delimited field of fewer than 128 bytes. */
function field(tag: string, ...contents: string[]): string {
  const content = contents.join('').replaceAll(/\s/g, '');
  return tag + (content.length / 2).toString(16).padStart(2, '0') + content;
}

const series = (...fields: string[]): string => field('0a', ...fields);
const A1 = field('0a', '0a0161', '120131');
const B2 = field('0a', '0a0162', '120132');
/** Value 1 at 5 ms. */
const SAMPLE = field('12', '09 000000000000f03f', '10 05');

function decode(body: string | Uint8Array): DecodedWriteRequest {
  return new WriteRequestDecoder(BOUNDS).decode(typeof body === 'string' ? hex(body) : body);
}

function plain({ columns }: DecodedWriteRequest): unknown[] {
  const values = new Float64Array(columns.valueWords.slice(0, 2 * columns.sampleCount).buffer);
  return Array.from({ length: columns.seriesCount }, (_, i) => {
    const samples: number[][] = [];
    for (let s = columns.firstSample[i]!; s < columns.firstSample[i + 1]!; s++) {
      samples.push([columns.timesMs[s]!, values[s]!]);
    }
    const labels = readLabelRun(columns.bytes, columns.labelsFrom[i]!, columns.labelsTo[i]!);
    return [Object.fromEntries(labels), samples];
  });
}

function labelHex({ columns }: DecodedWriteRequest, i = 0): string {
  return Buffer.from(columns.bytes.slice(columns.labelsFrom[i], columns.labelsTo[i])).toString('hex');
}

describe('reads', () => {
  const check = (name: string, body: string, expected: unknown[]) =>
    test(name, () => expect(plain(decode(body))).toEqual(expected));
  const one = [[{ a: '1', b: '2' }, [[5, 1]]]];

  check('nothing', '', []);
  check('a series', series(A1, B2, SAMPLE), one);
  check('samples before labels', series(SAMPLE, A1, B2), one);
  check('labels on both sides of a sample', series(A1, SAMPLE, B2), one);
  check('an unknown field between labels', series(A1, '28 07', B2, SAMPLE), one);
  check('a label with value before name', series(field('0a', '120131', '0a0161'), B2, SAMPLE), one);
  check('a label with an unknown field', series(field('0a', '0a0161', '1801', '120131'), B2, SAMPLE), one);
  check('a label with its value twice', series(field('0a', '0a0161', '120139', '120131'), B2, SAMPLE), one);
  check('a label with a padded length', series('0a 8600 0a0161 120131', B2, SAMPLE), one);
  check('a label with a padded tag', series('8a00 06 0a0161 120131', B2, SAMPLE), one);
  check('a label name with a padded length', series(field('0a', '0a810061', '120131'), B2, SAMPLE), one);
  check('a label without a value, as no label', series(A1, field('0a', '0a017a'), B2, SAMPLE), one);
  check(
    'a label with an empty value, as no label',
    series(A1, B2, field('0a', '0a017a', '1200'), SAMPLE),
    one,
  );
  check('a label without a name', series(field('0a', '120131'), SAMPLE), [[{ '': '1' }, [[5, 1]]]]);
  check('no labels', series(SAMPLE), [[{}, [[5, 1]]]]);
  check('a sample without time and value', series(A1, '1200'), [[{ a: '1' }, [[0, 0]]]]);
  check('a sample with time before value', series(A1, field('12', '1005', '09000000000000f03f')), [
    [{ a: '1' }, [[5, 1]]],
  ]);
  check('a sample with its time twice', series(A1, field('12', '1009', '1005')), [[{ a: '1' }, [[5, 0]]]]);
  check('a negative time', series(A1, field('12', '10 ffffffffffffffffff01')), [[{ a: '1' }, [[-1, 0]]]]);
  check('the highest time', series(A1, field('12', '10 ffffffffffffff0f')), [
    [{ a: '1' }, [[2 ** 53 - 1, 0]]],
  ]);
  check('the lowest time', series(A1, field('12', '10 818080808080 80f0ff01')), [
    [{ a: '1' }, [[1 - 2 ** 53, 0]]],
  ]);
  check('a series without samples, as no series', series(A1) + series(B2, SAMPLE), [[{ b: '2' }, [[5, 1]]]]);
  check(
    'unknown fields of every wire type',
    `50 01 51 0102030405060708 ${field('52', '00')} 53 08 01 54 55 01020304`,
    [],
  );
  check('nested unknown groups', '53 5b 5c 54', []);
  check('the old field 2', field('12', '00') + series(A1, SAMPLE), [[{ a: '1' }, [[5, 1]]]]);
});

describe('spells labels in one way', () => {
  const check = (name: string, ...fields: string[]) =>
    test(name, () => expect(labelHex(decode(series(...fields, SAMPLE)))).toBe(A1 + B2));

  check('as they are', A1, B2);
  check('value before name', field('0a', '120131', '0a0161'), B2);
  check('a broken run', A1, '28 07', B2);
  check('a padded length late in the run', A1, '0a 8600 0a0162 120132');
  check('an empty label in front', field('0a', '0a017a'), A1, B2);
});

test('odd and ordinary series in one request keep their own labels', () => {
  const decoded = decode(series(A1, B2, SAMPLE) + series(A1, SAMPLE, B2) + series(B2, SAMPLE));
  expect([0, 1, 2].map((i) => labelHex(decoded, i))).toEqual([A1 + B2, A1 + B2, B2]);
});

test('the payload of a stale marker arrives, and so does that of any other NaN', () => {
  const body = encodeWriteRequest({
    timeseries: [{ labels: [['a', '1']], samples: [{ timestampMs: 1, value: 0, stale: true }] }],
  });
  const { columns } = decode(body);
  expect([...columns.valueWords.slice(0, 2)]).toEqual([STALE_LOW_WORD, STALE_HIGH_WORD]);
  const odd = decode(series(A1, field('12', '09 efbeadde0df0ffff'))).columns;
  expect([...odd.valueWords.slice(0, 2)]).toEqual([0xdeadbeef, 0xfffff00d]);
});

test('metadata is read', () => {
  const metadata = [
    { type: 'counter', metricFamilyName: 'http_requests_total', help: 'How many. ✓', unit: '' },
    { type: 'unknown', metricFamilyName: 'x', help: '', unit: 'seconds' },
    { type: 'stateset', metricFamilyName: 'y', help: '', unit: '' },
  ] as const;
  expect(decode(encodeWriteRequest({ metadata })).metadata).toEqual(metadata);
  expect(decode(field('1a', '0863', '120178')).metadata[0]?.type).toBe('unknown');
});

test('exemplars and native histograms are listed by their series', () => {
  const decoded = decode(series(A1, SAMPLE, '1a00') + series('') + series(B2, '2200', '2200'));
  const { columns } = decoded;
  expect(columns.exemplars).toEqual([{ series: 0, labels: Labels.EMPTY, value: 0, timeMs: 0 }]);
  expect(columns.histograms.map((one) => [one.series, one.timeMs, one.kind, one.isStale])).toEqual([
    [1, 0, 'integer', false],
    [1, 0, 'integer', false],
  ]);
  expect([columns.seriesCount, columns.sampleCount, ...columns.firstSample.slice(0, 3)]).toEqual([
    2, 1, 0, 1, 1,
  ]);
});

test('arrays grow and are used again', () => {
  const decoder = new WriteRequestDecoder({ samplesMax: 10_000, metadataMax: 1 });
  const timeseries = Array.from({ length: 3000 }, (_, i) => ({
    labels: [['a', String(i)]] as [string, string][],
    samples: [
      { timestampMs: i, value: i },
      { timestampMs: i + 1, value: -i },
    ],
  }));
  const first = decoder.decode(encodeWriteRequest({ timeseries }));
  expect(plain(first)).toEqual(
    timeseries.map(({ labels, samples }) => [
      Object.fromEntries(labels),
      samples.map(({ timestampMs, value }) => [timestampMs, value]),
    ]),
  );
  const { timesMs } = first.columns;
  const second = decoder.decode(hex(series(A1, '1200')));
  expect(second.columns.timesMs).toBe(timesMs);
  expect(plain(second)).toEqual([[{ a: '1' }, [[0, 0]]]]);
});

describe('refuses', () => {
  const check = (name: string, body: string, text: string) =>
    test(name, () => {
      const run = () => decode(body);
      expect(run).toThrow(DecodeError);
      expect(run).toThrow(`protobuf: ${text}`);
    });

  check('field number 0', '00', 'WriteRequest: field number 0 at offset 0');
  check('a cut tag', '80', 'WriteRequest: a number is cut off at offset 0');
  check(
    'a tag of more than 32 bits',
    'ffffffff1f',
    'WriteRequest: a number of more than 32 bits at offset 0',
  );
  check(
    'a tag of eleven bytes',
    '8080808080808080808001',
    'WriteRequest: a number longer than 10 bytes at offset 0',
  );
  check(
    'a series that is too long',
    '0a 05 00',
    'WriteRequest.timeseries: length 5 runs past the end of the message at offset 1',
  );
  check(
    'a label past its series',
    '0a 02 0a 05',
    'TimeSeries.labels: length 5 runs past the end of the message at offset 3',
  );
  check(
    'a name past its label',
    `0a 05 0a 03 0a 09 61`,
    'Label.name: length 9 runs past the end of the message at offset 5',
  );
  check(
    'a sample past its series',
    '0a 02 12 05',
    'TimeSeries.samples: length 5 runs past the end of the message at offset 3',
  );
  check('a cut value', '0a 04 12 02 09 00', 'Sample.value: a fixed-width value is cut off at offset 5');
  check('a cut time', '0a 04 12 02 10 80', 'Sample.timestamp: a number is cut off at offset 5');
  check(
    'a time of 2^53',
    '0a 0b 12 09 10 8080808080808010',
    'Sample.timestamp: a number beyond 2^53 at offset 5',
  );
  check(
    'a time of -2^53',
    series(field('12', '10 8080808080808080f001')),
    'Sample.timestamp: a number beyond 2^53',
  );
  check(
    'a time of eleven bytes',
    series(field('12', '10 8080808080808080808001')),
    'Sample.timestamp: a number longer than 10 bytes',
  );
  check('a series that is a number', '08 01', 'WriteRequest.timeseries: unexpected wire type 0 at offset 0');
  check('labels that are a number', '0a 02 08 01', 'TimeSeries.labels: unexpected wire type 0 at offset 2');
  check('a name that is a number', '0a 04 0a 02 08 01', 'Label.name: wire type 0 instead of 2 at offset 4');
  check('a value that is a number', '0a 04 12 02 08 01', 'Sample.value: unexpected wire type 0 at offset 4');
  check(
    'a time that is a double',
    series(field('12', '11 0000000000000000')),
    'Sample.timestamp: unexpected wire type 1 at offset 4',
  );
  check(
    'a group without a beginning',
    '54',
    'WriteRequest: the end of a group that was not begun at offset 1',
  );
  check('a group without an end', '53 08 01', 'WriteRequest: a number is cut off at offset 3');
  check('a group ended by another', '53 5c', 'WriteRequest: the end of group 11 inside group 10 at offset 1');
  check('groups a thousand deep', '53'.repeat(1000), 'WriteRequest: groups nested too deep at offset 101');
  check('wire type 6', '56', 'WriteRequest: wire type 6 of field 10, which there is not at offset 1');
  check(
    'a help that is not UTF-8',
    field('1a', '2201ff'),
    'MetricMetadata.help: text that is not UTF-8 at offset 4',
  );
  check(
    'a type that is text',
    field('1a', '0a0161'),
    'MetricMetadata.type: wire type 2 instead of 0 at offset 2',
  );
});

test('more samples or metadata than the bounds are refused as too large', () => {
  const decoder = new WriteRequestDecoder({ samplesMax: 2, metadataMax: 1 });
  const kind = (body: string): string => {
    try {
      decoder.decode(hex(body));
      return 'decoded';
    } catch (error) {
      return error instanceof DecodeError ? `${error.kind}: ${error.message}` : String(error);
    }
  };
  expect(kind(series(A1, '1200', '1200'))).toBe('decoded');
  expect(kind(series(A1, '1200', '1200') + series(B2, '1200'))).toBe(
    'too-large: protobuf: TimeSeries.samples: more than 2 samples in one request at offset 24',
  );
  expect(kind('1a001a00')).toBe(
    'too-large: protobuf: WriteRequest.metadata: more than 1 entries in one request at offset 2',
  );
});
