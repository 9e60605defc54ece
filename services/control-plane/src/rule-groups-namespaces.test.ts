// Rule groups namespaces: whole answers, bytes, quotas, pages, tags, and what they go with.
import { Limits, parseLimits } from '@ampere/limits';
import { expect, test } from 'vitest';
import type { RuleFileReading } from './definition-readers.ts';
import { ACCOUNT, REGION, settle, TestPlane } from './testing.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Stands for a reader of rule files: one group a line, `name rulesCount`; `!text` is a problem. */
function readLines(data: Uint8Array): RuleFileReading {
  const lines = Buffer.from(data)
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  const problems = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const groups = lines.map((line) => ({ name: line.split(' ')[0]!, rulesCount: Number(line.split(' ')[1]) }));
  return problems.length > 0 ? { problems, groups: [] } : { problems, groups };
}

const readers = { ruleFile: readLines };
const open = (defaults: object = {}) =>
  TestPlane.open({
    readers,
    limits: new Limits(parseLimits({ profile: 'unlimited', defaults })),
  });
const list = (id: string) => `/workspaces/${id}/rulegroupsnamespaces`;
const one = (id: string, name: string) => `${list(id)}/${encodeURIComponent(name)}`;
const arnOf = (id: string, name: string) =>
  `arn:aws:aps:${REGION}:${ACCOUNT}:rulegroupsnamespace/${id}/${name}`;
const tagPath = (id: string, name: string) => `/tags/${encodeURIComponent(arnOf(id, name))}`;

test('a namespace from its creation to its end', async () => {
  const t = await open();
  const id = await t.create();
  const name = 'é/a b:workspace/x';
  const created = await t.call('POST', list(id), { name, data: base64('g 1'), tags: { a: 'b' } });
  const view = { name, arn: arnOf(id, name), tags: { a: 'b' } };
  expect([created.status, created.json]).toEqual([202, { ...view, status: { statusCode: 'CREATING' } }]);
  t.clock.advance(2000);
  const put = await t.call('PUT', one(id, name), { data: base64('\r\ng 2\0\n'), clientToken: 'T' });
  expect([put.status, put.json]).toEqual([202, { ...view, status: { statusCode: 'UPDATING' } }]);
  const summary = {
    ...view,
    status: { statusCode: 'ACTIVE' },
    createdAt: 1_700_000_000,
    modifiedAt: 1_700_000_002,
  };
  const again = await t.restart();
  const described = await again.call('GET', one(id, name));
  expect([described.status, described.json]).toEqual([
    200,
    { ruleGroupsNamespace: { ...summary, data: base64('\r\ng 2\0\n') } },
  ]);
  const listed = await again.call('GET', list(id));
  expect([listed.status, listed.json]).toEqual([200, { ruleGroupsNamespaces: [summary] }]);
  const deleted = await again.call('DELETE', one(id, name));
  expect([deleted.status, deleted.text]).toEqual([202, '']);
  const gone = await again.call('GET', one(id, name));
  expect([gone.status, gone.json]).toEqual([
    404,
    {
      message: 'Rule groups namespace not found.',
      resourceId: `${id}/${name}`,
      resourceType: 'AWS::APS::RuleGroupsNamespace',
    },
  ]);
  await again.call('POST', list(id), { name, data: '' });
  expect((await again.call('GET', one(id, name))).json.ruleGroupsNamespace).toMatchObject({
    data: '',
    tags: {},
  });
});

test('what is checked on what', async () => {
  const t = await open();
  const arn = (method: string, path: string) => {
    const route = t.plane.route(method, path);
    return route.kind === 'operation' ? route.match.resourceArn : route;
  };
  for (const method of ['GET', 'PUT', 'DELETE'])
    expect(arn(method, one('ws-1', 'a/b'))).toBe(arnOf('ws-1', 'a/b'));
  for (const method of ['GET', 'POST'])
    expect(arn(method, list('ws-1'))).toBe(`arn:aws:aps:${REGION}:${ACCOUNT}:workspace/ws-1`);
});

test('without a reader of rule files there are no such operations', async () => {
  const { plane } = await TestPlane.open();
  expect(plane.route('POST', list('ws-1'))).toEqual({ kind: 'unknown' });
  expect(plane.route('GET', one('ws-1', 'a'))).toEqual({ kind: 'unknown' });
});

