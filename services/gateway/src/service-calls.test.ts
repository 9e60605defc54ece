// APIs beside AMP's at `/`: who gets through to them, as what, and how they are told why not.

import type { AwsService, AwsServiceCall, AwsServiceRequest, ManagementCall } from '@ampere/contracts';
import { type Principal, parsePolicy } from '@ampere/iam';
import { expect, test } from 'vitest';
import {
  ACCOUNT,
  type Call,
  type Fixture,
  FOREIGN_KEY_ID,
  REGION,
  startFixture,
} from './testing/gateway-fixture.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Its operations are `Do`, on the ARN in the body, `Whoami` for everybody, and `Open` without a signature. */
class FakeService implements AwsService {
  readonly name: string;
  readonly executed: (readonly [AwsServiceCall, AwsServiceRequest, Principal | undefined])[] = [];
  readonly policies = new Map<string, ReturnType<AwsService['policyOf']>>();

  constructor(name: string) {
    this.name = name;
  }

  route(request: AwsServiceRequest): ReturnType<AwsService['route']> {
    const form = new URLSearchParams(
      request.method === 'GET' ? request.search : Buffer.from(request.body).toString(),
    );
    const operation = form.get('Action') ?? '';
    if (!['Do', 'Whoami', 'Open'].includes(operation))
      return { error: { status: 400, code: 'InvalidAction', message: `no ${operation}` } };
    return {
      operation,
      action: operation === 'Do' ? `${this.name}:Do` : undefined,
      resourceArns: form.getAll('Arn'),
      conditionKeys: new Map([['x:Word', form.getAll('Word')]]),
      mayBeAnonymous: operation === 'Open',
      readOnly: operation === 'Whoami',
      auditParameters: { arns: form.getAll('Arn') },
    };
  }

  policyOf(resourceArn: string) {
    return this.policies.get(resourceArn);
  }

  async execute(call: AwsServiceCall, request: AwsServiceRequest, principal: Principal | undefined) {
    this.executed.push([call, request, principal]);
    return { status: 200, headers: {}, body: Buffer.from('done'), auditElements: { secret: '***' } };
  }

  formError({ status, code, message }: { status: number; code: string; message: string }) {
    return {
      status,
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from(`${this.name}|${code}|${message}`),
    };
  }
}

async function start(...names: string[]) {
  const services = names.map((name) => new FakeService(name));
  const calls: ManagementCall[] = [];
  const fixture = await startFixture({ services, onManagementCall: (call) => calls.push(call) });
  return { fixture, services, service: services[0]!, calls };
}

async function post(fixture: Fixture, service: string, body: string, call: Call = {}) {
  const answer = await fixture.call('POST', '/', { headers: FORM, body, scope: { service }, ...call });
  return [answer.status, answer.body.toString()];
}

