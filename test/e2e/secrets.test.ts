// After a session with every kind of secret in it, good ones and refused ones, at the most talkative log level: none
// of them stands in a log, a file, a metric or a page but where it must be kept.
//
// Must be kept: the database (and its log), which holds keys, definitions and subscriptions, and the credential file.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { SystemClock } from '@ampere/platform';
import { presign, signUrl } from '@ampere/sigv4';
import { startMailServer, temporaryFolder, until } from '@ampere/testing';
import { afterAll, expect, test } from 'vitest';
import {
  ACCOUNT,
  createWorkspace,
  REGION,
  ROOT_KEY,
  startAmpere,
  startTokenServer,
} from '../harness/index.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

const VERSIONS = { iam: '2010-05-08', sts: '2011-06-15', sns: '2010-03-31' } as const;
const clock = new SystemClock();
/** What must not be found, by what it is. */
const secrets = new Map<string, string>([['root secret', ROOT_KEY.secretAccessKey]]);

/** A secret of our choice, to be put somewhere. */
function planted(name: string): string {
  const secret = `planted${secrets.size}x${name.replace(/\W/g, '')}Zq7`;
  secrets.set(name, secret);
  return secret;
}

/** The spellings in which a secret would be one. */
function spellings(secret: string): string[] {
  const inBase64 = [0, 1, 2].map((offset) =>
    Buffer.from('x'.repeat(offset) + secret)
      .toString('base64')
      .slice(offset === 0 ? 0 : 4)
      .replace(/=+$/, '')
      .slice(0, -1),
  );
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...inBase64];
}

