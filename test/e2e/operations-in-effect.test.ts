// What owners configure has its effect in a running server: scrapers scrape, log groups fill, retention and
// limits hold, and reading a large file holds nobody up.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { until } from '@ampere/testing';
import { expect, onTestFinished, test } from 'vitest';
import {
  ACCOUNT,
  type AmpereServer,
  createWorkspace,
  REGION,
  signedFetch,
  startAmpere,
} from '../harness/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape.
type Json = any;

async function call(ampere: AmpereServer, method: string, path: string, body?: object): Promise<Json> {
  const response = await signedFetch(`${ampere.url}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, ...(text === '' ? {} : JSON.parse(text)) };
}

async function values(ampere: AmpereServer, workspaceId: string, query: string): Promise<Json[]> {
  const search = new URLSearchParams({ query });
  const answer = await call(ampere, 'GET', `/workspaces/${workspaceId}/api/v1/query?${search}`);
  return answer.data?.result ?? [];
}

/** Messages of a log group, oldest first. */
async function logged(ampere: AmpereServer, group: string): Promise<Json[]> {
  const folder = join(ampere.dataFolder, 'logs', group);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line).message]));
}

const groupArn = (name: string) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}:*`;
const workspaceArn = (id: string) => `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${id}`;
const VPC = { vpcConfiguration: { securityGroupIds: ['sg-1'], subnetIds: ['subnet-1'] } };

test('a scraper scrapes into its workspace, and logs', { timeout: 120_000 }, async () => {
  const target = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end('# TYPE scraped_total counter\nscraped_total{path="/a b"} 42\n');
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void target.close());
  const { port } = target.address() as AddressInfo;
  const ampere = await startAmpere();
  const workspaceId = await createWorkspace(ampere);
  await mkdir(join(ampere.dataFolder, 'scrape-targets'));
  await writeFile(
    join(ampere.dataFolder, 'scrape-targets', 'more.json'),
    JSON.stringify([{ targets: [`localhost:${port}`], labels: { from: 'file' } }]),
  );
  const configuration = `global: {scrape_interval: 1s}
scrape_configs:
- job_name: here
  static_configs: [{targets: ['127.0.0.1:${port}', '169.254.169.254']}]
- job_name: files
  file_sd_configs: [{files: [more.json]}]
`;
  const created = await call(ampere, 'POST', '/scrapers', {
    alias: 's',
    scrapeConfiguration: { configurationBlob: Buffer.from(configuration).toString('base64') },
    source: VPC,
    destination: { ampConfiguration: { workspaceArn: workspaceArn(workspaceId) } },
  });
  expect(created.status.statusCode).toBe('CREATING');
  const { scraperId } = created;
  await call(ampere, 'PUT', `/scrapers/${scraperId}/logging-configuration`, {
    loggingDestination: { cloudWatchLogs: { logGroupArn: groupArn('/amp/scrapers') } },
  });
  const scraper = async () => (await call(ampere, 'GET', `/scrapers/${scraperId}`)).scraper.status.statusCode;
  expect(await scraper()).toBe('ACTIVE');
  const metrics = async () =>
    (await values(ampere, workspaceId, 'scraped_total')).map(({ metric, value }) => [
      metric.job,
      metric.from,
      value[1],
    ]);
  await until('both targets to be scraped', async () => (await metrics()).length === 2, 30_000);
  expect((await metrics()).sort()).toEqual([
    ['files', 'file', '42'],
    ['here', undefined, '42'],
  ]);
  // The metadata service of clouds is out of reach.
  const down = await until('the other target to be down', async () => {
    const found = await values(ampere, workspaceId, 'up == 0');
    return found.length > 0 && found;
  });
  expect(down.map(({ metric }: Json) => metric.instance)).toEqual(['169.254.169.254']);
  await ampere.kill9();
  await ampere.startAgain();
  await until(
    'it to go on after a restart',
    async () => (await values(ampere, workspaceId, 'changes(up[3s]) >= 0')).length > 0,
  );
  const type = await until('its metadata', async () => {
    const path = `/workspaces/${workspaceId}/api/v1/metadata?metric=scraped_total`;
    return (await call(ampere, 'GET', path)).data.scraped_total?.[0].type;
  });
  expect(type).toBe('counter');
  const lines = await until('its log', async () => {
    const found = await logged(ampere, '/amp/scrapers');
    return found.length > 0 && found;
  });
  expect(lines[0]).toMatchObject({ scraperId, component: 'COLLECTOR' });
  await call(ampere, 'DELETE', `/scrapers/${scraperId}`);
  await until(
    'its series to end',
    async () => (await values(ampere, workspaceId, 'up')).length === 0,
    30_000,
  );
  expect(await ampere.stop()).toBe(0);
});

test('queries are logged; limits per label set and retention hold at once', {
  timeout: 120_000,
}, async () => {
  const ampere = await startAmpere();
  const workspaceId = await createWorkspace(ampere);
  const base = `/workspaces/${workspaceId}`;
  const write = async (...labels: [string, string][][]) => {
    const timestampMs = Date.now();
    const response = await signedFetch(`${ampere.url}${base}/api/v1/remote_write`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
      body: encodeSnappy(
        encodeWriteRequest({
          timeseries: labels.map((pairs) => ({ labels: pairs, samples: [{ timestampMs, value: 1 }] })),
        }),
      ),
    });
    return { status: response.status, text: await response.text() };
  };
  const series = (team: string, id: string): [string, string][] => [
    ['__name__', 'm'],
    ['id', id],
    ['team', team],
  ];

  await call(ampere, 'POST', `${base}/logging/query`, {
    destinations: [{ cloudWatchLogs: { logGroupArn: groupArn('q/of/ws') }, filters: { qspThreshold: 1 } }],
  });
  expect((await write(series('a', '1'))).status).toBe(200);
  await values(ampere, workspaceId, 'm');
  await values(ampere, workspaceId, '1 + 1');
  const queries = await until('the query log', async () => {
    const found = await logged(ampere, 'q/of/ws');
    return found.length > 0 && found;
  });
  expect(queries).toEqual([
    {
      workspaceId,
      component: 'query-frontend',
      message: expect.objectContaining({
        query: 'm',
        queryType: 'instant',
        samples: '1',
        outcome: 'success',
      }),
    },
  ]);

  const limited = await call(ampere, 'PATCH', `${base}/configuration`, {
    retentionPeriodInDays: 30,
    limitsPerLabelSet: [
      { labelSet: { team: 'b' }, limits: { maxSeries: 1 } },
      { labelSet: {}, limits: {} },
    ],
  });
  expect(limited.status.statusCode).toBe('UPDATING');
  expect((await write(series('b', '1'), series('a', '2'))).status).toBe(200);
  const refused = await write(series('b', '1'), series('b', '2'), series('a', '3'));
  expect(refused).toEqual({
    status: 400,
    text: expect.stringContaining('per-labelset series limit of 1 exceeded (labelSet: {team="b"})'),
  });
  expect((await values(ampere, workspaceId, 'm')).length).toBe(4);
  const { data } = await call(ampere, 'GET', `${base}/api/v1/status/limits`);
  expect(data.labelSets).toEqual([
    { labelSet: '{team="b"}', limit: 1, activeSeries: 1 },
    { labelSet: '{}', limit: null, activeSeries: 2 },
  ]);
  expect(data.limits.find(({ name }: Json) => name === 'retention').limit).toBe(30 * 86_400_000);
  await ampere.kill9();
  await ampere.startAgain();
  const again = await call(ampere, 'GET', `${base}/api/v1/status/limits`);
  expect(again.data.labelSets.map(({ limit }: Json) => limit)).toEqual([1, null]);
  expect(await ampere.stop()).toBe(0);
});

