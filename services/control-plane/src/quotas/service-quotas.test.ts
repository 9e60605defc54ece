import type { AwsService } from '@ampere/contracts';
import { Limits, parseLimits } from '@ampere/limits';
import { assert } from '@ampere/platform';
import { expect, test } from 'vitest';
import { REGION, REQUEST_ID, TestPlane, workspaceArn } from '../testing.ts';
import { findQuota, QUOTAS } from './quota-table.ts';

const ACTIVE_SERIES = 'L-5A151448';

const configured = () => new Limits(parseLimits({ defaults: { active_series: 50 } }));

async function setUp() {
  const limits = configured();
  const test = await TestPlane.open({ limits });
  return { test, limits, backend: test.backend, call: caller(test) };
}

function caller({ plane }: TestPlane) {
  const api = plane.services.find(({ name }) => name === 'servicequotas') as AwsService;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape.
  return async (operation: string, input: object = {}): Promise<{ status: number; json: any }> => {
    const body = Buffer.from(JSON.stringify({ ServiceCode: 'aps', ...input }));
    const headers = { 'x-amz-target': `ServiceQuotasV20190624.${operation}` };
    const request = { method: 'POST', search: '', headers, body, requestId: REQUEST_ID, sourceIp: '::1' };
    const call = api.route(request);
    assert(!('error' in call), 'the call leads nowhere');
    const principal = plane.credentials.find(plane.account.accessKeyId)!.principal;
    const answer = await api.execute(call, request, principal);
    return { status: answer.status, json: JSON.parse(Buffer.from(answer.body).toString()) };
  };
}

const codeOf = (key: string) => findQuota(key)!.code;

test('every limit is a quota with a code of its own', () => {
  expect(new Set(QUOTAS.map(({ code }) => code)).size).toBe(QUOTAS.length);
  for (const { code } of QUOTAS) expect(code).toMatch(/^L-[0-9A-F]{8}$/);
});

test('a quota is listed, got, and described', async () => {
  const { call } = await setUp();
  const { json } = await call('ListServiceQuotas');
  expect(json.Quotas).toHaveLength(QUOTAS.length);
  const one = (await call('GetServiceQuota', { QuotaCode: ACTIVE_SERIES })).json.Quota;
  expect(one).toMatchObject({
    QuotaArn: `arn:aws:servicequotas:${REGION}:123456789012:aps/${ACTIVE_SERIES}`,
    Value: 50,
    Unit: 'None',
    Adjustable: true,
    QuotaAppliedAtLevel: 'ACCOUNT',
  });
  expect(json.Quotas).toContainEqual(one);
  const rate = (await call('GetServiceQuota', { QuotaCode: codeOf('management_tps') })).json.Quota;
  expect(rate).toMatchObject({ Value: 10, Period: { PeriodValue: 1, PeriodUnit: 'SECOND' } });
  const retention = (await call('GetServiceQuota', { QuotaCode: codeOf('retention') })).json.Quota;
  expect(retention).toMatchObject({ Value: 150 * 86400, Unit: 'Seconds' });
});

test('the list in pages', async () => {
  const { call } = await setUp();
  const codes: string[] = [];
  let NextToken: string | undefined;
  do {
    const { json } = await call('ListServiceQuotas', { MaxResults: 7, NextToken });
    codes.push(...json.Quotas.map((quota: { QuotaCode: string }) => quota.QuotaCode));
    NextToken = json.NextToken;
  } while (NextToken !== undefined);
  expect(codes).toEqual(QUOTAS.map(({ code }) => code));
});

test('an increase is granted at once, in force, told to the engine, and kept over a restart', async () => {
  const { test, limits, backend, call } = await setUp();
  const { json } = await call('RequestServiceQuotaIncrease', { QuotaCode: ACTIVE_SERIES, DesiredValue: 70 });
  expect(json.RequestedQuota).toMatchObject({
    Status: 'APPROVED',
    DesiredValue: 70,
    QuotaCode: ACTIVE_SERIES,
  });
  expect(limits.forWorkspace('ws-any').activeSeriesMax).toBe(70);
  expect(backend.limits!.defaults.activeSeriesMax).toBe(70);
  expect((await call('GetAWSDefaultServiceQuota', { QuotaCode: ACTIVE_SERIES })).json.Quota.Value).toBe(50);
  const { Id } = json.RequestedQuota;
  expect((await call('GetRequestedServiceQuotaChange', { RequestId: Id })).json).toEqual(json);

  const again = configured();
  const restarted = await test.restart({ limits: again });
  expect(again.forWorkspace('ws-any').activeSeriesMax).toBe(70);
  const history = (await caller(restarted)('ListRequestedServiceQuotaChangeHistory')).json;
  expect(history.RequestedQuotas).toEqual([json.RequestedQuota]);
});

