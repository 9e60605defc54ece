import { type Evaluate, evaluate, QueryCanceledError, QueryError, QueryTimeoutError } from '@ampere/promql';
import { Labels } from '@ampere/series';
import { expect, test } from 'vitest';
import { ApiKit, collect, memorySeries, NOW_MS, resultOf } from './testing/api-kit.ts';

const ok = (data: unknown, more: object = {}) => ({
  status: 200,
  json: { status: 'success', data, ...more },
});
const scalar = (seconds: number) => ok({ resultType: 'scalar', result: [seconds, '1'] });
const refusal = (status: number, errorType: string, error: string) => ({
  status,
  json: { status: 'error', errorType, error },
});
const bad = (error: string) => refusal(400, 'bad_data', error);

const check = (target: string, expected: object, body = '') =>
  test(`${target} ${body}`, async () =>
    expect(await new ApiKit({ series }).ask(target, body)).toEqual(expected));

const series = [
  memorySeries({ __name__: 'up', job: 'b' }),
  memorySeries({ __name__: 'up', job: 'a', 'l.x': 'v' }),
  memorySeries({ __name__: 'down', job: 'c' }, [[1000, 1]]),
];

// Paths and methods.
check('GET nope', refusal(404, 'not_found', '404 page not found'));
check('GET ', refusal(404, 'not_found', '404 page not found'));
check('GET query/', refusal(404, 'not_found', '404 page not found'));
check('GET label/a/b/values', refusal(404, 'not_found', '404 page not found'));
check('GET constructor', refusal(404, 'not_found', '404 page not found'));
check('PUT query', bad405());
check('DELETE series', bad405());
check('POST metadata', bad405(), 'metric=x');
check('POST label/a/values', bad405(), 'limit=1');
check('POST rules', bad405(), 'type=x');
check('POST status/buildinfo', bad405());

function bad405() {
  return refusal(405, 'bad_data', 'Method Not Allowed');
}

// Instant queries.
check('GET query?query=1', scalar(NOW_MS / 1000));
check('GET query?query=1&time=5', scalar(5));
check('POST query?query=x(&time=9', scalar(5), 'query=1&time=5');
check('GET query?query=1&time=1&time=2', scalar(1));
check(
  'GET query',
  bad('invalid parameter "query": unknown position: parse error: no expression found in input'),
);
check(
  'GET query?query=1&time=NaN',
  bad(`invalid parameter "time": invalid time value for 'time': cannot parse "NaN" to a valid timestamp`),
);
check(
  'GET query?query=x(&time=x&limit=x',
  bad('invalid parameter "limit": strconv.Atoi: parsing "x": invalid syntax'),
);
check(
  'GET query?query=x(&timeout=x&lookback_delta=x',
  bad('invalid parameter "timeout": cannot parse "x" to a valid duration'),
);
check(
  'GET query?query=x(&lookback_delta=x',
  bad('error parsing lookback delta duration: cannot parse "x" to a valid duration'),
);
check('GET query?query=1&timeout=0', refusal(503, 'timeout', 'query timed out in expression evaluation'));
check(
  'GET query?query=1&timeout=1e10',
  bad('invalid parameter "timeout": cannot parse "1e10" to a valid duration. It overflows int64'),
);

// Range queries.
const range = (more: string) => `GET query_range?query=1&${more}`;
check(range(''), bad('invalid parameter "start": cannot parse "" to a valid timestamp'));
check(range('start=1'), bad('invalid parameter "end": cannot parse "" to a valid timestamp'));
check(range('start=2&end=1'), bad('invalid parameter "end": end timestamp must not be before start time'));
check(range('start=1&end=2'), bad('invalid parameter "step": cannot parse "" to a valid duration'));
const NO_STEP =
  'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer';
const TOO_FINE =
  'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)';
