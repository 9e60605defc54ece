// The same Remote-Write 2.0 requests, with the times at which counters began, to Ampere and to a real Prometheus 3.5,
// both of which make zero samples of those: the same samples are there. AMPERE_SEED repeats a run.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '@ampere/platform';
import {
  encodeHistogram,
  encodeSnappy,
  encodeWriteRequestV2,
  type OutgoingSeriesV2,
} from '@ampere/remote-write';
import { describeWith, RealPrometheus, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { createWorkspace, signedFetch, startAmpere } from '../harness/index.ts';
import { type Answer, differenceOf } from './differential/answer-comparison.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const START_MS = 1_700_000_000_000;
const REQUESTS = process.env['AMPERE_TEST_LONG'] === '1' ? 3000 : 300;
const STEP_MS = 15_000;
/** The first series with histograms, and the one whose are float histograms. */
const HISTOGRAMS = 4;
const FLOAT = 5;
const HEADERS = {
  'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '2.0.0',
};
/** How much the senders say they wrote. */
const WRITTEN = ['samples', 'histograms', 'exemplars'].map((of) => `x-prometheus-remote-write-${of}-written`);

function histogramOf(
  random: SeededRandom,
  timestampMs: number,
  kind: 'integer' | 'float',
  isCustom: boolean,
): Uint8Array {
  const counts = Float64Array.of(1 + random.integer(9), random.integer(5));
  return encodeHistogram({
    timestampMs,
    kind,
    stale: random.integer(20) === 0,
    histogram: {
      schema: isCustom ? -53 : 2,
      zeroThreshold: isCustom ? 0 : 0.001,
      zeroCount: 0,
      count: counts[0]! + counts[1]!,
      sum: counts[0]! / 4,
      positiveSpans: [{ offset: 0, length: 2 }],
      negativeSpans: [],
      positiveBuckets: counts,
      negativeBuckets: new Float64Array(0),
      customValues: isCustom ? Float64Array.of(0.5, 2) : null,
      counterReset: 'unknown',
    },
  });
}

/** A series' share of a request at a time: now and then in the future of its own beginning, or none. */
function seriesAt(random: SeededRandom, index: number, atMs: number, isLate: boolean): OutgoingSeriesV2 {
  // With out-of-order samples on, 3.5 lets the zero of a later histogram take the place of an earlier one.
  const count = isLate && index >= HISTOGRAMS ? 1 : 1 + random.integer(3);
  const times = Array.from({ length: count }, (_, i) => atMs + i * 4000 + index);
  const created = [0, atMs - 5000, times[0]!, atMs + random.integer(9000), atMs - random.integer(40_000)];
  // Of a histogram, 3.5 doesn't survive times that are too old: it unlocks a mutex twice.
  if (index < HISTOGRAMS) created.push(START_MS, 1000);
  const createdTimestampMs = created[random.integer(created.length)]!;
  if (index >= HISTOGRAMS) {
    const labels = [
      ['__name__', 'h'],
      ['n', String(index)],
    ] as const;
    const kind = index === FLOAT ? 'float' : 'integer';
    const histograms = times.map((timeMs) => histogramOf(random, timeMs, kind, index === 6));
    return { labels, samples: [], histograms, createdTimestampMs };
  }
  const samples = times.map((timestampMs) => ({ timestampMs, value: random.integer(100) }));
  return {
    labels: [
      ['__name__', 'c'],
      ['n', String(index)],
    ],
    samples,
    createdTimestampMs,
  };
}

describeWith(`times at which counters began, AMPERE_SEED=${SEED}`, ['prometheus'], (programs) => {
  test.each([false, true])('make the same zeros, out of order: %s', { timeout: 600_000 }, async (isLate) => {
    const random = new SeededRandom(SEED);
    const configuration = join(temporaryFolder(), 'ampere.yml');
    const window = isLate ? '30m' : '0s';
    writeFileSync(
      configuration,
      `remote_write: {created_timestamp_zero_samples: true}\nlimits: {profile: unlimited, defaults: {out_of_order_window: ${window}}}\n`,
    );
    const [prometheus, ampere] = await Promise.all([
      RealPrometheus.start(programs.prometheus, {
        configuration: `storage: {tsdb: {out_of_order_time_window: ${window}}}\n`,
        arguments: ['--enable-feature=native-histograms,created-timestamp-zero-ingestion'],
      }),
      startAmpere({ env: { AMPERE_CONFIG: configuration } }),
    ]);
    const workspace = `${ampere.url}/workspaces/${await createWorkspace(ampere)}`;
    for (let i = 0; i < REQUESTS; i++) {
      const series: OutgoingSeriesV2[] = [];
      for (let index = 0; index < 7; index++) {
        if (random.integer(5) > 0) series.push(seriesAt(random, index, START_MS + i * STEP_MS, isLate));
      }
      const body = encodeSnappy(encodeWriteRequestV2(series));
      const [ours, theirs] = await Promise.all([
        signedFetch(`${workspace}/api/v1/remote_write`, { method: 'POST', headers: HEADERS, body }),
        fetch(`${prometheus.url}/api/v1/write`, {
          method: 'POST',
          headers: HEADERS,
          body: Buffer.from(body),
        }),
      ]);
      const [ourText, theirText] = await Promise.all([ours.text(), theirs.text()]);
      expect([ours.ok, theirs.ok], `request ${i}: ${ourText} | ${theirText}`).toEqual([true, true]);
      const written = (response: Response) => WRITTEN.map((name) => response.headers.get(name));
      expect(written(ours), `request ${i}`).toEqual(written(theirs));
    }
    const endS = (START_MS + (REQUESTS + 2) * STEP_MS) / 1000;
    for (const query of [
      ...Array.from({ length: 7 }, (_, n) => `{n="${n}"}[${REQUESTS}m]`),
      'sum by (n) (count_over_time({n=~".+"}[2h]))',
      // Zero histograms of 3.5 are without the schema of their series, so that there are resets after them.
      'resets(c[1h])',
      'increase(c[47s])',
    ]) {
      const search = new URLSearchParams({ query, time: String(endS) });
      const theirs = JSON.parse((await prometheus.ask('POST query', search)).text) as Answer;
      const response = await signedFetch(`${workspace}/api/v1/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: String(search),
      });
      expect(differenceOf(query, (await response.json()) as Answer, theirs), query).toBeUndefined();
    }
  });
});