test('a workspace alone, by id or ARN, until it is gone', async () => {
  const { test, limits, call } = await setUp();
  const id = await test.create();
  const ask = { QuotaCode: ACTIVE_SERIES, ContextId: id };
  await call('RequestServiceQuotaIncrease', { ...ask, DesiredValue: 60 });
  expect([limits.forWorkspace(id).activeSeriesMax, limits.forWorkspace('other').activeSeriesMax]).toEqual([
    60, 50,
  ]);
  const byArn = await call('GetServiceQuota', { ...ask, ContextId: workspaceArn(id) });
  expect(byArn.json.Quota).toMatchObject({
    Value: 60,
    QuotaAppliedAtLevel: 'RESOURCE',
    QuotaContext: { ContextId: workspaceArn(id) },
  });
  expect((await call('ListServiceQuotas', { QuotaAppliedAtLevel: 'RESOURCE' })).json.Quotas).toHaveLength(1);
  await test.call('DELETE', `/workspaces/${id}`);
  const again = configured();
  await test.restart({ limits: again });
  expect(again.data.workspaces.size).toBe(0);
});

test('setting lower, and taking back', async () => {
  const { limits, call } = await setUp();
  await call('PutServiceQuota', { QuotaCode: ACTIVE_SERIES, Value: 5 });
  expect(limits.data.defaults.activeSeriesMax).toBe(5);
  await call('PutServiceQuota', { QuotaCode: ACTIVE_SERIES });
  expect(limits.data.defaults.activeSeriesMax).toBe(50);
  await call('PutServiceQuota', { QuotaCode: codeOf('management_tps'), Value: 20 });
  expect(limits.account.managementCalls).toEqual({ perSecond: 20, burst: 20 });
});

const refusals: [operation: string, input: object, status: number, code: string, message: string][] = [
  [
    'GetServiceQuota',
    { ServiceCode: 's3', QuotaCode: 'x' },
    404,
    'NoSuchResourceException',
    'No service has the code s3; here is aps.',
  ],
  ['GetServiceQuota', { QuotaCode: 'L-0' }, 404, 'NoSuchResourceException', 'No quota has the code L-0.'],
  ['GetServiceQuota', {}, 400, 'IllegalArgumentException', 'QuotaCode: is missing'],
  [
    'GetServiceQuota',
    { QuotaCode: ACTIVE_SERIES, ContextId: 'ws-none' },
    404,
    'NoSuchResourceException',
    'No workspace has the id or ARN ws-none.',
  ],
  [
    'RequestServiceQuotaIncrease',
    { QuotaCode: ACTIVE_SERIES, DesiredValue: 50 },
    400,
    'IllegalArgumentException',
    'DesiredValue: 50 is no increase; Series with a sample in the last 5 minutes (per workspace) is 50 now',
  ],
  [
    'RequestServiceQuotaIncrease',
    { QuotaCode: ACTIVE_SERIES, DesiredValue: -1 },
    400,
    'IllegalArgumentException',
    'DesiredValue: must be a number from 0 to 10000000000',
  ],
  [
    'ListServiceQuotas',
    { MaxResults: 101 },
    400,
    'IllegalArgumentException',
    'MaxResults: must be a whole number from 1 to 100',
  ],
  [
    'ListServiceQuotas',
    { NextToken: 'x' },
    400,
    'InvalidPaginationTokenException',
    'NextToken: is not from the page before',
  ],
  [
    'GetRequestedServiceQuotaChange',
    { RequestId: 'x' },
    404,
    'NoSuchResourceException',
    'No request has the id x.',
  ],
];
for (const [operation, input, status, code, message] of refusals) {
  test(`${operation} ${JSON.stringify(input)} is refused`, async () => {
    const { call } = await setUp();
    const answer = await call(operation, input);
    expect([answer.status, answer.json.__type, answer.json.Message]).toEqual([status, code, message]);
  });
}

test('an operation that is not offered, and a body that is no object', async () => {
  const { test } = await setUp();
  const api = test.plane.services.find(({ name }) => name === 'servicequotas') as AwsService;
  const request = { method: 'POST', search: '', requestId: REQUEST_ID, sourceIp: '::1' };
  const target = (operation: string) => ({ 'x-amz-target': `ServiceQuotasV20190624.${operation}` });
  const code = (headers: Record<string, string>, body: string) => {
    const call = api.route({ ...request, headers, body: Buffer.from(body) });
    return 'error' in call ? call.error.code : call.action;
  };
  expect(code(target('CreateSupportCase'), '{}')).toBe('UnknownOperationException');
  expect(code({}, '{}')).toBe('UnknownOperationException');
  expect(code(target('ListServices'), '[]')).toBe('SerializationException');
  expect(code(target('ListServices'), '{')).toBe('SerializationException');
  expect(code(target('ListServices'), '')).toBe('servicequotas:ListServices');
});
