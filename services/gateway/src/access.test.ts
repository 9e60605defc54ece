// Nothing but a well-signed, permitted request for something that exists reaches a handler.

import { expect, test } from 'vitest';
import { dataRoutes } from './data-routes.ts';
import { FOREIGN_KEY_ID, SECRET, startFixture, WORKSPACE, workspacePath } from './testing/gateway-fixture.ts';

interface Place {
  readonly method: string;
  readonly target: string;
  readonly allowed: readonly string[];
}

const PLACES: readonly Place[] = [
  ...dataRoutes().flatMap((route) =>
    route.methods.map((method) => ({
      method,
      target: workspacePath(route.path.replace('{name}', 'job')),
      allowed: route.methods,
    })),
  ),
  { method: 'GET', target: '/workspaces', allowed: ['GET'] },
  { method: 'GET', target: '/tags/arn%3Aaws', allowed: ['GET'] },
  { method: 'GET', target: '/metrics', allowed: ['GET', 'HEAD'] },
];

const INVALID =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret ' +
  'Access Key and signing method. Consult the service documentation for details.';

test.each(PLACES)('$method $target lets nobody in without a good signature', async ({ method, target }) => {
  const fixture = await startFixture();
  const refuse = async (
    answering: Promise<{ status: number; headers: ReadonlyMap<string, string>; body: Buffer }>,
    errorType: string,
    message: string,
  ) => {
    const { status, headers, body } = await answering;
    expect([status, headers.get('x-amzn-errortype'), JSON.parse(body.toString())]).toEqual([
      403,
      errorType,
      { message },
    ]);
    return headers.get('x-ampere-signature-help');
  };
  const post = method === 'POST' ? { body: 'query=1' } : {};

  await refuse(
    fixture.callUnsigned(method, target),
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  );
  const wrongSecret = fixture.call(method, target, { ...post, secret: `${SECRET}x` });
  expect(await refuse(wrongSecret, 'InvalidSignatureException', INVALID)).toMatch(/./);
  const unknownKey = fixture.call(method, target, { ...post, keyId: 'AKIANOBODY0000000000' });
  const unknownText = 'The security token included in the request is invalid.';
  expect(await refuse(unknownKey, 'UnrecognizedClientException', unknownText)).toContain('access key id');

  const client = await fixture.connect();
  client.write(fixture.signed(method, target, { body: 'query=1' }), 'query=2');
  expect(await refuse(client.response(), 'InvalidSignatureException', INVALID)).toMatch(/./);

  const foreign = await fixture.call(method, target, { ...post, keyId: FOREIGN_KEY_ID });
  expect([foreign.status, foreign.headers.get('x-amzn-errortype')]).toEqual([403, 'AccessDeniedException']);
  expect(JSON.parse(foreign.body.toString()).message).toMatch(
    /^User: arn:aws:iam::999999999999:root is not authorized to perform: (aps|ampere):\w+ on resource: arn:aws:aps:/,
  );
  expect(fixture.handled).toBe(0);
  expect(JSON.stringify(fixture.logLines)).not.toContain(SECRET);
});

test.each(PLACES)('$method $target tells which methods it has', async ({ target, allowed }) => {
  const fixture = await startFixture();
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE']) {
    if (allowed.includes(method)) continue;
    for (const answer of [await fixture.call(method, target), await fixture.callUnsigned(method, target)]) {
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, allowed.join(', ')]);
      expect(answer.headers.get('x-amzn-errortype')).toBe('MethodNotAllowedException');
    }
  }
  const options = await fixture.callUnsigned('OPTIONS', target);
  expect([options.status, options.headers.get('allow')]).toEqual([204, [...allowed, 'OPTIONS'].join(', ')]);
  expect(fixture.handled).toBe(0);
});

