// The same requests to a real Prometheus 3 and to us: status, error type, error text and data must be
// the same.
//
// Where we differ on purpose is not asked here: README.md lists it.

import { evaluate, type FloatHistogram } from '@ampere/promql';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { Labels } from '@ampere/series';
import { describeWith, RealPrometheus } from '@ampere/testing';
import { beforeAll, expect, test } from 'vitest';
import { ApiKit, memorySeries, resultOf } from './testing/api-kit.ts';
import { encodeHistogram } from './testing/histogram-message.ts';

const series = [
  memorySeries({ __name__: 'm', a: '1', job: 't' }, [
    [1_000_000, 1],
    [1_015_000, 2],
  ]),
  memorySeries({ __name__: 'm', a: '2', job: 't' }, [
    [1_000_000, 1.5e-9],
    [1_015_000, -0.125],
  ]),
  memorySeries({ __name__: 'm', a: 'x<y>&\u2028é😀"\\\n', job: 't' }, [
    [1_015_000, Number.POSITIVE_INFINITY],
  ]),
  memorySeries({ __name__: 'c_total', job: 't' }, [[1_000_000, 5]]),
  memorySeries({ __name__: 'utf8.name', 'l.x': 'v', job: 'u' }, [[1_015_000, 3]]),
];
const kit = new ApiKit({ series, evaluate });

let real: RealPrometheus;
async function startPrometheus(program: string): Promise<void> {
  real = await RealPrometheus.start(program, {
    arguments: ['--enable-feature=native-histograms,promql-per-step-stats'],
  });
  const timeseries = series.map(({ labels, samples }) => ({
    labels,
    samples: samples.map(([timestampMs, value]) => ({ timestampMs, value })),
  }));
  await real.write(encodeSnappy(encodeWriteRequest({ timeseries })));
}

type Shape = (json: unknown) => unknown;
const whole: Shape = (json) => json;

function compare(target: string, body: string, shape: Shape): void {
  test(`${target} ${body}`, async () => {
    const theirs = await real.ask(target, body);
    const ours = await kit.ask(target, body);
    const expected = {
      status: theirs.status,
      json: theirs.text === '' ? '' : shape(withSortedNotes(JSON.parse(theirs.text))),
    };
    expect({ status: ours.status, json: shape(withSortedNotes(ours.json)) }).toEqual(expected);
  });
}

/** Prometheus keeps warnings and infos in a map, so they come in any order. */
function withSortedNotes(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  const sorted = (notes: unknown) => (Array.isArray(notes) ? [...notes].sort() : notes);
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      key === 'warnings' || key === 'infos' ? sorted(value) : value,
    ]),
  );
}

/** The answers are equal. */
const check = (target: string, body = '') => compare(target, body, whole);
/** The answers have the same members, down to the values. */
const checkShape = (target: string) => compare(target, '', shapeOf);
/** The answers are lists of the same things, in any order. */
const checkUnordered = (target: string, body = '') => compare(target, body, unordered);

/** The numbers of samples are equal, in all and for each step. */
const checkSamples = (target: string) => compare(target, '', samplesOf);

function samplesOf(json: unknown): unknown {
  const { data } = json as { data: { stats: { samples: Record<string, unknown> } } };
  const { peakSamples: _, ...samples } = data.stats.samples;
  return samples;
}

/** The results are equal; series in any order, texts that name one of several series aside. */
const checkResult = (target: string) => compare(target, '', sortedResult);

function sortedResult(json: unknown): unknown {
  const { data, ...rest } = json as { data?: { resultType: string; result: unknown[] } };
  if (data === undefined || data.resultType === 'scalar' || data.resultType === 'string') return json;
  return { ...rest, data: { ...data, result: data.result.map((item) => JSON.stringify(item)).sort() } };
}

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
}

function unordered(json: unknown): unknown {
  const { data, ...rest } = json as { data: unknown[] };
  return { ...rest, data: data.map((item) => JSON.stringify(item)).sort() };
}