check(range('start=1&end=2&step=0'), bad(NO_STEP));
check(range('start=1&end=2&step=-1'), bad(NO_STEP));
check(range('start=1&end=2&step=NaN'), bad(NO_STEP));
check(range('start=0&end=0.002&step=0.0009'), bad(NO_STEP));
check(range('start=0&end=3&step=0.0001'), bad(TOO_FINE));
check(range('start=0&end=11001&step=1'), bad(TOO_FINE));
check(range('start=0&end=11000.9&step=1'), scalar(11_000.9));
check(range('start=0&end=3&step=1m'), scalar(3));
check(range('start=0&end=3&step=1&start=x'), scalar(3));
check(
  'GET query_range?query=up[5m]&start=0&end=3&step=1',
  bad(
    'invalid parameter "query": invalid expression type "range vector" for range query, must be Scalar or instant Vector',
  ),
);
check(
  'GET query_range?query="a"&start=0&end=3&step=1',
  bad(
    'invalid parameter "query": invalid expression type "string" for range query, must be Scalar or instant Vector',
  ),
);

// Labels and series.
const TRUNCATED = { warnings: ['results truncated due to limit'] };
check('GET labels', ok(['__name__', 'job', 'l.x']));
check('GET labels?limit=2', ok(['__name__', 'job'], TRUNCATED));
check('GET labels?limit=3', ok(['__name__', 'job', 'l.x']));
check('GET labels?match[]=down', ok(['__name__', 'job']));
check('GET labels?start=5', ok(['__name__', 'job', 'l.x']));
check('GET labels?end=5', ok(['__name__', 'job']));
check('GET labels?start=3&end=2', ok([]));
check('GET labels?match[]={}', bad('match[] must contain at least one non-empty matcher'));
check('POST labels?match[]=up', ok(['__name__', 'job', 'l.x']), 'match[]=down');
check('GET label/job/values', ok(['a', 'b', 'c']));
check('GET label/job/values?match[]=up&match[]=down&limit=2', ok(['a', 'b'], TRUNCATED));
check('GET label/U__l_2e_x/values', ok(['v']));
check('GET label/l%2Ex/values', ok(['v']));
check('GET label/l.x/values', ok(['v']));
check('GET label/%ff/values', bad('invalid label name: "\\xff"'));
check('GET label/U__/values', bad('invalid label name: ""'));
check('GET series', bad('no match[] parameter provided'));
check('GET series?match[]=x(', bad('invalid parameter "match[]": 1:2: parse error: unexpected "("'));
check('GET series?match[]={job="c"}&match[]=down', ok([{ __name__: 'down', job: 'c' }]));
check('GET series?match[]=up&limit=1', ok([{ __name__: 'up', job: 'a', 'l.x': 'v' }], TRUNCATED));

// The rest.
check('GET metadata', ok({}));
check('GET metadata?limit=x', bad('limit must be a number'));
check('GET metadata?limit_per_metric=x', bad('limit_per_metric must be a number'));
check('GET format_query?query=sum(m)by(a)', ok('sum by (a) (m)'));
check('GET parse_query?query=1', ok({ type: 'numberLiteral', val: '1' }));
check('GET query_exemplars?query=up', ok([]));
test('exemplars of every selector in a query', async () => {
  const asked: string[] = [];
  const kit = new ApiKit({
    exemplars: (startMs, endMs, sets) => {
      asked.push(`${startMs} ${endMs} ${sets.map((set) => set.map(String).join()).join(' | ')}`);
      const exemplars = [
        { labels: Labels.fromRecord({ trace_id: 'a"b' }), value: 6, timeMs: 1600096945479 },
        { labels: Labels.EMPTY, value: 1e-7, timeMs: 1600096946000 },
      ];
      return [{ series: Labels.fromRecord({ __name__: 'm', job: 'x' }), exemplars }];
    },
  });
  const query = encodeURIComponent(
    'sum(rate(m{job="x"}[5m])) / topk(scalar(k), -n) + quantile_over_time(0.5, o[1h:1m])',
  );
  const response = await kit.ask(`GET query_exemplars?query=${query}&start=1.5&end=2`);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/^1500 2000 /);
  expect(asked[0]!.split(' | ')).toHaveLength(4);
  expect(response).toEqual({
    status: 200,
    json: {
      status: 'success',
      data: [
        {
          seriesLabels: { __name__: 'm', job: 'x' },
          exemplars: [
            { labels: { trace_id: 'a"b' }, value: '6', timestamp: 1600096945.479 },
            { labels: {}, value: '1e-07', timestamp: 1600096946 },
          ],
        },
      ],
    },
  });
});

