import { get } from 'node:https';
import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { until } from '@ampere/testing';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readScrapeConfiguration } from '../configuration/read-configuration.ts';
import { FetchError, type FetchedBody, type FetchRequest } from '../fetch.ts';
import { type ScrapeLogRecord, Scraper } from '../scraper.ts';
import { ApiServerForTests, type Certificate, makeCertificate, TOKEN } from '../testing/api-server.ts';
import { CLUSTER_OBJECTS } from '../testing/cluster-objects.ts';
import { Cluster } from './cluster.ts';

const CREDENTIALS = '{credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token}';
let certificate: Certificate;
let server: ApiServerForTests;

beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(async () => {
  server = await new ApiServerForTests(certificate).start();
  server.objects = CLUSTER_OBJECTS;
});
afterEach(() => server.stop());

/** The real thing, over TLS. */
function overTls({ url, headers, tls, verifyCertificates }: FetchRequest): Promise<FetchedBody> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new FetchError(error.message));
    const plain = { ...headers, 'accept-encoding': 'identity' };
    get(
      url,
      { ...tls, headers: plain, agent: false, rejectUnauthorized: verifyCertificates },
      async (response) => {
        const pieces: Buffer[] = [];
        for await (const piece of response) pieces.push(piece as Buffer);
        const contentType = response.headers['content-type'] ?? '';
        resolve({ status: response.statusCode!, contentType, body: Buffer.concat(pieces) });
      },
    ).on('error', fail);
  });
}

async function setUp(kubeconfig: string | undefined = server.kubeconfig(certificate)) {
  const disk = new MemoryDisk(new SeededRandom(1));
  const clock = new FakeClock(1_700_000_000_000);
  await disk.makeFolder('/etc');
  await disk.replaceFile('/etc/config', Buffer.from(kubeconfig));
  /** What went to addresses that aren't the API server's. */
  const asked: FetchRequest[] = [];
  const cluster = new Cluster({
    kubeconfig: '/etc/config',
    disk,
    clock,
    fetchServer: overTls,
    fetchTarget: async (request) => {
      asked.push(request);
      return { status: 200, contentType: 'text/plain', body: Buffer.from('a 1\n') };
    },
  });
  return { cluster, clock, disk, asked };
}

const discoveryOf = (text: string) =>
  readScrapeConfiguration(
    Buffer.from(`scrape_configs: [{job_name: j, kubernetes_sd_configs: [${text}]}]`),
    'cluster',
  ).jobs[0]!.kubernetesDiscoveries[0]!;

const addresses = (targets: readonly ReadonlyMap<string, string>[]) =>
  targets.map((labels) => labels.get('__address__'));

test('lists come in pages; what was listed a moment ago is used again', async () => {
  const { cluster, clock } = await setUp();
  server.pageObjects = 1;
  const services = discoveryOf('{role: service}');
  const found = ['web.shop.svc:80', 'web.shop.svc:81', 'outside.other.svc:443', 'lb.other.svc:1'];
  expect(addresses(await cluster.find(services))).toEqual(found);
  expect(server.asked).toEqual(
    ['', '&continue=1', '&continue=2', '&continue=3'].map((next) => `/api/v1/services?limit=500${next}`),
  );
  await cluster.find(services);
  expect(server.asked).toHaveLength(4);
  clock.advance(15_000);
  await cluster.find(services);
  expect(server.asked).toHaveLength(8);
});

test('namespaces and selectors narrow what is listed', async () => {
  const { cluster } = await setUp();
  const found = await cluster.find(
    discoveryOf(
      '{role: pod, namespaces: {names: [shop, other]}, selectors: [{role: pod, label: app=six, field: status.phase=Pending}]}',
    ),
  );
  expect(addresses(found)).toEqual(['fd00::6', '[fd00::6]:81']);
  const search = 'limit=500&labelSelector=app%3Dsix&fieldSelector=status.phase%3DPending';
  expect(server.asked).toEqual(['shop', 'other'].map((name) => `/api/v1/namespaces/${name}/pods?${search}`));
});

test('a list that expires between pages is begun again, once', async () => {
  const { cluster } = await setUp();
  server.pageObjects = 2;
  const { asked, statuses } = server;
  const expireSecond = () => {
    // Looked at when the next request is answered.
    const shift = statuses.shift.bind(statuses);
    statuses.shift = () => (asked.length === 2 ? 410 : shift());
  };
  expireSecond();
  expect(await cluster.find(discoveryOf('{role: service}'))).toHaveLength(4);
  expect(asked.map((url) => new URL(url, 'https://a').searchParams.get('continue'))).toEqual([
    null,
    '2',
    null,
    '2',
  ]);
});

async function failing(text: string, kubeconfig?: string): Promise<unknown> {
  const { cluster } = await setUp(kubeconfig);
  return cluster.find(discoveryOf(text)).catch((error: Error) => error.message);
}

