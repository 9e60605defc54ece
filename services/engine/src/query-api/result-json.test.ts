import type { FloatHistogram, QueryValue } from '@ampere/promql';
import { Labels, SampleColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import { JsonWriter, PIECE_BYTES } from './json-writer.ts';
import { queryData } from './result-json.ts';

function textOf(value: QueryValue, stats?: unknown): string {
  const writer = new JsonWriter();
  const pieces = [...queryData(value, stats)(writer), writer.take()];
  return Buffer.concat(pieces).toString();
}

function columnsOf(
  samples: readonly (readonly [timeMs: number, value: number | FloatHistogram])[],
): SampleColumns<FloatHistogram> {
  const columns = new SampleColumns<FloatHistogram>(1);
  columns.reserve(samples.length);
  samples.forEach(([timeMs, value], i) => {
    columns.timesMs[i] = timeMs;
    if (typeof value === 'number') columns.values[i] = value;
    else (columns.histograms ??= [])[i] = value;
  });
  columns.length = samples.length;
  return columns;
}

const check = (name: string, value: QueryValue, expected: string) =>
  test(name, () => expect(textOf(value)).toBe(expected));

const M = Labels.fromRecord({ __name__: 'm', a: '"<é\u2028\n' });
const METRIC = '{"__name__":"m","a":"\\"<é\u2028\\n"}';

check(
  'scalar',
  { type: 'scalar', timeMs: 1500, value: 1e-9 },
  '{"resultType":"scalar","result":[1.5,"0.000000001"]}',
);
check(
  'string',
  { type: 'string', timeMs: -1, value: 'a"b' },
  '{"resultType":"string","result":[-0.001,"a\\"b"]}',
);
check(
  'no series',
  { type: 'vector', timeMs: 0, labels: [], values: new Float64Array(0), histograms: null },
  '{"resultType":"vector","result":[]}',
);
check('no matrix', { type: 'matrix', labels: [], columns: [] }, '{"resultType":"matrix","result":[]}');
check(
  'vector',
  {
    type: 'vector',
    timeMs: 1050,
    labels: [M, Labels.EMPTY],
    values: Float64Array.of(1e-7, Number.NaN),
    histograms: null,
  },
  `{"resultType":"vector","result":[{"metric":${METRIC},"value":[1.050,"1e-07"]},{"metric":{},"value":[1.050,"NaN"]}]}`,
);
check(
  'matrix',
  {
    type: 'matrix',
    labels: [M, Labels.EMPTY],
    columns: [
      columnsOf([
        [-1500, 1],
        [0, -0],
      ]),
      columnsOf([]),
    ],
  },
  `{"resultType":"matrix","result":[{"metric":${METRIC},"values":[[-1.500,"1"],[0,"-0"]]},{"metric":{}}]}`,
);

const NONE = {
  positiveSpans: [],
  negativeSpans: [],
  positiveBuckets: new Float64Array(0),
  negativeBuckets: new Float64Array(0),
};
const exponential: FloatHistogram = {
  ...NONE,
  schema: 0,
  zeroThreshold: 0.75,
  zeroCount: 2,
  count: 9,
  sum: -18.5,
  positiveSpans: [
    { offset: 0, length: 2 },
    { offset: 1, length: 1 },
  ],
  positiveBuckets: Float64Array.of(1, 0, 2),
  negativeSpans: [{ offset: 0, length: 2 }],
  negativeBuckets: Float64Array.of(3, 1),
  customValues: null,
  counterReset: 'unknown',
};
const EXPONENTIAL =
  '{"count":"9","sum":"-18.5","buckets":[[1,"-2","-1","1"],[1,"-1","-0.75","3"],[3,"-0.75","0.75","2"],[0,"0.75","1","1"],[0,"4","8","2"]]}';
const custom: FloatHistogram = {
  ...exponential,
  ...NONE,
  schema: -53,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 3,
  sum: 4,
  positiveSpans: [{ offset: 0, length: 3 }],
  positiveBuckets: Float64Array.of(1, 0.5, 1.5),
  customValues: Float64Array.of(0.1, 5),
};
const CUSTOM =
  '{"count":"3","sum":"4","buckets":[[3,"-Inf","0.1","1"],[0,"0.1","5","0.5"],[0,"5","+Inf","1.5"]]}';
const empty: FloatHistogram = { ...exponential, ...NONE, zeroCount: 0, count: 0, sum: 0 };

check(
  'histograms in a vector',
  {
    type: 'vector',
    timeMs: 1000,
    labels: [M, Labels.EMPTY],
    values: Float64Array.of(0, 5),
    histograms: [exponential, undefined],
  },
  `{"resultType":"vector","result":[{"metric":${METRIC},"histogram":[1,${EXPONENTIAL}]},{"metric":{},"value":[1,"5"]}]}`,
);
check(
  'floats and histograms in a series',
  {
    type: 'matrix',
    labels: [Labels.EMPTY],
    columns: [
      columnsOf([
        [0, custom],
        [1000, 2],
        [2000, empty],
        [3000, 4],
      ]),
    ],
  },
  `{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"],[3,"4"]],"histograms":[[0,${CUSTOM}],[2,{"count":"0","sum":"0"}]]}]}`,
);
check(
  'histograms alone',
  { type: 'matrix', labels: [Labels.EMPTY], columns: [columnsOf([[0, empty]])] },
  '{"resultType":"matrix","result":[{"metric":{},"histograms":[[0,{"count":"0","sum":"0"}]]}]}',
);

test('statistics come after the result', () => {
  const text = textOf({ type: 'scalar', timeMs: 0, value: 1 }, { samples: 1 });
  expect(text).toBe('{"resultType":"scalar","result":[0,"1"],"stats":{"samples":1}}');
});

test('a long series is cut into pieces', () => {
  const samples = Array.from({ length: 50_000 }, (_, i) => [i * 1000, i / 7] as const);
  const writer = new JsonWriter();
  const pieces = [
    ...queryData({ type: 'matrix', labels: [M], columns: [columnsOf(samples)] }, undefined)(writer),
  ];
  expect(pieces.length).toBeGreaterThan(10);
  for (const piece of pieces) expect(piece.length).toBeLessThan(PIECE_BYTES + 40_000);
  const json = JSON.parse(Buffer.concat([...pieces, writer.take()]).toString());
  expect(json.result[0].values).toEqual(samples.map(([timeMs, value]) => [timeMs / 1000, String(value)]));
});
