import { Labels, STALE_HIGH_WORD, STALE_LOW_WORD } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import { DecodeError } from './errors.ts';
import { readLabelRun } from './label-run.ts';
import type { METRIC_TYPES } from './metadata.ts';
import { WriteRequestDecoder } from './write-request-decoder.ts';
import { encodeWriteRequest } from './write-request-encoder.ts';
import { type DecodedWriteRequestV2, WriteRequestV2Decoder } from './write-request-v2-decoder.ts';
import { encodeWriteRequestV2 } from './write-request-v2-encoder.ts';

const BOUNDS = { samplesMax: 1000, metadataMax: 100, symbolsMax: 1000, labelBytesMax: 100_000 };

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** A length-delimited field of fewer than 128 bytes. */
function field(tag: string, ...contents: string[]): string {
  const content = contents.join('').replaceAll(/\s/g, '');
  return tag + (content.length / 2).toString(16).padStart(2, '0') + content;
}

const symbols = (...texts: string[]): string =>
  ['', ...texts].map((text) => field('22', Buffer.from(text).toString('hex'))).join('');
const series = (...fields: string[]): string => field('2a', ...fields);
/** Symbols 1 to 4, which take 14 bytes. */
const AB = symbols('a', '1', 'b', '2');
const REFS = field('0a', '01020304');
/** Value 1 at 5 ms. */
const SAMPLE = field('12', '09 000000000000f03f', '10 05');

function decode(body: string | Uint8Array, bounds = BOUNDS): DecodedWriteRequestV2 {
  return new WriteRequestV2Decoder(bounds).decode(typeof body === 'string' ? hex(body) : body);
}

