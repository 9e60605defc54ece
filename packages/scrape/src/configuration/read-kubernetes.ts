// `kubernetes_sd_configs`: which objects of the scraper's cluster are targets.
import type { KubernetesDiscovery, KubernetesRole, KubernetesSelector } from './configuration.ts';
import { Fields, fault, quoted, ScrapeConfigurationError } from './fields.ts';

/** Roles, and of which roles there may be selectors with each. */
const SELECTABLE: Readonly<Record<KubernetesRole, readonly KubernetesRole[]>> = {
  pod: ['pod'],
  service: ['service'],
  endpointslice: ['pod', 'service', 'endpointslice'],
  endpoints: ['pod', 'service', 'endpoints'],
  node: ['node'],
  ingress: ['ingress'],
};
/** A name of RFC 1123; it becomes a part of a path. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const NAMESPACES_MAX = 100;
const SELECTOR_LENGTH_MAX = 2048;

/** How the API server is reached and authenticated to: the server's own configuration says it. */
const OF_THE_CLUSTER = [
  'api_server',
  'kubeconfig_file',
  'basic_auth',
  'authorization',
  'oauth2',
  'bearer_token',
  'bearer_token_file',
  'tls_config',
  'proxy_url',
  'no_proxy',
  'proxy_from_environment',
  'proxy_connect_header',
  'http_headers',
];

/** @throws ScrapeConfigurationError */
export function readKubernetesDiscovery(value: unknown, path: string): KubernetesDiscovery {
  const fields = new Fields(value, `${path}.`);
  for (const name of OF_THE_CLUSTER) {
    if (!fields.has(name)) continue;
    throw new ScrapeConfigurationError(`${path}.${name} is not taken: the scraper's cluster is the source`);
  }
  const text = fields.string('role', '');
  if (text === '') {
    throw new ScrapeConfigurationError(
      'role missing (one of: pod, service, endpoints, endpointslice, node, ingress)',
    );
  }
  if (!isRole(text)) throw new ScrapeConfigurationError(`unknown Kubernetes SD role ${quoted(text)}`);
  const attach = fields.fields('attach_metadata');
  const discovery = {
    role: text,
    namespaces: readNamespaces(fields.fields('namespaces')),
    selectors: readSelectors(fields, text),
    attachNode: attach.boolean('node', false),
  };
  attach.finish();
  for (const name of ['follow_redirects', 'enable_http2']) fields.take(name);
  fields.finish();
  return discovery;
}

function isRole(text: string): text is KubernetesRole {
  return Object.hasOwn(SELECTABLE, text);
}

function readNamespaces(fields: Fields): string[] {
  if (fields.boolean('own_namespace', false)) {
    throw new ScrapeConfigurationError(
      `${fields.path}own_namespace: the scraper runs in no namespace of the cluster`,
    );
  }
  const names = fields.strings('names');
  fields.finish();
  if (names.length > NAMESPACES_MAX) throw fault(`${fields.path}names`, `at most ${NAMESPACES_MAX} names`);
  for (const name of names) {
    if (!NAMESPACE.test(name)) {
      throw new ScrapeConfigurationError(`${fields.path}names: ${quoted(name)} is no name of a namespace`);
    }
  }
  return [...new Set(names)];
}

function readSelectors(fields: Fields, of: KubernetesRole): Map<KubernetesRole, KubernetesSelector> {
  const selectors = new Map<KubernetesRole, KubernetesSelector>();
  const allowed = SELECTABLE[of];
  fields.list('selectors', (value, path) => {
    const member = new Fields(value, `${path}.`);
    const role = member.string('role', '');
    const selector = { label: member.string('label', ''), field: member.string('field', '') };
    member.finish();
    if (!isRole(role) || !allowed.includes(role)) {
      throw new ScrapeConfigurationError(`${of} role supports only ${allowed.join(', ')} selectors`);
    }
    if (selectors.has(role)) throw new ScrapeConfigurationError(`duplicated selector role: ${role}`);
    if (Math.max(selector.label.length, selector.field.length) > SELECTOR_LENGTH_MAX) {
      throw fault(path, `selectors of at most ${SELECTOR_LENGTH_MAX} characters`);
    }
    selectors.set(role, selector);
  });
  return selectors;
}
