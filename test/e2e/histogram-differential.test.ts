// The same native histograms and exemplars in Ampere and in a real Prometheus 3.5, both written by remote
// write; the same queries to both; the same answers. Then histograms that contradict themselves: refused by both in the
// same words. AMPERE_SEED repeats a run, AMPERE_TEST_LONG=1 asks thousands.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '@ampere/platform';
import { meantDifference } from '@ampere/promql/testing';
import {
  encodeHistogram,
  encodeSnappy,
  encodeWriteRequest,
  type OutgoingHistogram,
} from '@ampere/remote-write';
import { describeWith, RealPrometheus, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { createWorkspace, signedFetch, startAmpere } from '../harness/index.ts';
import { type Answer, differenceOf } from './differential/answer-comparison.ts';
import { LENGTH_MS, START_MS } from './differential/data-set.ts';
import { histogramQuery, histogramRequests } from './differential/histogram-data-set.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const QUERIES = process.env['AMPERE_TEST_LONG'] === '1' ? 10_000 : 700;
const SHOWN_MAX = 12;
const HEADERS = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };

type Change = Partial<OutgoingHistogram['histogram']>;

const BASE: OutgoingHistogram['histogram'] = {
  schema: 2,
  zeroThreshold: 0.001,
  zeroCount: 1,
  count: 6,
  sum: 4.5,
  positiveSpans: [{ offset: 0, length: 2 }],
  negativeSpans: [],
  positiveBuckets: Float64Array.of(2, 3),
  negativeBuckets: new Float64Array(0),
  customValues: null,
  counterReset: 'unknown',
};
const CUSTOM: Change = {
  schema: -53,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 5,
  customValues: Float64Array.of(1, 2),
};

/** What contradicts itself, and of which kind. */
const FAULTY: readonly (readonly [Change, ('integer' | 'float')?])[] = [
  [{ count: 7 }],
  [{ count: 5 }],
  [{ count: 5, sum: Number.NaN }],
  [{ positiveBuckets: Float64Array.of(2) }],
  [{ positiveBuckets: Float64Array.of(-2, 7) }],
  [{ positiveBuckets: Float64Array.of(-2.5, 7) }, 'float'],
  [
    {
      positiveSpans: [
        { offset: 0, length: 1 },
        { offset: -1, length: 1 },
      ],
    },
  ],
  [{ negativeSpans: [{ offset: 0, length: 1 }], negativeBuckets: Float64Array.of(-1) }],
  [{ negativeSpans: [{ offset: 0, length: 3 }], negativeBuckets: Float64Array.of(1) }],
  [{ customValues: Float64Array.of(1) }],
  [{ ...CUSTOM, customValues: null }],
  [{ ...CUSTOM, customValues: Float64Array.of(2, 1) }],
  [{ ...CUSTOM, customValues: Float64Array.of(1, Number.POSITIVE_INFINITY) }],
  [{ ...CUSTOM, zeroCount: 1 }],
  [{ ...CUSTOM, zeroThreshold: 1 }],
  [{ ...CUSTOM, negativeSpans: [{ offset: 0, length: 1 }] }],
  [{ ...CUSTOM, positiveSpans: [{ offset: -1, length: 2 }] }],
  [{ ...CUSTOM, positiveSpans: [{ offset: 2, length: 2 }] }],
];