test('bad rules are refused with every problem and change nothing', async () => {
  const t = await open();
  const id = await t.create();
  const bad = base64('!0:0: Groupname must not be empty\n!x');
  const refusal = {
    message: 'Invalid RuleGroupsNamespace data: [0:0: Groupname must not be empty, x]',
    reason: 'FIELD_VALIDATION_FAILED',
  };
  const created = await t.call('POST', list(id), { name: 'n', data: bad });
  expect([created.status, created.json]).toEqual([400, refusal]);
  expect((await t.call('GET', list(id))).json).toEqual({ ruleGroupsNamespaces: [] });
  await t.call('POST', list(id), { name: 'n', data: base64('g 1') });
  const put = await t.call('PUT', one(id, 'n'), { data: bad });
  expect([put.status, put.json]).toEqual([400, refusal]);
  expect((await t.call('GET', one(id, 'n'))).json.ruleGroupsNamespace.data).toBe(base64('g 1'));
});

function refused(body: object, name: string, message: string): void {
  test(`${JSON.stringify(body).slice(0, 80)} is refused`, async () => {
    const t = await open({ rules_definition_size: '10B' });
    const id = await t.create();
    const answer = await t.call('POST', list(id), body);
    expect([answer.status, answer.json.message]).toEqual([400, `Invalid ${name}: ${message}`]);
    expect(answer.json.fieldList).toEqual([{ name, message }]);
  });
}

const ID_PATTERN = '.*[0-9A-Za-z][-.0-9A-Z_a-z]*.*';
refused({ data: '' }, 'name', 'Member must not be null');
refused({ name: 'n' }, 'data', 'Member must not be null');
refused({ name: 'n', data: 'a' }, 'data', 'Member must be base64-encoded');
refused({ name: 'n', data: 'YQ' }, 'data', 'Member must be base64-encoded');
refused({ name: 'n', data: 'YQ==\n' }, 'data', 'Member must be base64-encoded');
refused({ name: 'n', data: 5 }, 'data', 'Member must be base64-encoded');
refused({ name: 'é ', data: '' }, 'name', `Member must satisfy regular expression pattern: ${ID_PATTERN}`);
refused({ name: 'n'.repeat(129), data: '' }, 'name', 'Member must have length less than or equal to 128');
refused(
  { name: 'n', data: base64('12345678901') },
  'data',
  'Member must have length less than or equal to 10',
);

test('a name is taken once in a workspace, and put where it is', async () => {
  const t = await open();
  const [id, other] = [await t.create(), await t.create()];
  const body = { name: 'n', data: base64('g 1') };
  const first = await t.call('POST', list(id), { ...body, clientToken: 'T' });
  expect(await t.call('POST', list(id), { ...body, clientToken: 'T' })).toEqual(first);
  const reused = await t.call('POST', list(id), { ...body, data: base64('g 2'), clientToken: 'T' });
  expect(reused.status).toBe(409);
  const twice = await t.call('POST', list(id), body);
  expect([twice.status, twice.json]).toEqual([
    409,
    {
      message: 'Rule groups namespace already exists.',
      resourceId: `${id}/n`,
      resourceType: 'AWS::APS::RuleGroupsNamespace',
    },
  ]);
  expect((await t.call('PUT', one(other, 'n'), body)).status).toBe(404);
  expect((await t.call('POST', list(other), body)).status).toBe(202);
  for (const method of ['GET', 'PUT', 'DELETE'])
    expect((await t.call(method, one('ws-none', 'n'), body)).json.message).toBe('Workspace not found.');
  for (const method of ['GET', 'POST'])
    expect((await t.call(method, list('ws-none'), body)).json.message).toBe('Workspace not found.');
});

test('quotas count namespaces, groups in all of them, and rules in a group', async () => {
  const t = await open({ rule_groups_namespaces: 2, rule_groups: 3, rules_per_group: 4 });
  const id = await t.create();
  const post = (name: string, text: string) => t.call('POST', list(id), { name, data: base64(text) });
  const put = (name: string, text: string) => t.call('PUT', one(id, name), { data: base64(text) });
  const full = async (
    answering: ReturnType<typeof post>,
    message: string,
    quotaCode: string,
    name: string,
  ) => {
    const { status, json } = await answering;
    const resource = { resourceId: `${id}/${name}`, resourceType: 'AWS::APS::RuleGroupsNamespace' };
    expect([status, json]).toEqual([402, { message, ...resource, serviceCode: 'aps', quotaCode }]);
  };
  const groupsText = 'Limit exceeded. Maximum rule groups per workspace.';
  const rulesText = 'Limit exceeded. Maximum rules per rule group.';
  const spacesText = 'Limit exceeded. Maximum rule groups namespaces per workspace.';
  await full(post('a', 'g 1\nh 5'), rulesText, 'rules_per_group', 'a');
  expect((await post('a', 'g 1\nh 4')).status).toBe(202);
  await full(post('b', 'g 1\nh 1'), groupsText, 'rule_groups', 'b');
  expect((await post('b', 'g 1')).status).toBe(202);
  await full(post('c', ''), spacesText, 'rule_groups_namespaces', 'c');
  await full(put('a', 'g 1\nh 1\ni 1'), groupsText, 'rule_groups', 'a');
  expect((await put('a', 'g 1')).status).toBe(202);
  expect((await put('b', 'g 1\nh 1')).status).toBe(202);
  await t.call('DELETE', one(id, 'b'));
  expect((await post('c', 'g 1\nh 1')).status).toBe(202);
});

