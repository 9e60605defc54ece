import { expect, test } from 'vitest';
import { ConfigurationError, readConfiguration } from './configuration.ts';
import { kubeconfigOf } from './outgoing.ts';

const file = (text: string) => ({ path: 'ampere.yaml', text });

test('without a file and variables the defaults hold', () => {
  expect(readConfiguration(undefined, {})).toMatchObject({
    listen: { host: '127.0.0.1', port: 9009 },
    dataFolder: './data',
    region: 'us-east-1',
    accountId: undefined,
    publicUrl: undefined,
    logLevel: 'info',
    metricsListen: undefined,
    walFsync: 'always',
    exemplarsMax: 100_000,
    createdZeroSamples: false,
    maintenanceIntervalMs: 60_000,
    keepDeletedMs: 0,
    queries: { threads: undefined, timeoutMs: 120_000, slowLogMs: 5000, experimental: true },
  });
});

test('a variable goes over the file', () => {
  const read = readConfiguration(file('region: eu-west-1\nlog: {level: warn}'), {
    AMPERE_LOG_LEVEL: 'debug',
  });
  expect(read).toMatchObject({ region: 'eu-west-1', logLevel: 'debug' });
});

test('an empty variable is none', () => {
  expect(readConfiguration(file('region: eu-west-1'), { AMPERE_REGION: '' }).region).toBe('eu-west-1');
});

test('an empty file is an empty mapping', () => {
  expect(readConfiguration(file('# nothing yet\n'), {}).region).toBe('us-east-1');
});

test('limits reach the table of limits', () => {
  const { limits } = readConfiguration(file('limits: {defaults: {active_series: 0}}'), {});
  expect(limits.defaults.activeSeriesMax).toBe(0);
});

test('a public URL loses its slash', () => {
  expect(readConfiguration(undefined, { AMPERE_PUBLIC_URL: 'https://example.com/amp/' }).publicUrl).toBe(
    'https://example.com/amp',
  );
});

const refused = (name: string, text: string, environment: Record<string, string>, ...parts: string[]) =>
  test(`refused: ${name}`, () => {
    const attempt = () => readConfiguration(file(text), environment);
    expect(attempt).toThrow(ConfigurationError);
    for (const part of parts) expect(attempt).toThrow(part);
    expect(attempt).not.toThrow(/\n/);
  });

test('what leaves the server, by default and as told', () => {
  const { outgoing } = readConfiguration(undefined, {});
  expect(outgoing).toMatchObject({
    receivers: 'sns',
    outbound: { allowPrivate: false, allow: [] },
    smtp: undefined,
  });
  const told = readConfiguration(
    file(
      'outbound: {allow: [10.0.0.0/8]}\nalertmanager: {receivers: all}\nsns: {smtp: {smarthost: "mail:587", from: a@b.c}}',
    ),
    { AMPERE_SNS_ENDPOINT: 'http://sns:1/' },
  ).outgoing;
  expect(told).toMatchObject({
    receivers: 'all',
    outbound: { allow: ['10.0.0.0/8'] },
    snsEndpoint: 'http://sns:1/',
    smtp: { from: 'a@b.c', server: { host: 'mail', port: 587, tls: 'required' } },
  });
});

