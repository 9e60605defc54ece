// The main way through the house, with nothing simulated: a workspace made with the AWS CLI, a real
// Prometheus writing to it with SigV4, the same signed query answered alike by both, and a `kill -9`
// of the server in the middle of it. Once with each message that the program knows.
//
// Debian builds its Prometheus 2.42 without the AWS SDK: it takes `sigv4:` in its configuration and then
// sends unsigned requests. Where a probe shows that, the requests go through a signing proxy, as people
// do who run such a build.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describeWith, freePort, run, start, temporaryFolder, until } from '@ampere/testing';
import { expect, test } from 'vitest';
import { REGION, ROOT_KEY, signedFetch, startAmpere, startSigningProxy } from '../harness/index.ts';

interface RangeSeries {
  readonly metric: Record<string, string>;
  readonly values: [number, string][];
}

/** Queries whose answers over a closed time range must be the same in both. */
const RANGE_QUERIES = [
  'node_cpu_seconds_total',
  'sum by (mode) (rate(node_cpu_seconds_total[5s]))',
  'histogram_quantile(0.9, sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[10s])))',
  'count by (__name__) ({__name__=~".+"})',
  'up * on (instance) group_left () scrape_samples_scraped',
  'max_over_time(go_goroutines[3s]) - min_over_time(go_goroutines[3s])',
];

type Message = 'prometheus.WriteRequest' | 'io.prometheus.write.v2.Request';

const CASES: readonly { version: 'prometheus' | 'prometheus2'; message: Message }[] = [
  { version: 'prometheus', message: 'prometheus.WriteRequest' },
  { version: 'prometheus', message: 'io.prometheus.write.v2.Request' },
  { version: 'prometheus2', message: 'prometheus.WriteRequest' },
];

/** Metrics of a type each whose metadata must come with 2.0. */
const V2_METADATA = [
  ['node_cpu_seconds_total', 'counter'],
  ['go_goroutines', 'gauge'],
  ['prometheus_http_request_duration_seconds', 'histogram'],
  ['go_gc_duration_seconds', 'summary'],
] as const;

/** What 2.0 takes: metadata then comes with the series, and in no other way. */
const V2_CONFIGURATION = `
    protobuf_message: io.prometheus.write.v2.Request
    metadata_config: {send: false}`;

function prometheusConfiguration(writeUrl: string, own: number, exporter: number, message: Message): string {
  const ofMessage = message === 'io.prometheus.write.v2.Request' ? V2_CONFIGURATION : '';
  return `
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: prometheus
    static_configs: [{targets: ['127.0.0.1:${own}']}]
  - job_name: node
    static_configs: [{targets: ['127.0.0.1:${exporter}']}]
remote_write:
  - url: ${writeUrl}
    sigv4:
      region: ${REGION}
      access_key: ${ROOT_KEY.accessKeyId}
      secret_key: ${ROOT_KEY.secretAccessKey}${ofMessage}
    queue_config:
      batch_send_deadline: 500ms
`;
}

