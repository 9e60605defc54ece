// What the server is told: environment over configuration file over defaults.
//
// 1. The YAML file (AMPERE_CONFIG or --config) is parsed and checked against the schema.
// 2. Each environment variable replaces its key; a value from there is checked by the same schema.
// 3. Defaults fill what is left; account and root key stay undefined and are made at first start.
//
// Every refusal is a ConfigurationError of one line that names the key and what is allowed.

import type { NamedListener, NetworkRules, TokenIssuer } from '@ampere/gateway';
import { type LimitsData, LimitsError, parseDurationMs, parseLimits } from '@ampere/limits';
import { Ajv, type ErrorObject } from 'ajv';
import { parseDocument } from 'yaml';
import { ConfigurationError } from './configuration-error.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import { type ListenerSection, type NetworkSection, readListeners, readNetworkRules } from './network.ts';
import {
  type AlertmanagerSection,
  isNetwork,
  type OutboundSection,
  type OutgoingConfiguration,
  readOutgoing,
  type ScrapeSection,
  type SnsSection,
} from './outgoing.ts';
import { CONFIGURATION_SCHEMA } from './schema.ts';
import { type OidcSection, readTokenIssuers } from './token-issuers.ts';

/** A month, as the service has it. */
const KEEP_MAX_MS = 31 * 86_400_000;
/** Prometheus' own. */
const QUERY_TIMEOUT = '2m';
/** Queries that take at least so long are logged with what they cost. */
const SLOW_QUERY_MS = 5_000;
/** How long after one look at all workspaces' blocks the next begins. */
const MAINTENANCE_INTERVAL = '1m';

export { ConfigurationError };

export interface Configuration {
  readonly listen: ListenAddress;
  readonly dataFolder: string;
  readonly region: string;
  /** Undefined: kept from the first start, or made then. */
  readonly accountId: string | undefined;
  readonly rootAccessKeyId: string | undefined;
  readonly rootSecretAccessKey: string | undefined;
  /** Undefined: derived from where it listens. */
  readonly publicUrl: string | undefined;
  /** What leaves the server, through what, and where it may go. */
  readonly outgoing: OutgoingConfiguration;
  /** URLs of OpenID Connect issuers on private addresses, with or without TLS. */
  readonly privateIssuers: readonly string[];
  /** Whose bearer tokens the data plane takes. */
  readonly tokenIssuers: readonly TokenIssuer[];
  /** Whether the data plane takes access keys as user and password. */
  readonly basicAuth: boolean;
  /** Workspaces by the ids of data collection rules. */
  readonly collectionRules: ReadonlyMap<string, string>;
  readonly logLevel: string;
  /** An additional listener for `/metrics` without authentication. */
  readonly metricsListen: ListenAddress | undefined;
  /** Further listeners, and what may be reached through them. */
  readonly listeners: readonly NamedListener[];
  readonly network: NetworkRules;
  readonly walFsync: 'always' | 'interval' | 'off';
  /** How many exemplars each workspace keeps; 0 keeps none. */
  readonly exemplarsMax: number;
  /** Whether Remote-Write 2.0 makes zero samples where it says that counters began. */
  readonly createdZeroSamples: boolean;
  readonly maintenanceIntervalMs: number;
  /** How long the data of deleted workspaces stay on disk. */
  readonly keepDeletedMs: number;
  readonly queries: {
    /** Undefined: as many as the machine has cores, less one for the engine's own, and one at least. */
    readonly threads: number | undefined;
    readonly timeoutMs: number;
    readonly slowLogMs: number;
    readonly experimental: boolean;
  };
  readonly limits: LimitsData;
}

