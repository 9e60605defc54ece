// The real AWS client for Python against IAM and STS: every operation is called, and what the client makes of our
// answers is what counts. The server in this file only carries bytes; it says that every caller is root, or
// whom the test names in the access key.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsService } from '@ampere/contracts';
import { describeWith, run } from '@ampere/testing';
import { expect, test } from 'vitest';
import { IAM_WALK } from '../testing/iam-walk.ts';
import { cleanUp, REQUEST_ID, TestPlane } from '../testing.ts';
import { IAM_OPERATIONS } from './index.ts';

/** An HTTP server in front of a service; its URL. */
async function serve(t: TestPlane, called: Set<string>): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const authorization = request.headers.authorization ?? '';
    const [, accessKeyId = '', name = ''] =
      /Credential=([^/]*)\/[^/]*\/[^/]*\/([^/]*)/.exec(authorization) ?? [];
    const service = t.plane.services.find((one) => one.name === (name || 'sts')) as AwsService;
    const found =
      t.plane.credentials.find(accessKeyId) ?? t.plane.credentials.find(t.plane.account.accessKeyId);
    const call = {
      method: 'POST',
      search: '',
      headers: {},
      body: Buffer.concat(chunks),
      requestId: REQUEST_ID,
      sourceIp: '127.0.0.1',
    };
    const route = service.route(call, found!.principal);
    if (!('error' in route)) called.add(route.operation);
    const answer =
      'error' in route
        ? service.formError(route.error, REQUEST_ID)
        : await service.execute(route, call, found!.principal);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => new Promise((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describeWith('the AWS client for Python and IAM', ['boto3'], ({ boto3 }) => {
  test('walks through every operation', { timeout: 60_000 }, async () => {
    const called = new Set<string>();
    const url = await serve(await TestPlane.open(), called);
    expect(await run(boto3, ['-c', IAM_WALK, url])).toEqual({ code: 0, stdout: 'walked\n', stderr: '' });
    const missing = IAM_OPERATIONS.map(({ name }) => name).filter((name) => !called.has(name));
    // It is no operation of AWS, so the client doesn't know it.
    expect(missing).toEqual(['ExplainAccess']);
  });
});