/** Whether this build of Prometheus signs what it writes: sends one request to a listener that looks. */
async function signsItself(program: string): Promise<boolean> {
  const folder = temporaryFolder();
  const configuration = join(folder, 'probe.yml');
  const seen = new Promise<string | undefined>((resolve) => {
    const listener = createServer((request, response) => {
      resolve(request.headers.authorization);
      response.writeHead(400);
      response.end();
    });
    listener.listen(0, '127.0.0.1', async () => {
      const own = await freePort();
      const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
      writeFileSync(configuration, prometheusConfiguration(url, own, own, 'prometheus.WriteRequest'));
      const probe = start(program, [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${own}`,
      ]);
      await seen;
      await probe.kill('SIGKILL');
      listener.closeAllConnections();
      listener.close();
    });
  });
  return (await seen)?.startsWith('AWS4-HMAC-SHA256') === true;
}

/** Every sample of a range, series by series, in an order that both servers share. */
async function rawSamples(
  query: (path: string) => Promise<Response>,
  endS: number,
  seconds: number,
): Promise<RangeSeries[]> {
  const text = encodeURIComponent(`{__name__=~".+"}[${seconds}s]`);
  return sorted(await resultOf(await query(`/api/v1/query?query=${text}&time=${endS}`)));
}

async function resultOf(response: Response): Promise<RangeSeries[]> {
  const answer = (await response.json()) as {
    status: string;
    error?: string;
    data: { result: RangeSeries[] };
  };
  if (answer.status !== 'success') throw new Error(answer.error);
  return answer.data.result;
}

/** Type, help and unit as each target has them. */
async function metadataOf(response: Response, name: string): Promise<string[]> {
  const { data } = (await response.json()) as {
    data: Record<string, { type: string; help: string; unit: string }[]>;
  };
  return (data[name] ?? []).map(({ type, help, unit }) => JSON.stringify([type, help, unit])).sort();
}

function sorted(series: RangeSeries[]): RangeSeries[] {
  const keyed = series.map((one) => [JSON.stringify(Object.entries(one.metric).sort()), one] as const);
  return keyed.sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, one]) => one);
}

/** The value of one series of a `/metrics` page, 0 when it is not there. */
function metric(page: string, name: string): number {
  const line = page.split('\n').find((text) => text.startsWith(`${name}{`) || text.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
}

for (const { version, message } of CASES) {
  describeWith(`a real ${version} writes ${message}`, [version, 'node_exporter', 'aws'], (programs) => {
    test('both answer alike, and kill -9 loses nothing that was acknowledged', {
      timeout: 240_000,
    }, async () => {
      const ampere = await startAmpere({ through: 'npm' });
      const created = await run(
        programs.aws,
        [
          'amp',
          'create-workspace',
          '--alias',
          'e2e',
          '--endpoint-url',
          ampere.url,
          '--query',
          'workspaceId',
          '--output',
          'text',
        ],
        { env: ampere.awsEnvironment },
      );
      expect(created.stderr).toBe('');
      const workspace = created.stdout.trim();
      expect(workspace).toMatch(/^ws-[0-9a-f-]{36}$/);

      const exporterPort = await freePort();
      start(programs.node_exporter, [`--web.listen-address=127.0.0.1:${exporterPort}`]);
      const folder = temporaryFolder();
      const port = await freePort();
      const configuration = join(folder, 'prometheus.yml');
      mkdirSync(join(folder, 'data'));
      const path = `/workspaces/${workspace}/api/v1/remote_write`;
      const signs = await signsItself(programs[version]);
      // The build of Debian 12 doesn't; another one that doesn't would be news.
      expect(signs || version === 'prometheus2').toBe(true);
      const writeUrl = (signs ? ampere.url : await startSigningProxy(ampere.url)) + path;
      writeFileSync(configuration, prometheusConfiguration(writeUrl, port, exporterPort, message));
      const prometheus = start(programs[version], [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...(message === 'prometheus.WriteRequest' ? [] : ['--enable-feature=metadata-wal-records']),
      ]);
      const askPrometheus = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      const askAmpere = (path: string) => signedFetch(`${ampere.url}/workspaces/${workspace}${path}`);
      const pageOf = async () => (await askPrometheus('/metrics')).text();
      const sent = async () => metric(await pageOf(), 'prometheus_remote_storage_samples_total');

      await until('the first samples to be sent', async () => (await sent()) > 3_000);
      await ampere.kill9();
      const sentBefore = await sent();
      await until('a write to fail while the server is away', async () => {
        return metric(await pageOf(), 'prometheus_remote_storage_samples_retried_total') > 0;
      });
      await ampere.startAgain();
      await until('samples to flow again', async () => (await sent()) > sentBefore + 5_000);

      // A range that is closed: both ends lie in the past, and everything in it has been sent.
      const endS = Math.floor(Date.now() / 1000) - 1;
      const queueMetric = 'prometheus_remote_storage_queue_highest_sent_timestamp_seconds';
      await until('the range to be sent', async () => metric(await pageOf(), queueMetric) > endS + 1);
      const page = await pageOf();
      expect(metric(page, 'prometheus_remote_storage_samples_failed_total'), prometheus.output()).toBe(0);
      expect(metric(page, 'prometheus_remote_storage_samples_dropped_total')).toBe(0);

      const expected = await rawSamples(askPrometheus, endS, 60);
      expect(expected.length).toBeGreaterThan(500);
      const actual = await until(
        'everything sent to be there',
        async () => {
          const samples = await rawSamples(askAmpere, endS, 60);
          return JSON.stringify(samples) === JSON.stringify(expected) && samples;
        },
        20_000,
      ).catch(() => rawSamples(askAmpere, endS, 60));
      expect(actual).toEqual(expected);

      const firstS = Math.ceil(Math.min(...expected.map((series) => series.values[0]![0])));
      for (const query of RANGE_QUERIES) {
        const path = `/api/v1/query_range?query=${encodeURIComponent(query)}&start=${firstS}&end=${endS}&step=1`;
        const [ours, theirs] = [
          await resultOf(await askAmpere(path)),
          await resultOf(await askPrometheus(path)),
        ];
        expect(theirs.length, query).toBeGreaterThan(0);
        expectClose(sorted(ours), sorted(theirs), query);
      }
      if (message === 'io.prometheus.write.v2.Request') {
        const metadataPath = '/api/v1/metadata?metric=';
        for (const [name, type] of V2_METADATA) {
          const [ours, theirs] = [
            await metadataOf(await askAmpere(metadataPath + name), name),
            await metadataOf(await askPrometheus(metadataPath + name), name),
          ];
          expect(theirs[0], name).toContain(type);
          expect(ours).toEqual(theirs);
        }
      }
      await prometheus.kill('SIGTERM');
      expect(await ampere.stop()).toBe(0);
    });
  });
}

/** The same series at the same times; values within 1e-9, for sums may be taken in another order. */
function expectClose(ours: RangeSeries[], theirs: RangeSeries[], query: string): void {
  expect(
    ours.map((series) => series.metric),
    query,
  ).toEqual(theirs.map((series) => series.metric));
  ours.forEach((series, index) => {
    const other = theirs[index]!;
    expect(
      series.values.map(([time]) => time),
      query,
    ).toEqual(other.values.map(([time]) => time));
    series.values.forEach(([, text], at) => {
      const [a, b] = [Number(text), Number(other.values[at]![1])];
      const same = Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
      expect(same, `${query}: ${text} and ${other.values[at]![1]}`).toBe(true);
    });
  });
}