// Native histograms: written to Prometheus and shown by both.
let histogramCount = 0;
function checkHistogram(name: string, differing: Partial<FloatHistogram>): void {
  test(`histogram ${name}`, async () => {
    const histogram: FloatHistogram = { ...EMPTY_HISTOGRAM, ...differing };
    const metric = `histogram_${histogramCount++}`;
    const histograms = [encodeHistogram(histogram, 1_020_000)];
    const timeseries = [{ labels: [['__name__', metric] as const], samples: [], histograms }];
    await real.write(encodeSnappy(encodeWriteRequest({ timeseries })));
    const theirs = await real.ask(`GET query?query=${metric}&time=1020`);
    const labels = [Labels.fromRecord({ __name__: metric })];
    const ours = new ApiKit({
      evaluate: (_, { endMs }) => {
        const values = new Float64Array(1);
        return resultOf({ type: 'vector', timeMs: endMs, labels, values, histograms: [histogram] });
      },
    });
    const shown = (await ours.ask('GET query?query=up&time=1020')).json;
    expect(rounded(JSON.stringify(shown))).toEqual(rounded(theirs.text));
  });
}

/** Prometheus has its bucket bounds from a table that is up to three units off in the last place. */
function rounded(json: string): unknown {
  return JSON.parse(json, (_, value) =>
    typeof value === 'string' && /^-?\d+\.\d{14,}/.test(value) ? Number(value).toPrecision(14) : value,
  );
}

const EMPTY_HISTOGRAM: FloatHistogram = {
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positiveSpans: [],
  negativeSpans: [],
  positiveBuckets: new Float64Array(0),
  negativeBuckets: new Float64Array(0),
  customValues: null,
  counterReset: 'unknown',
};
const spans = (...pairs: readonly (readonly [offset: number, length: number])[]) =>
  pairs.map(([offset, length]) => ({ offset, length }));
const counts = (...values: number[]) => Float64Array.of(...values);