check('GET query_exemplars?query=1', { status: 204, json: '' });
check('GET query_exemplars?query=sum(rate(up[5m]))%2B1', ok([]));
check('GET query_exemplars?query=up&start=2&end=1', bad('end timestamp must not be before start timestamp'));
check('GET rules', ok({ groups: [] }));
check('GET rules?type=x', bad('invalid parameter "type": not supported value "x"'));
check(
  'GET rules?group_limit=0',
  bad('invalid parameter "group_limit": group_limit needs to be greater than 0'),
);
check('GET alerts', ok({ alerts: [] }));
check(
  'GET status/buildinfo',
  ok({ version: '3.5.0', revision: 'r', branch: 'b', buildUser: '', buildDate: '', goVersion: '' }),
);
check('GET status/tsdb?limit=0', bad('limit must be a positive number'));

test('a 405 says what is allowed', async () => {
  const response = await new ApiKit().request('PATCH query');
  expect(response.headers).toEqual({ 'content-type': 'application/json', allow: 'GET, POST' });
});

test('metadata is sorted and limited', async () => {
  const entry = (type: string) => ({ type, unit: 's', help: 'é', metricFamilyName: 'ignored' });
  const metadata = new Map([
    ['b', [entry('gauge'), entry('counter')]],
    ['a', [entry('gauge')]],
  ]);
  const kit = new ApiKit({ metadata });
  const shown = (type: string) => ({ type, unit: 's', help: 'é' });
  expect(await kit.ask('GET metadata')).toEqual(
    ok({ a: [shown('gauge')], b: [shown('gauge'), shown('counter')] }),
  );
  expect(await kit.ask('GET metadata?limit=1')).toEqual(ok({ a: [shown('gauge')] }));
  expect(await kit.ask('GET metadata?limit=0')).toEqual(ok({}));
  expect(await kit.ask('GET metadata?metric=b&limit_per_metric=1')).toEqual(ok({ b: [shown('gauge')] }));
  expect(await kit.ask('GET metadata?metric=c')).toEqual(ok({}));
});

test('status/tsdb passes on what the storage counts', async () => {
  const kit = new ApiKit({
    status: (limit) => ({
      seriesCount: limit,
      labelPairCount: 2,
      chunkCount: 3,
      minTimeMs: 4,
      maxTimeMs: 5,
      seriesCountByMetricName: [{ name: 'up', value: 1 }],
      labelValueCountByLabelName: [],
      memoryInBytesByLabelName: [],
      seriesCountByLabelValuePair: [],
    }),
  });
  expect(await kit.ask('GET status/tsdb?limit=99999')).toEqual(
    ok({
      headStats: { numSeries: 10_000, numLabelPairs: 2, chunkCount: 3, minTime: 4, maxTime: 5 },
      seriesCountByMetricName: [{ name: 'up', value: 1 }],
      labelValueCountByLabelName: [],
      memoryInBytesByLabelName: [],
      seriesCountByLabelValuePair: [],
    }),
  );
});

test('status/ha_tracker shows the elected replicas', async () => {
  const elected = { replica: 'a', electedAtMs: NOW_MS };
  const haClusters = [
    { cluster: 'c', ...elected, receivedAtMs: NOW_MS + 1500 },
    { cluster: 'd', ...elected, receivedAtMs: undefined },
  ];
  const electedAt = '2023-11-14T22:13:20.000Z';
  expect(await new ApiKit({ haClusters }).ask('GET status/ha_tracker')).toEqual(
    ok({
      clusters: [
        { cluster: 'c', replica: 'a', electedAt, receivedAt: '2023-11-14T22:13:21.500Z' },
        { cluster: 'd', replica: 'a', electedAt, receivedAt: null },
      ],
    }),
  );
  expect(await new ApiKit().ask('GET status/ha_tracker')).toEqual(ok({ clusters: [] }));
});

test('status/limits of a workspace that uses nothing', async () => {
  const { json } = await new ApiKit().ask('GET status/limits');
  const { limits, ...rest } = (json as { data: { limits: object[] } }).data;
  expect(limits[0]).toEqual({
    name: 'active_series',
    meaning: 'series with a sample in the last 5 minutes',
    unit: 'count',
    limit: 1_000_000,
    value: 0,
    refused: 0,
    lastRefusal: null,
  });
  expect(rest).toEqual({
    labelSets: [],
    discardedSamples: {},
    storage: { walBytes: 0, blockBytes: 0, memoryBytes: 0, oldestSample: null },
  });
});