refused('no network', 'outbound: {allow: [10.0.0.0/33]}', {}, 'outbound.allow.0', 'a network');
refused(
  'half an SMTP login',
  'sns: {smtp: {smarthost: "m:25", from: a@b.c, username: u}}',
  {},
  'sns.smtp.username',
);
const CLUSTER = 'arn:aws:eks:eu-west-1:123456789012:cluster/one';
test('kubeconfigs: one for every cluster, or one for each', () => {
  const read = (text: string) => readConfiguration(file(text), {}).outgoing.kubeconfigs;
  expect(read('scrape: {allow_private: true}')).toEqual({});
  expect(read('scrape: {kubeconfig: /a}')).toEqual({ default: '/a' });
  const each = read(`scrape: {kubeconfig: {'${CLUSTER}': /a, default: /b}}`);
  expect([CLUSTER, `${CLUSTER}s`].map((arn) => kubeconfigOf(each, arn))).toEqual(['/a', '/b']);
  expect(kubeconfigOf(read(`scrape: {kubeconfig: {'${CLUSTER}': /a}}`), `${CLUSTER}s`)).toBeUndefined();
});
test('refused: a kubeconfig for what is no cluster', () => {
  expect(() => readConfiguration(file('scrape: {kubeconfig: {cluster: /a}}'), {})).toThrow(
    /scrape\.kubeconfig/,
  );
});
refused('an unknown key', 'liste: x', {}, 'ampere.yaml: liste: unknown key', 'data_dir');
refused('an unknown key inside', 'log: {lvl: x}', {}, 'ampere.yaml: log.lvl: unknown key', 'level');
refused('an unknown limit', 'limits: {defaults: {series: 1}}', {}, 'limits.defaults.series', 'active_series');
refused('a bad value', 'log: {level: loud}', {}, 'log.level', 'one of trace, debug, info');
refused(
  'an interval without a unit',
  'maintenance: {interval: "5"}',
  {},
  'maintenance.interval',
  'a duration such as 30s or 2m',
);
refused('no threads', 'queries: {threads: 0}', {}, 'queries.threads', '>= 1');
refused(
  'a timeout without unit',
  'queries: {timeout: "30"}',
  {},
  'queries.timeout',
  'a duration such as 30s',
);
refused('a bad variable', '', { AMPERE_LISTEN: 'here' }, 'AMPERE_LISTEN', 'host:port');
refused('a bad account', 'account_id: "12"', {}, 'account_id', '^[0-9]{12}$');
refused('a number for an account', 'account_id: 123456789012', {}, 'account_id', 'string');
refused('half a key', '', { AMPERE_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }, 'go together');
refused('a list', '- a\n- b', {}, 'a mapping of keys');
refused('no YAML', 'a: [', {}, 'ampere.yaml');
refused('a key twice', 'region: a\nregion: b', {}, 'ampere.yaml');
refused('a URL of another kind', 'public_url: ftp://x', {}, 'public_url', 'http://');
refused(
  'a secret is not repeated',
  '',
  { AMPERE_SECRET_ACCESS_KEY: 'short', AMPERE_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' },
  'AMPERE_SECRET_ACCESS_KEY',
);

const NETWORK = `
listeners:
  - {name: vpc, listen: 'localhost:1', tls: {certificate: /nowhere/c.pem, key: /nowhere/k.pem}}
  - {name: lab, listen: 'localhost:2'}
network:
  defaults: {query: private}
  workspaces: {ws-1: {ingestion: private, query: open, listeners: [lab]}}
`;

test('listeners and who may be reached through them', () => {
  const { listeners, network } = readConfiguration(file(NETWORK), {});
  expect(listeners.map(({ name, address }) => [name, address.port])).toEqual([
    ['vpc', 1],
    ['lab', 2],
  ]);
  expect(network.defaults).toEqual({ ingestion: 'open', query: 'private', scopes: undefined });
  expect(network.workspaces.get('ws-1')).toEqual({ ingestion: 'private', query: 'open', scopes: ['lab'] });
  expect(() => listeners[0]!.readTls!()).toThrow('listeners: vpc: tls.certificate: /nowhere/c.pem can');
});

test('a listener that is there twice, and one that is not there', () => {
  const twice = 'listeners: [{name: a, listen: "h:1"}, {name: a, listen: "h:2"}]';
  expect(() => readConfiguration(file(twice), {})).toThrow('listeners: the name a is there twice');
  const missing = 'network: {defaults: {listeners: [x]}}';
  expect(() => readConfiguration(file(missing), {})).toThrow(
    'network.defaults.listeners: there is no listener x; none is named',
  );
});

const ISSUER = 'name: entra, issuer: "https://login.example/t/v2.0", audiences: [api]';
const GRANT = '{when: {roles: [write, all]}, roles: [publisher], workspaces: ["*"]}';

test('issuers of tokens, by default and as told', () => {
  expect(readConfiguration(undefined, {})).toMatchObject({ tokenIssuers: [], basicAuth: false });
  const read = readConfiguration(
    file(
      `oidc: {private_issuers: ["http://keys:80/x"], issuers: [{${ISSUER}, jwks_uri: "http://keys/jwks", ` +
        `algorithms: [PS256], subject: [oid, sub], grants: [${GRANT}, ` +
        '{when: {sub: a}, act_as: "arn:aws:iam::123456789012:role/x/Reader"}]}]}\n' +
        'basic_auth: true\ndata_collection_rules: {dcr-1: ws-1}',
    ),
    {},
  );
  expect(read.tokenIssuers).toEqual([
    {
      name: 'entra',
      url: 'https://login.example/t/v2.0',
      audiences: ['api'],
      keysUrl: 'http://keys/jwks',
      algorithms: ['PS256'],
      subjectClaims: ['oid', 'sub'],
      grants: [
        { when: new Map([['roles', ['write', 'all']]]), roles: ['publisher'], workspaces: ['*'] },
        { when: new Map([['sub', ['a']]]), actAs: 'arn:aws:iam::123456789012:role/x/Reader' },
      ],
    },
  ]);
  expect(read.basicAuth).toBe(true);
  expect(read.collectionRules).toEqual(new Map([['dcr-1', 'ws-1']]));
  const plain = readConfiguration(file(`oidc: {issuers: [{${ISSUER}, grants: []}]}`), {}).tokenIssuers[0]!;
  expect(plain).toMatchObject({ algorithms: ['RS256', 'ES256'], subjectClaims: ['sub'], keysUrl: undefined });
});

const refusedIssuer = (name: string, issuer: string, ...parts: string[]) =>
  refused(name, `oidc: {issuers: [{${issuer}}]}`, {}, ...parts);
refusedIssuer('an issuer without grants', ISSUER, 'oidc.issuers.0', 'grants');
refusedIssuer('unsigned tokens', `${ISSUER}, algorithms: [none], grants: []`, 'algorithms.0', 'RS256');
refusedIssuer('shared secrets', `${ISSUER}, algorithms: [HS256], grants: []`, 'algorithms.0', 'RS256');
refusedIssuer(
  'an issuer without TLS',
  `${ISSUER.replace('https', 'http')}, grants: []`,
  'oidc.issuers.0.issuer',
  'https://',
);
refusedIssuer('keys without TLS', `${ISSUER}, jwks_uri: "http://k/", grants: []`, 'oidc.issuers.0.jwks_uri');
refusedIssuer('an issuer twice', `${ISSUER}, grants: []}, {${ISSUER}, grants: []`, 'issuers.1', 'twice');
refusedIssuer(
  'a grant to everybody',
  `${ISSUER}, grants: [{when: {}, roles: [reader], workspaces: ["*"]}]`,
  'grants.0.when',
);
refusedIssuer('a grant of nothing', `${ISSUER}, grants: [{when: {a: b}, roles: [reader]}]`, 'grants.0');
refusedIssuer(
  'a grant of two kinds',
  `${ISSUER}, grants: [{when: {a: b}, roles: [reader], act_as: "arn:aws:iam::123456789012:role/r"}]`,
  'grants.0: has either',
);
refusedIssuer(
  'an unknown role',
  `${ISSUER}, grants: [{when: {a: b}, roles: [owner], workspaces: ["*"]}]`,
  'one of publisher, reader',
);

test('deleted workspaces may be kept for a month at most', () => {
  expect(readConfiguration(file('deletion: {keep_for: 7d}'), {}).keepDeletedMs).toBe(7 * 86_400_000);
  expect(readConfiguration(file('deletion: {keep_for: 0s}'), {}).keepDeletedMs).toBe(0);
  expect(() => readConfiguration(file('deletion: {keep_for: 32d}'), {})).toThrow('a duration of 31d at most');
});