describeWith('the query API beside a real Prometheus', ['prometheus'], ({ prometheus }) => {
  beforeAll(() => startPrometheus(prometheus));

  // Instant queries.
  check('GET query');
  check('GET query?query=1&time=5');
  check('GET query?query=1&time=x');
  check('GET query?query=1&time=0x10');
  check('GET query?query=1&time=1_000');
  check('GET query?query=1&time=0x1p4');
  check('GET query?query=1&time=-5.5');
  check('GET query?query=1&time=-0.001');
  check('GET query?query=1&time=1.0005');
  check('GET query?query=1&time=1.0015');
  check('GET query?query=1&time=-1.0015');
  check('GET query?query=1&time=1.9996');
  check('GET query?query=1&time=1.23456789');
  check('GET query?query=1&time=%2B5');
  check('GET query?query=1&time=+5');
  check('GET query?query=1&time=5.');
  check('GET query?query=1&time=.5');
  check('GET query?query=1&time=1e');
  check('GET query?query=1&time=1e400');
  check('GET query?query=1&time=2023-01-01T00:00:00Z');
  check('GET query?query=1&time=2023-01-01T00:00:00.123456789%2B01:00');
  check('GET query?query=1&time=2023-01-01T00:00:00,5Z');
  check('GET query?query=1&time=2023-01-01t00:00:00z');
  check('GET query?query=1&time=2023-02-30T00:00:00Z');
  check('GET query?query=1&time=2023-01-01T24:00:00Z');
  check('GET query?query=1&time=2023-01-01T1:00:00Z');
  check('GET query?query=1&time=2023-01-01T00:00:00.Z');
  check('GET query?query=1&time=2023-01-01T00:00:60Z');
  check('GET query?query=1&time=2023-01-01T00:00:00%2B24:00');
  check('GET query?query=1&time=2023-01-01T00:00:00%2B24:60');
  check('GET query?query=1&time=2023-01-01T00:00:00%2B25:00');
  check('GET query?query=1&time=2023-01-01T00:00:00');
  check('GET query?query=1&time=1969-12-31T23:59:59.9996Z');
  check('GET query?query=1&time=a%22%00%7f%c3%a9%ff%e2%80%a8%0a%f0%9f%98%80%ef%bf%bd%c2%a0%c2%ad');
  check('GET query?query=1&time=5&timeout=x');
  check('GET query?query=1&time=5&timeout=1y');
  check('GET query?query=1&time=5&timeout=300y');
  check('GET query?query=1&time=5&timeout=5M');
  check('GET query?query=1&time=5&timeout=1.5h');
  check('GET query?query=1&time=5&timeout=-5m');
  check('GET query?query=1&time=5&timeout=30m1h');
  check('GET query?query=1&time=5&timeout=1h30m');
  check('GET query?query=1&time=5&timeout=1e10');
  check('GET query?query=1&time=5&timeout=1e400');
  check('GET query?query=1&time=5&timeout=9223372036.9');
  check('GET query?query=1&time=5&lookback_delta=x');
  check('GET query?query=1&time=5&lookback_delta=0');
  check('GET query?query=1&time=5&lookback_delta=-1');
  check('GET query?query=1&time=5&lookback_delta=NaN');
  check('GET query?query=1&time=5&limit=x');
  check('GET query?query=1&time=5&limit=-1');
  check('GET query?query=1&time=5&limit=1.5');
  check('GET query?query=1&time=5&limit=%2B5');
  check('GET query?query=1&time=5&limit=99999999999999999999');
  check('GET query?query=1&time=5&limit=9223372036854775807');
  check('GET query?query=1&time=5&limit=a%22%00%7f%c3%a9%ff%e2%80%a8');
  check('GET query?query=1&query=2&time=5&time=6');
  check('GET query?query=%zz');
  check('GET query?a%2=x&query=1&time=5');
  check('GET query?%71uery=1&&=c&d&time=5');
  check('GET query?query=1&time=1&&&a=b&=c&d');
  check('GET query?query=x(&time=x&limit=x&timeout=x&lookback_delta=x');
  check('GET query?query=x(&timeout=x&lookback_delta=x');
  check('GET query?query=x(&lookback_delta=x');
  check('GET query?query=foo(');
  checkShape('GET query?query=1&time=5&stats=');
  checkShape('GET query?query=1&time=5&stats=all');
  checkShape('GET query?query=1&time=5&stats=1');

  // Range queries.
  check('GET query_range');
  check('GET query_range?start=x');
  check('GET query_range?start=1');
  check('GET query_range?start=1&end=x');
  check('GET query_range?start=2&end=1');
  check('GET query_range?start=2&end=3');
  check('GET query_range?start=2&end=3&step=x');
  check('GET query_range?start=2&end=3&step=0');
  check('GET query_range?start=2&end=3&step=-1');
  check('GET query_range?start=2&end=3&step=NaN');
  check('GET query_range?start=2&end=3&step=Inf');
  check('GET query_range?start=2&end=3&step=1e10');
  check('GET query_range?start=2&end=3&step=1e9');
  check('GET query_range?start=2&end=3&step=0.9ms');
  check('GET query_range?start=0&end=11000&step=1');
  check('GET query_range?start=0&end=11001&step=1');
  check('GET query_range?start=0&end=11001&step=1&query=x(');
  check('GET query_range?start=0&end=3&step=0.0001&query=1');
  check('GET query_range?start=1&end=2&step=1e-9&query=1');
  check('GET query_range?start=0&end=11000.9&step=1&query=x(&timeout=x');
  check('GET query_range?start=x&end=3&step=1&query=1&lookback_delta=x&limit=x');
  check('GET query_range?start=0&end=3&step=1&query=x(&lookback_delta=x');
  check('GET query_range?start=0&end=3&step=1&query="a"');
  check('GET query_range?start=0&end=3&step=1&query=m[1s]');
  check('GET query_range?start=0&end=3&step=1&query=foo(');
  check('GET query_range?start=0&end=3&step=1&query=');
  check('GET query_range?start=0&end=3&step=1&query=%22%ff%22');

  // Labels and series.
  check('GET labels');
  check('GET labels?limit=2');
  check('GET labels?limit=5');
  check('GET labels?limit=0');
  check('GET labels?limit=x');
  check('GET labels?limit=-1');
  check('GET labels?start=x');
  check('GET labels?end=x');
  check('GET labels?start=2&end=1');
  check('GET labels?start=1&end=2');
  check('GET labels?start=1010&end=1020');
  check('GET labels?start=-292273086-05-16T16:47:06Z&end=292277025-08-18T07:12:54.999999999Z');
  check('GET labels?match[]=');
  check('GET labels?match[]={}');
  check('GET labels?match[]={a=~".*"}');
  check('GET labels?match[]={a=~".%2B"}');
  check('GET labels?match[]=m&match[]=c_total');
  check('GET labels?match[]=m[5m]');
  check('GET labels?match[]=sum(m)');
  check('GET labels?match[]=m{a="1"');
  check('GET labels?match[]=m{a=~"("}');
  check('GET labels?match[]=m%20offset%205m');
  check('GET labels?match[]=x(&start=x');
  check('GET labels?match=m');
  check('GET label/a/values');
  check('GET label/__name__/values');
  check('GET label/__name__/values?limit=1');
  check('GET label/a/values?match[]=m&match[]=c_total');
  check('GET label/job/values?match[]=m&match[]={"utf8.name"}');
  check('GET label/a/values?match[]=x(');
  check('GET label/a/values?match[]=x(&start=x');
  check('GET label/a/values?limit=x&start=x');
  check('GET label/U__/values?start=x&limit=x');
  check('GET label/nope/values');
  check('GET label/U__l_2e_x/values');
  check('GET label/l.x/values');
  check('GET label/l%2Ex/values');
  check('GET label/l_x/values');
  check('GET label/U__l.x/values');
  check('GET label/U__l_2e/values');
  check('GET label/U__l_zz_x/values');
  check('GET label/U__l__x/values');
  check('GET label/%ff/values');
  check('GET label/%C3%A9/values');
  check('GET label/1a/values');
  check('GET series');
  checkUnordered('GET series?match[]=m');
  checkUnordered('GET series?match[]=m&match[]=c_total');
  checkUnordered('GET series?match[]=m&match[]={a="1"}');
  check('GET series?match[]={l.x="v"}');
  checkUnordered('GET series?match[]={"l.x"="v"}');
  checkUnordered('GET series?match[]=m&limit=4');
  checkUnordered('GET series?match[]=c_total&limit=1');
  checkUnordered('GET series?match[]=nope');
  checkUnordered('GET series?match[]=m&start=5&end=3');
  check('GET series?match[]=m&start=x');
  check('GET series?match[]=m&limit=x');
  check('GET series?match[]=x(');
  check('GET series?match[]={}');
  check('GET series?match[]=x(&start=x');
  check('GET series?match[]=x(&start=x&limit=x');
  check('GET series?start=x&limit=x');

  // The rest.
  check('GET metadata');
  check('GET metadata?metric=nope');
  check('GET metadata?limit=x');
  check('GET metadata?limit=-1');
  check('GET metadata?limit=0');
  check('GET metadata?limit_per_metric=x');
  check('GET metadata?limit_per_metric=0');
  check('GET metadata?limit_per_metric=x&limit=x');
  check('GET format_query');
  check('GET format_query?query=sum(m)by(a)');
  check('GET format_query?query=foo(');
  check('GET parse_query');
  check('GET parse_query?query=sum(rate(m{a!~"b.*"}[5m]%20offset%201m))by(a)>bool%201');
  check('GET parse_query?query=foo(');
  check('GET query_exemplars');
  check('GET query_exemplars?query=m');
  check('GET query_exemplars?query=1');
  check('GET query_exemplars?query=foo(');
  check('GET query_exemplars?query=m&start=x');
  check('GET query_exemplars?query=m&end=x');
  check('GET query_exemplars?query=m&start=2&end=1');
  check('GET query_exemplars?query=x(&start=3&end=1');
  check('GET query_exemplars?query=x(&start=x');
  check('GET rules');
  check('GET rules?type=alert');
  check('GET rules?type=RECORD');
  check('GET rules?type=X');
  check('GET rules?exclude_alerts=x');
  check('GET rules?exclude_alerts=T');
  check('GET rules?exclude_alerts=');
  check('GET rules?match[]=x(');
  check('GET rules?match[]={}');
  check('GET rules?match[]=m');
  check('GET rules?group_limit=x');
  check('GET rules?group_limit=-1');
  check('GET rules?group_limit=0');
  check('GET rules?group_limit=1');
  check('GET rules?group_next_token=x');
  check('GET rules?group_limit=1&group_next_token=x');
  check('GET rules?group_limit=x&type=x&exclude_alerts=x&match[]=x(');
  check('GET rules?exclude_alerts=x&group_limit=x');
  check('GET alerts');
  checkShape('GET status/buildinfo');
  checkShape('GET status/runtimeinfo');
  check('GET status/tsdb?limit=x');
  check('GET status/tsdb?limit=0');
  check('GET status/tsdb?limit=-1');

  // Forms.
  check('POST query?query=1&time=4', 'query=2x');
  check('POST query?query=1&time=x', 'query=1&time=5');
  check('POST query?query=1&time=5', 'query=%zz');
  check('POST query?time=x', 'query=1');
  check('POST query_range?start=x', 'query=foo(&start=1&end=2&step=1');
  check('POST labels', 'match[]=m');
  check('POST labels?match[]=c_total', 'match[]=m&limit=1');
  check('POST labels?match[]={"utf8.name"}', 'match[]=c_total');
  checkUnordered('POST series?match[]=c_total', 'match[]={job="u"}');
  check('POST format_query', 'query=a+b');
  check('POST format_query', 'query=a%2Bb');
  check('POST parse_query', 'query=m');
  check('POST query_exemplars', 'query=m&start=x');

  // Results.
  checkResult('GET query?query=m&time=1015');
  checkResult('GET query?query=m&time=1299.999');
  checkResult('GET query?query=m&time=1315');
  checkResult('GET query?query=m&time=1315.001');
  checkResult('GET query?query=m&time=1300&lookback_delta=10s');
  checkResult('GET query?query=m[1m]&time=1015');
  checkResult('GET query?query=m[1m]&time=1015&limit=2');
  checkResult('GET query?query=m&time=1015&limit=1');
  checkResult('GET query?query=m&time=1015&limit=3');
  checkResult('GET query?query={"utf8.name"}&time=1015');
  checkResult('GET query?query=sum(m)&time=1015');
  checkResult('GET query?query=-m&time=1015');
  checkResult('GET query?query=1e-9&time=5');
  checkResult('GET query?query=1e25&time=5');
  checkResult('GET query?query=-0&time=5');
  checkResult('GET query?query=NaN&time=5');
  checkResult('GET query?query=-Inf&time=5.5');
  checkResult('GET query?query="a<b>%E2%80%A8%C3%A9"&time=5');
  checkResult('GET query?query=vector(1e25)&time=5');
  checkResult('GET query?query=vector(1e-6)&time=5');
  checkResult('GET query?query=vector(1e-7)&time=5');
  checkResult('GET query?query=vector(1.5e-100)&time=5');
  checkResult('GET query?query=vector(1e21)&time=5');
  checkResult('GET query?query=vector(-Inf)&time=5');
  checkResult('GET query?query=vector(-0)&time=5');
  checkResult('GET query?query=vector(1)&time=-0.001');
  checkResult('GET query?query=vector(1)&time=-1.5');
  checkResult('GET query?query=vector(0.1)%2Bvector(0.2)&time=-1.5');
  checkResult('GET query?query=rate(m[1m])&time=1015');
  checkResult('GET query?query=histogram_quantile(2,m)&time=1015');
  checkResult('GET query?query=label_replace(m,"a","x","","")&time=1015');
  checkShape('GET query?query=sum_over_time(m[3s])&time=1015&stats=all');
  checkShape('GET query?query=m&time=1015&stats=1');
  checkResult('GET query?query=nope&time=1015');
  checkResult('GET query?query=nope[5m]&time=1015');
  checkResult('GET query_range?start=1000&end=1030&step=5&query=m');
  checkResult('GET query_range?start=1000&end=1030&step=5&query=m&limit=2');
  checkResult('GET query_range?start=1000&end=1030&step=1s500ms&query=time()/3');
  checkResult('GET query_range?start=0&end=3&step=1&query=1');
  checkResult('GET query_range?start=-3&end=3&step=0.75&query=time()');
  checkResult('GET query_range?start=1000.123&end=1030&step=7&query=c_total%2B1');
  checkResult('GET query_range?start=1000&end=1030&step=5&query=rate(m[30s])');
  checkResult('GET query_range?start=1000&end=1030&step=5&query=nope');
  checkResult('GET query_range?start=1000&end=1000&step=5&query=m');
  checkShape('GET query_range?start=1000&end=1030&step=5&query=m&stats=all');
  const range = 'GET query_range?start=1000&end=1030&step=5&stats=all&query=';
  checkSamples(`${range}m`);
  checkSamples(`${range}sum(m) %2B count(c_total)`);
  checkSamples(`${range}rate(m[20s])`);
  checkSamples(`${range}max_over_time(m[20s] offset 5s)`);
  checkSamples(`${range}m @ 1015`);
  checkSamples(`${range}sum_over_time(m[10s] @ end()) %2B m`);
  checkSamples(`${range}max_over_time(sum(m)[15s:5s])`);
  checkSamples(`${range}m unless m{a="1"}`);
  checkSamples(`${range}1`);
  checkSamples('GET query?time=1015&stats=all&query=m');
  checkSamples('GET query?time=1015&stats=all&query=m[20s]');
  checkSamples('GET query?time=1015&stats=all&query=1');
  checkSamples('GET query?time=1015&stats=1&query=m');
  checkResult('GET query_range?start=1000&end=1030&step=5&query=m&lookback_delta=5s');
  checkResult('GET query_range?start=1&end=2&step=30000d&query=1');
  checkResult('GET query_range?start=0&end=11000&step=1&query=1');

  // Native histograms.
  checkHistogram('of nothing', {});
  checkHistogram('of zeros', { zeroThreshold: 1e-128, zeroCount: 3, count: 3 });
  checkHistogram('positive', {
    count: 4.5,
    sum: 7,
    positiveSpans: spans([-2, 2], [3, 1]),
    positiveBuckets: counts(1, 0, 3.5),
  });
  checkHistogram('negative', {
    count: 6,
    sum: -7,
    negativeSpans: spans([0, 3]),
    negativeBuckets: counts(1, 2, 3),
  });
  checkHistogram('reaching into the zero bucket', {
    zeroThreshold: 0.75,
    zeroCount: 1,
    count: 5,
    positiveSpans: spans([0, 1]),
    positiveBuckets: counts(2),
    negativeSpans: spans([0, 1]),
    negativeBuckets: counts(2),
  });
  checkHistogram('with schema 2', {
    schema: 2,
    count: 10,
    positiveSpans: spans([-7, 5], [1, 5]),
    positiveBuckets: counts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
  });
  checkHistogram('with schema 8', {
    schema: 8,
    count: 4,
    positiveSpans: spans([0, 2], [200, 2]),
    positiveBuckets: counts(1, 1, 1, 1),
  });
  checkHistogram('with the widest buckets', {
    schema: -4,
    count: 3,
    positiveSpans: spans([-1, 3]),
    positiveBuckets: counts(1, 1, 1),
  });
  checkHistogram('up to the largest float', {
    schema: 0,
    count: 2,
    positiveSpans: spans([1023, 2]),
    positiveBuckets: counts(1, 1),
  });
});
