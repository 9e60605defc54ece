// Reads a Prometheus scrape configuration: `global` and `scrape_configs`.
//
// 1. YAML without repeated keys; aliases are bounded by the parser.
// 2. Members that Prometheus doesn't have are refused, by their path. What Prometheus has and this program
//    doesn't is of two kinds: other ways to find targets are noted in `unsupported`, and everything that
//    reads a secret or certificate from a file of the server is refused, as users have no files here.
//    Where a cluster is the source, there is `kubernetes_sd_configs`, and the two paths at which a pod finds
//    its service account stand for what the cluster is read with.
// 3. Defaults are filled in: those of `global`, then Prometheus' own.
import type {
  Authentication,
  FileDiscovery,
  ScrapeConfiguration,
  ScrapeJob,
  StaticGroup,
} from './configuration.ts';
import { Fields, fault, quoted, ScrapeConfigurationError } from './fields.ts';
import { readKubernetesDiscovery } from './read-kubernetes.ts';
import { readRelabelRule } from './read-relabel.ts';
import { readYaml } from './yaml.ts';

const INTERVAL_DEFAULT_MS = 60_000;
const TIMEOUT_DEFAULT_MS = 10_000;
const REFRESH_DEFAULT_MS = 300_000;
const REFRESH_MIN_MS = 1000;
/** Ours: no target is asked more often. */
const INTERVAL_MIN_MS = 1000;
/** Ours, of all jobs together. */
const TARGETS_MAX = 10_000;
const CONFIGURATION_BYTES_MAX = 1 << 20;

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_FILE = `${SERVICE_ACCOUNT}/token`;
const AUTHORITY_FILE = `${SERVICE_ACCOUNT}/ca.crt`;

/** What targets are found in: a Kubernetes cluster, or only what the configuration names. */
export type ScrapeSource = 'cluster' | 'named';

/** @throws ScrapeConfigurationError */
export function readScrapeConfiguration(
  bytes: Uint8Array,
  source: ScrapeSource = 'named',
): ScrapeConfiguration {
  if (bytes.length > CONFIGURATION_BYTES_MAX) {
    throw new ScrapeConfigurationError(`it is longer than ${CONFIGURATION_BYTES_MAX} bytes`);
  }
  const root = new Fields(readYaml(new TextDecoder().decode(bytes), 'yaml'), '');
  const global = root.fields('global');
  const intervalMs = global.durationMs('scrape_interval') || INTERVAL_DEFAULT_MS;
  const timeoutMs = global.durationMs('scrape_timeout');
  const externalLabels = global.texts('external_labels');
  for (const name of ['evaluation_interval', 'scrape_protocols', 'query_log_file', 'rule_query_offset']) {
    global.take(name);
  }
  global.finish();
  const unsupported = new Set<string>();
  const jobs = root.list('scrape_configs', (value, path) =>
    readJob(new Fields(value, `${path}.`), { intervalMs, timeoutMs }, unsupported, source),
  );
  root.finish();
  if (jobs.length === 0) throw new ScrapeConfigurationError('it has no scrape_configs');
  const names = new Set<string>();
  for (const { name } of jobs) {
    if (names.has(name)) {
      throw new ScrapeConfigurationError(`found multiple scrape configs with job name ${quoted(name)}`);
    }
    names.add(name);
  }
  const targets = jobs.reduce(
    (sum, { staticGroups }) => staticGroups.reduce((inner, group) => inner + group.targets.length, sum),
    0,
  );
  if (targets > TARGETS_MAX) throw new ScrapeConfigurationError(`it has more than ${TARGETS_MAX} targets`);
  return { externalLabels, jobs, unsupported: [...unsupported].sort() };
}

function readJob(
  fields: Fields,
  global: { readonly intervalMs: number; readonly timeoutMs: number | undefined },
  unsupported: Set<string>,
  source: ScrapeSource,
): ScrapeJob {
  const name = fields.string('job_name', '');
  if (name === '') throw new ScrapeConfigurationError('job_name is empty');
  const intervalMs = fields.durationMs('scrape_interval') || global.intervalMs;
  const ownTimeoutMs = fields.durationMs('scrape_timeout');
  const timeoutMs = ownTimeoutMs || Math.min(global.timeoutMs ?? TIMEOUT_DEFAULT_MS, intervalMs);
  if (timeoutMs > intervalMs) {
    throw new ScrapeConfigurationError(
      `scrape timeout greater than scrape interval for scrape config with job name ${quoted(name)}`,
    );
  }
  if (intervalMs < INTERVAL_MIN_MS) {
    throw new ScrapeConfigurationError(`scrape interval of job ${quoted(name)} is shorter than 1s`);
  }
  const tls = fields.fields('tls_config');
  const job: ScrapeJob = {
    name,
    intervalMs,
    timeoutMs,
    metricsPath: fields.string('metrics_path', '/metrics'),
    scheme: readScheme(fields),
    params: readParams(fields.fields('params')),
    authentication: readAuthentication(fields, source),
    verifyCertificates: !tls.boolean('insecure_skip_verify', false),
    clusterAuthority: readClusterFile(tls, 'ca_file', AUTHORITY_FILE, source),
    serverName: tls.string('server_name'),
    followRedirects: fields.boolean('follow_redirects', true),
    honorLabels: fields.boolean('honor_labels', false),
    honorTimestamps: fields.boolean('honor_timestamps', true),
    trackTimestampsStaleness: fields.boolean('track_timestamps_staleness', false),
    fallbackFormat: readFallback(fields.string('fallback_scrape_protocol')),
    limits: {
      bodyBytesMax: fields.bytes('body_size_limit'),
      samplesMax: fields.count('sample_limit'),
      labelsMax: fields.count('label_limit'),
      labelNameBytesMax: fields.count('label_name_length_limit'),
      labelValueBytesMax: fields.count('label_value_length_limit'),
      targetsMax: fields.count('target_limit'),
    },
    staticGroups: fields.list('static_configs', readStaticGroup),
    fileDiscoveries: fields.list('file_sd_configs', readFileDiscovery),
    kubernetesDiscoveries:
      source === 'cluster' ? fields.list('kubernetes_sd_configs', readKubernetesDiscovery) : [],
    relabelRules: fields.list('relabel_configs', readRelabelRule),
    metricRelabelRules: fields.list('metric_relabel_configs', readRelabelRule),
  };
  tls.finish();
  for (const other of ['enable_compression', 'enable_http2', 'scrape_protocols', 'keep_dropped_targets']) {
    fields.take(other);
  }
  for (const other of fields.names()) {
    if (!other.endsWith('_sd_configs') || other === 'file_sd_configs') continue;
    if (other === 'kubernetes_sd_configs' && source === 'cluster') continue;
    fields.take(other);
    unsupported.add(other);
  }
  fields.finish();
  return job;
}