const arn = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:user/${name}`;

test('a call goes to the service of its credential scope, with who it is from', async () => {
  const { fixture, services, calls } = await start('iam', 'sns');
  expect(await post(fixture, 'sns', `Action=Do&Arn=${arn('a')}&Word=w`)).toEqual([200, 'done']);
  expect(services.map(({ executed }) => executed.length)).toEqual([0, 1]);
  const [call, request, principal] = services[1]!.executed[0]!;
  expect(call.operation).toBe('Do');
  expect(request).toMatchObject({ method: 'POST', search: '', sourceIp: '127.0.0.1' });
  expect(request.headers['content-type']).toBe(FORM['content-type']);
  expect(principal?.arn).toBe(`arn:aws:iam::${ACCOUNT}:root`);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({
    service: 'sns',
    operation: 'Do',
    readOnly: false,
    sourceIp: '127.0.0.1',
    resourceArns: [arn('a')],
    request: { kind: 'members', members: { arns: [arn('a')] } },
    status: 200,
    answer: { secret: '***' },
    error: undefined,
  });
  expect(calls[0]?.principal).toBe(principal);
});

test('global services may be signed for us-east-1, others not', async () => {
  const { fixture } = await start('iam', 'sts', 'sns');
  const status = async (service: string, region: string) =>
    (await post(fixture, service, 'Action=Whoami', { scope: { service, region } }))[0];
  expect(await status('iam', 'us-east-1')).toBe(200);
  expect(await status('sts', 'us-east-1')).toBe(200);
  expect(await status('iam', REGION)).toBe(200);
  expect(await status('iam', 'eu-west-3')).toBe(403);
  expect(await status('sns', 'us-east-1')).toBe(403);
});

test('a signature for one service is none for another', async () => {
  const { fixture, service } = await start('iam');
  const other = await fixture.call('GET', '/workspaces', { scope: { service: 'iam' } });
  expect([other.status, other.headers.get('x-amzn-errortype')]).toEqual([403, 'InvalidSignatureException']);
  const unknown = await fixture.call('POST', '/', { body: 'Action=Do', scope: { service: 's3' } });
  expect(unknown.headers.get('x-amzn-errortype')).toBe('InvalidSignatureException');
  const aps = await fixture.call('POST', '/', { body: 'Action=Do' });
  expect([aps.status, aps.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
  expect(service.executed).toHaveLength(0);
});

test('refusals come in the form and under the code of the protocol', async () => {
  const { fixture, service, calls } = await start('iam');
  const invalid =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret ' +
    'Access Key and signing method. Consult the service documentation for details.';
  const token = 'The security token included in the request is invalid.';
  const check = async (call: Call, ...expected: unknown[]) =>
    expect(await post(fixture, 'iam', `Action=Do&Arn=${arn('a')}`, call)).toEqual(expected);
  await check({ secret: 'wrong' }, 403, `iam|SignatureDoesNotMatch|${invalid}`);
  await check({ keyId: 'AKIANOBODY0000000000' }, 403, `iam|InvalidClientTokenId|${token}`);
  await check({ sessionToken: 'x' }, 403, `iam|InvalidClientTokenId|${token}`);
  const json = { headers: { 'x-amz-target': 'T.Do' }, secret: 'wrong' };
  await check(json, 400, `iam|InvalidSignatureException|${invalid}`);
  expect(calls).toHaveLength(0);
  expect(await post(fixture, 'iam', 'Action=Nothing')).toEqual([400, 'iam|InvalidAction|no Nothing']);
  const denied =
    'User: arn:aws:iam::999999999999:root is not authorized to perform: iam:Do on resource: ' +
    `${arn('a')} because no resource-based policy allows the iam:Do action`;
  await check({ keyId: FOREIGN_KEY_ID }, 403, `iam|AccessDenied|${denied}`);
  expect(calls.map(({ status, error }) => [status, error?.code])).toEqual([[403, 'AccessDenied']]);
  expect(service.executed).toHaveLength(0);
});

test('every resource must be allowed, with the keys of the call and the policy of the resource', async () => {
  const { fixture, service } = await start('iam');
  const ask = async (query: string) =>
    (await post(fixture, 'iam', `Action=Do&${query}`, { keyId: FOREIGN_KEY_ID }))[0];
  const document = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: '999999999999' },
      Action: 'iam:Do',
      Resource: '*',
      Condition: { StringEquals: { 'x:Word': 'open' } },
    },
  };
  const policy = parsePolicy(JSON.stringify(document), 'resource');
  service.policies.set(arn('a'), { name: 'a', policy });
  expect(await ask(`Arn=${arn('a')}&Word=open`)).toBe(200);
  expect(await ask(`Arn=${arn('a')}&Word=shut`)).toBe(403);
  expect(await ask(`Arn=${arn('b')}&Word=open`)).toBe(403);
  expect(await ask(`Arn=${arn('a')}&Arn=${arn('b')}&Word=open`)).toBe(403);
  expect(service.executed).toHaveLength(1);
});

test('what everybody may call needs an identity all the same', async () => {
  const { fixture, service } = await start('sts');
  expect(await post(fixture, 'sts', 'Action=Whoami', { keyId: FOREIGN_KEY_ID })).toEqual([200, 'done']);
  const unsigned = await anonymous(fixture, 'Action=Whoami');
  expect([unsigned.status, unsigned.headers.get('x-amzn-errortype')]).toEqual([
    403,
    'MissingAuthenticationTokenException',
  ]);
  expect(service.executed).toHaveLength(1);
});

test('what carries its own proof needs no signature, as a form or a link', async () => {
  const { fixture, service, calls } = await start('sts');
  expect((await anonymous(fixture, 'Action=Open')).status).toBe(200);
  expect((await fixture.callUnsigned('GET', '/?Action=Open')).status).toBe(200);
  expect((await fixture.callUnsigned('GET', '/?Action=Do')).status).toBe(403);
  expect((await fixture.callUnsigned('GET', '/')).status).toBe(403);
  expect((await anonymous(fixture, `Action=Open&x=${'x'.repeat(200_000)}`)).status).toBe(413);
  expect(service.executed.map(([, , principal]) => principal)).toEqual([undefined, undefined]);
  expect(calls.map(({ operation, principal }) => [operation, principal])).toEqual([
    ['Open', undefined],
    ['Open', undefined],
  ]);
});

test('each service has its own bucket of calls, and so has each anonymous address', async () => {
  const { fixture } = await start('iam', 'sts');
  for (let n = 0; n < 10; n++) expect((await post(fixture, 'iam', 'Action=Whoami'))[0]).toBe(200);
  const throttled = await fixture.call('POST', '/', { body: 'Action=Whoami', scope: { service: 'iam' } });
  expect([throttled.status, throttled.body.toString(), throttled.headers.get('retry-after')]).toEqual([
    400,
    'iam|Throttling|Rate exceeded',
    '1',
  ]);
  expect((await post(fixture, 'sts', 'Action=Whoami'))[0]).toBe(200);
  for (let n = 0; n < 10; n++) expect((await anonymous(fixture, 'Action=Open')).status).toBe(200);
  expect((await anonymous(fixture, 'Action=Open')).status).toBe(400);
  expect((await post(fixture, 'sts', 'Action=Whoami'))[0]).toBe(200);
});

test('other methods are told which there are', async () => {
  const { fixture } = await start('iam');
  const answer = await fixture.call('DELETE', '/', { scope: { service: 'iam' } });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
});

test("AMP's own calls are reported too, carried out or refused", async () => {
  const { fixture, calls } = await start('iam');
  fixture.controlPlane.answer = async () => ({
    status: 202,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"a":1}'),
  });
  await fixture.call('GET', '/workspaces?alias=x', { headers: { 'user-agent': 'aws-cli' } });
  await fixture.call('GET', '/workspaces', { keyId: FOREIGN_KEY_ID });
  fixture.controlPlane.answer = async () => ({
    status: 409,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'ConflictException' },
    body: Buffer.from('{"message":"no"}'),
  });
  await fixture.call('GET', '/workspaces');
  fixture.controlPlane.answer = async () => {
    throw new Error('a fault of ours');
  };
  await fixture.call('GET', '/workspaces');
  await fixture.callUnsigned('GET', '/workspaces');
  expect(calls[0]).toMatchObject({
    service: 'aps',
    operation: 'ListWorkspaces',
    readOnly: true,
    userAgent: 'aws-cli',
    request: { kind: 'rest', search: 'alias=x' },
    answer: { a: 1 },
  });
  expect(calls.map(({ status, error }) => [status, error?.code, error?.message.slice(0, 5)])).toEqual([
    [202, undefined, undefined],
    [403, 'AccessDeniedException', 'User:'],
    [409, 'ConflictException', 'no'],
    [500, 'InternalServerException', 'Inter'],
  ]);
});

async function anonymous(fixture: Fixture, body: string) {
  const client = await fixture.connect();
  client.write(
    `POST / HTTP/1.1\r\nhost: ampere.test\r\ncontent-type: ${FORM['content-type']}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return client.response();
}