function plain({ columns }: DecodedWriteRequestV2): unknown[] {
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

describe('reads', () => {
  const check = (name: string, body: string, expected: unknown[]) =>
    test(name, () => expect(plain(decode(body))).toEqual(expected));
  const one = [[{ a: '1', b: '2' }, [[5, 1]]]];

  check('nothing', '', []);
  check('symbols alone', AB, []);
  check('a series', AB + series(REFS, SAMPLE), one);
  check('symbols behind the series', series(REFS, SAMPLE) + AB, one);
  check(
    'symbols on both sides of a series',
    symbols('a', '1') + series(REFS, SAMPLE) + field('22', '62') + field('22', '32'),
    one,
  );
  check('samples before references', AB + series(SAMPLE, REFS), one);
  check('references that are not packed', AB + series('0801 0802 0803 0804', SAMPLE), one);
  check('references in two fields', AB + series(field('0a', '010203'), SAMPLE, field('0a', '04')), one);
  check(
    'packed and single references',
    AB + series(field('0a', '01'), '0802', field('0a', '0304'), SAMPLE),
    one,
  );
  check('an empty field of references', AB + series(field('0a'), REFS, SAMPLE), one);
  check('a padded reference', AB + series(field('0a', '8100 02 03 8480808000'), SAMPLE), one);
  check('a symbol twice', symbols('a', '1', 'b', '2', '2') + series(field('0a', '01020305'), SAMPLE), one);
  check('a label with an empty value, as no label', AB + series(field('0a', '0102 0200 0304'), SAMPLE), one);
  check('a label without a name', AB + series(field('0a', '0001'), SAMPLE), [[{ '': 'a' }, [[5, 1]]]]);
  check('no labels', AB + series(SAMPLE), [[{}, [[5, 1]]]]);
  check('a series without samples, as no series', AB + series(REFS) + series(field('0a', '0102'), SAMPLE), [
    [{ a: '1' }, [[5, 1]]],
  ]);
  check('two samples', AB + series(REFS, SAMPLE, field('12', '10 06')), [
    [
      { a: '1', b: '2' },
      [
        [5, 1],
        [6, 0],
      ],
    ],
  ]);
  check('a time at which a counter began', AB + series(REFS, SAMPLE, '30 05'), one);
  check('the same in a sample', AB + series(REFS, field('12', '09 000000000000f03f', '10 05', '18 04')), one);
  check('unknown fields', `38 01${AB}${series('3a 01 00', REFS, SAMPLE, '48 01')}${field('52', '00')}`, one);
});

test('label bytes are those that 1.0 has for the same labels, whatever their lengths', () => {
  for (const length of [
    1, 2, 3, 4, 5, 7, 8, 9, 60, 119, 120, 121, 127, 128, 129, 1000, 16_383, 16_384, 70_000,
  ]) {
    const labels: [string, string][] = [
      ['__name__', 'x'.repeat(length)],
      ['n'.repeat(length), 'é'],
      ['z', 'yz'.repeat(length)],
    ];
    const one = { labels, samples: [{ timestampMs: 1, value: 1 }] };
    const bytesOf = ({ columns }: Pick<DecodedWriteRequestV2, 'columns'>): string =>
      Buffer.from(columns.bytes.slice(columns.labelsFrom[0], columns.labelsTo[0])).toString('hex');
    const expected = new WriteRequestDecoder(BOUNDS).decode(encodeWriteRequest({ timeseries: [one] }));
    const bounds = { ...BOUNDS, labelBytesMax: 1_000_000 };
    expect(bytesOf(decode(encodeWriteRequestV2([one]), bounds)), String(length)).toBe(bytesOf(expected));
  }
});

test('the payload of a stale marker arrives', () => {
  const samples = [{ timestampMs: 1, value: 0, stale: true }];
  const { columns } = decode(encodeWriteRequestV2([{ labels: [['a', '1']], samples }]));
  expect([...columns.valueWords.slice(0, 2)]).toEqual([STALE_LOW_WORD, STALE_HIGH_WORD]);
});

test('exemplars and native histograms are listed by their series, times of creation counted', () => {
  const decoded = decode(
    encodeWriteRequestV2([
      {
        labels: [['a', '1']],
        samples: [
          { timestampMs: 1, value: 1, startTimestampMs: 9 },
          { timestampMs: 2, value: 1 },
        ],
        exemplars: [{ labels: [['trace_id', 'x']], value: 1, timestampMs: 3 }],
        createdTimestampMs: -7,
      },
      { labels: [['c', '3']], samples: [], exemplars: [{ labels: [], value: 0, timestampMs: 0 }] },
      { labels: [['b', '2']], samples: [], histograms: [new Uint8Array(0), new Uint8Array(0)] },
      { labels: [['d', '4']], samples: [], histograms: [new Uint8Array(0)] },
    ]),
  );
  const { columns } = decoded;
  expect(columns.exemplars).toEqual([
    { series: 0, labels: Labels.fromPairs([['trace_id', 'x']]), value: 1, timeMs: 3 },
    { series: 1, labels: Labels.EMPTY, value: 0, timeMs: 0 },
  ]);
  expect(columns.histograms.map(({ series }) => series)).toEqual([2, 2, 3]);
  expect([decoded.createdTimestampCount, columns.seriesCount, columns.sampleCount]).toEqual([2, 4, 2]);
});

test('times of creation are kept when that is asked for, a sample by sample', () => {
  const keeping = new WriteRequestV2Decoder({
    samplesMax: 1e5,
    metadataMax: 10,
    symbolsMax: 100,
    labelBytesMax: 1e5,
    keepsStarts: true,
  });
  const samples = (count: number, startTimestampMs = 0) =>
    Array.from({ length: count }, (_, i) => ({
      timestampMs: i,
      value: 1,
      ...(i === 1 ? { startTimestampMs } : {}),
    }));
  const h = new Uint8Array(0);
  const { columns } = keeping.decode(
    encodeWriteRequestV2([
      { labels: [['a', '1']], samples: samples(3, 9), createdTimestampMs: -7 },
      { labels: [['a', '2']], samples: samples(2000) },
      { labels: [['a', '3']], samples: samples(2), createdTimestampMs: 8 },
      { labels: [['b', '1']], samples: [], histograms: [h, h], createdTimestampMs: 5 },
      { labels: [['b', '2']], samples: [], histograms: [h] },
    ]),
  );
  const starts = [...columns.startsMs!.subarray(0, columns.sampleCount)];
  expect([starts.slice(0, 4), starts.slice(-3), starts.filter((start) => start !== 0)]).toEqual([
    [-7, 9, 0, 0],
    [0, 8, 0],
    [-7, 9, 8],
  ]);
  expect(columns.histograms.map(({ startMs }) => startMs)).toEqual([5, 5, undefined]);
  expect(
    keeping.decode(encodeWriteRequestV2([{ labels: [['a', '1']], samples: samples(1) }])).columns.startsMs,
  ).toBe(undefined);
});

describe('metadata', () => {
  type Said = [name: string, type: (typeof METRIC_TYPES)[number], help?: string, unit?: string];
  const read = (...said: Said[]) =>
    decode(
      encodeWriteRequestV2(
        said.map(([name, type, help = '', unit = ''], i) => ({
          labels: [
            ['__name__', name],
            ['i', String(i)],
          ],
          samples: [{ timestampMs: 1, value: 1 }],
          metadata: { type, help, unit },
        })),
      ),
    ).metadata.map((entry) => [entry.metricFamilyName, entry.type, entry.help, entry.unit]);
  const check = (name: string, said: Said[], expected: unknown[]) =>
    test(name, () => expect(read(...said)).toEqual(expected));

  check('every field', [['m', 'gauge', 'How hot. ✓', 'celsius']], [['m', 'gauge', 'How hot. ✓', 'celsius']]);
  check('nothing said', [['m', 'unknown']], []);
  check('help alone', [['m', 'unknown', 'h']], [['m', 'unknown', 'h', '']]);
  check(
    'the same twice',
    [
      ['m', 'gauge', 'h'],
      ['n', 'gauge', 'h'],
      ['m', 'gauge', 'h'],
    ],
    [
      ['m', 'gauge', 'h', ''],
      ['n', 'gauge', 'h', ''],
    ],
  );
  check(
    'targets that disagree',
    [
      ['m', 'gauge', 'h'],
      ['m', 'gauge', 'i'],
      ['m', 'gauge', 'h'],
    ],
    [
      ['m', 'gauge', 'h', ''],
      ['m', 'gauge', 'i', ''],
    ],
  );
  check('a counter keeps its suffix', [['m_total', 'counter']], [['m_total', 'counter', '', '']]);
  check(
    'a histogram',
    [
      ['m_bucket', 'histogram'],
      ['m_sum', 'histogram'],
    ],
    [
      ['m', 'histogram', '', ''],
      ['m', 'histogram', '', ''],
    ],
  );
  check('a native histogram', [['m', 'histogram']], [['m', 'histogram', '', '']]);
  check('a summary', [['m_count', 'summary']], [['m', 'summary', '', '']]);
  check('a gauge that is named like one', [['m_count', 'gauge']], [['m_count', 'gauge', '', '']]);
  check('a gauge histogram', [['m_gsum', 'gaugehistogram']], [['m', 'gaugehistogram', '', '']]);
  check('no metric name', [['', 'gauge']], [['', 'gauge', '', '']]);

  test('a metric name that is given as another symbol', () => {
    const names = symbols('__name__', 'x', '__name__', 'y', 'help');
    const body =
      names +
      series(field('0a', '0102'), field('2a', '08021805')) +
      series(field('0a', '0304'), field('2a', '0803'));
    expect(decode(body).metadata.map(({ metricFamilyName }) => metricFamilyName)).toEqual(['x', 'y']);
  });

  test('many that disagree are given again, not lost', () => {
    const said = Array.from({ length: 30 }, (_, i): Said => ['m', 'gauge', `h${i % 10}`]);
    expect(new Set(read(...said).map(([, , help]) => help)).size).toBe(10);
  });

  test('in two fields of a series is put together', () => {
    const body =
      symbols('__name__', 'x', 'help') +
      series(field('0a', '0102'), field('2a', '0802'), field('2a', '1803'));
    expect(decode(body).metadata).toEqual([{ metricFamilyName: 'x', type: 'gauge', help: 'help', unit: '' }]);
  });

  test('a type that is not known', () => {
    const body = symbols('__name__', 'x', 'help') + series(field('0a', '0102'), field('2a', '08631803'));
    expect(decode(body).metadata[0]?.type).toBe('unknown');
  });
});

test('arrays grow and are used again', () => {
  const decoder = new WriteRequestV2Decoder({ ...BOUNDS, samplesMax: 10_000, symbolsMax: 10_000 });
  const request = Array.from({ length: 3000 }, (_, i) => ({
    labels: [['a', `value-${i}`]] as [string, string][],
    samples: [{ timestampMs: i, value: -i }],
  }));
  const first = decoder.decode(encodeWriteRequestV2(request));
  expect(plain(first)).toEqual(
    request.map(({ labels, samples }) => [
      Object.fromEntries(labels),
      samples.map(({ timestampMs, value }) => [timestampMs, value]),
    ]),
  );
  const { timesMs, bytes } = first.columns;
  const second = decoder.decode(hex(AB + series(REFS, SAMPLE)));
  expect([second.columns.timesMs === timesMs, second.columns.bytes === bytes]).toEqual([true, true]);
  expect(plain(second)).toEqual([[{ a: '1', b: '2' }, [[5, 1]]]]);
});

describe('refuses', () => {
  const check = (name: string, body: string, text: string) =>
    test(name, () => {
      const run = () => decode(body);
      expect(run).toThrow(DecodeError);
      expect(run).toThrow(`protobuf: ${text}`);
    });

  check(
    'a first symbol that is not empty',
    field('22', '61'),
    'Request.symbols: a first symbol that is not empty at offset 0',
  );
  check(
    'a series without symbols',
    series(SAMPLE),
    'Request.timeseries: a series in a request without symbols at offset 0',
  );
  check(
    'a body of 1.0',
    field('0a', ''),
    'Request: field 1, which is of prometheus.WriteRequest at offset 0',
  );
  check(
    'metadata of 1.0',
    AB + field('1a', ''),
    'Request: field 3, which is of prometheus.WriteRequest at offset 14',
  );
  check(
    'an odd number of references',
    AB + series(field('0a', '010203'), SAMPLE),
    'TimeSeries.labels_refs: an odd number of references at offset 16',
  );
  check(
    'a single reference',
    AB + series('0801', SAMPLE),
    'TimeSeries.labels_refs: an odd number of references at offset 16',
  );
  check(
    'a name that there is not',
    AB + series(field('0a', '0502')),
    'TimeSeries.labels_refs: reference 5 into a table of 5 symbols at offset 18',
  );
  check(
    'a value that there is not',
    AB + series(field('0a', '01ff01')),
    'TimeSeries.labels_refs: reference 255 into a table of 5 symbols at offset 19',
  );
  check(
    'a reference of more than 32 bits',
    AB + series(field('0a', '01ffffffff7f')),
    'TimeSeries.labels_refs: a number of more than 32 bits at offset 19',
  );
  check(
    'a cut reference',
    AB + series(field('0a', '0181'), SAMPLE),
    'TimeSeries.labels_refs: a number is cut off at offset 19',
  );
  check(
    'a cut single reference',
    AB + series('0801 0881'),
    'TimeSeries.labels_refs: a number is cut off at offset 19',
  );
  check(
    'references past their series',
    `${AB}2a 02 0a 05`,
    'TimeSeries.labels_refs: length 5 runs past the end of the message at offset 17',
  );
  check(
    'references in a wrong wire type',
    AB + series('0d 00000000'),
    'TimeSeries.labels_refs: unexpected wire type 5 at offset 16',
  );
  check('a symbol that is a number', '20 01', 'Request.symbols: unexpected wire type 0 at offset 0');
  check(
    'a symbol that is too long',
    '22 05 61',
    'Request.symbols: length 5 runs past the end of the message at offset 1',
  );
  check(
    'a series that is too long',
    `${AB}2a 05 00`,
    'Request.timeseries: length 5 runs past the end of the message at offset 15',
  );
  check('a series that is a number', `${AB}28 01`, 'Request.timeseries: unexpected wire type 0 at offset 14');
  check(
    'samples and histograms in one series',
    AB + series(SAMPLE, field('1a')),
    'TimeSeries.histograms: histograms beside samples in one series at offset 29',
  );
  check(
    'a sample past its series',
    `${AB}2a 02 12 05`,
    'TimeSeries.samples: length 5 runs past the end of the message at offset 17',
  );
  check(
    'a start that is a double',
    AB + series(field('12', '19 0000000000000000')),
    'Sample.start_timestamp: unexpected wire type 1 at offset 18',
  );
  check(
    'a start of 2^53',
    AB + series(field('12', '18 8080808080808010')),
    'Sample.start_timestamp: a number beyond 2^53 at offset 19',
  );
  check(
    'a creation that is text',
    AB + series(field('32', '61')),
    'TimeSeries.created_timestamp: unexpected wire type 2 at offset 16',
  );
  check(
    'an exemplar of odd references',
    AB + series(field('22', field('0a', '01'))),
    'Exemplar.labels_refs: an odd number of references at offset 18',
  );
  check(
    'an exemplar of a symbol that there is not',
    AB + series(field('22', '0809 0801')),
    'Exemplar.labels_refs: reference 9 into a table of 5 symbols at offset 19',
  );
  check(
    'an exemplar with a cut value',
    AB + series(field('22', '1100')),
    'Exemplar.value: a fixed-width value is cut off at offset 19',
  );
  check(
    'an exemplar with a time that is text',
    AB + series(field('22', '1a00')),
    'Exemplar.timestamp: unexpected wire type 2 at offset 18',
  );
  check(
    'a help that there is not',
    AB + series(field('2a', '1805')),
    'Metadata.help_ref: reference 5 into a table of 5 symbols at offset 19',
  );
  check(
    'a unit that there is not',
    AB + series(field('2a', '2005')),
    'Metadata.unit_ref: reference 5 into a table of 5 symbols at offset 19',
  );
  check(
    'a type that is text',
    AB + series(field('2a', '0a00')),
    'Metadata.type: unexpected wire type 2 at offset 18',
  );
  check(
    'a help that is not UTF-8',
    `2200 2201ff${series(field('2a', '1801'))}`,
    'Metadata.help_ref: text that is not UTF-8, for metadata at offset 9',
  );
  check('groups a thousand deep', '53'.repeat(1000), 'Request: groups nested too deep at offset 101');
});

describe('refuses as too large', () => {
  const bounds = { samplesMax: 2, metadataMax: 1, symbolsMax: 6, labelBytesMax: 20 };
  const check = (name: string, body: string, expected: string) =>
    test(name, () => {
      const outcome = (): string => {
        try {
          decode(body, bounds);
          return 'decoded';
        } catch (error) {
          return error instanceof DecodeError ? `${error.kind}: ${error.message}` : String(error);
        }
      };
      expect(outcome()).toBe(expected);
    });
  const described = (name: string): string => series(field('0a', `01${name}`), field('2a', '0802'));
  const named = symbols('__name__', 'a', 'b');

  check('nothing of what is within the bounds', AB + series(REFS, '1200', '1200'), 'decoded');
  check(
    'samples',
    AB + series(REFS, '1200', '1200', '1200'),
    'too-large: protobuf: TimeSeries.samples: more than 2 samples in one request at offset 26',
  );
  check(
    'symbols',
    symbols('a', 'b', 'c', 'd', 'e', 'f'),
    'too-large: protobuf: Request.symbols: more than 6 symbols in one request at offset 17',
  );
  check(
    'metadata',
    named + described('02') + described('02') + described('03'),
    'too-large: protobuf: TimeSeries.metadata: more than 1 entries in one request at offset 46',
  );
  check(
    'labels out of few symbols',
    AB + series(field('0a', '0102'.repeat(5)), '1200'),
    'too-large: protobuf: TimeSeries.labels_refs: labels of over 20 bytes in one request at offset 16',
  );
});
