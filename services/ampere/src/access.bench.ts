// CPU time of what every data-plane request costs before it is carried out: finding the key, verifying the
// signature, deciding with a hundred policies. Each request is signed anew, so nothing of it is remembered.
// `npx tsx access.bench.ts`; the bound is 60 µs. Prints JSON lines; the quickest round counts.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsService } from '@ampere/contracts';
import { type LocalControlPlane, openControlPlane } from '@ampere/control-plane';
import { authorise } from '@ampere/iam';
import { Limits, parseLimits } from '@ampere/limits';
import { FakeClock, NodeDisk, SystemRandom } from '@ampere/platform';
import { beginVerification, SigningKeyCache, signRequest } from '@ampere/sigv4';

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
const BODY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const REQUESTS = 4000;

const clock = new FakeClock(Date.UTC(2026, 10, 20, 12));
const random = new SystemRandom();
const disk = new NodeDisk();
const folder = join(tmpdir(), `ampere-bench-${Buffer.from(random.bytes(8)).toString('hex')}`);
await disk.makeFolder(folder);
const unused = async () => {};
const plane = await openControlPlane({
  databasePath: join(folder, 'control.db'),
  region: REGION,
  publicUrl: 'http://127.0.0.1',
  account: { accountId: ACCOUNT },
  limits: new Limits(parseLimits({ profile: 'unlimited', defaults: {} })),
  backend: { createTenant: unused, deleteTenant: unused, setLimits: unused },
  clock,
  random,
  disk,
  log: { error: () => {} },
} as unknown as Parameters<typeof openControlPlane>[0]);

try {
  const keys = await userWithHundredPolicies(plane);
  await measure('a user with 100 policies of 10 groups', () => keys);
  const session = await call(plane, 'sts', { Action: 'GetSessionToken' }, keys.accessKeyId);
  const temporary = {
    accessKeyId: session.get('AccessKeyId')!,
    secretAccessKey: session.get('SecretAccessKey')!,
    sessionToken: session.get('SessionToken')!,
  };
  await measure('the same with temporary keys', () => temporary);
  await measure(
    'after a change to some policy',
    () => keys,
    50,
    () => changeSomething(plane),
  );
} finally {
  await plane.stop();
  await disk.remove(folder);
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

async function call(
  { services, credentials, account }: LocalControlPlane,
  name: string,
  members: Record<string, string>,
  accessKeyId: string = account.accessKeyId,
): Promise<ReadonlyMap<string, string>> {
  const service = services.find((one) => one.name === name) as AwsService;
  const { principal } = credentials.find(accessKeyId)!;
  const Version = name === 'iam' ? '2010-05-08' : '2011-06-15';
  const request = {
    method: 'POST',
    search: '',
    headers: {},
    body: Buffer.from(new URLSearchParams({ ...members, Version }).toString()),
    requestId: 'r',
    sourceIp: '127.0.0.1',
  };
  const route = service.route(request, principal);
  if ('error' in route) throw new Error(route.error.message);
  const { status, body } = await service.execute(route, request, principal);
  const text = Buffer.from(body).toString();
  if (status !== 200) throw new Error(text);
  return new Map([...text.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map((found) => [found[1]!, found[2]!]));
}

/** Each policy has a condition and another workspace; the last one allows. */
async function userWithHundredPolicies(to: LocalControlPlane): Promise<Keys> {
  const iam = (members: Record<string, string>) => call(to, 'iam', members);
  await iam({ Action: 'CreateUser', UserName: 'ann' });
  for (let g = 0; g < 10; g++) {
    await iam({ Action: 'CreateGroup', GroupName: `g${g}` });
    await iam({ Action: 'AddUserToGroup', GroupName: `g${g}`, UserName: 'ann' });
    for (let p = 0; p < 10; p++) {
      const isLast = g === 9 && p === 9;
      const document = {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Action: ['aps:RemoteWrite', 'aps:Query*'],
          Resource: isLast ? '*' : `arn:aws:aps:*:${ACCOUNT}:workspace/ws-${g}-${p}*`,
          Condition: { IpAddress: { 'aws:SourceIp': `10.${g}.${p}.0/${isLast ? 8 : 24}` } },
        },
      };
      const made = await iam({
        Action: 'CreatePolicy',
        PolicyName: `p${g}${p}`,
        PolicyDocument: JSON.stringify(document),
      });
      await iam({ Action: 'AttachGroupPolicy', GroupName: `g${g}`, PolicyArn: made.get('Arn')! });
    }
  }
  const key = await iam({ Action: 'CreateAccessKey', UserName: 'ann' });
  return { accessKeyId: key.get('AccessKeyId')!, secretAccessKey: key.get('SecretAccessKey')! };
}

function changeSomething(to: LocalControlPlane): Promise<unknown> {
  return call(to, 'iam', { Action: 'UpdateGroup', GroupName: 'g0', NewPath: `/${random.integer(1e9)}/` });
}

/** CPU time of a request; `before` each is outside of the measurement. */
async function measure(
  name: string,
  keysOf: () => Keys,
  requests = REQUESTS,
  before?: () => Promise<unknown>,
): Promise<void> {
  const arn = `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/ws-01234567-89ab-cdef-0123-456789abcdef`;
  const target = '/workspaces/ws-01234567-89ab-cdef-0123-456789abcdef/api/v1/remote_write';
  const keyCache = new SigningKeyCache();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round++) {
    const heads = Array.from({ length: requests }, (_, n) => {
      const head = { method: 'POST', target, rawHeaders: ['host', 'x', 'x-n', String(n)] };
      const context = { credentials: keysOf(), region: REGION, service: 'aps', clock };
      const added = signRequest(head, BODY_SHA256, context);
      return { ...head, rawHeaders: [...head.rawHeaders, ...Object.entries(added).flat()] };
    });
    let used = 0;
    const decide = (head: (typeof heads)[number]): void => {
      const findKey = (id: string) => plane.credentials.find(id);
      const pending = beginVerification(head, {
        findKey,
        region: REGION,
        services: ['aps'],
        clock,
        keyCache,
      });
      if (!pending.ok || !pending.finish(BODY_SHA256).ok) throw new Error('not verified');
      const context = new Map<string, readonly string[]>([
        ['aws:SourceIp', ['10.1.2.3']],
        ['aws:SecureTransport', ['false']],
        ['aws:CurrentTime', ['2026-11-20T12:00:00Z']],
      ]);
      const decision = authorise(pending.credentials.principal, 'aps:RemoteWrite', arn, context);
      if (!decision.allowed) throw new Error(decision.message);
    };
    if (before === undefined) {
      const start = process.cpuUsage();
      for (const head of heads) decide(head);
      const { user, system } = process.cpuUsage(start);
      used = user + system;
    } else {
      for (const head of heads) {
        await before();
        const start = process.cpuUsage();
        decide(head);
        const { user, system } = process.cpuUsage(start);
        used += user + system;
      }
    }
    best = Math.min(best, used / requests);
  }
  process.stdout.write(
    `${JSON.stringify({ name, policies: 100, microseconds: Math.round(best * 10) / 10 })}\n`,
  );
}