describeWith(`native histograms beside Prometheus, AMPERE_SEED=${SEED}`, ['prometheus'], (programs) => {
  test('answer the same', { timeout: 3_600_000 }, async () => {
    const random = new SeededRandom(SEED);
    const configuration = join(temporaryFolder(), 'ampere.yml');
    // The samples are as old as the seed says.
    writeFileSync(configuration, 'limits: {profile: unlimited}\n');
    const [prometheus, ampere] = await Promise.all([
      RealPrometheus.start(programs.prometheus, {
        arguments: ['--enable-feature=native-histograms,exemplar-storage'],
      }),
      startAmpere({ env: { AMPERE_CONFIG: configuration } }),
    ]);
    const workspace = `${ampere.url}/workspaces/${await createWorkspace(ampere)}`;
    const writeOurs = (body: Uint8Array) =>
      signedFetch(`${workspace}/api/v1/remote_write`, { method: 'POST', headers: HEADERS, body });
    const writeTheirs = (body: Uint8Array) =>
      fetch(`${prometheus.url}/api/v1/write`, { method: 'POST', headers: HEADERS, body: Buffer.from(body) });
    for (const timeseries of histogramRequests(random)) {
      const body = encodeSnappy(encodeWriteRequest({ timeseries }));
      const [ours, theirs] = await Promise.all([writeOurs(body), writeTheirs(body)]);
      const texts = await Promise.all([ours.text(), theirs.text()]);
      expect([ours.status, theirs.status], texts.join('\n')).toEqual([200, 204]);
    }

    const differences: string[] = [];
    const counts = { answered: 0, empty: 0, refused: 0 };
    const meant = new Map<string, number>();
    for (let i = 0; i < QUERIES; i++) {
      const query = histogramQuery(random, i);
      const atS = (START_MS + random.integer(LENGTH_MS)) / 1000;
      const [path, search] =
        random.integer(2) === 0 || /^[^(]*\[[^:]*\]$/.test(query)
          ? ['query', { query, time: String(atS) }]
          : ['query_range', { query, start: String(atS - 600), end: String(atS), step: '37' }];
      const parameters = new URLSearchParams(search as Record<string, string>);
      const theirAnswer = JSON.parse((await prometheus.ask(`POST ${path}`, parameters)).text) as Answer;
      const response = await signedFetch(`${workspace}/api/v1/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: String(parameters),
      });
      const ourAnswer = (await response.json()) as Answer;
      if (theirAnswer.status !== 'success') counts.refused++;
      else if ((theirAnswer.data!.result as unknown[]).length === 0) counts.empty++;
      else counts.answered++;
      const difference = differenceOf(query, ourAnswer, theirAnswer);
      if (difference === undefined) continue;
      const [our, their] = [ourAnswer.error ?? '', theirAnswer.error ?? ''];
      const reason = our === their ? reasonOf(query, difference) : meantDifference(query, their, our);
      if (reason !== undefined) meant.set(reason, (meant.get(reason) ?? 0) + 1);
      else differences.push(`${path}?${decodeURIComponent(String(parameters))}\n  ${difference}`);
    }
    console.log(`AMPERE_SEED=${SEED}: ${JSON.stringify(counts)}, meant: ${JSON.stringify([...meant])}`);
    expect(counts.answered).toBeGreaterThan(QUERIES / 4);
    const shown = differences.slice(0, SHOWN_MAX).join('\n');
    expect(differences.length, `${differences.length} differences\n${shown}`).toBe(0);

    for (const [i, [change, kind = 'integer']] of FAULTY.entries()) {
      const histogram = { ...BASE, ...change };
      const timestampMs = START_MS + LENGTH_MS + 1000 * i;
      const message = encodeHistogram({ timestampMs, histogram, kind });
      const labels = [['__name__', 'faulty']] as const;
      const faulty = encodeSnappy(
        encodeWriteRequest({ timeseries: [{ labels, samples: [], histograms: [message] }] }),
      );
      const [our, their] = await Promise.all([writeOurs(faulty), writeTheirs(faulty)]);
      const [ourText, theirText] = await Promise.all([our.text(), their.text()]);
      expect([our.status, their.status >= 400], `case ${i}: ${ourText} | ${theirText}`).toEqual([400, true]);
      expect(ourText, `case ${i}`).toContain(theirText.trim());
    }
    await exemplars(prometheus, workspace, writeOurs);
  });
});

/** Why answers without an error differ on purpose. */
function reasonOf(query: string, difference: string): string | undefined {
  if (
    difference.startsWith('warnings') &&
    difference.includes('mix of histograms and floats for aggregation')
  )
    return 'floats that 3.5 meets after histograms that do not go together are no mix to it, and others are';
  // Only the extrapolation differs: the same samples far from zero (served) give the same answers.
  return /\b(rate|increase)\(latency/.test(query)
    ? 'rate and increase of native histograms are not followed below zero, as from 3.6 on'
    : undefined;
}

/** Exemplars, told of by both in the same way. */
async function exemplars(
  prometheus: RealPrometheus,
  workspace: string,
  writeOurs: (body: Uint8Array) => Promise<Response>,
): Promise<void> {
  const exemplar = (timeMs: number, value: number, traceId: string) => ({
    labels: [
      ['trace_id', traceId],
      ['empty', ''],
    ] as const,
    value,
    timestampMs: START_MS + LENGTH_MS + timeMs,
  });
  const timeseries = ['a', 'b'].map((job) => ({
    labels: [
      ['__name__', 'requests'],
      ['job', job],
    ] as const,
    samples: [{ timestampMs: START_MS + LENGTH_MS, value: 1 }],
    exemplars: [
      exemplar(1, 0.25, 'x"y'),
      exemplar(1, 0.25, 'x"y'),
      exemplar(1, 1e-9, 'earlier value'),
      exemplar(2, Number.POSITIVE_INFINITY, 'é'),
      exemplar(1500, 3, 'late'),
      exemplar(900, 3, 'out of order'),
      exemplar(1600, 3, 'x'.repeat(121)),
    ],
  }));
  const body = encodeSnappy(encodeWriteRequest({ timeseries }));
  await prometheus.write(body);
  expect((await writeOurs(body)).status).toBe(200);
  const at = (ms: number) => (START_MS + LENGTH_MS + ms) / 1000;
  for (const search of [
    'query=requests',
    'query=requests{job="a"}',
    'query=sum(rate(requests{job=~"b|c"}[5m]))/on(job)requests{job="nowhere"}',
    'query=other',
    `query=requests&start=${at(2)}&end=${at(1499)}`,
    `query=requests&start=${at(3000)}`,
  ]) {
    const theirs = await prometheus.ask(`POST query_exemplars`, search);
    const ours = await signedFetch(`${workspace}/api/v1/query_exemplars`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: search,
    });
    expect(await ours.json(), search).toEqual(JSON.parse(theirs.text));
  }
}
