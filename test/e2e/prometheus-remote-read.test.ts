// A real Prometheus that has nothing of its own and reads everything from a workspace answers queries as one
// that has the same data itself. Both versions ask for streamed chunks. Prometheus doesn't sign what it reads, so the
// requests go through a signing proxy; it asks no label names and values of others.

import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { describeWith, RealPrometheus } from '@ampere/testing';
import { expect, test } from 'vitest';
import { createWorkspace, signedFetch, startAmpere, startSigningProxy } from '../harness/index.ts';

const SAMPLES = 400;
const STEP_MS = 5_000;

/** Counters, a gauge with a gap, a stale marker; the last sample is of the last minute. */
function dataSet(endMs: number) {
  const series = [];
  for (let i = 0; i < 60; i++) {
    const samples = [];
    for (let k = 0; k < SAMPLES; k++) {
      if (i % 7 === 3 && k > 100 && k < 180) continue;
      const stale = i % 11 === 5 && k === 300;
      const value = i % 2 === 0 ? k * (i + 1) : Math.sin(k / 7) * i;
      samples.push({ timestampMs: endMs - (SAMPLES - 1 - k) * STEP_MS, value, stale });
    }
    const labels: [string, string][] = [
      ['__name__', i % 2 === 0 ? 'requests_total' : 'temperature'],
      ['instance', `node-${String(i).padStart(2, '0')}`],
      ['job', i % 3 === 0 ? 'api' : 'web'],
    ];
    series.push({ labels, samples });
  }
  return series;
}

const QUERIES = [
  'requests_total',
  'sum by (job) (rate(requests_total[1m]))',
  'temperature{instance=~"node-.*3|node-05"}',
  'count(temperature{job!="api"})',
  'max_over_time(temperature{job!~"w.+"}[5m])',
  'topk(3, requests_total)',
  'absent(nothing)',
];

/** What is asked of each. */
function questions(endMs: number): string[] {
  const [end, start] = [endMs / 1000, (endMs - 1_500_000) / 1000];
  return QUERIES.flatMap((query) => [
    `GET query?${new URLSearchParams({ query, time: String(end) })}`,
    `GET query_range?${new URLSearchParams({ query, start: String(start), end: String(end), step: '31' })}`,
  ]).concat(`GET series?match[]=temperature&start=${start}&end=${end}`);
}

/** Instant vectors and series come in no promised order. */
function inOrder(text: string): unknown {
  const json = JSON.parse(text) as { data?: { result?: unknown[] } | unknown[] };
  const list = Array.isArray(json.data) ? json.data : json.data?.result;
  list?.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return json;
}

for (const version of ['prometheus', 'prometheus2'] as const) {
  describeWith(`a real ${version} reads a workspace`, [version], (programs) => {
    test('and answers as if it had the data itself', { timeout: 120_000 }, async () => {
      const endMs = Math.floor((Date.now() - 10_000) / STEP_MS) * STEP_MS;
      const body = encodeSnappy(encodeWriteRequest({ timeseries: dataSet(endMs) }));
      const ampere = await startAmpere();
      const workspace = await createWorkspace(ampere);
      const written = await signedFetch(`${ampere.url}/workspaces/${workspace}/api/v1/remote_write`, {
        method: 'POST',
        headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' },
        body,
      });
      expect(written.status).toBe(200);
      const proxy = await startSigningProxy(ampere.url);
      const url = `${proxy}/workspaces/${workspace}/api/v1/read`;
      const configuration = `remote_read: [{url: "${url}", read_recent: true}]\n`;
      const [own, reading] = await Promise.all([
        RealPrometheus.start(programs[version]),
        RealPrometheus.start(programs[version], { configuration }),
      ]);
      await own.write(body);
      for (const question of questions(endMs)) {
        const [expected, actual] = [await own.ask(question), await reading.ask(question)];
        expect(expected.status, question).toBe(200);
        expect(inOrder(actual.text), question).toEqual(inOrder(expected.text));
      }
      const log = await signedFetch(`${ampere.url}/workspaces/${workspace}/api/v1/status/queries`);
      const { data } = (await log.json()) as { data: { last: { endpoint: string; outcome: string }[] } };
      const reads = data.last.filter(({ endpoint }) => endpoint === 'read');
      expect(reads.length).toBeGreaterThan(QUERIES.length);
      expect(new Set(reads.map(({ outcome }) => outcome))).toEqual(new Set(['success']));
      expect(await ampere.stop()).toBe(0);
    });
  });
}
