// The API's answers and refusals, with SNS' codes and texts.
import { expect, test } from 'vitest';
import { ARN, startSns } from '../testing/fixture.ts';

const fixture = startSns();
const { call } = fixture;
const POLICY = (resource: string, extra = '') =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"aps.amazonaws.com"},"Action":"sns:Publish","Resource":"${resource}"${extra}}]}`;

const refused = (
  name: string,
  parameters: Record<string, string>,
  status: number,
  code: string,
  text: string | RegExp,
) =>
  test(`refused: ${name}`, async () => {
    await call({ Action: 'CreateTopic', Name: 'there' });
    const answer = await call(parameters);
    expect([answer.status, answer.member('Code')]).toEqual([status, code]);
    expect(answer.member('Message')).toMatch(text);
    expect(answer.text).toContain('<RequestId>r-1</RequestId>');
  });

const there = { TopicArn: ARN('there') };
const subscribe = (Protocol: string, Endpoint: string) => ({
  Action: 'Subscribe',
  ...there,
  Protocol,
  Endpoint,
});
const publish = (more: Record<string, string>) => ({ Action: 'Publish', ...there, ...more });
const set = (AttributeName: string, AttributeValue: string) => ({
  Action: 'SetTopicAttributes',
  ...there,
  AttributeName,
  AttributeValue,
});

refused('no action', {}, 400, 'MissingAction', 'Action');
refused(
  'an unknown action',
  { Action: 'Nope' },
  400,
  'InvalidAction',
  'The action Nope is not valid for this web service.',
);
refused('no name', { Action: 'CreateTopic' }, 400, 'ValidationError', "Value null at 'name'");
refused(
  'a bad name',
  { Action: 'CreateTopic', Name: 'a b' },
  400,
  'InvalidParameter',
  'Invalid parameter: Topic Name',
);
refused(
  'a FIFO name without the attribute',
  { Action: 'CreateTopic', Name: 'a.fifo' },
  400,
  'InvalidParameter',
  'Topic Name',
);
refused('other attributes', { Action: 'CreateTopic', Name: 'there', 'Attributes.entry.1.key': 'DisplayName', 'Attributes.entry.1.value': 'x' }, 400, 'InvalidParameter', 'Topic already exists with different attributes'); // biome-ignore format: one line
refused('other tags', { Action: 'CreateTopic', Name: 'there', 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': 'b' }, 400, 'InvalidParameter', 'Topic already exists with different tags'); // biome-ignore format: one line
refused(
  'no such topic',
  { Action: 'GetTopicAttributes', TopicArn: ARN('gone') },
  404,
  'NotFound',
  'Topic does not exist',
);
refused('a topic elsewhere', { Action: 'Publish', TopicArn: 'arn:aws:sns:us-east-1:1:x', Message: 'm' }, 404, 'NotFound', 'Topic does not exist'); // biome-ignore format: one line
refused('an unknown attribute', set('Nope', ''), 400, 'InvalidParameter', 'Invalid parameter: AttributeName');
refused('keys', set('KmsMasterKeyId', 'alias/x'), 400, 'InvalidParameter', 'not supported by this server');
refused('a policy that is none', set('Policy', '{'), 400, 'InvalidParameter', 'Policy Error');
refused('a policy of another service', set('Policy', POLICY(ARN('there')).replace('sns:', 'sqs:')), 400, 'InvalidParameter', 'out of service scope'); // biome-ignore format: one line
refused('a delivery policy', set('DeliveryPolicy', '{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}'), 400, 'InvalidParameter', 'numRetries must be'); // biome-ignore format: one line
refused('no target', { Action: 'Publish', Message: 'm' }, 400, 'InvalidParameter', 'TopicArn or TargetArn Reason: no value for required parameter'); // biome-ignore format: one line
refused(
  'an empty message',
  publish({ Message: '' }),
  400,
  'InvalidParameter',
  'Invalid parameter: Empty message',
);
refused(
  'a long message',
  publish({ Message: 'x'.repeat(262_145) }),
  400,
  'InvalidParameter',
  'Message too long',
);
refused(
  'a long subject',
  publish({ Message: 'm', Subject: 'x'.repeat(101) }),
  400,
  'InvalidParameter',
  'Subject',
);
refused(
  'a subject with a break',
  publish({ Message: 'm', Subject: 'a\nb' }),
  400,
  'InvalidParameter',
  'Subject',
);
refused('JSON without a default', publish({ Message: '{"http":"a"}', MessageStructure: 'json' }), 400, 'InvalidParameter', 'No default entry'); // biome-ignore format: one line
refused('a deduplication id', publish({ Message: 'm', MessageDeduplicationId: 'a' }), 400, 'InvalidParameter', 'MessageDeduplicationId'); // biome-ignore format: one line
refused(
  'an empty batch',
  { Action: 'PublishBatch', ...there },
  400,
  'EmptyBatchRequest',
  "doesn't contain any entries",
);
refused(
  'an odd protocol',
  subscribe('gopher', 'x'),
  400,
  'InvalidParameter',
  'does not support this protocol string: gopher',
);
refused('SQS', subscribe('sqs', 'x'), 400, 'InvalidParameter', 'sqs is not supported by this server');
refused('another scheme', subscribe('https', 'http://example.com'), 400, 'InvalidParameter', 'Endpoint must match the specified protocol'); // biome-ignore format: one line
refused('no address', subscribe('email', 'a@b@c\r\nBcc: d'), 400, 'InvalidParameter', 'Email address');
refused('a filter', { ...subscribe('http', 'http://example.com/'), 'Attributes.entry.1.key': 'FilterPolicy', 'Attributes.entry.1.value': '{"a":["b"]}' }, 400, 'InvalidParameter', 'FilterPolicy is not supported'); // biome-ignore format: one line
refused(
  'a wrong token',
  { Action: 'ConfirmSubscription', ...there, Token: 'x' },
  400,
  'InvalidParameter',
  'Invalid parameter: Token',
);
refused('no subscription', { Action: 'GetSubscriptionAttributes', SubscriptionArn: `${ARN('there')}:11111111-1111-1111-1111-111111111111` }, 404, 'NotFound', 'Subscription does not exist'); // biome-ignore format: one line
refused('tags of nothing', { Action: 'ListTagsForResource', ResourceArn: ARN('gone') }, 404, 'ResourceNotFound', 'Resource does not exist'); // biome-ignore format: one line
refused('another page', { Action: 'ListTopics', NextToken: 'x' }, 400, 'InvalidParameter', 'NextToken');

test('only confirmations and endings come unsigned, and only with a token', () => {
  const route = (search: string) =>
    fixture.sns.service.route({
      method: 'GET',
      search,
      headers: {},
      body: new Uint8Array(0),
      requestId: '',
      sourceIp: '',
    });
  const anonymous = (search: string) => {
    const found = route(search);
    return 'error' in found ? undefined : found.mayBeAnonymous;
  };
  expect(anonymous('Action=ConfirmSubscription&TopicArn=a&Token=t')).toBe(true);
  expect(anonymous('Action=Unsubscribe&SubscriptionArn=a&Token=t')).toBe(true);
  expect(anonymous('Action=Unsubscribe&SubscriptionArn=a')).toBe(false);
  expect(anonymous('Action=Publish&TopicArn=a&Message=m&Token=t')).toBe(false);
  expect(anonymous('Action=DeleteTopic&TopicArn=a&Token=t')).toBe(false);
});

test('what a call is checked on', () => {
  const body = (text: string) => ({
    method: 'POST',
    search: '',
    headers: {},
    body: Buffer.from(text),
    requestId: '',
    sourceIp: '',
  });
  const route = (text: string) => fixture.sns.service.route(body(text));
  expect(route('Action=PublishBatch&TopicArn=x')).toMatchObject({
    action: 'sns:Publish',
    resourceArns: ['x'],
  });
  expect(route('Action=CreateTopic&Name=n')).toMatchObject({
    action: 'sns:CreateTopic',
    resourceArns: [ARN('n')],
  });
  expect(route('Action=ListTopics')).toMatchObject({ resourceArns: ['*'], readOnly: true });
  const asked = route('Action=Subscribe&TopicArn=x&Protocol=http&Endpoint=e');
  expect('conditionKeys' in asked && [...asked.conditionKeys]).toEqual([
    ['sns:Protocol', ['http']],
    ['sns:Endpoint', ['e']],
  ]);
});

test('lists come in pages', async () => {
  const { call: ask } = startSns();
  for (let n = 0; n < 101; n++) await ask({ Action: 'CreateTopic', Name: `t${n}` });
  const first = await ask({ Action: 'ListTopics' });
  expect(first.text.match(/<TopicArn>/g)).toHaveLength(100);
  const second = await ask({ Action: 'ListTopics', NextToken: first.member('NextToken')! });
  expect(second.text.match(/<TopicArn>/g)).toHaveLength(1);
  expect(second.member('NextToken')).toBeUndefined();
});

test('an alert manager publishes only as the policy says', async () => {
  const { call: ask, sns } = startSns();
  await ask({ Action: 'CreateTopic', Name: 't' });
  const workspace = 'arn:aws:aps:eu-west-1:123456789012:workspace/ws-1';
  const message = {
    target: { kind: 'topic' as const, arn: ARN('t') },
    message: 'm',
    subject: 'é'.repeat(120),
    attributes: new Map([['empty', '']]),
  };
  const attempt = (from = workspace, arn = ARN('t')) =>
    sns.publishFromWorkspace(from, { ...message, target: { kind: 'topic', arn } });
  const policy = (text: string) =>
    ask({ Action: 'SetTopicAttributes', TopicArn: ARN('t'), AttributeName: 'Policy', AttributeValue: text });
  expect(attempt()).toMatchObject({
    ok: false,
    retry: false,
    reason: expect.stringContaining('403: AuthorizationError'),
  });
  const condition = `,"Condition":{"ArnEquals":{"aws:SourceArn":"${workspace}"},"StringEquals":{"AWS:SourceAccount":"123456789012"}}`;
  await policy(POLICY(ARN('t'), condition));
  expect(attempt()).toMatchObject({ ok: true });
  expect(attempt(`${workspace}2`).ok).toBe(false);
  await policy(POLICY(ARN('t'), condition.replace('"123456789012"', '"210987654321"')));
  expect(attempt().ok).toBe(false);
  // Who may not publish isn't told whether there is such a topic.
  expect(attempt(workspace, ARN('gone'))).toMatchObject({
    reason: expect.stringContaining('AuthorizationError'),
  });
  expect(attempt(workspace, 'arn:aws:sns:us-east-1:123456789012:t').ok).toBe(false);
});