test('a rule file of almost a megabyte is read without holding anybody up', {
  timeout: 120_000,
}, async () => {
  const ampere = await startAmpere();
  const workspaceId = await createWorkspace(ampere);
  const rule = (n: number) =>
    `  - record: a:b${n}\n    expr: 'sum by (x) (rate(http_requests_total{code=~"5.."}[5m])) ${'+ 1'.repeat(120)}'\n`;
  const group = (g: number) =>
    `- name: g${g}\n  rules:\n${Array.from({ length: 20 }, (_, n) => rule(g * 20 + n)).join('')}`;
  const file = `groups:\n${Array.from({ length: 85 }, (_, g) => group(g)).join('')}`;
  expect(file.length).toBeGreaterThan(700_000);
  let longestMs = 0;
  let isOver = false;
  const watch = (async () => {
    while (!isOver) {
      const startMs = performance.now();
      await fetch(`${ampere.url}/-/healthy`);
      longestMs = Math.max(longestMs, performance.now() - startMs);
    }
  })();
  const startMs = performance.now();
  const created = await call(ampere, 'POST', `/workspaces/${workspaceId}/rulegroupsnamespaces`, {
    name: 'large',
    data: Buffer.from(file).toString('base64'),
  });
  const tookMs = performance.now() - startMs;
  isOver = true;
  await watch;
  expect(created.status.statusCode).toBe('CREATING');
  // Reading takes longer than anybody waited.
  console.info(
    `a rule file of ${file.length} bytes: ${tookMs.toFixed(0)} ms; the longest other request: ${longestMs.toFixed(0)} ms`,
  );
  expect(longestMs).toBeLessThan(tookMs);
  expect(await ampere.stop()).toBe(0);
});
