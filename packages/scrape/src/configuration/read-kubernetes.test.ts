import { expect, test } from 'vitest';
import { readScrapeConfiguration } from './read-configuration.ts';

const read = (job: string) =>
  readScrapeConfiguration(Buffer.from(`scrape_configs:\n- job_name: j\n  ${job}\n`), 'cluster').jobs[0]!;

function refused(job: string, message: string): void {
  test(`refused: ${job}`, () => expect(() => read(job)).toThrow(message));
}
const refusedDiscovery = (text: string, message: string) =>
  refused(`kubernetes_sd_configs: [${text}]`, message);

refusedDiscovery('{}', 'role missing (one of: pod, service, endpoints, endpointslice, node, ingress)');
refusedDiscovery('{role: toString}', 'unknown Kubernetes SD role "toString"');
refusedDiscovery('{role: pod, api_server: "https://a"}', "api_server is not taken: the scraper's cluster");
refusedDiscovery('{role: pod, kubeconfig_file: a}', "kubeconfig_file is not taken: the scraper's cluster");
refusedDiscovery('{role: pod, colour: red}', 'kubernetes_sd_configs[0].colour not found');
refusedDiscovery('{role: pod, namespaces: {own_namespace: true}}', 'the scraper runs in no namespace');
refusedDiscovery('{role: pod, namespaces: {names: [../x]}}', '"../x" is no name of a namespace');
refusedDiscovery('{role: pod, attach_metadata: {pod: true}}', 'attach_metadata.pod not found');
refusedDiscovery('{role: node, selectors: [{role: pod}]}', 'node role supports only node selectors');
refusedDiscovery('{role: pod, selectors: [{role: pod}, {role: pod}]}', 'duplicated selector role: pod');
refused(
  'authorization: {credentials_file: /etc/passwd}',
  'of files there is /var/run/secrets/kubernetes.io/',
);
refused('bearer_token_file: /etc/passwd', 'of files there is /var/run/secrets/kubernetes.io/');
refused('tls_config: {ca_file: /etc/passwd}', 'of files there is /var/run/secrets/kubernetes.io/');
refused('tls_config: {cert_file: /etc/passwd}', 'tls_config.cert_file not found');

test('what it says', () => {
  const job = read(
    'kubernetes_sd_configs: [{role: endpoints, namespaces: {names: [a, b, a]}, attach_metadata: {node: true}, selectors: [{role: service, label: x=y}]}]',
  );
  expect(job.kubernetesDiscoveries).toEqual([
    {
      role: 'endpoints',
      namespaces: ['a', 'b'],
      attachNode: true,
      selectors: new Map([['service', { label: 'x=y', field: '' }]]),
    },
  ]);
});
