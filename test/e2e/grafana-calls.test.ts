// What Grafana's Prometheus data source sends when it is saved, tested and explored, signed, to a real server and plain
// to a real Prometheus 3.5 with the same data: the same status and the same members, down to the values.

import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { describeWith, RealPrometheus } from '@ampere/testing';
import { expect, test } from 'vitest';
import { createWorkspace, type SignedRequest, signedFetch, startAmpere } from '../harness/index.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Members whose values differ from server to server. */
const OWN = new Set(['version', 'revision', 'branch', 'buildUser', 'buildDate', 'goVersion']);

function comparable(json: unknown): unknown {
  return JSON.parse(
    JSON.stringify(json, (key, value) => {
      if (OWN.has(key) && typeof value === 'string') return 'text';
      return key === 'data' && Array.isArray(value)
        ? value.map((item) => JSON.stringify(item)).sort()
        : value;
    }),
  );
}

function questions(nowMs: number): (readonly [target: string, body?: string])[] {
  const end = String(nowMs / 1000);
  const start = String(nowMs / 1000 - 600);
  const times = `start=${start}&end=${end}`;
  const rate = encodeURIComponent('sum by (job) (rate(requests_total[1m]))');
  return [
    // Save and test.
    ['POST query', 'query=1%2B1&time=4'],
    ['GET query?query=1%2B1&time=4'],
    ['GET status/buildinfo'],
    ['GET rules'],
    // The metric browser and completion.
    ['GET metadata?limit=1000'],
    ['GET metadata'],
    ['GET label/__name__/values'],
    [`GET label/__name__/values?${times}&limit=40000`],
    [`POST labels`, `${times}&match[]=requests_total`],
    [`GET labels?${times}`],
    [`GET label/job/values?match[]=requests_total&${times}`],
    [`GET series?match[]=requests_total&${times}`],
    [`POST series`, `match[]=requests_total{job="api"}&${times}`],
    // Dashboards and Explore.
    [`POST query_range`, `query=${rate}&${times}&step=15`],
    [`POST query`, `query=${rate}&time=${end}`],
    [`GET query_range?query=${rate}&${times}&step=15`],
    [`POST query_exemplars`, `query=${rate}&${times}`],
    ['GET parse_query?query=sum(rate(requests_total[1m]))'],
    ['POST format_query', 'query=sum(rate(requests_total[1m]))by(job)'],
    // What a user types wrong.
    ['POST query_range', `query=sum(&${times}&step=15`],
    ['POST query_range', `query=up&${times}&step=0.001`],
    ['GET label/bad%20name%ff/values'],
  ];
}

describeWith('what Grafana asks', ['prometheus'], ({ prometheus: program }) => {
  test('is answered as by Prometheus', { timeout: 120_000 }, async () => {
    const nowMs = Math.floor(Date.now() / 15_000) * 15_000;
    const timeseries = ['api', 'web'].map((job, i) => ({
      labels: [
        ['__name__', 'requests_total'],
        ['job', job],
      ] as [string, string][],
      samples: Array.from({ length: 41 }, (_, k) => ({
        timestampMs: nowMs - (40 - k) * 15_000,
        value: k * (i + 2),
      })),
    }));
    const body = encodeSnappy(encodeWriteRequest({ timeseries }));
    const [prometheus, ampere] = await Promise.all([RealPrometheus.start(program), startAmpere()]);
    const workspace = await createWorkspace(ampere);
    const ask = (path: string, request?: SignedRequest) =>
      signedFetch(`${ampere.url}/workspaces/${workspace}/api/v1/${path}`, request);
    const headers = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' };
    expect((await ask('remote_write', { method: 'POST', headers, body })).status).toBe(200);
    await prometheus.write(body);
    for (const [target, form] of questions(nowMs)) {
      const theirs = await prometheus.ask(target, form ?? '');
      const [, method, path] = /^([A-Z]+) (.*)$/.exec(target)!;
      const request = form === undefined ? {} : { headers: FORM, body: form };
      const ours = await ask(path!, { method: method!, ...request });
      const text = await ours.text();
      const read = (json: string) => (json === '' ? '' : comparable(JSON.parse(json)));
      expect([ours.status, read(text)], `${target} ${form}`).toEqual([theirs.status, read(theirs.text)]);
    }
    // Large answers are compressed for who wants it.
    const wanted = `query_range?query=requests_total&start=${nowMs / 1000 - 600}&end=${nowMs / 1000}&step=0.2`;
    const plain = await ask(wanted, { headers: { 'accept-encoding': 'identity' } });
    const zipped = await ask(wanted, { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBe(null);
    // fetch has undone it already.
    expect(await zipped.text()).toBe(await plain.text());
    expect(await ampere.stop()).toBe(0);
  });
});
