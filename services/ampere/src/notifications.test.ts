// Where alert managers publish: to the topics of this server as the service, or where the configuration points.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SystemClock, SystemRandom } from '@ampere/platform';
import { expect, onTestFinished, test } from 'vitest';
import { readOutgoing } from './configuration/outgoing.ts';
import { workspacePublisher } from './notifications.ts';

const MESSAGE = {
  target: { kind: 'topic' as const, arn: 'arn:aws:sns:eu-west-1:123456789012:t' },
  message: 'it burns',
  subject: 'fire',
  attributes: new Map([['severity', 'page']]),
};
const NO_IDENTITY = { apiUrl: '', region: 'eu-west-1', accessKey: '', secretKey: '', roleArn: '' };

function publisher(sections: Parameters<typeof readOutgoing>[0]) {
  const published: unknown[] = [];
  const publish = workspacePublisher({
    outgoing: readOutgoing(sections),
    controlPlane: { workspaces: { arnOf: (id: string) => `arn of ${id}` } } as never,
    region: 'us-east-1',
    clock: new SystemClock(),
    random: new SystemRandom(),
    sns: {
      publishFromWorkspace: (arn: string, message: unknown) => {
        published.push([arn, message]);
        return { ok: true, messageId: 'm-1' };
      },
    } as never,
  });
  return { publish, published };
}

async function startSns() {
  const requests: { authorization: string | undefined; form: Record<string, string> }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += String(piece);
    const form = Object.fromEntries(new URLSearchParams(text));
    requests.push({ authorization: request.headers.authorization, form });
    response.end(
      '<PublishResponse><PublishResult><MessageId>m-2</MessageId></PublishResult></PublishResponse>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

test('by default to the topics of this server, with the workspace as its source', async () => {
  const { publish, published } = publisher({});
  expect(await publish('ws-1', MESSAGE, NO_IDENTITY)).toEqual({ ok: true, messageId: 'm-1' });
  expect(published).toEqual([['arn of ws-1', MESSAGE]]);
});

test('to the endpoint of the configuration, signed with its key', async () => {
  const sns = await startSns();
  const { publish, published } = publisher({
    sns: { endpoint: sns.url, access_key_id: 'AKIDEXAMPLEEXAMPLE', secret_access_key: 'secretsecretsecret' },
  });
  expect(await publish('ws-1', MESSAGE, NO_IDENTITY)).toEqual({ ok: true, messageId: 'm-2' });
  expect(published).toEqual([]);
  expect(sns.requests[0]?.authorization).toContain('Credential=AKIDEXAMPLEEXAMPLE/');
  expect(sns.requests[0]?.authorization).toContain('/eu-west-1/sns/aws4_request');
  expect(sns.requests[0]?.form).toMatchObject({ Action: 'Publish', Subject: 'fire', Message: 'it burns' });
});

test('an address that a tenant chose is under the address policy', async () => {
  const sns = await startSns();
  const { publish } = publisher({});
  const identity = { ...NO_IDENTITY, apiUrl: sns.url, accessKey: 'AKIDEXAMPLEEXAMPLE', secretKey: 'secret' };
  expect(await publish('ws-1', MESSAGE, identity)).toMatchObject({ ok: false });
  expect(sns.requests).toEqual([]);
});
