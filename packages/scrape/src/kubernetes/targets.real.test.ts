// What is found in a cluster, compared with what a real Prometheus finds in the same one.
import { describeWith, RealPrometheus, until } from '@ampere/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KubernetesDiscovery, KubernetesRole } from '../configuration/configuration.ts';
import { readScrapeConfiguration } from '../configuration/read-configuration.ts';
import { ApiServerForTests, type Certificate, makeCertificate, TOKEN } from '../testing/api-server.ts';
import { CLUSTER_OBJECTS } from '../testing/cluster-objects.ts';
import type { ClusterObjects } from './objects.ts';
import { clusterTargets } from './targets.ts';

const ROLES: readonly KubernetesRole[] = ['node', 'pod', 'service', 'endpoints', 'endpointslice', 'ingress'];
const CASES = ROLES.flatMap((role) =>
  [false, true].map((attach) => ({
    role,
    name: `${role}${attach ? ' with nodes' : ''}`,
    text: `{role: ${role}${attach ? ', attach_metadata: {node: true}' : ''}`,
  })),
);

/** All the objects there are; nodes where the discovery has them attached. */
function objectsFor({ role, attachNode }: KubernetesDiscovery): ClusterObjects {
  const { pods, services, nodes, endpoints, endpointslices, ingresses } = CLUSTER_OBJECTS;
  return {
    pods,
    services,
    endpoints,
    ingresses,
    slices: endpointslices,
    nodes: attachNode || role === 'node' ? nodes : [],
  };
}

describeWith('a real Prometheus', ['prometheus'], ({ prometheus: program }) => {
  let certificate: Certificate;
  let server: ApiServerForTests;
  let theirs: { scrapePool: string; discoveredLabels: Record<string, string> }[] = [];

  beforeAll(async () => {
    certificate = await makeCertificate();
    server = await new ApiServerForTests(certificate).start();
    server.objects = CLUSTER_OBJECTS;
    const access = `api_server: '${server.url}', authorization: {credentials: ${TOKEN}}, tls_config: {ca_file: ${certificate.certPath}}`;
    // With all labels on the targets none is the same as another, which Prometheus would leave out.
    const jobs = CASES.map(
      ({ name, text }) =>
        `- job_name: ${name}\n  scrape_interval: 1h\n  kubernetes_sd_configs: [${text}, ${access}}]\n  relabel_configs: [{action: labelmap, regex: __meta_(.+)}]\n`,
    );
    const prometheus = await RealPrometheus.start(program, {
      configuration: `scrape_configs:\n${jobs.join('')}`,
    });
    let settled = 0;
    const look = async () => {
      const { activeTargets } = JSON.parse((await prometheus.ask('GET targets')).text).data;
      const pools = new Set(activeTargets.map(({ scrapePool }: { scrapePool: string }) => scrapePool));
      settled = pools.size === CASES.length && activeTargets.length === theirs.length ? settled + 1 : 0;
      theirs = activeTargets;
    };
    // Groups of targets arrive one after the other: twenty looks in a row at the same number of them.
    await until(
      'all targets to be found',
      () => {
        void look();
        return settled >= 20;
      },
      60_000,
    );
  }, 90_000);

  afterAll(() => server?.stop());

  for (const { name, text } of CASES) {
    test(name, () => {
      const [job] = readScrapeConfiguration(
        Buffer.from(`scrape_configs: [{job_name: j, kubernetes_sd_configs: [${text}}]}]`),
        'cluster',
      ).jobs;
      const discovery = job!.kubernetesDiscoveries[0]!;
      const mine = clusterTargets(discovery.role, objectsFor(discovery)).map((labels) =>
        Object.fromEntries(labels),
      );
      const expected = theirs
        .filter(({ scrapePool }) => scrapePool === name)
        .map(({ discoveredLabels }) => {
          const of = Object.entries(discoveredLabels).filter(([label]) =>
            /^(__address__|instance|__meta_.*)$/.test(label),
          );
          return Object.fromEntries(of);
        });
      const sorted = (list: object[]) =>
        list
          .map((labels) =>
            Object.entries(labels)
              .sort()
              .map(([k, v]) => `${k}=${v}`),
          )
          .sort();
      expect(sorted(mine)).toEqual(sorted(expected));
    });
  }
});
