// The ways through: what is let in reaches engine or control plane as it was sent, and is logged and counted.

import { expect, test } from 'vitest';
import {
  Fixture,
  head,
  KEY_ID,
  SECRET,
  startFixture,
  WORKSPACE,
  workspacePath,
} from './testing/gateway-fixture.ts';
import { RawClient } from './testing/raw-client.ts';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a remote write reaches the engine as it was sent', async () => {
  const fixture = await startFixture();
  fixture.engine.answer = () => ({ status: 204, headers: {}, body: new Uint8Array(0) });
  const body = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) & 0xff);
  const answer = await fixture.call('POST', workspacePath('api/v1/remote_write'), {
    body,
    headers: {
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
      'x-scope-orgid': 'somebody-else',
    },
  });
  expect(answer.status).toBe(204);
  expect(answer.headers.get('x-amzn-requestid')).toMatch(UUID_V4);
  const [request] = fixture.engine.requests;
  expect(request).toMatchObject({
    tenant: WORKSPACE,
    method: 'POST',
    path: '/api/v1/push',
    search: '',
    headers: {
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    requestId: answer.headers.get('x-amzn-requestid'),
    principalArn: 'arn:aws:iam::123456789012:root',
  });
  expect(request!.headers['x-scope-orgid']).toBeUndefined();
  expect(Buffer.compare(request!.body, body)).toBe(0);
});

test('paths and queries reach the engine undecoded', async () => {
  const fixture = await startFixture();
  await fixture.call('GET', workspacePath('api/v1/label/a%2Fb$&%20c/values?match%5B%5D=up&x=%zz'));
  await fixture.call('POST', workspacePath('api/v1/query'), {
    body: 'query=up%20%2B+1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(fixture.engine.requests.map(({ path, search }) => [path, search])).toEqual([
    ['/prometheus/api/v1/label/a%2Fb$&%20c/values', 'match%5B%5D=up&x=%zz'],
    ['/prometheus/api/v1/query', ''],
  ]);
  expect(Buffer.from(fixture.engine.requests[1]!.body).toString()).toBe('query=up%20%2B+1');
});

test('an operation reaches the control plane on its raw path', async () => {
  const fixture = await startFixture();
  const path = '/tags/arn%3Aaws%3Aaps%3Aeu-central-1%3A123456789012%3Aworkspace%2Fws-1';
  const answer = await fixture.call('GET', `${path}?a=%2F&a=2`);
  expect(answer.status).toBe(200);
  expect(answer.body.toString()).toBe('{}');
  const [request] = fixture.controlPlane.executed;
  expect(request!.match.pathParameters.get('rawPath')).toBe(path);
  expect(request!.search).toBe('a=%2F&a=2');
  expect(request!.requestId).toBe(answer.headers.get('x-amzn-requestid'));
});

test('a target in absolute form is the same request', async () => {
  const fixture = await startFixture();
  const client = await fixture.connect();
  const origin = fixture.signed('GET', workspacePath('api/v1/labels'));
  client.write(origin.replace('GET /', 'GET http://user:secret@ampere.test/'));
  expect((await client.response()).status).toBe(200);
  expect(fixture.engine.requests[0]!.path).toBe('/prometheus/api/v1/labels');
  expect(JSON.stringify(fixture.logLines)).not.toContain('user:secret');
});

test('requests share a connection, pipelined too, and are answered in order', async () => {
  const fixture = await startFixture();
  fixture.engine.answer = ({ search }) => ({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: Buffer.from(search),
  });
  const client = await fixture.connect();
  for (const n of [1, 2, 3]) client.write(fixture.signed('GET', workspacePath(`api/v1/query?query=${n}`)));
  const bodies: string[] = [];
  for (let i = 0; i < 3; i++) bodies.push((await client.response()).body.toString());
  expect(bodies).toEqual(['query=1', 'query=2', 'query=3']);
});

test('the log has one line a request and no secrets', async () => {
  const fixture = await startFixture();
  fixture.engine.answer = () => ({ status: 200, headers: {}, body: Buffer.from('answer body') });
  const answer = await fixture.call('POST', workspacePath('api/v1/query?api_key=hidden1'), {
    body: 'query=hidden2',
    headers: { cookie: 'hidden3' },
  });
  expect(fixture.logLines).toHaveLength(1);
  expect(fixture.logLines[0]).toMatchObject({
    level: 30,
    msg: 'request',
    method: 'POST',
    path: workspacePath('api/v1/query'),
    status: 200,
    bytesIn: 13,
    bytesOut: 11,
    requestId: answer.headers.get('x-amzn-requestid'),
    accessKeyId: KEY_ID,
    principal: 'arn:aws:iam::123456789012:root',
    workspace: WORKSPACE,
  });
  const log = JSON.stringify(fixture.logLines);
  for (const secret of ['hidden', 'answer body', SECRET, 'Signature', 'x-amz-date'])
    expect(log).not.toContain(secret);
});

