// A real Prometheus 3.5 that scrapes native histograms and exemplars sends them on, once with each message that it
// knows: its own histograms (integer, exponential), classic ones of an exporter turned into custom buckets, and
// exemplars of the same exporter. Both servers then show the same.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describeWith, freePort, start, temporaryFolder, until } from '@ampere/testing';
import { expect, test } from 'vitest';
import { createWorkspace, REGION, ROOT_KEY, signedFetch, startAmpere } from '../harness/index.ts';
import { type Answer, differenceOf } from './differential/answer-comparison.ts';

interface Series {
  readonly metric: Record<string, string>;
  readonly values?: unknown;
  readonly histograms?: [number, { count: string; buckets?: [number, string, string, string][] }][];
}

const V2 = 'io.prometheus.write.v2.Request';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const FEATURES = '--enable-feature=native-histograms,exemplar-storage,metadata-wal-records';

/** A page of a histogram that grows with each scrape, and exemplars for each bucket. */
function startExporter(): Promise<number> {
  let scrapes = 0;
  const server = createServer((_, response) => {
    scrapes++;
    const exemplar = (value: number) => `# {trace_id="t${scrapes}-${value}"} ${value}`;
    response.setHeader('content-type', OPEN_METRICS);
    response.end(`# TYPE work_seconds histogram
work_seconds_bucket{le="0.1"} ${scrapes} ${exemplar(0.05)}
work_seconds_bucket{le="1.0"} ${3 * scrapes} ${exemplar(0.5)}
work_seconds_bucket{le="+Inf"} ${4 * scrapes} ${exemplar(7)}
work_seconds_count ${4 * scrapes}
work_seconds_sum ${2.5 * scrapes}
# TYPE jobs counter
jobs_total ${scrapes} ${exemplar(1)}
# EOF
`);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    server.unref();
  });
}

function configurationOf(writeUrl: string, own: number, exporter: number, message: string): string {
  // By 1.0 Prometheus sends custom buckets without their bounds, which makes no sense to any receiver.
  const custom = `
  - job_name: custom
    convert_classic_histograms_to_nhcb: true
    static_configs: [{targets: ['127.0.0.1:${exporter}']}]`;
  return `
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: prometheus
    scrape_protocols: [PrometheusProto]
    static_configs: [{targets: ['127.0.0.1:${own}']}]
    metric_relabel_configs: [{source_labels: [__name__], regex: 'prometheus_http_.*|up', action: keep}]
  - job_name: classic
    static_configs: [{targets: ['127.0.0.1:${exporter}']}]
${message === V2 ? custom : ''}
remote_write:
  - url: ${writeUrl}
    send_native_histograms: true
    send_exemplars: true
    protobuf_message: ${message}
    metadata_config: {send: false}
    sigv4:
      region: ${REGION}
      access_key: ${ROOT_KEY.accessKeyId}
      secret_key: ${ROOT_KEY.secretAccessKey}
    queue_config:
      batch_send_deadline: 500ms
`;
}

for (const message of ['prometheus.WriteRequest', V2]) {
  describeWith(`native histograms and exemplars by ${message}`, ['prometheus'], ({ prometheus }) => {
    test('both servers show the same', { timeout: 180_000 }, async () => {
      const ampere = await startAmpere();
      const workspace = `${ampere.url}/workspaces/${await createWorkspace(ampere)}`;
      const [exporter, own] = [await startExporter(), await freePort()];
      const folder = temporaryFolder();
      const configuration = join(folder, 'prometheus.yml');
      mkdirSync(join(folder, 'data'));
      writeFileSync(
        configuration,
        configurationOf(`${workspace}/api/v1/remote_write`, own, exporter, message),
      );
      const server = start(prometheus, [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${own}`,
        FEATURES,
      ]);
      const ask = async (fetched: Promise<Response>) =>
        ((await (await fetched).json()) as { data: { resultType: string; result: Series[] } }).data;
      const theirs = (path: string) => ask(fetch(`http://127.0.0.1:${own}/api/v1/${path}`));
      const ours = (path: string) => ask(signedFetch(`${workspace}/api/v1/${path}`));
      const hasHistograms = async () => {
        const { result } = await theirs('query?query=prometheus_http_request_duration_seconds[1m]').catch(
          () => ({
            result: [] as Series[],
          }),
        );
        return result.some(({ histograms = [] }) => histograms.length > 8);
      };
      await until('some scrapes', hasHistograms, 60_000, server);

      const endS = Math.floor(Date.now() / 1000) - 1;
      const raw = `query?query=${encodeURIComponent('{__name__=~".+"}[60s]')}&time=${endS}`;
      const expected = await theirs(raw);
      const kinds = expected.result.filter(({ histograms }) => histograms !== undefined);
      expect(kinds.map(({ metric }) => metric['job'])).toEqual(
        expect.arrayContaining(message === V2 ? ['custom', 'prometheus'] : ['prometheus']),
      );
      const answerOf = (data: unknown) => ({ status: 'success', data }) as unknown as Answer;
      const difference = async () => differenceOf('', answerOf(await ours(raw)), answerOf(expected));
      await until('everything to be there', async () => (await difference()) === undefined, 30_000).catch(
        () => undefined,
      );
      expect(await difference()).toBeUndefined();

      const exemplars = `query_exemplars?query=${encodeURIComponent('{__name__=~".+"}')}&start=${endS - 5}&end=${endS}`;
      const theirExemplars = (await theirs(exemplars)) as unknown as unknown[];
      expect(theirExemplars.length).toBeGreaterThan(3);
      expect(await ours(exemplars)).toEqual(theirExemplars);

      const page = await (await fetch(`http://127.0.0.1:${own}/metrics`)).text();
      const failed = page
        .split('\n')
        .filter((line) => /_(samples|histograms|exemplars)_failed_total\{.* [1-9]/.test(line));
      expect(failed, server.output()).toEqual([]);
      await server.kill('SIGTERM');
    });
  });
}