test('what goes wrong has a text without secrets', async () => {
  const pods = '{role: pod}';
  expect(await failing(pods, server.kubeconfig(certificate, 'another'))).toBe(
    '/api/v1/pods: HTTP status 401: Unauthorized',
  );
  server.statuses.push(403);
  expect(await failing(pods)).toBe('/api/v1/pods: HTTP status 403: it is 403');
  server.objects = { pods: ['x' as never] };
  expect(await failing(pods)).toBe('/api/v1/pods: the answer is no list of Kubernetes objects');
  server.objects = { pods: Array(20_001).fill({}) };
  expect(await failing(pods)).toMatch(/^\/api\/v1\/pods has more than 20000 objects/);
  const other = await makeCertificate();
  expect(await failing(pods, server.kubeconfig(other))).toMatch(/self.signed certificate/);
  expect(await failing(pods, 'current-context: x')).toBe('kubeconfig /etc/config: it has no context "x"');
});

/** Such as AMP's own default configuration, job by job. */
const DEFAULT = `global: {scrape_interval: 30s, external_labels: {clusterArn: c}}
scrape_configs:
- job_name: pod_exporter
  kubernetes_sd_configs: [{role: pod}]
- job_name: cadvisor
  scheme: https
  authorization: {type: Bearer, credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token}
  kubernetes_sd_configs: [{role: node}]
  relabel_configs:
  - {regex: __meta_kubernetes_node_label_(.+), action: labelmap}
  - {replacement: 'kubernetes.default.svc:443', target_label: __address__}
  - {source_labels: [__meta_kubernetes_node_name], regex: (.+), target_label: __metrics_path__, replacement: /api/v1/nodes/$1/proxy/metrics}
- job_name: kubernetes-apiservers
  scheme: https
  bearer_token_file: /var/run/secrets/kubernetes.io/serviceaccount/token
  kubernetes_sd_configs: [{role: endpoints}]
  relabel_configs:
  - {action: keep, regex: shop;web;http, source_labels: [__meta_kubernetes_namespace, __meta_kubernetes_service_name, __meta_kubernetes_endpoint_port_name]}
- job_name: elsewhere
  scheme: https
  authorization: ${CREDENTIALS}
  kubernetes_sd_configs: [{role: endpoints}]
  relabel_configs: [{target_label: __address__, replacement: 'tenant.example:443'}]
- job_name: named
  scheme: https
  authorization: ${CREDENTIALS}
  static_configs: [{targets: ['10.0.0.1:8080']}]
- job_name: authority
  scheme: https
  tls_config: {ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt}
  static_configs: [{targets: ['tenant.example:8443']}]
`;

test('a whole configuration: targets are found and asked, and credentials go nowhere else', async () => {
  const { cluster, clock, asked } = await setUp();
  const logged: ScrapeLogRecord[] = [];
  const scraper = new Scraper(readScrapeConfiguration(Buffer.from(DEFAULT), 'cluster'), {
    clock,
    disk: new MemoryDisk(new SeededRandom(1)),
    targetsFolder: '/targets',
    fetch: () => Promise.reject(new Error('past the cluster')),
    cluster,
    write: async () => ({ status: 200, text: '' }),
    log: (record) => logged.push(record),
  });
  await scraper.start();
  // Five ports of pods, two nodes, five addresses of the endpoints' port, three that are the tenant's.
  await until('all targets to be found', () => scraper.targetsCount === 15, 20_000);
  clock.advance(30_000);
  const isDown = ({ message }: ScrapeLogRecord) => message === 'the target is down';
  const isUp = ({ message }: ScrapeLogRecord) => message === 'the target is up';
  await until(
    'all targets to be asked',
    () => logged.filter((one) => isDown(one) || isUp(one)).length >= 15,
    20_000,
  );
  expect(server.asked.filter((path) => path.includes('/proxy/')).sort()).toEqual([
    '/api/v1/nodes/node-a/proxy/metrics',
    '/api/v1/nodes/node-b/proxy/metrics',
  ]);
  const withToken = asked.filter(({ headers }) => headers['authorization'] !== undefined);
  expect(new Set(withToken.map(({ url }) => new URL(url).host))).toEqual(
    new Set(['10.0.0.1:8080', '10.0.0.9:8080', '192.168.0.2:8080', '[fd00::6]:8080', '10.0.0.8:8080']),
  );
  for (const request of withToken) {
    expect(request).toMatchObject({
      verifyCertificates: true,
      followRedirects: false,
      tls: { ca: certificate.cert },
    });
    expect(request.headers['authorization']).toBe(`Bearer ${TOKEN}`);
  }
  const down = logged.filter(isDown);
  expect(new Set(down.map(({ fields }) => fields['job']))).toEqual(new Set(['elsewhere', 'named']));
  expect(down[0]!.fields['problem']).toMatch(/^the cluster's credentials go to its API server/);
  const authority = asked.filter(({ url }) => url.includes('tenant.example'));
  expect(authority).toHaveLength(1);
  expect(authority[0]).toMatchObject({
    url: expect.stringContaining(':8443'),
    tls: { ca: certificate.cert },
  });
  expect(JSON.stringify(logged)).not.toContain(TOKEN);

  const before = scraper.targetsCount;
  server.stop();
  clock.advance(30_000);
  await until('the log to say so', () => logged.some(({ step }) => step === 'SERVICE_DISCOVERY'), 20_000);
  expect(logged.find(({ step }) => step === 'SERVICE_DISCOVERY')).toMatchObject({
    level: 'error',
    message: 'the cluster can not be read',
  });
  expect(scraper.targetsCount).toBe(before);
  await scraper.stop(false);
});