test('the evaluator gets what was asked for', async () => {
  const requests: unknown[] = [];
  const evaluate: Evaluate = (_, { expr, checkAlive, ...request }, options) => {
    requests.push({ kind: expr.kind, alive: checkAlive?.(), ...request, options: options.lookbackDeltaMs });
    return resultOf({ type: 'scalar', timeMs: 0, value: 0 });
  };
  const kit = new ApiKit({ evaluate, limits: { querySamplesMax: 9 } });
  await kit.ask('GET query?query=up&time=1.5&lookback_delta=1m');
  await kit.ask('GET query_range?query=up&start=1&end=3&step=1.5&lookback_delta=-1');
  const common = {
    kind: 'vector-selector',
    alive: undefined,
    bytesMax: 2 ** 30,
    countsSteps: false,
    text: 'up',
    samplesMax: 9,
    options: 300_000,
  };
  expect(requests).toEqual([
    { ...common, startMs: 1500, endMs: 1500, stepMs: 0, lookbackDeltaMs: 60_000 },
    { ...common, startMs: 1000, endMs: 3000, stepMs: 1500, lookbackDeltaMs: 300_000 },
  ]);
  expect(kit.queriers.every((querier) => querier.isClosed)).toBe(true);
});

const failing = (name: string, error: Error, expected: object) =>
  test(`evaluation fails: ${name}`, async () => {
    const kit = new ApiKit({
      evaluate: () => {
        throw error;
      },
    });
    expect(await kit.ask('GET query?query=up')).toEqual(expected);
    expect(kit.queriers[0]!.isClosed).toBe(true);
  });

failing('execution', new QueryError('no'), refusal(422, 'execution', 'no'));
failing('timeout', new QueryTimeoutError('late'), refusal(503, 'timeout', 'late'));
failing('canceled', new QueryCanceledError('gone'), refusal(499, 'canceled', 'gone'));
failing('a bug', new Error('secret'), refusal(500, 'internal', 'internal error, request id request-1'));

test('a bug is logged with its stack and counted', async () => {
  const kit = new ApiKit({
    evaluate: () => {
      throw new TypeError('oops');
    },
  });
  await kit.ask('GET query?query=up');
  expect(kit.logged).toMatchObject([
    { level: 'error', fields: { endpoint: 'query', requestId: 'request-1' } },
  ]);
  expect(kit.logged[0]!.fields['stack']).toContain('TypeError: oops');
  expect(kit.registry.text()).toContain(
    'ampere_query_requests_total{endpoint="query",outcome="internal"} 1\n',
  );
});

test('a query ends at its timeout, at the default one, and when the client goes', async () => {
  let advanceMs = 0;
  const gone = new AbortController();
  const kit: ApiKit = new ApiKit({
    evaluate: (_, { checkAlive }) => {
      kit.clock.advance(advanceMs);
      checkAlive!();
      return resultOf({ type: 'scalar', timeMs: 0, value: 0 });
    },
  });
  const status = async (target: string) => (await kit.request(target, '', { signal: gone.signal })).status;
  advanceMs = 999;
  expect(await status('GET query?query=1&timeout=1')).toBe(200);
  advanceMs = 1000;
  expect(await status('GET query?query=1&timeout=1')).toBe(503);
  advanceMs = 119_999;
  expect(await status('GET query?query=1')).toBe(200);
  advanceMs = 120_000;
  expect(await status('GET query?query=1')).toBe(503);
  expect(await status('GET query?query=1&timeout=1h')).toBe(503);
  gone.abort();
  expect(await status('GET query?query=1')).toBe(499);
});

test('the time range is limited for range queries and for what selectors read', async () => {
  const evaluate: Evaluate = (querier, { startMs, endMs }) => {
    querier.select({ startMs: startMs - 600_000, endMs }, []);
    return resultOf({ type: 'scalar', timeMs: 0, value: 0 });
  };
  const kit = new ApiKit({ evaluate, limits: { queryTimeRangeMs: 3_600_000 } });
  const text = (length: string) =>
    `the query time range exceeds the limit (query length: ${length}, limit: 1h0m0s)`;
  const asked = (search: string) => kit.ask(`GET query_range?query=1&${search}`);
  expect(await asked('start=0&end=3600.001&step=60')).toEqual(bad(text('1h0m0.001s')));
  expect(await asked('start=0&end=3600&step=60')).toEqual(refusal(422, 'execution', text('1h10m0s')));
  expect((await asked('start=0&end=3300&step=60')).status).toBe(200);
});

