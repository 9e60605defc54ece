// Embedded topics with the real AWS CLI: the guide's chapter about alert receivers, on one machine.

import { createVerify, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describeWith, run, startMailServer, temporaryFolder, until } from '@ampere/testing';
import { afterAll, expect, test } from 'vitest';
import { ACCOUNT, createWorkspace, REGION, signedFetch, startAmpere } from '../harness/index.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, string>;
}

async function startReceiver(): Promise<{
  url: string;
  received: Received[];
  fail: (times: number) => void;
}> {
  const received: Received[] = [];
  let failures = 0;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += String(piece);
    received.push({ headers: request.headers, body: JSON.parse(text) });
    response.writeHead(failures-- > 0 ? 503 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`;
  return { url, received, fail: (times) => (failures = times) };
}

async function signatureFits(body: Record<string, string>): Promise<boolean> {
  const names =
    body['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const answer = await fetch(body['SigningCertURL']!);
  expect(answer.status).toBe(200);
  const { publicKey } = new X509Certificate(await answer.text());
  const text = names.filter((name) => name in body).map((name) => `${name}\n${body[name]}\n`);
  return createVerify('RSA-SHA1').update(text.join('')).verify(publicKey, body['Signature']!, 'base64');
}

describeWith('aws sns', ['aws'], ({ aws }) => {
  test('topic, policy, HTTP and e-mail subscriptions, publication, restart', {
    timeout: 240_000,
  }, async () => {
    const [receiver, mail] = [await startReceiver(), await startMailServer()];
    const folder = temporaryFolder();
    const config = join(folder, 'ampere.yaml');
    writeFileSync(
      config,
      `outbound: {allow_private: true}\nsns: {smtp: {smarthost: "127.0.0.1:${mail.port}", from: sns@ampere.example, tls: never}}\n`,
    );
    const ampere = await startAmpere({ env: { AMPERE_CONFIG: config } });
    const sns = (...args: string[]) =>
      run(aws, ['sns', ...args, '--endpoint-url', ampere.url, '--output', 'json'], {
        env: ampere.awsEnvironment,
      });
    const json = async (...args: string[]) => {
      const result = await sns(...args);
      expect(result.stderr, args.join(' ')).toBe('');
      return result.stdout.trim() === '' ? undefined : JSON.parse(result.stdout);
    };
    const refused = async (...args: string[]) => (await sns(...args)).stderr;

    const arn = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
    expect(await json('create-topic', '--name', 'alerts', '--tags', 'Key=team,Value=ops')).toEqual({
      TopicArn: arn,
    });
    expect(await json('create-topic', '--name', 'alerts')).toEqual({ TopicArn: arn });
    expect(await json('list-topics')).toEqual({ Topics: [{ TopicArn: arn }] });

    const policy = JSON.stringify({
      Version: '2008-10-17',
      Statement: [
        {
          Sid: 'Allow_Publish_Alarms',
          Effect: 'Allow',
          Principal: { Service: 'aps.amazonaws.com' },
          Action: ['sns:Publish', 'sns:GetTopicAttributes'],
          Condition: {
            ArnEquals: { 'aws:SourceArn': `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/ws-1` },
            StringEquals: { 'AWS:SourceAccount': ACCOUNT },
          },
          Resource: arn,
        },
      ],
    });
    const attribute = (name: string, value: string) => [
      'set-topic-attributes', '--topic-arn', arn, '--attribute-name', name, '--attribute-value', value,
    ]; // biome-ignore format: a command line
    await json(...attribute('Policy', policy));
    await json(
      ...attribute(
        'DeliveryPolicy',
        '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":1,"maxDelayTarget":1,"numRetries":5}}}',
      ),
    );
    expect(await refused(...attribute('Policy', '{"Statement": 1}'))).toContain('(InvalidParameter)');
    expect(await refused(...attribute('Policy', policy.replaceAll('sns:', 'sqs:')))).toContain(
      'out of service scope',
    );
    expect(await refused(...attribute('Nonsense', ''))).toContain('Invalid parameter: AttributeName');

    const asked = await json(
      'subscribe',
      '--topic-arn',
      arn,
      '--protocol',
      'http',
      '--notification-endpoint',
      receiver.url,
    );
    expect(asked).toEqual({ SubscriptionArn: 'pending confirmation' });
    const question = await until('the question', () => receiver.received.shift());
    expect(await signatureFits(question.body)).toBe(true);
    const confirmed = await json(
      'confirm-subscription',
      '--topic-arn',
      arn,
      '--token',
      question.body['Token']!,
    );
    expect(confirmed.SubscriptionArn).toMatch(new RegExp(`^${arn}:[0-9a-f-]{36}$`));

    await json(
      'subscribe',
      '--topic-arn',
      arn,
      '--protocol',
      'email',
      '--notification-endpoint',
      'ops@example.com',
    );
    const invitation = await until('the e-mail', () => mail.mails.shift());
    const text = invitation.text
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    const link = /http:\/\/\S+ConfirmSubscription\S+/.exec(text)![0];
    expect((await fetch(link)).status).toBe(200);

    const { Attributes } = await json('get-topic-attributes', '--topic-arn', arn);
    expect(Attributes).toMatchObject({
      Owner: ACCOUNT,
      SubscriptionsConfirmed: '2',
      SubscriptionsPending: '0',
      Policy: policy,
    });

    const published = await json('publish', '--topic-arn', arn, '--subject', '[FIRING:1] Disk', '--message', 'disk is full\nnow',
      '--message-attributes', '{"severity":{"DataType":"String","StringValue":"high"}}'); // biome-ignore format: a command line
    const notification = await until('the notification', () => receiver.received.shift());
    expect(notification.headers['x-amz-sns-subscription-arn']).toBe(confirmed.SubscriptionArn);
    expect(notification.body).toMatchObject({
      Type: 'Notification',
      MessageId: published.MessageId,
      Subject: '[FIRING:1] Disk',
      Message: 'disk is full\nnow',
      MessageAttributes: { severity: { Type: 'String', Value: 'high' } },
    });
    expect(await signatureFits(notification.body)).toBe(true);
    const letter = await until('the letter', () => mail.mails.shift());
    expect(letter).toMatchObject({ from: 'sns@ampere.example', to: ['ops@example.com'] });
    expect(letter.text).toContain('Subject: [FIRING:1] Disk');
    expect(letter.text).toContain('disk is full\r\nnow');

    // Accepted, not yet delivered, killed: delivered after the start.
    receiver.fail(1);
    await json('publish', '--topic-arn', arn, '--message', 'survives');
    await until('the first attempt', () => receiver.received.shift());
    await ampere.kill9();
    await ampere.startAgain();
    const late = await until('the second attempt', () => receiver.received.shift());
    expect(late.body['Message']).toBe('survives');

    expect(await refused('publish', '--topic-arn', `${arn}x`, '--message', 'm')).toContain('(NotFound)');
    expect(
      await refused('publish', '--topic-arn', arn, '--message', 'm', '--subject', 'x'.repeat(101)),
    ).toContain('Invalid parameter: Subject');
    expect(
      await refused('subscribe', '--topic-arn', arn, '--protocol', 'sqs', '--notification-endpoint', 'x'),
    ).toContain('not supported by this server');

    const batch = await json(
      'publish-batch',
      '--topic-arn',
      arn,
      '--publish-batch-request-entries',
      'Id=a,Message=one',
      'Id=b,Message=',
    );
    expect(batch.Successful).toMatchObject([{ Id: 'a' }]);
    expect(batch.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }]);

    const listed = await json('list-subscriptions-by-topic', '--topic-arn', arn);
    expect(listed.Subscriptions.map((one: { Protocol: string }) => one.Protocol).sort()).toEqual([
      'email',
      'http',
    ]);
    const raw = ['--attribute-name', 'RawMessageDelivery', '--attribute-value', 'true'];
    await json('set-subscription-attributes', '--subscription-arn', confirmed.SubscriptionArn, ...raw);
    const shown = await json('get-subscription-attributes', '--subscription-arn', confirmed.SubscriptionArn);
    expect(shown.Attributes).toMatchObject({ RawMessageDelivery: 'true', PendingConfirmation: 'false' });

    await json(
      'add-permission',
      '--topic-arn',
      arn,
      '--label',
      'two',
      '--aws-account-id',
      '210987654321',
      '--action-name',
      'Publish',
    );
    await json('remove-permission', '--topic-arn', arn, '--label', 'two');
    await json('tag-resource', '--resource-arn', arn, '--tags', 'Key=a,Value=b');
    await json('untag-resource', '--resource-arn', arn, '--tag-keys', 'team');
    expect(await json('list-tags-for-resource', '--resource-arn', arn)).toEqual({
      Tags: [{ Key: 'a', Value: 'b' }],
    });

    await json('unsubscribe', '--subscription-arn', confirmed.SubscriptionArn);
    expect((await json('list-subscriptions')).Subscriptions).toHaveLength(1);
    await json('delete-topic', '--topic-arn', arn);
    expect(await json('list-topics')).toEqual({ Topics: [] });
    expect(await refused('get-topic-attributes', '--topic-arn', arn)).toContain('Topic does not exist');
  });

  test('an alert reaches a topic only with its policy, and other receivers', {
    timeout: 240_000,
  }, async () => {
    const receiver = await startReceiver();
    const config = join(temporaryFolder(), 'ampere.yaml');
    writeFileSync(config, 'outbound: {allow_private: true}\nalertmanager: {receivers: all}\n');
    const ampere = await startAmpere({ env: { AMPERE_CONFIG: config } });
    const call = async (...args: string[]) => {
      const result = await run(aws, [...args, '--endpoint-url', ampere.url, '--output', 'json'], {
        env: ampere.awsEnvironment,
      });
      expect(result.stderr, args.join(' ')).toBe('');
      return result.stdout.trim() === '' ? undefined : JSON.parse(result.stdout);
    };
    const workspaceId = await createWorkspace(ampere);
    const { TopicArn: arn } = await call('sns', 'create-topic', '--name', 'alerts');
    await call(
      'sns',
      'subscribe',
      '--topic-arn',
      arn,
      '--protocol',
      'http',
      '--notification-endpoint',
      receiver.url,
    );
    const { Token: token } = (await until('the question', () => receiver.received.shift())).body;
    await call('sns', 'confirm-subscription', '--topic-arn', arn, '--token', token!);
    const definition = `alertmanager_config: |
  route: {receiver: topic, group_wait: 0s, group_interval: 1s, group_by: [alertname], routes: [{receiver: hook, continue: true}, {receiver: topic}]}
  receivers:
  - name: topic
    sns_configs: [{topic_arn: "${arn}", sigv4: {region: ${REGION}}, attributes: {severity: '{{ .CommonLabels.severity }}'}}]
  - name: hook
    webhook_configs: [{url: "${receiver.url}"}]
`;
    const file = join(temporaryFolder(), 'definition.yaml');
    writeFileSync(file, definition);
    await call(
      'amp',
      'create-alert-manager-definition',
      '--workspace-id',
      workspaceId,
      '--data',
      `fileb://${file}`,
    );
    const post = (alertname: string) =>
      signedFetch(`${ampere.url}/workspaces/${workspaceId}/alertmanager/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ labels: { alertname, severity: 'page' }, annotations: { summary: 'full' } }]),
      });
    await until('the definition to be in force', async () => (await post('First')).status === 200);
    const hook = await until('the webhook', () => receiver.received.shift());
    expect(hook.body).toMatchObject({
      version: '4',
      status: 'firing',
      receiver: 'hook',
      groupLabels: { alertname: 'First' },
    });

    // The default policy names nobody but the owner: the service may not publish.
    const policy = (workspace: string) =>
      JSON.stringify({
        Version: '2008-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'aps.amazonaws.com' },
            Action: ['sns:Publish', 'sns:GetTopicAttributes'],
            Condition: {
              ArnEquals: { 'aws:SourceArn': `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${workspace}` },
              StringEquals: { 'AWS:SourceAccount': ACCOUNT },
            },
            Resource: arn,
          },
        ],
      });
    const setPolicy = (workspace: string) =>
      call(
        'sns',
        'set-topic-attributes',
        '--topic-arn',
        arn,
        '--attribute-name',
        'Policy',
        '--attribute-value',
        policy(workspace),
      );
    await setPolicy('ws-of-somebody-else');
    await post('Second');
    await until('the webhook', () =>
      receiver.received.find(({ body }) => JSON.stringify(body).includes('Second')),
    );
    const published = () => receiver.received.filter(({ body }) => body['Type'] === 'Notification');
    expect(published()).toEqual([]);
    await setPolicy(workspaceId);
    const first = await until('the notification', () => published()[0]);
    expect(first.body).toMatchObject({
      TopicArn: arn,
      MessageAttributes: { severity: { Type: 'String', Value: 'page' } },
    });
    expect(first.body['Subject']).toMatch(/^\[FIRING:1\] (First|Second)/);
    expect(await signatureFits(first.body)).toBe(true);
  });

  test('requests to this machine are refused by default', { timeout: 60_000 }, async () => {
    const receiver = await startReceiver();
    const ampere = await startAmpere();
    const sns = (...args: string[]) =>
      run(aws, ['sns', ...args, '--endpoint-url', ampere.url, '--output', 'json'], {
        env: ampere.awsEnvironment,
      });
    const { TopicArn: arn } = JSON.parse((await sns('create-topic', '--name', 't')).stdout);
    await sns('subscribe', '--topic-arn', arn, '--protocol', 'http', '--notification-endpoint', receiver.url);
    const log = join(ampere.dataFolder, 'sns', 'dead-letters', '00000001.jsonl');
    const line = await until('the dead letter', () => readFileSync(log, 'utf8'));
    expect(JSON.parse(line)).toMatchObject({
      kind: 'SubscriptionConfirmation',
      reason: expect.stringContaining('may not be reached'),
    });
    expect(receiver.received).toEqual([]);
    const mail = await sns(
      'subscribe',
      '--topic-arn',
      arn,
      '--protocol',
      'email',
      '--notification-endpoint',
      'a@example.com',
    );
    expect(mail.stderr).toContain('sns.smtp');
  });
});
