// Gateway, control plane and topics together: nobody gets through any route, of the data plane, of AMP's API, of IAM,
// STS, SNS and their like, or to the metrics, without a key that is good and a policy that allows it.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { EngineClient } from '@ampere/contracts';
import { type LocalControlPlane, openControlPlane, operationRoutes } from '@ampere/control-plane';
import { createGateway, dataRoutes, type Gateway } from '@ampere/gateway';
import { Limits, parseLimits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { AddressPolicy, Outbound } from '@ampere/outbound';
import { FakeClock, NodeDisk, SystemRandom } from '@ampere/platform';
import { signRequest } from '@ampere/sigv4';
import { EmbeddedSns, snsOperations } from '@ampere/sns';
import { temporaryFolder } from '@ampere/testing';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Place {
  readonly service: string;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly forEverybody: boolean;
  /** Of an API with JSON both ways. */
  readonly target?: string;
}

/** APIs with JSON, whose refusals are 400 whatever their reason. */
const JSON_PLACES: readonly Place[] = [
  ['servicequotas', 'ServiceQuotasV20190624.ListServiceQuotas'],
  ['servicequotas', 'ServiceQuotasV20190624.PutServiceQuota'],
  ['servicequotas', 'ServiceQuotasV20190624.RequestServiceQuotaIncrease'],
  ['cloudtrail', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents'],
].map(([service, target]) => ({
  service: service!,
  name: target!,
  method: 'POST',
  path: '/',
  forEverybody: false,
  target: target!,
}));

/** APIs with forms, and the version that a form names. */
const VERSIONS: Readonly<Record<string, string>> = {
  iam: '2010-05-08',
  sts: '2011-06-15',
  sns: '2010-03-31',
};
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:there`;

const clock = new FakeClock(Date.UTC(2026, 10, 20, 12));
let engineRequests = 0;
let controlPlane: LocalControlPlane;
let gateway: Gateway;
let root: Keys;
let mine = '';
let places: readonly Place[] = [];

/** An engine that carries out whatever gets to it, and counts it. */
const engine = {
  request: async () => {
    engineRequests++;
    return { status: 200, headers: {}, body: new Uint8Array(0) };
  },
  createTenant: async () => {},
  deleteTenant: async () => {},
  setLimits: async () => {},
  settingsChanged: () => {},
  metricsText: async () => '',
  stop: async () => {},
} as unknown as EngineClient;

/** `keys` undefined: unsigned. */
async function send(
  keys: Keys | undefined,
  place: Pick<Place, 'service' | 'method' | 'path' | 'target'>,
  body = '',
) {
  const { host, port } = gateway.address;
  const headers: Record<string, string> = { host: `${host}:${port}` };
  if (place.target !== undefined) {
    headers['content-type'] = 'application/x-amz-json-1.1';
    headers['x-amz-target'] = place.target;
  } else if (place.path === '/') headers['content-type'] = 'application/x-www-form-urlencoded';
  const head = { method: place.method, target: place.path, rawHeaders: Object.entries(headers).flat() };
  const context = { region: REGION, service: place.service, clock };
  const hash = createHash('sha256').update(body).digest('hex');
  const added = keys === undefined ? {} : signRequest(head, hash, { ...context, credentials: keys });
  const response = await fetch(`http://${host}:${port}${place.path}`, {
    method: place.method,
    headers: { ...headers, ...added },
    ...(body === '' ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

function call(keys: Keys | undefined, place: Place) {
  const { service, name, method } = place;
  if (place.target !== undefined)
    return send(keys, place, '{"ServiceCode":"aps","QuotaCode":"active_series","DesiredValue":1}');
  if (service === 'aps') return send(keys, place, method === 'GET' || method === 'DELETE' ? '' : '{}');
  const members = {
    Action: name,
    Version: VERSIONS[service]!,
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/reader`,
    ...(service === 'sns' ? { Name: 'there', ResourceArn: TOPIC, TopicArn: TOPIC } : {}),
  };
  return send(keys, place, new URLSearchParams(members).toString());
}

/** A call of IAM, STS or SNS that has to succeed; the values of its answer by name. */
async function form(keys: Keys, service: 'iam' | 'sts' | 'sns', members: Record<string, string>) {
  const body = new URLSearchParams({ ...members, Version: VERSIONS[service]! }).toString();
  const { status, text } = await send(keys, { service, method: 'POST', path: '/' }, body);
  expect([status, text]).toEqual([200, expect.anything()]);
  return new Map([...text.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map((found) => [found[1]!, found[2]!]));
}

const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

async function user(name: string, document?: string): Promise<Keys> {
  await form(root, 'iam', { Action: 'CreateUser', UserName: name });
  if (document !== undefined) {
    const members = { UserName: name, PolicyName: 'p', PolicyDocument: document };
    await form(root, 'iam', { Action: 'PutUserPolicy', ...members });
  }
  const key = await form(root, 'iam', { Action: 'CreateAccessKey', UserName: name });
  return { accessKeyId: key.get('AccessKeyId')!, secretAccessKey: key.get('SecretAccessKey')! };
}

async function workspace(): Promise<string> {
  const made = await send(root, { service: 'aps', method: 'POST', path: '/workspaces' }, '{}');
  const { workspaceId } = JSON.parse(made.text) as { workspaceId: string };
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  return workspaceId;
}

beforeAll(async () => {
  const limits = new Limits(parseLimits({ profile: 'unlimited', defaults: {} }));
  const random = new SystemRandom();
  controlPlane = await openControlPlane({
    databasePath: join(temporaryFolder(), 'control.db'),
    region: REGION,
    publicUrl: 'http://127.0.0.1',
    account: { accountId: ACCOUNT },
    limits,
    backend: engine,
    // Nothing is let through to them but in the first test.
    readers: {
      ruleFile: () => ({ problems: [], groups: [] }),
      alertManager: () => ({ kind: 'good' }),
      scrapeConfiguration: () => ({ kind: 'good' }),
      detectorQuery: () => undefined,
    },
    clock,
    random,
    disk: new NodeDisk(),
    log: { error: () => {} },
  } as unknown as Parameters<typeof openControlPlane>[0]);
  root = controlPlane.account;
  const metrics = new Registry();
  // Not started: what is published stays where it is.
  const sns = new EmbeddedSns({
    store: controlPlane.topicStore,
    place: { region: REGION, accountId: ACCOUNT },
    clock,
    random,
    disk: new NodeDisk(),
    folder: join(temporaryFolder(), 'sns'),
    outbound: new Outbound({ policy: new AddressPolicy({ allowPrivate: false, allow: [] }), clock }),
    sendMail: undefined,
    publicUrl: () => 'http://127.0.0.1',
    metrics,
    log: () => {},
  });
  gateway = createGateway({
    clock,
    random,
    logger: pino({ level: 'silent' }),
    metrics,
    region: REGION,
    accountId: ACCOUNT,
    controlPlane,
    engine,
    services: [...controlPlane.services, sns.service],
    publicFile: (path) => sns.certificateAt(path),
    limits,
  });
  await gateway.listen('127.0.0.1', 0);
  gateway.markReady();
  mine = await workspace();
  await form(root, 'sns', { Action: 'CreateTopic', Name: 'there' });
  const arn = `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${mine}`;
  const values: Readonly<Record<string, string>> = {
    workspaceId: mine,
    resourceArn: encodeURIComponent(arn),
    name: 'rules',
    scraperId: 's-1',
    anomalyDetectorId: 'ad-1',
  };
  const filled = (template: string) => template.replace(/\{(\w+)\}/g, (_, member) => values[member] ?? 'x');
  places = [
    ...dataRoutes().flatMap(({ path, methods, name }) =>
      methods.map((method) => ({
        service: 'aps',
        name,
        method,
        path: `/workspaces/${mine}/${filled(path)}`,
        forEverybody: false,
      })),
    ),
    ...operationRoutes().map((route) => ({ ...route, path: filled(route.pathTemplate) })),
    ...snsOperations().map((name) => ({
      service: 'sns',
      name,
      method: 'POST',
      path: '/',
      forEverybody: false,
    })),
    { service: 'aps', name: 'GetMetrics', method: 'GET', path: '/metrics', forEverybody: false },
    ...JSON_PLACES,
  ];
});

afterAll(async () => {
  const stopped = gateway.stop();
  clock.advance(60_000);
  await Promise.resolve();
  clock.advance(60_000);
  await stopped;
  await controlPlane.stop();
});

/** Calls every place; the names of those where the answer isn't as it should be. */
async function unlike(keys: Keys | undefined, fits: (status: number, text: string, place: Place) => boolean) {
  const found: string[] = [];
  for (const place of places) {
    const { status, text } = await call(keys, place);
    if (!fits(status, text, place))
      found.push(`${place.method} ${place.name}: ${status} ${text.slice(0, 200)}`);
  }
  return found;
}

const isRefusal = (status: number, { target }: Place) => status === (target === undefined ? 403 : 400);

const isDenied = (status: number, text: string, place: Place) =>
  place.forEverybody || (isRefusal(status, place) && text.includes('is not authorized to perform'));

test('somebody with every permission gets through everywhere', async () => {
  const keys = await user('all', policy({ Effect: 'Allow', Action: '*', Resource: '*' }));
  expect(places.length).toBeGreaterThan(140);
  // Deleting comes last, for it takes away what the others need.
  const all = places;
  places = all.filter(({ name }) => name !== 'DeleteWorkspace');
  // A role's trust policy has the last word over who assumes it.
  const isThrough = (status: number, text: string, { name }: Place) =>
    (status !== 403 && !text.includes('is not authorized')) || name === 'AssumeRole';
  expect(await unlike(keys, isThrough)).toEqual([]);
  places = all;
  expect(engineRequests).toBeGreaterThan(0);
});

const nobody = (name: string, keysOf: () => Promise<Keys | undefined>, fits = isDenied) =>
  test(`${name}: nothing`, async () => {
    const keys = await keysOf();
    engineRequests = 0;
    expect(await unlike(keys, fits)).toEqual([]);
    expect(engineRequests).toBe(0);
  });

const isUnknown = (status: number, text: string, place: Place) =>
  isRefusal(status, place) && text.includes('The security token included in the request is invalid.');

nobody(
  'somebody who signs nothing',
  async () => undefined,
  (status, text) => status === 403 && /Missing ?Authentication ?Token/.test(text),
);
nobody('a user without policies', () => user('none'));
nobody('a user with permissions on another workspace', async () => {
  const other = `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${await workspace()}`;
  return user('elsewhere', policy({ Effect: 'Allow', Action: '*', Resource: other }));
});
nobody('a user who is denied everything', () =>
  user(
    'denied',
    policy({ Effect: 'Allow', Action: '*', Resource: '*' }, { Effect: 'Deny', Action: '*', Resource: '*' }),
  ),
);
nobody('a user whose boundary allows something else', async () => {
  const keys = await user('bounded', policy({ Effect: 'Allow', Action: '*', Resource: '*' }));
  const document = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
  const made = await form(root, 'iam', {
    Action: 'CreatePolicy',
    PolicyName: 's3',
    PolicyDocument: document,
  });
  const members = { UserName: 'bounded', PermissionsBoundary: made.get('Arn')! };
  await form(root, 'iam', { Action: 'PutUserPermissionsBoundary', ...members });
  return keys;
});
nobody(
  'an inactive key',
  async () => {
    const keys = await user('idle', policy({ Effect: 'Allow', Action: '*', Resource: '*' }));
    const members = { UserName: 'idle', AccessKeyId: keys.accessKeyId, Status: 'Inactive' };
    await form(root, 'iam', { Action: 'UpdateAccessKey', ...members });
    return keys;
  },
  isUnknown,
);
nobody(
  'a deleted key',
  async () => {
    const keys = await user('gone', policy({ Effect: 'Allow', Action: '*', Resource: '*' }));
    const members = { UserName: 'gone', AccessKeyId: keys.accessKeyId };
    await form(root, 'iam', { Action: 'DeleteAccessKey', ...members });
    return keys;
  },
  isUnknown,
);

async function session(): Promise<Keys> {
  return keysIn(await form(root, 'sts', { Action: 'GetSessionToken', DurationSeconds: '900' }));
}

function keysIn(answer: ReadonlyMap<string, string>): Keys {
  return {
    accessKeyId: answer.get('AccessKeyId')!,
    secretAccessKey: answer.get('SecretAccessKey')!,
    sessionToken: answer.get('SessionToken')!,
  };
}

nobody('a role whose session was opened for something else', async () => {
  await form(root, 'iam', {
    Action: 'CreateRole',
    RoleName: 'narrowed',
    AssumeRolePolicyDocument: policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: 'sts:AssumeRole',
    }),
  });
  const all = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
  await form(root, 'iam', {
    Action: 'PutRolePolicy',
    RoleName: 'narrowed',
    PolicyName: 'p',
    PolicyDocument: all,
  });
  const opened = await form(await user('opener', all), 'sts', {
    Action: 'AssumeRole',
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/narrowed`,
    RoleSessionName: 'narrow',
    Policy: policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
  });
  return keysIn(opened);
});
nobody(
  'a tampered session token',
  async () => {
    const keys = await session();
    const flipped = keys.sessionToken!.startsWith('A') ? 'B' : 'A';
    return { ...keys, sessionToken: flipped + keys.sessionToken!.slice(1) };
  },
  isUnknown,
);
nobody(
  'a temporary key without its token',
  async () => {
    const { sessionToken: _, ...keys } = await session();
    return keys;
  },
  isUnknown,
);
nobody(
  'a wrong secret',
  async () => ({ ...(await session()), secretAccessKey: 'x'.repeat(40) }),
  (status, text, place) =>
    isRefusal(status, place) && text.includes('The request signature we calculated does not match'),
);

test('an expired token: nothing, and told so', async () => {
  const keys = await session();
  expect((await call(keys, places[0]!)).status).not.toBe(403);
  clock.advance(900_000);
  engineRequests = 0;
  const isExpired = (status: number, text: string, place: Place) =>
    isRefusal(status, place) &&
    text.includes('The security token included in the request is expired') &&
    (!['iam', 'sts'].includes(place.service) || text.includes('<Code>ExpiredToken</Code>'));
  expect(await unlike(keys, isExpired)).toEqual([]);
  expect(engineRequests).toBe(0);
});
