// From Publish to the receiver: confirmation, envelope, signature, order, repetition, burial.

import { createVerify, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { ARN, eventually, type Fixture, type Receiver, startReceiver, startSns } from '../testing/fixture.ts';

async function topic(
  fixture: Fixture,
  name: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const entries = Object.entries(attributes).flatMap(([key, value], index) => [
    [`Attributes.entry.${index + 1}.key`, key],
    [`Attributes.entry.${index + 1}.value`, value],
  ]);
  const made = await fixture.call({ Action: 'CreateTopic', Name: name, ...Object.fromEntries(entries) });
  expect(made.member('TopicArn'), made.text).toBe(ARN(name));
  return ARN(name);
}

/** Subscribes a path of the receiver and confirms with the token that it got; the subscription's ARN. */
async function subscribe(fixture: Fixture, receiver: Receiver, arn: string, path = '/'): Promise<string> {
  const before = receiver.received.length;
  const asked = await fixture.call({
    Action: 'Subscribe',
    TopicArn: arn,
    Protocol: 'http',
    Endpoint: receiver.url + path,
  });
  expect(asked.member('SubscriptionArn')).toBe('pending confirmation');
  const question = await eventually(() => receiver.received.slice(before).find(({ url }) => url === path));
  const { Token } = JSON.parse(question.body);
  const confirmed = await fixture.call({ Action: 'ConfirmSubscription', TopicArn: arn, Token }, 'link');
  receiver.received.splice(before);
  return confirmed.member('SubscriptionArn')!;
}

/** Checks a signature as the developer guide says. */
async function verify(fixture: Fixture, body: Record<string, string>): Promise<boolean> {
  const names =
    body['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names.filter((name) => name in body).map((name) => `${name}\n${body[name]}\n`);
  const url = new URL(body['SigningCertURL']!);
  const certificate = new X509Certificate((await fixture.sns.certificateAt(url.pathname))!);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  const digest = body['SignatureVersion'] === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
  return createVerify(digest)
    .update(text.join(''))
    .verify(certificate.publicKey, body['Signature']!, 'base64');
}

test('a subscription is asked for, confirmed, notified and ended', async () => {
  const [fixture, receiver] = [startSns(), await startReceiver()];
  const arn = await topic(fixture, 'alerts');
  await fixture.call({
    Action: 'Subscribe',
    TopicArn: arn,
    Protocol: 'http',
    Endpoint: `${receiver.url}/hook?a=1`,
  });
  const question = await eventually(() => receiver.received.shift());
  const asked = JSON.parse(question.body);
  expect(question.headers).toMatchObject({
    'x-amz-sns-message-type': 'SubscriptionConfirmation',
    'x-amz-sns-message-id': asked.MessageId,
    'x-amz-sns-topic-arn': arn,
    'content-type': 'text/plain; charset=UTF-8',
  });
  expect(Object.keys(asked)).toEqual([
    'Type', 'MessageId', 'Token', 'TopicArn', 'Message', 'SubscribeURL', 'Timestamp', 'SignatureVersion', 'Signature', 'SigningCertURL',
  ]); // biome-ignore format: a list
  expect(await verify(fixture, asked)).toBe(true);
  expect((await fixture.call({ Action: 'Publish', TopicArn: arn, Message: 'too early' })).status).toBe(200);

  const link = new URL(asked.SubscribeURL);
  expect(link.origin + link.pathname).toBe('https://ampere.example/');
  const confirmed = await fixture.call(Object.fromEntries(link.searchParams), 'link');
  const subscription = confirmed.member('SubscriptionArn')!;
  expect(subscription).toMatch(new RegExp(`^${arn}:[0-9a-f-]{36}$`));

  const published = await fixture.call({
    Action: 'Publish',
    TopicArn: arn,
    Message: 'line one\n"two"',
    Subject: 'S',
    'MessageAttributes.entry.1.Name': 'severity',
    'MessageAttributes.entry.1.Value.DataType': 'String',
    'MessageAttributes.entry.1.Value.StringValue': 'high',
  });
  const got = await eventually(() => receiver.received.shift());
  expect(got.headers).toMatchObject({
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-subscription-arn': subscription,
  });
  const body = JSON.parse(got.body);
  expect(got.body).toContain('{\n  "Type" : "Notification",\n');
  expect(body).toMatchObject({
    MessageId: published.member('MessageId'),
    Subject: 'S',
    Message: 'line one\n"two"',
    SignatureVersion: '1',
    MessageAttributes: { severity: { Type: 'String', Value: 'high' } },
  });
  expect(await verify(fixture, body)).toBe(true);
  expect(await verify(fixture, { ...body, Message: 'other' })).toBe(false);

  const forged = { Action: 'Unsubscribe', SubscriptionArn: subscription, Token: 'x' };
  expect((await fixture.call(forged, 'link')).status).toBe(403);
  const goodbye = Object.fromEntries(new URL(body.UnsubscribeURL).searchParams);
  expect((await fixture.call(goodbye, 'link')).status).toBe(200);
  expect((await fixture.call({ Action: 'ListSubscriptions' })).text).not.toContain(subscription);
  expect(fixture.store.queue()).toEqual([]);
});

test('signature version 2, raw delivery', async () => {
  const [fixture, receiver] = [startSns(), await startReceiver()];
  const arn = await topic(fixture, 't', { SignatureVersion: '2' });
  const subscription = await subscribe(fixture, receiver, arn);
  await fixture.call({ Action: 'Publish', TopicArn: arn, Message: 'm' });
  expect(await verify(fixture, JSON.parse((await eventually(() => receiver.received.shift())).body))).toBe(
    true,
  );
  const raw = { AttributeName: 'RawMessageDelivery', AttributeValue: 'true' };
  await fixture.call({ Action: 'SetSubscriptionAttributes', SubscriptionArn: subscription, ...raw });
  await fixture.call({ Action: 'Publish', TopicArn: arn, Message: 'bare' });
  const got = await eventually(() => receiver.received.shift());
  expect([got.body, got.headers['x-amz-sns-rawdelivery']]).toEqual(['bare', 'true']);
});

test('failures are tried again after 20 seconds, three times, and buried then', async () => {
  const [fixture, receiver] = [startSns(), await startReceiver()];
  const arn = await topic(fixture, 't');
  const subscription = await subscribe(fixture, receiver, arn);
  receiver.answers.push(500, 429, 503, 500);
  await fixture.call({ Action: 'Publish', TopicArn: arn, Message: 'lost' });
  for (let attempt = 1; attempt <= 4; attempt++) {
    await eventually(() => receiver.received.length === attempt);
    await eventually(() => fixture.store.queue().every(({ attempts }) => attempts === attempt));
    fixture.clock.advance(19_999);
    expect(receiver.received.length).toBe(attempt);
    fixture.clock.advance(1);
  }
  const path = 'sns/dead-letters/00000001.jsonl';
  await eventually(() => fixture.store.queue().length === 0);
  const line = JSON.parse(Buffer.from(await fixture.disk.readFile(path)).toString());
  expect(line).toMatchObject({
    subscriptionArn: subscription,
    message: 'lost',
    attempts: 4,
    reason: 'the endpoint answered 500',
  });
  expect(fixture.metrics.text()).toContain(
    'ampere_sns_deliveries_total{protocol="http",outcome="dead-letter"} 1',
  );
  expect(fixture.logged.join()).toContain('dead-letter log');
});

test('an answer that will not get better is final', async () => {
  const [fixture, receiver] = [startSns(), await startReceiver()];
  const arn = await topic(fixture, 't');
  await subscribe(fixture, receiver, arn);
  receiver.answers.push(404);
  await fixture.call({ Action: 'Publish', TopicArn: arn, Message: 'm' });
  await eventually(() => fixture.logged.length > 0);
  await eventually(() => fixture.store.queue().length === 0);
  expect(receiver.received).toHaveLength(1);
});

test('what was accepted survives a restart', async () => {
  const [fixture, receiver] = [startSns(), await startReceiver()];
  const arn = await topic(fixture, 't');
  await subscribe(fixture, receiver, arn);
  receiver.answers.push(500);
  await fixture.call({ Action: 'Publish', TopicArn: arn, Message: 'kept' });
  await eventually(() => fixture.store.queue()[0]?.attempts === 1);
  await fixture.sns.stop();
  fixture.clock.advance(60_000);
  expect(receiver.received).toHaveLength(1);
  const { store, clock, disk } = fixture;
  startSns({ store, clock, disk });
  await eventually(() => receiver.received.length === 2);
  expect(JSON.parse(receiver.received[1]!.body).Message).toBe('kept');
});

test('a FIFO topic keeps the order of a group and drops repetitions', async () => {
  const [fixture, receiver] = [startSns(), await startReceiver()];
  const arn = await topic(fixture, 't.fifo', { FifoTopic: 'true', ContentBasedDeduplication: 'true' });
  await subscribe(fixture, receiver, arn);
  receiver.answers.push(500);
  const publish = (Message: string, MessageGroupId = 'g') =>
    fixture.call({ Action: 'Publish', TopicArn: arn, Message, MessageGroupId });
  const first = await publish('one');
  await publish('two');
  const again = await publish('one');
  expect(again.member('MessageId')).toBe(first.member('MessageId'));
  expect(again.member('SequenceNumber')).toBe(first.member('SequenceNumber'));
  await eventually(() => receiver.received.length === 1 && fixture.store.queue()[0]?.attempts === 1);
  expect(fixture.store.queue()).toHaveLength(2);
  fixture.clock.advance(20_000);
  await eventually(() => fixture.store.queue().length === 0);
  const texts = receiver.received.map(({ body }) => JSON.parse(body).Message);
  expect(texts).toEqual(['one', 'one', 'two']);
  fixture.clock.advance(300_000);
  await publish('one');
  await eventually(() => receiver.received.length === 4);
});

test('e-mail: question, message and envelope', async () => {
  const fixture = startSns();
  const arn = await topic(fixture, 't');
  for (const protocol of ['email', 'email-json']) {
    await fixture.call({
      Action: 'Subscribe',
      TopicArn: arn,
      Protocol: protocol,
      Endpoint: `${protocol}@example.com`,
    });
    const question = await eventually(() => fixture.mails.shift());
    expect(question).toMatchObject({
      to: `${protocol}@example.com`,
      subject: 'AWS Notification - Subscription Confirmation',
    });
    const link = new URL(/https:\/\/ampere[^\s"]+/.exec(question.text!)![0]);
    expect((await fixture.call(Object.fromEntries(link.searchParams), 'link')).status).toBe(200);
  }
  await fixture.call({ Action: 'Publish', TopicArn: arn, Message: 'disk full', Subject: 'Alarm' });
  await eventually(() => fixture.mails.length === 2);
  const [plain, json] = fixture.mails.sort((a, b) => a.to.length - b.to.length);
  expect(plain).toMatchObject({ subject: 'Alarm' });
  expect(plain!.text).toMatch(/^disk full\n\n--\n[\s\S]*Action=Unsubscribe/);
  expect(await verify(fixture, JSON.parse(json!.text!))).toBe(true);
});

test('without an SMTP server e-mail is refused', async () => {
  const fixture = startSns({ mail: false });
  const arn = await topic(fixture, 't');
  const refused = await fixture.call({
    Action: 'Subscribe',
    TopicArn: arn,
    Protocol: 'email',
    Endpoint: 'a@example.com',
  });
  expect([refused.status, refused.member('Message')]).toEqual([400, expect.stringContaining('sns.smtp')]);
});
