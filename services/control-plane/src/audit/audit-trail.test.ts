import type { AwsService, ManagementCall } from '@ampere/contracts';
import { rootPrincipal } from '@ampere/iam';
import { assert } from '@ampere/platform';
import { expect, test } from 'vitest';
import { ACCOUNT, REQUEST_ID, TestPlane, workspaceArn } from '../testing.ts';
import { auditRecord } from './audit-record.ts';

const body = (value: object) => Buffer.from(JSON.stringify(value));

function callOf(change: Partial<ManagementCall> = {}): ManagementCall {
  return {
    requestId: REQUEST_ID,
    startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    service: 'aps',
    operation: 'CreateWorkspace',
    readOnly: false,
    principal: rootPrincipal(ACCOUNT),
    accessKeyId: 'AKIAROOT',
    sourceIp: '10.0.0.1',
    userAgent: 'aws-cli',
    encrypted: false,
    host: 'localhost',
    resourceArns: [workspaceArn('ws-1')],
    request: {
      kind: 'rest',
      pathParameters: new Map(),
      search: '',
      body: body({ alias: 'a', clientToken: 't' }),
    },
    status: 202,
    answer: { workspaceId: 'ws-1', arn: workspaceArn('ws-1') },
    error: undefined,
    ...change,
  };
}

const record = (change: Partial<ManagementCall> = {}) =>
  auditRecord(callOf(change), { eventId: 'e-1', region: 'eu-west-1', accountId: ACCOUNT });

test('a call that changed something, in the form of CloudTrail', () => {
  expect(record()).toEqual({
    eventVersion: '1.08',
    userIdentity: {
      type: 'Root',
      principalId: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      accountId: ACCOUNT,
      accessKeyId: 'AKIAROOT',
    },
    eventTime: '2026-01-02T03:04:05Z',
    eventSource: 'aps.amazonaws.com',
    eventName: 'CreateWorkspace',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '10.0.0.1',
    userAgent: 'aws-cli',
    requestParameters: { alias: 'a', clientToken: 't' },
    responseElements: { workspaceId: 'ws-1', arn: workspaceArn('ws-1') },
    requestID: REQUEST_ID,
    eventID: 'e-1',
    readOnly: false,
    resources: [{ accountId: ACCOUNT, ARN: workspaceArn('ws-1'), type: 'AWS::APS::Workspace' }],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
  });
});

function identity(principal: ManagementCall['principal'], expected: object): void {
  const kind = principal?.kind ?? 'nobody';
  test(`the identity of ${kind}`, () => expect(record({ principal })['userIdentity']).toEqual(expected));
}
const common = { accountId: ACCOUNT, accessKeyId: 'AKIAROOT' };
const user = `arn:aws:iam::${ACCOUNT}:user/ops/alice`;
const session = `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/me`;
identity(undefined, { type: 'Unknown' });
identity(
  { kind: 'user', arn: user, accountId: ACCOUNT, userId: 'AIDA1', userName: 'alice' },
  { type: 'IAMUser', principalId: 'AIDA1', arn: user, ...common, userName: 'alice' },
);
identity(
  { kind: 'assumed-role', arn: session, accountId: ACCOUNT, userId: 'AROA1:me' },
  {
    type: 'AssumedRole',
    principalId: 'AROA1:me',
    arn: session,
    ...common,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROA1',
        arn: `arn:aws:iam::${ACCOUNT}:role/Reader`,
        accountId: ACCOUNT,
        userName: 'Reader',
      },
    },
  },
);

test('a read has no answer in it, a refusal its code and text', () => {
  expect(record({ readOnly: true })['responseElements']).toBeNull();
  const refused = record({ status: 403, error: { code: 'AccessDeniedException', message: 'no' } });
  expect(refused).toMatchObject({
    errorCode: 'AccessDeniedException',
    errorMessage: 'no',
    responseElements: null,
  });
});

test('secrets, whole documents and endless texts stay out', () => {
  const members = {
    SecretAccessKey: 's1',
    Credentials: { SessionToken: 's2' },
    WebIdentityToken: 's3',
    NextToken: 'n',
    data: 's4',
    long: 'x'.repeat(5000),
  };
  const text = JSON.stringify(record({ request: { kind: 'members', members } }));
  for (const secret of ['s1', 's2', 's3', 's4']) expect(text).not.toContain(`"${secret}"`);
  expect(text).toContain('"NextToken":"n"');
  expect(text.length).toBeLessThan(4000);
});

test('path and query members are among the parameters; a body that is no JSON is left out', () => {
  const request = {
    kind: 'rest',
    pathParameters: new Map([['workspaceId', 'ws-1']]),
    search: 'tagKeys=a&tagKeys=b&clientToken=c',
    body: Buffer.from('{'),
  } as const;
  expect(record({ request })['requestParameters']).toEqual({
    workspaceId: 'ws-1',
    tagKeys: ['a', 'b'],
    clientToken: 'c',
  });
});

