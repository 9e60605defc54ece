// Reads a Prometheus scrape configuration: `global` and `scrape_configs`.
//
// 1. YAML without repeated keys; aliases are bounded by the parser.
// 2. Members that Prometheus doesn't have are refused, by their path. What Prometheus has and this program
//    doesn't is of two kinds: other ways to find targets are noted in `unsupported`, and everything that
//    reads a secret or certificate from a file of the server is refused, as users have no files here.
// 3. Defaults are filled in: those of `global`, then Prometheus' own.
import type {
  Authentication,
  FileDiscovery,
  ScrapeConfiguration,
  ScrapeJob,
  StaticGroup,
} from './configuration.ts';
import { Fields, fault, quoted, ScrapeConfigurationError } from './fields.ts';
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

/** @throws ScrapeConfigurationError */
export function readScrapeConfiguration(bytes: Uint8Array): ScrapeConfiguration {
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
    readJob(new Fields(value, `${path}.`), { intervalMs, timeoutMs }, unsupported),
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
    authentication: readAuthentication(fields),
    verifyCertificates: !tls.boolean('insecure_skip_verify', false),
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
    relabelRules: fields.list('relabel_configs', readRelabelRule),
    metricRelabelRules: fields.list('metric_relabel_configs', readRelabelRule),
  };
  tls.finish();
  for (const other of ['enable_compression', 'enable_http2', 'scrape_protocols', 'keep_dropped_targets']) {
    fields.take(other);
  }
  for (const other of fields.names()) {
    if (!other.endsWith('_sd_configs') || other === 'file_sd_configs') continue;
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

function readAuthentication(fields: Fields): Authentication {
  const given = ['basic_auth', 'authorization', 'bearer_token'].filter((name) => fields.has(name));
  if (given.length > 1) {
    throw new ScrapeConfigurationError(
      `at most one of basic_auth, authorization & bearer_token must be configured`,
    );
  }
  const bearer = fields.string('bearer_token');
  if (bearer !== undefined) return { header: `Bearer ${bearer}` };
  if (fields.has('basic_auth')) {
    const basic = fields.fields('basic_auth');
    const [name, password] = [basic.string('username', ''), basic.string('password', '')];
    basic.finish();
    return { header: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
  }
  if (fields.has('authorization')) {
    const authorization = fields.fields('authorization');
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
    return { header: `${type} ${credentials}` };
  }
  return { header: undefined };
}

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