/** Environment variables and the keys that they replace. */
export const ENVIRONMENT: readonly (readonly [variable: string, key: string])[] = [
  ['AMPERE_LISTEN', 'listen'],
  ['AMPERE_DATA_DIR', 'data_dir'],
  ['AMPERE_REGION', 'region'],
  ['AMPERE_ACCOUNT_ID', 'account_id'],
  ['AMPERE_ACCESS_KEY_ID', 'root.access_key_id'],
  ['AMPERE_SECRET_ACCESS_KEY', 'root.secret_access_key'],
  ['AMPERE_PUBLIC_URL', 'public_url'],
  ['AMPERE_SNS_ENDPOINT', 'sns.endpoint'],
  ['AMPERE_LOG_LEVEL', 'log.level'],
  ['AMPERE_METRICS_LISTEN', 'metrics.listen'],
];

/** The document as the schema has it; all keys are optional. */
interface Document {
  listen?: string;
  data_dir?: string;
  region?: string;
  account_id?: string;
  root?: { access_key_id?: string; secret_access_key?: string };
  public_url?: string;
  sns?: SnsSection;
  outbound?: OutboundSection;
  scrape?: ScrapeSection;
  alertmanager?: AlertmanagerSection;
  oidc?: OidcSection;
  basic_auth?: boolean;
  data_collection_rules?: Record<string, string>;
  log?: { level?: string };
  metrics?: { listen?: string };
  wal?: { fsync?: 'always' | 'interval' | 'off' };
  remote_write?: { created_timestamp_zero_samples?: boolean };
  exemplars?: { max_per_workspace?: number };
  maintenance?: { interval?: string };
  deletion?: { keep_for?: string };
  promql?: { experimental?: boolean };
  queries?: { threads?: number; timeout?: string; slow_log_ms?: number };
  limits?: object;
  listeners?: ListenerSection[];
  network?: NetworkSection;
}

/**
 * Reads a configuration. `file` is the YAML text and the path to name in errors, or undefined when
 * there is none.
 */
export function readConfiguration(
  file: { readonly path: string; readonly text: string } | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  const fromFile = file === undefined ? {} : parseYaml(file);
  const origins = new Map<string, string>();
  const document = withEnvironment(fromFile, environment, origins);
  validate(document, (key) => origins.get(key) ?? (file ? `${file.path}: ${key}` : key));
  const root = document.root ?? {};
  if ((root.access_key_id === undefined) !== (root.secret_access_key === undefined)) {
    throw new ConfigurationError(
      'root.access_key_id and root.secret_access_key go together: set both or neither',
    );
  }
  const listeners = readListeners(document.listeners ?? []);
  return {
    listeners,
    network: readNetworkRules(document.network ?? {}, listeners),
    listen: parseListenAddress(document.listen ?? '127.0.0.1:9009')!,
    dataFolder: document.data_dir ?? './data',
    region: document.region ?? 'us-east-1',
    accountId: document.account_id,
    rootAccessKeyId: root.access_key_id,
    rootSecretAccessKey: root.secret_access_key,
    publicUrl: document.public_url?.replace(/\/+$/, ''),
    outgoing: readOutgoing(document),
    privateIssuers: document.oidc?.private_issuers ?? [],
    tokenIssuers: readTokenIssuers(document.oidc ?? {}),
    basicAuth: document.basic_auth ?? false,
    collectionRules: new Map(Object.entries(document.data_collection_rules ?? {})),
    logLevel: document.log?.level ?? 'info',
    metricsListen:
      document.metrics?.listen === undefined ? undefined : parseListenAddress(document.metrics.listen),
    walFsync: document.wal?.fsync ?? 'always',
    exemplarsMax: document.exemplars?.max_per_workspace ?? 100_000,
    createdZeroSamples: document.remote_write?.created_timestamp_zero_samples ?? false,
    keepDeletedMs: parseDurationMs(document.deletion?.keep_for ?? 0)!,
    maintenanceIntervalMs: parseDurationMs(document.maintenance?.interval ?? MAINTENANCE_INTERVAL)!,
    queries: {
      threads: document.queries?.threads,
      timeoutMs: parseDurationMs(document.queries?.timeout ?? QUERY_TIMEOUT)!,
      slowLogMs: document.queries?.slow_log_ms ?? SLOW_QUERY_MS,
      experimental: document.promql?.experimental ?? true,
    },
    limits: readLimits(document.limits ?? {}, file?.path),
  };
}