async function setUp() {
  const { plane, clock } = await TestPlane.open();
  const api = plane.services.find(({ name }) => name === 'cloudtrail') as AwsService;
  const note = (eventName: string, change: Partial<ManagementCall> = {}) =>
    plane.recordCall(callOf({ operation: eventName, startedAtMs: clock.nowMs(), ...change }));
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape.
  const lookup = async (input: object = {}): Promise<any> => {
    const headers = {
      'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
    };
    const request = {
      method: 'POST',
      search: '',
      headers,
      body: body(input),
      requestId: REQUEST_ID,
      sourceIp: '',
    };
    const call = api.route(request);
    assert(!('error' in call), 'the lookup leads nowhere');
    const answer = await api.execute(call, request, rootPrincipal(ACCOUNT));
    return JSON.parse(Buffer.from(answer.body).toString());
  };
  const names = async (input: object = {}): Promise<string[]> =>
    (await lookup(input)).Events.map(({ EventName }: { EventName: string }) => EventName);
  return { clock, note, lookup, names };
}

const by = (AttributeKey: string, AttributeValue: string) => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
});

test('events are found newest first and by each attribute', async () => {
  const { clock, note, lookup, names } = await setUp();
  note('CreateWorkspace');
  clock.advance(1000);
  note('DescribeWorkspace', { readOnly: true, resourceArns: [workspaceArn('ws-2')] });
  clock.advance(1000);
  note('CreateUser', { service: 'iam', resourceArns: [user], accessKeyId: 'AKIAOTHER' });
  expect(await names()).toEqual(['CreateUser', 'DescribeWorkspace', 'CreateWorkspace']);
  expect(await names(by('EventName', 'CreateWorkspace'))).toEqual(['CreateWorkspace']);
  expect(await names(by('ReadOnly', 'true'))).toEqual(['DescribeWorkspace']);
  expect(await names(by('Username', 'root'))).toHaveLength(3);
  expect(await names(by('EventSource', 'iam.amazonaws.com'))).toEqual(['CreateUser']);
  expect(await names(by('AccessKeyId', 'AKIAOTHER'))).toEqual(['CreateUser']);
  expect(await names(by('ResourceType', 'AWS::IAM::User'))).toEqual(['CreateUser']);
  expect(await names(by('ResourceName', workspaceArn('ws-2')))).toEqual(['DescribeWorkspace']);
  expect(await names(by('ResourceName', 'ws-2'))).toEqual(['DescribeWorkspace']);
  const [event] = (await lookup(by('EventName', 'CreateUser'))).Events;
  expect(await names(by('EventId', event.EventId))).toEqual(['CreateUser']);
  expect(JSON.parse(event.CloudTrailEvent).eventID).toBe(event.EventId);
  expect(event.Resources).toEqual([{ ResourceType: 'AWS::IAM::User', ResourceName: user }]);
});

test('by time, and no further back than 90 days', async () => {
  const { clock, note, names } = await setUp();
  note('A');
  clock.advance(10_000);
  note('B');
  const seconds = clock.nowMs() / 1000;
  expect(await names({ StartTime: seconds - 5 })).toEqual(['B']);
  expect(await names({ EndTime: seconds - 5 })).toEqual(['A']);
  clock.advance(91 * 86_400_000);
  expect(await names()).toEqual([]);
});

test('in pages, while more is recorded', async () => {
  const { note, lookup } = await setUp();
  for (const name of ['A', 'B', 'C', 'D', 'E']) note(name);
  const first = await lookup({ MaxResults: 2 });
  note('F');
  const second = await lookup({ MaxResults: 2, NextToken: first.NextToken });
  const third = await lookup({ MaxResults: 2, NextToken: second.NextToken });
  const names = [first, second, third].flatMap(({ Events }) =>
    Events.map((event: { EventName: string }) => event.EventName),
  );
  expect(names).toEqual(['E', 'D', 'C', 'B', 'A']);
  expect(third.NextToken).toBeUndefined();
  const foreign = await lookup({ ...by('EventName', 'A'), NextToken: first.NextToken });
  expect(foreign.__type).toBe('InvalidNextTokenException');
});

function refuse(input: object, code: string): void {
  test(`${JSON.stringify(input)} is refused`, async () => {
    expect((await (await setUp()).lookup(input)).__type).toBe(code);
  });
}
refuse({ MaxResults: 51 }, 'InvalidMaxResultsException');
refuse({ NextToken: 'x' }, 'InvalidNextTokenException');
refuse({ StartTime: 2, EndTime: 1 }, 'InvalidTimeRangeException');
refuse(by('Colour', 'red'), 'InvalidLookupAttributesException');
refuse(
  { LookupAttributes: [by('EventName', 'A'), by('EventName', 'B')] },
  'InvalidLookupAttributesException',
);