test('a fault of ours is a 500 with a request id, and a stack in the log', async () => {
  const fixture = await startFixture();
  fixture.engine.answer = () => {
    throw new Error('the engine tripped over label "secret"');
  };
  const query = await fixture.call('GET', workspacePath('api/v1/query'));
  const id = query.headers.get('x-amzn-requestid')!;
  expect(query.status).toBe(500);
  expect(JSON.parse(query.body.toString())).toEqual({
    status: 'error',
    errorType: 'internal',
    error: `Internal server error (request id ${id})`,
  });
  const failure = fixture.logLines.find((line) => line['level'] === 50);
  expect(failure).toMatchObject({
    requestId: id,
    err: { message: 'the engine tripped over label "secret"' },
  });
  expect(JSON.stringify(failure)).toContain('gateway.test.ts');

  fixture.controlPlane.answer = async () => {
    throw new Error('and the control plane');
  };
  const operation = await fixture.call('GET', '/workspaces');
  expect(operation.status).toBe(500);
  expect(operation.headers.get('x-amzn-errortype')).toBe('InternalServerException');
  expect(JSON.parse(operation.body.toString()).message).toContain(operation.headers.get('x-amzn-requestid'));
});

test('health needs no signature, readiness follows the server', async () => {
  const fixture = await startFixture();
  expect((await fixture.callUnsigned('GET', '/-/healthy')).status).toBe(200);
  expect((await fixture.callUnsigned('GET', '/-/ready')).status).toBe(200);
  const answer = await fixture.callUnsigned('HEAD', '/-/ready');
  expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '17']);
});

test('until it is said to be ready nothing but health is answered', async () => {
  const fixture = new Fixture();
  await fixture.gateway.listen('127.0.0.1', 0);
  expect((await fixture.callUnsigned('GET', '/-/ready')).status).toBe(503);
  expect((await fixture.callUnsigned('GET', '/-/healthy')).status).toBe(200);
  const write = await fixture.call('POST', workspacePath('api/v1/remote_write'), { body: 'x' });
  expect([write.status, write.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await fixture.call('GET', '/workspaces')).status).toBe(503);
  expect(fixture.handled).toBe(0);
  fixture.gateway.markReady();
  expect((await fixture.callUnsigned('GET', '/-/ready')).status).toBe(200);
  expect((await fixture.call('GET', '/workspaces')).status).toBe(200);
  await fixture.close();
});

test('metrics are for the signed, and label values come from a fixed set', async () => {
  const fixture = await startFixture();
  expect((await fixture.callUnsigned('GET', '/metrics')).status).toBe(403);
  await fixture.call('GET', workspacePath('api/v1/query?query=up'));
  await fixture.call('GET', '/some/path/nobody/has');
  await fixture.callUnsigned('PROPFIND', workspacePath('api/v1/query'));
  const answer = await fixture.call('GET', '/metrics');
  const text = answer.body.toString();
  expect(answer.status).toBe(200);
  expect(text).toContain(
    'ampere_http_requests_total{route="/workspaces/{id}/api/v1/query",method="GET",status="200"} 1',
  );
  expect(text).toContain('ampere_http_requests_total{route="unknown",method="GET",status="404"} 1');
  expect(text).toContain('method="OTHER",status="405"} 1');
  expect(text).toContain('ampere_http_auth_refusals_total{reason="MissingAuthenticationTokenException"} 1');
  expect(text).toContain('ampere_http_requests_in_flight 1');
  expect(text).toContain('fake_engine_up 1');
  expect(text).not.toContain('nobody');
  expect(text).not.toContain('PROPFIND');
});

test('a listener of its own serves metrics and health to anybody, and nothing else', async () => {
  const fixture = await startFixture({ metricsListen: { host: '127.0.0.1', port: 0 } });
  const ask = async (method: string, target: string) => {
    const client = await RawClient.open(fixture.gateway.metricsAddress!.port);
    client.write(head(method, target, { host: 'a' }));
    const answer = await client.response();
    client.destroy();
    return answer;
  };
  expect((await ask('GET', '/metrics')).body.toString()).toContain('ampere_http_connections 0');
  expect((await ask('GET', '/-/ready')).status).toBe(200);
  expect((await ask('POST', '/metrics')).status).toBe(405);
  expect((await ask('GET', '/workspaces')).status).toBe(404);
});

test('management calls are throttled for the account, the data plane is not', async () => {
  const fixture = await startFixture();
  const statuses: number[] = [];
  for (let i = 0; i < 10; i++) statuses.push((await fixture.call('GET', '/workspaces')).status);
  expect(statuses).toEqual(Array(10).fill(200));
  const refused = await fixture.call('GET', '/workspaces');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('x-amzn-errortype')).toBe('ThrottlingException');
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await fixture.call('GET', workspacePath('api/v1/labels'))).status).toBe(200);
  expect((await fixture.callUnsigned('GET', '/-/ready')).status).toBe(200);
  fixture.clock.advance(100);
  expect((await fixture.call('GET', '/workspaces')).status).toBe(200);
});