test('errors come in the form of the API that was called', async () => {
  const fixture = await startFixture();
  const check = async (method: string, target: string, status: number, type: string, body: string) => {
    const answer = await fixture.call(method, target);
    expect([answer.status, answer.headers.get('content-type'), answer.body.toString()]).toEqual([
      status,
      type,
      body,
    ]);
  };
  const text = 'text/plain; charset=utf-8';
  const notAllowed = (method: string, allowed: string) =>
    `The method ${method} is not allowed on this path; allowed: ${allowed}.`;
  await check('GET', workspacePath('api/v1/remote_write'), 405, text, `${notAllowed('GET', 'POST')}\n`);
  await check(
    'PUT',
    workspacePath('api/v1/query'),
    405,
    'application/json',
    `{"status":"error","errorType":"method_not_allowed","error":"${notAllowed('PUT', 'GET, POST')}"}`,
  );
  await check('PUT', '/workspaces', 405, 'application/json', `{"message":"${notAllowed('PUT', 'GET')}"}`);
  await check('GET', '/nowhere', 404, 'application/json', '{"message":"No API answers GET on this path."}');
  await check(
    'GET',
    workspacePath('api/v1/nothing'),
    404,
    'application/json',
    '{"status":"error","errorType":"not_found","error":"No API answers GET on this path."}',
  );
});

test.each([
  '/',
  '/nowhere',
  '//workspaces',
  '/Workspaces',
  '/-/healthy/',
  '/-/HEALTHY',
  '/workspaces/',
  workspacePath(''),
  workspacePath('api/v1/query/'),
  workspacePath('api/v1/label//values'),
  workspacePath('api/v1/label/a/b/values'),
  workspacePath('api/v1/../v1/query'),
  workspacePath('api/v1/quer%79'),
  '/workspaces/%77s-1/api/v1/query',
  '/workspaces/a/../b/api/v1/query',
  '/%',
])('%s leads nowhere: 403 unsigned, 404 signed', async (target) => {
  const fixture = await startFixture();
  const unsigned = await fixture.callUnsigned('GET', target);
  expect(unsigned.status).toBe(403);
  expect(unsigned.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  expect(unsigned.body.toString()).toBe('{"message":"Missing Authentication Token"}');
  const signed = await fixture.call('GET', target);
  expect([signed.status, signed.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
  expect((await fixture.call('GET', target, { secret: 'wrong' })).status).toBe(403);
  expect(fixture.handled).toBe(0);
});

test('a workspace that is not there, or not yet, or no more', async () => {
  const fixture = await startFixture();
  const check = async (target: string, status: number, errorType: string, body: string) => {
    const answer = await fixture.call(target.endsWith('remote_write') ? 'POST' : 'GET', target);
    expect([answer.status, answer.headers.get('x-amzn-errortype'), answer.body.toString()]).toEqual([
      status,
      errorType,
      body,
    ]);
  };
  const missing = '{"status":"error","errorType":"not_found","error":"Workspace not found"}';
  await check('/workspaces/ws-0/api/v1/query', 404, 'ResourceNotFoundException', missing);
  await check(
    '/workspaces/ws-0/api/v1/remote_write',
    404,
    'ResourceNotFoundException',
    'Workspace not found\n',
  );
  fixture.setWorkspace('CREATION_FAILED');
  await check(workspacePath('api/v1/query'), 404, 'ResourceNotFoundException', missing);
  for (const status of ['CREATING', 'DELETING'] as const) {
    fixture.setWorkspace(status);
    const text = `Workspace is in status ${status}; it takes data and queries when it is ACTIVE.\n`;
    await check(workspacePath('api/v1/remote_write'), 409, 'ConflictException', text);
  }
  expect(fixture.handled).toBe(0);
  fixture.setWorkspace('UPDATING');
  expect((await fixture.call('GET', workspacePath('api/v1/query'))).status).toBe(200);
});

test('who may not look does not learn what exists', async () => {
  const fixture = await startFixture();
  const ask = async (workspaceId: string) => {
    const answer = await fixture.call('GET', `/workspaces/${workspaceId}/api/v1/query`, {
      keyId: FOREIGN_KEY_ID,
    });
    return [answer.status, answer.body.toString().replaceAll(workspaceId, 'ID')];
  };
  expect(await ask(WORKSPACE)).toEqual(await ask('ws-99999999-2222-3333-4444-555555555555'));
});

test('the signature is checked as it stood on the wire', async () => {
  const fixture = await startFixture();
  const target = workspacePath('api/v1/query?query=a%2Bb&x=%7E&x=');
  expect((await fixture.call('GET', target)).status).toBe(200);
  const client = await fixture.connect();
  client.write(fixture.signed('GET', target).replace('a%2Bb', 'a+b'));
  expect((await client.response()).status).toBe(403);
});