const found = (text: string) =>
  [...secrets]
    .filter(([, secret]) => spellings(secret).some((one) => text.includes(one)))
    .map(([name]) => name);

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('no secret is in a log or a file but where it must be kept', { timeout: 240_000 }, async () => {
  const issuer = await startTokenServer([]);
  const mail = await startMailServer();
  let hooks = 0;
  const failing = createServer((request, response) => {
    hooks++;
    response.writeHead(request.url === '/gone' ? 404 : 500).end('no');
  });
  await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    failing.closeAllConnections();
    failing.close();
  });
  const target = `127.0.0.1:${(failing.address() as AddressInfo).port}`;
  const config = join(temporaryFolder(), 'ampere.yaml');
  writeFileSync(
    config,
    `log: {level: trace}
outbound: {allow_private: true}
alertmanager: {receivers: all}
limits: {profile: unlimited}
basic_auth: true
oidc:
  private_issuers: ['${issuer.url}']
  issuers:
    - {name: own, issuer: '${issuer.url}', audiences: [ampere], grants: [{when: {sub: reader}, roles: [reader], workspaces: ['*']}]}
sns:
  smtp: {smarthost: '127.0.0.1:${mail.port}', from: a@example.com, username: u, password: ${planted('SMTP password')}, tls: if-offered}
`,
  );
  const ampere = await startAmpere({ env: { AMPERE_CONFIG: config } });

  const send = async (
    keys: Keys,
    service: string,
    path: string,
    request: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ) => {
    const { method = 'GET', headers = {}, body } = request;
    const url = ampere.url + path;
    const signed = signUrl(
      { method, url, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) },
      { credentials: keys, region: REGION, service, clock },
    );
    const response = await fetch(url, { method, headers: signed, ...(body === undefined ? {} : { body }) });
    return { status: response.status, text: await response.text() };
  };
  const aps = (method: string, path: string, body?: object, keys: Keys = ROOT_KEY) =>
    send(keys, 'aps', path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  /** The members of the answer; refused ones have none that are asked for. */
  const form = async (
    service: keyof typeof VERSIONS,
    members: Record<string, string>,
    keys: Keys = ROOT_KEY,
  ) => {
    const { text } = await send(keys, service, '/', {
      method: 'POST',
      body: new URLSearchParams({ ...members, Version: VERSIONS[service] }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    return new Map([...text.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map((match) => [match[1]!, match[2]!]));
  };
  const remember = (name: string, answer: ReadonlyMap<string, string>): Keys => {
    const [secretAccessKey, sessionToken] = [answer.get('SecretAccessKey')!, answer.get('SessionToken')];
    expect(secretAccessKey, name).toBeDefined();
    secrets.set(`${name}: secret`, secretAccessKey);
    if (sessionToken !== undefined) secrets.set(`${name}: token`, sessionToken);
    return { accessKeyId: answer.get('AccessKeyId')!, secretAccessKey, sessionToken };
  };
  const all = (more: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });

  // Keys: a user's, a session's, a role's, and the session of somebody with a token.
  await form('iam', { Action: 'CreateUser', UserName: 'ann' });
  const everything = all({ Action: '*', Resource: '*' });
  await form('iam', {
    Action: 'PutUserPolicy',
    UserName: 'ann',
    PolicyName: 'p',
    PolicyDocument: everything,
  });
  const user = remember('user', await form('iam', { Action: 'CreateAccessKey', UserName: 'ann' }));
  const session = remember('session', await form('sts', { Action: 'GetSessionToken' }, user));
  const federated = `arn:aws:iam::${ACCOUNT}:oidc-provider/${new URL(issuer.url).host}`;
  const trusting = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const role = async (name: string, trust: string) => {
    await form('iam', { Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: trust });
    await form('iam', {
      Action: 'PutRolePolicy',
      RoleName: name,
      PolicyName: 'p',
      PolicyDocument: everything,
    });
    return { RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`, RoleSessionName: 'guest' };
  };
  const assumed = await role(
    'assumed',
    trusting({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }),
  );
  const inRole = remember('role', await form('sts', { Action: 'AssumeRole', ...assumed }, user));
  const providerUrl = { Action: 'CreateOpenIDConnectProvider', Url: issuer.url };
  await form('iam', { ...providerUrl, 'ClientIDList.member.1': 'ampere' });
  const web = await role(
    'web',
    trusting({
      Effect: 'Allow',
      Principal: { Federated: federated },
      Action: 'sts:AssumeRoleWithWebIdentity',
    }),
  );
  const seconds = Math.floor(clock.nowMs() / 1000);
  const token = (name: string, claims: object) => {
    const made = issuer.mint.token({
      sub: 'reader',
      aud: 'ampere',
      iat: seconds,
      exp: seconds + 600,
      ...claims,
    });
    secrets.set(name, made.split('.')[2]!);
    return made;
  };
  const WebIdentityToken = token('web identity token', {});
  const withToken = { Action: 'AssumeRoleWithWebIdentity', ...web };
  remember('web identity', await form('sts', { ...withToken, WebIdentityToken }));
  for (const refused of [
    token('expired token', { exp: 1, iat: 0 }),
    token('other audience', { aud: 'other' }),
  ])
    await form('sts', { ...withToken, WebIdentityToken: refused });

  // The same keys in requests that are good, refused and malformed.
  const workspaceId = await createWorkspace(ampere);
  const base = `/workspaces/${workspaceId}`;
  for (const keys of [user, session, inRole]) {
    expect((await send(keys, 'aps', `${base}/api/v1/query?query=1`)).status).toBe(200);
    const wrong = { ...keys, secretAccessKey: planted('wrong secret') };
    expect((await send(wrong, 'aps', `${base}/api/v1/query?query=1`)).status).toBe(403);
    const head = {
      method: 'GET',
      target: `${base}/api/v1/query?query=1`,
      rawHeaders: ['host', new URL(ampere.url).host],
    };
    const context = { credentials: keys, region: REGION, service: 'aps', clock };
    const url = ampere.url + presign(head, createHash('sha256').digest('hex'), 60, context);
    secrets.set(`presigned ${keys.accessKeyId}`, new URL(url).searchParams.get('X-Amz-Signature')!);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}0`)).status).toBe(403);
  }
  const unsigned = async (authorization: string) =>
    (await fetch(`${ampere.url}${base}/api/v1/query?query=1`, { headers: { authorization } })).status;
  expect(await unsigned(`Bearer ${token('bearer', {})}`)).toBe(200);
  expect(await unsigned(`Bearer ${token('expired bearer', { exp: 1, iat: 0 })}`)).toBe(401);
  const pair = (secret: string) => Buffer.from(`${user.accessKeyId}:${secret}`).toString('base64');
  expect(await unsigned(`Basic ${pair(user.secretAccessKey)}`)).toBe(200);
  await unsigned(`Basic ${pair(planted('basic password'))}`);
  await unsigned(`AWS4-HMAC-SHA256 Credential=${planted('malformed header')}`);
  const bogus = { ...session, sessionToken: planted('unknown token') };
  await form('sts', { Action: 'GetCallerIdentity' }, bogus);
  await form('iam', { Action: 'CreateUser', UserName: '?', Password: planted('password of a form') });

  // Definitions and scrapers with secrets in them, which are tried and fail.
  const logGroupArn = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/everything:*`;
  await aps('POST', `${base}/logging`, { logGroupArn });
  const data = (text: string) => Buffer.from(text).toString('base64');
  const definition = `alertmanager_config: |
  global: {slack_api_url: 'http://${target}/${planted('slack url')}', opsgenie_api_url: 'http://${target}/', smtp_smarthost: '127.0.0.1:${mail.port}', smtp_from: a@example.com, smtp_auth_username: u, smtp_auth_password: ${planted('mail password')}, smtp_require_tls: false}
  route: {receiver: all, group_wait: 0s, group_interval: 1s}
  receivers:
  - name: all
    webhook_configs:
    - {url: 'http://u:${planted('webhook url password')}@${target}/hook'}
    - {url: 'http://${target}/hook', http_config: {authorization: {credentials: ${planted('webhook bearer')}}}}
    - {url: 'http://${target}/hook', http_config: {basic_auth: {username: u, password: ${planted('webhook basic')}}}}
    slack_configs: [{channel: '#c'}]
    opsgenie_configs: [{api_key: ${planted('opsgenie key')}}]
    pagerduty_configs: [{url: 'http://${target}/', routing_key: ${planted('pagerduty key')}}]
    email_configs: [{to: b@example.com}]
    sns_configs:
    - {api_url: 'http://${target}/', topic_arn: 'arn:aws:sns:${REGION}:${ACCOUNT}:t', sigv4: {region: ${REGION}, access_key: AKIAOFSOMEBODYELSE01, secret_key: ${planted('sns secret')}}}
`;
  const taken = await aps('POST', `${base}/alertmanager/definition`, { data: data(definition) });
  expect(taken).toMatchObject({ status: 202 });
  const described = await aps('GET', `${base}/alertmanager/definition`);
  expect(described.text).toContain('"ACTIVE"');
  const broken = definition.replace('receiver: all,', 'receiver: none,');
  await aps('PUT', `${base}/alertmanager/definition`, { data: data(broken) });
  await aps('PUT', `${base}/alertmanager/definition`, { data: data(definition.replace('sns_configs', 'x')) });
  await aps('PUT', `${base}/alertmanager/definition`, { data: data(definition) });
  const alerted = await aps('POST', `${base}/alertmanager/api/v2/alerts`, [{ labels: { alertname: 'A' } }]);
  expect(alerted.status).toBe(200);
  await until('the receivers to be tried', () => hooks > 6);
  const destination = { cloudWatchLogs: { logGroupArn }, filters: { qspThreshold: 0 } };
  await aps('POST', `${base}/logging/query`, { destinations: [destination] });
  await send(ROOT_KEY, 'aps', `${base}/api/v1/query?query=${encodeURIComponent('count(up)')}`);
  const scraping = (more: string) =>
    data(`global: {scrape_interval: 1s}
scrape_configs:
- {job_name: basic, basic_auth: {username: u, password: ${planted('scrape password')}}, static_configs: [{targets: ['${target}']}]}
- {job_name: bearer, authorization: {credentials: ${planted('scrape bearer')}}, static_configs: [{targets: ['${target}']}]}
${more}`);
  const scraper = (more: string) =>
    aps('POST', '/scrapers', {
      scrapeConfiguration: { configurationBlob: scraping(more) },
      source: { vpcConfiguration: { securityGroupIds: ['sg-1'], subnetIds: ['subnet-1'] } },
      destination: {
        ampConfiguration: { workspaceArn: `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${workspaceId}` },
      },
    });
  const made = await scraper('');
  expect(made.status).toBe(202);
  const { scraperId } = JSON.parse(made.text) as { scraperId: string };
  await aps('PUT', `/scrapers/${scraperId}/logging-configuration`, {
    loggingDestination: { cloudWatchLogs: { logGroupArn } },
  });
  await scraper('unknown_member: 1');

  // Topics: subscribers with passwords, tokens of confirmation, a server for mail with one.
  const TopicArn = (await form('sns', { Action: 'CreateTopic', Name: 't' })).get('TopicArn')!;
  const Endpoint = `http://u:${planted('endpoint password')}@${target}/gone`;
  await form('sns', { Action: 'Subscribe', TopicArn, Protocol: 'http', Endpoint });
  await form('sns', { Action: 'Subscribe', TopicArn, Protocol: 'email', Endpoint: 'b@example.com' });
  await form('sns', { Action: 'Subscribe', TopicArn, Protocol: 'https', Endpoint: `${Endpoint} ` });
  await form('sns', { Action: 'ConfirmSubscription', TopicArn, Token: planted('confirmation token') });
  await fetch(
    `${ampere.url}/?Action=ConfirmSubscription&TopicArn=${TopicArn}&Token=${planted('token in a link')}`,
  );
  const deadLetters = join(ampere.dataFolder, 'sns', 'dead-letters', '00000001.jsonl');
  await until('the dead letter', () =>
    readFileSync(deadLetters, 'utf8').includes('SubscriptionConfirmation'),
  );
  const inMail = await until('the question by mail', () => {
    const texts = mail.mails.map(({ text }) => text.replace(/=\r\n/g, '').replaceAll('=3D', '='));
    return /Token=([0-9a-f]{32,})/.exec(texts.join('\n'))?.[1];
  });
  secrets.set('the token in the mail', inMail);

  const logged = (name: string) =>
    filesBelow(join(ampere.dataFolder, 'logs')).some((path) => readFileSync(path, 'utf8').includes(name));
  await until(
    'the logs',
    () => logged('count(up)') && logged(scraperId) && logged('Notify for alerts failed'),
  );

  // What pages, metrics and the trail show.
  const pages = [
    '/metrics',
    ...['alertmanager/api/v2/status', 'alertmanager/notifications', 'alertmanager/api/v2/receivers', 'alertmanager/api/v2/alerts'],
    ...['api/v1/status/queries', 'api/v1/status/limits', 'api/v1/rules/status', 'api/v1/status/runtimeinfo'],
  ].map((path) => (path.startsWith('/') ? path : `${base}/${path}`)); // biome-ignore format: a list of paths
  for (const page of pages) {
    const { status, text } = await send(ROOT_KEY, 'aps', page);
    expect([page, status, found(text)]).toEqual([page, 200, []]);
  }
  const trail = await send(ROOT_KEY, 'cloudtrail', '/', {
    method: 'POST',
    body: '{"MaxResults":50}',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
    },
  });
  expect(trail.text).toContain('CreateAccessKey');
  expect(found(trail.text)).toEqual([]);

  expect(await ampere.stop()).toBe(0);
  const output = ampere.process().output();
  expect(output).toContain(user.accessKeyId);
  expect(output.split('\n').filter((line) => found(line).length > 0)).toEqual([]);

  const mustKeep = /^(control-plane\.sqlite(-wal|-shm)?|credentials)$/;
  const inFiles = filesBelow(ampere.dataFolder).flatMap((path) => {
    const names = found(readFileSync(path, 'latin1'));
    return names.length === 0 ? [] : [[relative(ampere.dataFolder, path), names] as const];
  });
  expect(inFiles.filter(([path]) => !mustKeep.test(path))).toEqual([]);
  // The search finds what is there.
  const kept = new Map(inFiles);
  expect(kept.get('credentials')).toEqual(['root secret']);
  expect(kept.get('control-plane.sqlite')).toEqual(expect.arrayContaining(['user: secret', 'webhook basic']));
});
