// A scraper with an EKS source, through a running server: with a kubeconfig it scrapes what it finds in the
// cluster, and without one it says why it doesn't.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, until } from '@ampere/testing';
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

const TOKEN = 'token-of-the-cluster';
const CONFIGURATION = `global: {scrape_interval: 1s}
scrape_configs:
- job_name: kubelets
  scheme: https
  authorization: {credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token}
  kubernetes_sd_configs: [{role: node}]
  relabel_configs:
  - {target_label: __address__, replacement: 'kubernetes.default.svc:443'}
  - {source_labels: [__meta_kubernetes_node_name], target_label: __metrics_path__, replacement: /api/v1/nodes/$1/proxy/metrics}
  - {regex: __meta_kubernetes_node_label_(.+), action: labelmap}
`;

async function call(ampere: AmpereServer, method: string, path: string, body?: object): Promise<Json> {
  const response = await signedFetch(`${ampere.url}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return JSON.parse(await response.text());
}

async function createScraper(ampere: AmpereServer, workspaceId: string): Promise<string> {
  const { scraperId } = await call(ampere, 'POST', '/scrapers', {
    scrapeConfiguration: { configurationBlob: Buffer.from(CONFIGURATION).toString('base64') },
    source: {
      eksConfiguration: {
        clusterArn: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/one`,
        subnetIds: ['subnet-1'],
      },
    },
    destination: {
      ampConfiguration: { workspaceArn: `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${workspaceId}` },
    },
  });
  return scraperId;
}

async function startCluster(folder: string): Promise<string> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const name = ['-subj', '/CN=cluster', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await run('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', cert]);
  const server = createServer(
    { key: await readFile(key), cert: await readFile(cert) },
    (request, response) => {
      const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
      const isList = request.url!.startsWith('/api/v1/nodes?');
      response.writeHead(isKnown ? 200 : 401, { 'content-type': isList ? 'application/json' : 'text/plain' });
      const node = {
        metadata: { name: 'node-a', labels: { zone: 'z1' } },
        status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] },
      };
      if (isList) response.end(JSON.stringify({ kind: 'NodeList', metadata: {}, items: [node] }));
      else response.end(request.url === '/api/v1/nodes/node-a/proxy/metrics' ? 'kubelet_up 7\n' : '');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(
    kubeconfig,
    `current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: 'https://127.0.0.1:${port}', certificate-authority: cert.pem}}]
users: [{name: u, user: {token: ${TOKEN}}}]
`,
  );
  return kubeconfig;
}

test('with a kubeconfig an EKS scraper is active and scrapes', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ampere-cluster-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const kubeconfig = await startCluster(folder);
  // The operator's address for the cluster holds although tenants' targets may only be public.
  const file = join(folder, 'ampere.yaml');
  await writeFile(file, `scrape: {allow_private: false, kubeconfig: '${kubeconfig}'}\n`);
  const ampere = await startAmpere({ env: { AMPERE_CONFIG: file } });
  const workspaceId = await createWorkspace(ampere);
  const scraperId = await createScraper(ampere, workspaceId);
  expect((await call(ampere, 'GET', `/scrapers/${scraperId}`)).scraper.status).toEqual({
    statusCode: 'ACTIVE',
  });
  const found = await until(
    'the kubelet to be scraped',
    async () => {
      const path = `/workspaces/${workspaceId}/api/v1/query?query=kubelet_up`;
      const { result } = (await call(ampere, 'GET', path)).data;
      return result.length > 0 && result;
    },
    30_000,
  );
  expect(found).toMatchObject([
    { metric: { job: 'kubelets', instance: 'node-a', zone: 'z1' }, value: [expect.any(Number), '7'] },
  ]);
  expect(await ampere.stop()).toBe(0);
});

test('without one it has failed, with the reason', { timeout: 120_000 }, async () => {
  const ampere = await startAmpere();
  const scraperId = await createScraper(ampere, await createWorkspace(ampere));
  expect((await call(ampere, 'GET', `/scrapers/${scraperId}`)).scraper).toMatchObject({
    status: { statusCode: 'CREATION_FAILED' },
    statusReason: expect.stringMatching(/this server has no kubeconfig for it/),
  });
  expect(await ampere.stop()).toBe(0);
});
