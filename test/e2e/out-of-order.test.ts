// Samples in any order to Ampere and to a real Prometheus 3.5, both with a window of half an hour: the same are
// refused, in the same words, and the same are there. AMPERE_SEED repeats a run.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '@ampere/platform';
import { encodeHistogram, encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { describeWith, RealPrometheus, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { createWorkspace, signedFetch, startAmpere } from '../harness/index.ts';
import { type Answer, differenceOf } from './differential/answer-comparison.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const START_MS = 1_700_000_000_000;
const WINDOW_MS = 30 * 60_000;
const REQUESTS = process.env['AMPERE_TEST_LONG'] === '1' ? 3000 : 300;
const HEADERS = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };

function histogramOf(timestampMs: number, count: number): Uint8Array {
  return encodeHistogram({
    timestampMs,
    kind: 'integer',
    histogram: {
      schema: 1,
      zeroThreshold: 0,
      zeroCount: 0,
      count,
      sum: count / 4,
      positiveSpans: [{ offset: count % 4, length: 1 }],
      negativeSpans: [],
      positiveBuckets: Float64Array.of(count),
      negativeBuckets: new Float64Array(0),
      customValues: null,
      counterReset: 'unknown',
    },
  });
}

describeWith(`samples out of order beside Prometheus, AMPERE_SEED=${SEED}`, ['prometheus'], (programs) => {
  test('are taken and refused alike', { timeout: 600_000 }, async () => {
    const random = new SeededRandom(SEED);
    const configuration = join(temporaryFolder(), 'ampere.yml');
    writeFileSync(configuration, 'limits: {profile: unlimited, defaults: {out_of_order_window: 30m}}\n');
    const [prometheus, ampere] = await Promise.all([
      RealPrometheus.start(programs.prometheus, {
        configuration: 'storage: {tsdb: {out_of_order_time_window: 30m}}\n',
        arguments: ['--enable-feature=native-histograms'],
      }),
      startAmpere({ env: { AMPERE_CONFIG: configuration } }),
    ]);
    const workspace = `${ampere.url}/workspaces/${await createWorkspace(ampere)}`;
    let refused = 0;
    for (let i = 0; i < REQUESTS; i++) {
      const behindMs = random.integer(3) === 0 ? random.integer(1.2 * WINDOW_MS) : random.integer(2000);
      const timestampMs = START_MS + i * 15_000 - behindMs;
      // What is sent again says the same, so that it doesn't matter which one is kept.
      const value = 1 + (timestampMs % 61);
      const labels = [['__name__', `m${random.integer(3)}`]] as const;
      const series =
        random.integer(3) === 0
          ? {
              labels: [['__name__', 'h']] as const,
              samples: [],
              histograms: [histogramOf(timestampMs, value)],
            }
          : { labels, samples: [{ timestampMs, value }] };
      const body = encodeSnappy(encodeWriteRequest({ timeseries: [series] }));
      const [ours, theirs] = await Promise.all([
        signedFetch(`${workspace}/api/v1/remote_write`, { method: 'POST', headers: HEADERS, body }),
        fetch(`${prometheus.url}/api/v1/write`, {
          method: 'POST',
          headers: HEADERS,
          body: Buffer.from(body),
        }),
      ]);
      const [ourText, theirText] = await Promise.all([ours.text(), theirs.text()]);
      expect(ours.ok, `request ${i}: ${ourText} | ${theirText}`).toBe(theirs.ok);
      if (theirs.ok) continue;
      refused++;
      expect([ours.status, theirs.status]).toEqual([400, 400]);
      expect(ourText).toContain(theirText.trim());
    }
    expect(refused).toBeGreaterThan(3);
    const endS = (START_MS + REQUESTS * 15_000) / 1000;
    for (const query of [
      '{__name__=~".+"}[3h]',
      '{__name__=~".+"}[20m]',
      'sum_over_time(h[1h])',
      'm1[1h] offset 10m',
    ]) {
      const search = new URLSearchParams({ query, time: String(endS) });
      const theirs = JSON.parse((await prometheus.ask('POST query', search)).text) as Answer;
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const response = await signedFetch(`${workspace}/api/v1/query`, {
        method: 'POST',
        headers,
        body: String(search),
      });
      expect(differenceOf(query, (await response.json()) as Answer, theirs), query).toBeUndefined();
    }
  });
});