function parseYaml(file: { readonly path: string; readonly text: string }): object {
  const document = parseDocument(file.text);
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new ConfigurationError(`${file.path}: ${problem.message.split('\n')[0]}`);
  }
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigurationError(`${file.path}: a mapping of keys is expected`);
  }
  return value;
}

function withEnvironment(
  fromFile: object,
  environment: Readonly<Record<string, string | undefined>>,
  origins: Map<string, string>,
): Document {
  const document = structuredClone(fromFile) as Record<string, unknown>;
  for (const [variable, key] of ENVIRONMENT) {
    const value = environment[variable];
    if (value === undefined || value === '') continue;
    const path = key.split('.');
    const last = path.pop()!;
    let target = document;
    for (const part of path) {
      if (typeof target[part] !== 'object' || target[part] === null) target[part] = {};
      target = target[part] as Record<string, unknown>;
    }
    target[last] = value;
    origins.set(key, variable);
  }
  return document as Document;
}

function validate(document: Document, nameOf: (key: string) => string): void {
  const ajv = new Ajv({ allErrors: false, strict: true });
  ajv.addFormat('listen-address', (text: string) => parseListenAddress(text) !== undefined);
  ajv.addFormat(
    'http-url',
    (text: string) => /^https?:\/\/[^\s/?#]+\/?[^\s?#]*$/.test(text) && URL.canParse(text),
  );
  ajv.addFormat('keep-time', (text: string) => (parseDurationMs(text) ?? KEEP_MAX_MS + 1) <= KEEP_MAX_MS);
  ajv.addFormat('duration', (text: string) => (parseDurationMs(text) ?? 0) > 0);
  ajv.addFormat('network', isNetwork);
  const check = ajv.compile(CONFIGURATION_SCHEMA);
  if (check(document)) return;
  throw new ConfigurationError(describe(check.errors![0]!, nameOf));
}

const FORMATS: Readonly<Record<string, string>> = {
  'listen-address': 'host:port, for example 127.0.0.1:9009',
  'http-url': 'an http:// or https:// URL',
  'keep-time': 'a duration of 31d at most, for example 7d, or 0s',
  duration: 'a duration such as 30s or 2m',
  network: 'an IP address or a network, for example 10.0.0.0/8',
};

/** One line: the key and what is allowed there. */
function describe(error: ErrorObject, nameOf: (key: string) => string): string {
  const key = error.instancePath.slice(1).replaceAll('/', '.');
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params['additionalProperty']);
      const allowed = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
      const known = allowed.length === 0 ? allowedKeys(key) : allowed;
      return `${nameOf(key === '' ? unknown : `${key}.${unknown}`)}: unknown key; allowed are ${known.join(', ')}`;
    }
    case 'enum':
      return `${nameOf(key)}: must be one of ${(error.params['allowedValues'] as string[]).join(', ')}`;
    case 'format':
      return `${nameOf(key)}: must be ${FORMATS[String(error.params['format'])]}`;
    case 'pattern':
      return `${nameOf(key)}: must match ${error.params['pattern']}`;
    default:
      return `${nameOf(key)}: ${error.message}`;
  }
}

/** The keys that the schema has below a dotted key. */
function allowedKeys(key: string): string[] {
  let schema: unknown = CONFIGURATION_SCHEMA;
  for (const part of key.split('.').filter((text) => text !== '')) {
    schema = (schema as { properties?: Record<string, unknown> }).properties?.[part] ?? {};
  }
  return Object.keys((schema as { properties?: object }).properties ?? {});
}

function readLimits(limits: object, path: string | undefined): LimitsData {
  try {
    return parseLimits(limits);
  } catch (error) {
    if (!(error instanceof LimitsError)) throw error;
    throw new ConfigurationError(path === undefined ? error.message : `${path}: ${error.message}`);
  }
}