test('pages, by the beginning of the name, of one workspace', async () => {
  const t = await open();
  const [id, other] = [await t.create(), await t.create()];
  for (const name of ['b1', 'a1', 'b2', 'B3', 'b%4']) await t.call('POST', list(id), { name, data: '' });
  await t.call('POST', list(other), { name: 'b9', data: '' });
  const names = (answer: { json: { ruleGroupsNamespaces: { name: string }[] } }) =>
    answer.json.ruleGroupsNamespaces.map(({ name }) => name);
  const first = await t.call('GET', `${list(id)}?name=b&maxResults=2`);
  expect(names(first)).toEqual(['b1', 'b2']);
  await t.call('DELETE', one(id, 'b2'));
  const token = first.json.nextToken;
  const second = await t.call('GET', `${list(id)}?name=b&nextToken=${token}`);
  expect(names(second)).toEqual(['b%4']);
  expect(second.json.nextToken).toBe(undefined);
  expect(names(await t.call('GET', `${list(id)}?name=b%25`))).toEqual(['b%4']);
  expect(names(await t.call('GET', list(id)))).toEqual(['b1', 'a1', 'B3', 'b%4']);
  for (const search of [`nextToken=${token}`, `name=a&nextToken=${token}`])
    expect((await t.call('GET', `${list(id)}?${search}`)).status).toBe(400);
  expect((await t.call('GET', `${list(other)}?name=b&nextToken=${token}`)).status).toBe(400);
});

test('tags of namespaces, and what policies see of them', async () => {
  const t = await open();
  const id = await t.create({ tags: { of: 'workspace' } });
  await t.call('POST', list(id), { name: 'a/b', data: '', tags: { x: '1' } });
  await t.call('POST', tagPath(id, 'a/b'), { tags: { y: '2' } });
  await t.call('DELETE', `${tagPath(id, 'a/b')}?tagKeys=x`);
  expect((await t.call('GET', tagPath(id, 'a/b'))).json).toEqual({ tags: { y: '2' } });
  const { workspaces } = t.plane;
  expect(workspaces.tagsOf(arnOf(id, 'a/b'))).toEqual(new Map([['y', '2']]));
  expect(workspaces.tagsOf(workspaces.arnOf(id))).toEqual(new Map([['of', 'workspace']]));
  expect(workspaces.tagsOf(arnOf(id, 'a/b').replace(REGION, 'mars'))).toBe(undefined);
  expect(workspaces.tagsOf('*')).toBe(undefined);
  for (const missing of [tagPath(id, 'c'), tagPath('ws-none', 'a/b')]) {
    const answer = await t.call('GET', missing);
    expect([answer.status, answer.json.resourceType]).toEqual([404, 'AWS::APS::RuleGroupsNamespace']);
  }
  await t.call('DELETE', one(id, 'a/b'));
  await t.call('POST', list(id), { name: 'a/b', data: '' });
  expect((await t.call('GET', tagPath(id, 'a/b'))).json).toEqual({ tags: {} });
});

test('namespaces have a settled workspace and go with it, tags and all', async () => {
  const t = await open();
  const id = await t.create();
  await t.call('POST', list(id), { name: 'n', data: '', tags: { x: '1' } });
  t.backend.held = true;
  await t.call('DELETE', `/workspaces/${id}`);
  expect((await t.call('POST', list(id), { name: 'm', data: '' })).status).toBe(409);
  expect((await t.call('PUT', one(id, 'n'), { data: '' })).status).toBe(409);
  expect((await t.call('DELETE', one(id, 'n'))).status).toBe(409);
  expect((await t.call('GET', one(id, 'n'))).status).toBe(200);
  t.backend.release();
  await settle();
  expect((await t.call('GET', one(id, 'n'))).json.message).toBe('Workspace not found.');
  expect(t.plane.workspaces.tagsOf(arnOf(id, 'n'))).toEqual(new Map());
  expect((await t.call('GET', tagPath(id, 'n'))).status).toBe(404);
});