test('limits, warnings and infos of results', async () => {
  const warnings = Array.from({ length: 12 }, (_, i) => `w${i}`);
  const labels = ['a', 'b', 'c'].map((name) => Labels.fromRecord({ name }));
  const vector = {
    type: 'vector',
    timeMs: 0,
    labels,
    values: Float64Array.of(1, 2, 3),
    histograms: null,
  } as const;
  const kit = new ApiKit({ evaluate: () => resultOf(vector, { warnings, infos: ['i'] }) });
  const whole = await kit.ask('GET query?query=up');
  expect(whole.json).toMatchObject({
    warnings: [...warnings.slice(0, 10), '2 more warning annotations omitted'],
    infos: ['i'],
  });
  const cut = await new ApiKit({ evaluate: () => resultOf(vector) }).ask('GET query?query=up&limit=2');
  const sample = (name: string, value: string) => ({ metric: { name }, value: [0, value] });
  expect(cut).toEqual(ok({ resultType: 'vector', result: [sample('a', '1'), sample('b', '2')] }, TRUNCATED));
});

test('statistics in Prometheus form when they are asked for', async () => {
  const kit: ApiKit = new ApiKit({
    evaluate: () => {
      kit.clock.advance(250);
      return resultOf({ type: 'scalar', timeMs: 0, value: 0 });
    },
  });
  const { json } = await kit.ask('GET query?query=1&stats=all');
  expect(json).toMatchObject({
    data: {
      stats: {
        timings: {
          evalTotalTime: 0.25,
          resultSortTime: 0,
          queryPreparationTime: 0,
          innerEvalTime: 0.25,
          execQueueTime: 0,
          execTotalTime: 0.25,
        },
        samples: { totalQueryableSamples: 7, peakSamples: 5 },
      },
    },
  });
});

test('status/queries shows what queries were and cost, of one workspace alone', async () => {
  const kit = new ApiKit({ series });
  await kit.ask('GET query?query=up&time=5');
  await kit.ask('GET query?query=up(');
  await kit.request('GET labels', '', { tenant: 'ws-2' });
  await kit.request('GET labels?start=1&match[]=up');
  const { json } = await kit.ask('GET status/queries');
  const { active, last, slowest } = (json as { data: Record<string, unknown[]> }).data;
  expect(active).toEqual([]);
  const at = new Date(NOW_MS).toISOString();
  const common = {
    requestId: 'request-1',
    principalArn: 'arn:aws:iam::000000000000:root',
    arrivedAt: at,
    queuedMs: 0,
    durationMs: 0,
    stepMs: 0,
    peakSamples: 0,
    samples: 0,
    series: 0,
    chunkBytes: 0,
    start: '1970-01-01T00:00:00.000Z',
    end: '1970-01-01T00:00:00.000Z',
    outcome: 'success',
    error: null,
    status: 200,
  };
  expect(last).toEqual([
    { ...common, id: '4', endpoint: 'labels', query: 'up', answerBytes: 52 },
    {
      ...common,
      id: '2',
      endpoint: 'query',
      query: 'up(',
      status: 400,
      outcome: 'bad_data',
      error: expect.stringContaining('parse error'),
      answerBytes: expect.any(Number),
    },
    {
      ...common,
      id: '1',
      endpoint: 'query',
      query: 'up',
      start: '1970-01-01T00:00:05.000Z',
      end: '1970-01-01T00:00:05.000Z',
      samples: 7,
      peakSamples: 5,
      series: 3,
      answerBytes: 68,
    },
  ]);
  expect(slowest).toHaveLength(3);
});

test('ending a query that is not there', async () => {
  const kit = new ApiKit();
  const gone = refusal(404, 'not_found', 'no such query is running');
  expect(await kit.ask('DELETE status/queries/7')).toEqual(gone);
  expect(await kit.ask('POST status/queries/7')).toEqual(gone);
  expect(await kit.ask('GET status/queries/7')).toEqual(bad405());
});