function readScheme(fields: Fields): 'http' | 'https' {
  const scheme = fields.string('scheme', 'http').toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') throw fault(`${fields.path}scheme`, 'http or https');
  return scheme;
}

function readParams(fields: Fields): Map<string, readonly string[]> {
  return new Map(fields.names().map((name) => [name, fields.strings(name)]));
}

/** Whether a file is named that stands for something of the cluster. Others are refused as unknown members. */
function readClusterFile(fields: Fields, name: string, path: string, source: ScrapeSource): boolean {
  if (source !== 'cluster' || !fields.has(name)) return false;
  const file = fields.string(name, '');
  if (file !== path) {
    throw new ScrapeConfigurationError(`${fields.path}${name}: of files there is ${path} alone`);
  }
  return true;
}

function readAuthentication(fields: Fields, source: ScrapeSource): Authentication {
  const given = ['basic_auth', 'authorization', 'bearer_token', 'bearer_token_file'].filter((name) =>
    fields.has(name),
  );
  if (given.length > 1) {
    throw new ScrapeConfigurationError(
      `at most one of basic_auth, authorization & bearer_token must be configured`,
    );
  }
  const bearer = fields.string('bearer_token');
  if (bearer !== undefined) return { header: `Bearer ${bearer}`, fromCluster: false };
  if (readClusterFile(fields, 'bearer_token_file', TOKEN_FILE, source)) return FROM_CLUSTER;
  if (fields.has('basic_auth')) {
    const basic = fields.fields('basic_auth');
    const [name, password] = [basic.string('username', ''), basic.string('password', '')];
    basic.finish();
    return {
      header: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
      fromCluster: false,
    };
  }
  if (fields.has('authorization')) {
    const authorization = fields.fields('authorization');
    const isFile = readClusterFile(authorization, 'credentials_file', TOKEN_FILE, source);
    const [type, credentials] = [
      authorization.string('type', 'Bearer').trim(),
      authorization.string('credentials', ''),
    ];
    authorization.finish();
    if (type.toLowerCase() === 'basic') {
      throw new ScrapeConfigurationError(
        'authorization type cannot be set to "basic", use "basic_auth" instead',
      );
    }
    if (!isFile) return { header: `${type} ${credentials}`, fromCluster: false };
    if (credentials !== '' || type.toLowerCase() !== 'bearer') {
      throw new ScrapeConfigurationError(
        "authorization: the cluster's credentials go without credentials, as type Bearer",
      );
    }
    return FROM_CLUSTER;
  }
  return { header: undefined, fromCluster: false };
}

const FROM_CLUSTER: Authentication = { header: undefined, fromCluster: true };

function readFallback(protocol: string | undefined): ScrapeJob['fallbackFormat'] {
  if (protocol === undefined || protocol === '') return undefined;
  if (/^PrometheusText(0\.0\.4|1\.0\.0)$/.test(protocol)) return 'text';
  if (/^OpenMetricsText(0\.0\.1|1\.0\.0)$/.test(protocol)) return 'openmetrics';
  throw new ScrapeConfigurationError(`unknown scrape protocol ${quoted(protocol)}`);
}

/** Also an entry of a file of targets. @throws ScrapeConfigurationError */
export function readStaticGroup(value: unknown, path: string): StaticGroup {
  const fields = new Fields(value, `${path}.`);
  const group = { targets: fields.strings('targets'), labels: fields.texts('labels') };
  fields.finish();
  for (const target of group.targets) {
    if (target.includes('/')) throw new ScrapeConfigurationError(`${quoted(target)} is not a valid hostname`);
  }
  return group;
}

function readFileDiscovery(value: unknown, path: string): FileDiscovery {
  const fields = new Fields(value, `${path}.`);
  const files = fields.strings('files');
  const refreshMs = Math.max(REFRESH_MIN_MS, fields.durationMs('refresh_interval') ?? REFRESH_DEFAULT_MS);
  fields.finish();
  if (files.length === 0)
    throw new ScrapeConfigurationError('file service discovery config must contain at least one path name');
  for (const file of files) {
    const parts = file.split('/');
    if (file.startsWith('/') || file.includes('\\') || parts.some((part) => part === '..' || part === '')) {
      throw new ScrapeConfigurationError(
        `the file ${quoted(file)} must be below the server's folder of target files`,
      );
    }
    if (!/^[^*]*(?:\*[^/]*)?\.(json|yml|yaml)$/.test(file)) {
      throw new ScrapeConfigurationError(`path name ${quoted(file)} is not valid for file discovery`);
    }
  }
  return { files, refreshMs };
}
