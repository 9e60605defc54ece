// Two real Prometheus servers scrape the same target and write to one workspace: one copy of the samples
// is stored, and when the elected one dies, the other takes over.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, freePort, run, start, temporaryFolder, until } from '@ampere/testing';
import { expect, test } from 'vitest';
import { REGION, ROOT_KEY, signedFetch, startAmpere } from '../harness/index.ts';

/** Silence before a take-over takes 30 s of it. */
const TIMEOUT_MS = 120_000;

function configurationOf(replica: string, writeUrl: string, target: number): string {
  return `
global:
  scrape_interval: 1s
  external_labels: {cluster: production, __replica__: ${replica}}
scrape_configs:
  - job_name: node
    static_configs: [{targets: ['127.0.0.1:${target}']}]
remote_write:
  - url: ${writeUrl}
    sigv4:
      region: ${REGION}
      access_key: ${ROOT_KEY.accessKeyId}
      secret_key: ${ROOT_KEY.secretAccessKey}
    queue_config:
      batch_send_deadline: 500ms
`;
}

/** The sum of a metric's series on a `/metrics` page. */
function metric(page: string, name: string): number {
  const lines = page.split('\n').filter((text) => text.startsWith(`${name}{`) || text.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

describeWith('two replicas of a real Prometheus', ['prometheus', 'node_exporter', 'aws'], (programs) => {
  test('one is stored, and the other takes over when it dies', { timeout: TIMEOUT_MS }, async () => {
    const ampere = await startAmpere({ through: 'npm' });
    const create = ['amp', 'create-workspace', '--endpoint-url', ampere.url];
    const created = await run(programs.aws, [...create, '--query', 'workspaceId', '--output', 'text'], {
      env: ampere.awsEnvironment,
    });
    const workspace = `${ampere.url}/workspaces/${created.stdout.trim()}/api/v1`;
    const exporterPort = await freePort();
    start(programs.node_exporter, [`--web.listen-address=127.0.0.1:${exporterPort}`]);

    const startReplica = async (replica: string) => {
      const folder = temporaryFolder();
      const port = await freePort();
      mkdirSync(join(folder, 'data'));
      const text = configurationOf(replica, `${workspace}/remote_write`, exporterPort);
      writeFileSync(join(folder, 'prometheus.yml'), text);
      const running = start(programs.prometheus, [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]);
      const page = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return { running, page };
    };
    const ask = async <T>(path: string): Promise<T> =>
      ((await (await signedFetch(`${workspace}/${path}`)).json()) as { data: T }).data;
    const elected = async () => {
      const { clusters } = await ask<{ clusters: { cluster: string; replica: string }[] }>(
        'status/ha_tracker',
      );
      return clusters.map(({ cluster, replica }) => `${cluster}: ${replica}`).join();
    };
    const answerOf = async (query: string): Promise<number> => {
      const path = `query?query=${encodeURIComponent(query)}`;
      const { result } = await ask<{ result: { value: [number, string] }[] }>(path);
      return Number(result[0]?.value[1]);
    };

    const a = await startReplica('a');
    await until('the first replica to be elected', async () => (await elected()) === 'production: a');
    const b = await startReplica('b');
    const sent = 'prometheus_remote_storage_samples_total';
    await until('the second one to send', async () => metric(await b.page(), sent) > 3_000);
    const page = await b.page();
    expect(metric(page, 'prometheus_remote_storage_samples_failed_total')).toBe(0);
    expect(metric(page, 'prometheus_remote_storage_samples_retried_total')).toBe(0);
    expect(await elected()).toBe('production: a');
    expect(await answerOf('count({__replica__!=""}) or vector(0)')).toBe(0);
    expect(await answerOf('count(up{job="node", cluster="production"})')).toBe(1);

    await a.running.kill('SIGKILL');
    await until('the second one to take over', async () => (await elected()) === 'production: b', 60_000);
    const tookOverAtS = Date.now() / 1000;
    await until('samples of the second one', async () => (await answerOf('timestamp(up)')) > tookOverAtS);
    expect(await answerOf('count(up)')).toBe(1);
    expect(metric(await b.page(), 'prometheus_remote_storage_samples_failed_total')).toBe(0);
    const { limits } = await ask<{ limits: { name: string; refused: number }[] }>('status/limits');
    expect(limits.filter(({ refused }) => refused > 0)).toEqual([]);
    await b.running.kill('SIGTERM');
    expect(await ampere.stop()).toBe(0);
  });
});