test('bytes of chunks are limited, for each day of a range', async () => {
  const samples = Array.from({ length: 2000 }, (_, i): [number, number] => [
    NOW_MS - 2_000_000 + i * 1000,
    i,
  ]);
  const ask = async (queryBytesMax: number, target: string) => {
    const kit = new ApiKit({
      series: [memorySeries({ __name__: 'm' }, samples)],
      limits: { queryBytesMax },
      evaluate,
    });
    const { status, json } = await kit.ask(target);
    const { error, errorType } = json as { error?: string; errorType?: string };
    const noted = kit.usage.limits().find(({ name }) => name === 'query_bytes')!;
    return [status, errorType, error, noted.refused, kit.api.directory('ws-1').last()[0]!.chunkBytes];
  };
  const instant = 'GET query?query=max_over_time(m[1h])';
  const range = (days: number) =>
    `GET query_range?query=max_over_time(m[1h])&start=${NOW_MS / 1000 - days * 86_400}&end=${NOW_MS / 1000}&step=3600`;
  const refused = [422, 'execution', 'the query hit the aggregated chunks size limit', 1, 4000];
  const taken = [200, undefined, undefined, 0, 4000];
  expect(await ask(4000, instant)).toEqual(taken);
  expect(await ask(3999, instant)).toEqual(refused);
  expect(await ask(2000, range(1))).toEqual(refused);
  expect(await ask(2000, range(1.25))).toEqual(taken);
});

test('slow queries are logged, others and other endpoints are not', async () => {
  const kit: ApiKit = new ApiKit({
    slowQueryMs: 100,
    evaluate: (_, { startMs }) => {
      kit.clock.advance(startMs);
      return resultOf({ type: 'scalar', timeMs: 0, value: 0 });
    },
  });
  await kit.ask('GET query?query=1&time=0.099');
  await kit.ask('GET labels');
  const long = `1${' '.repeat(3000)}`;
  await kit.ask('POST query_range', `query=${long}&start=0.1&end=2&step=1`);
  expect(kit.logged).toEqual([
    {
      level: 'info',
      message: 'query',
      fields: {
        workspace: 'ws-1',
        requestId: 'request-1',
        principal: 'arn:aws:iam::000000000000:root',
        endpoint: 'query_range',
        query: long.slice(0, 2000),
        startMs: 100,
        endMs: 2000,
        stepMs: 1000,
        samples: 7,
        peakSamples: 5,
        series: 3,
        durationMs: 100,
        outcome: 'success',
        id: '3',
        arrivedAtMs: NOW_MS + 99,
        queuedMs: 0,
        status: 200,
        error: null,
        chunkBytes: 0,
        answerBytes: 68,
      },
    },
  ]);
  const counted = kit.registry.text();
  for (const endpoint of ['query', 'labels', 'query_range']) {
    expect(counted).toContain(`ampere_query_requests_total{endpoint="${endpoint}",outcome="success"} 1\n`);
  }
  expect(counted).toContain('ampere_queried_samples_total 14\n');
});

test('runtimeinfo tells times and retention and nothing of the machine', async () => {
  const kit = new ApiKit();
  kit.clock.advance(1000);
  expect((await kit.ask('GET status/runtimeinfo')).json).toMatchObject({
    data: {
      startTime: '2023-11-14T22:13:20.000Z',
      serverTime: '2023-11-14T22:13:21.000Z',
      CWD: '',
      hostname: '',
      storageRetention: '150d',
    },
  });
});

test('a large answer comes in pieces, a small one whole', async () => {
  const labels = Array.from({ length: 20_000 }, (_, i) =>
    memorySeries({ __name__: 'up', instance: `host-${i}` }),
  );
  const kit = new ApiKit({ series: labels });
  const { body } = await kit.request('GET series?match[]=up');
  expect(body).not.toBeInstanceOf(Uint8Array);
  const sizes: number[] = [];
  const pieces: Uint8Array[] = [];
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    sizes.push(piece.length);
    pieces.push(piece);
  }
  expect(sizes.length).toBeGreaterThan(5);
  expect(Math.max(...sizes)).toBeLessThan(70_000);
  expect(JSON.parse(Buffer.concat(pieces).toString()).data).toHaveLength(20_000);
  const small = await kit.request('GET series?match[]=up&limit=10');
  expect(small.body).toBeInstanceOf(Uint8Array);
  expect((await collect(small.body)).length).toBeLessThan(2000);
});
