// Tagging, and every ARN that is refused.
import { expect, test } from 'vitest';
import { ACCOUNT, REGION, TestPlane, workspaceArn } from './testing.ts';

const encoded = (id: string) => `/tags/${encodeURIComponent(workspaceArn(id))}`;

test('tags are added, replaced, taken away and listed', async () => {
  const t = await TestPlane.open();
  const id = await t.create({ tags: { a: '1', b: '2' } });
  const tagged = await t.call('POST', encoded(id), { tags: { b: 'two', c: '3' } });
  expect([tagged.status, tagged.text]).toEqual([200, '{}']);
  expect((await t.call('GET', encoded(id))).json).toEqual({ tags: { a: '1', b: 'two', c: '3' } });
  const untagged = await t.call('DELETE', `${encoded(id)}?tagKeys=a&tagKeys=c&tagKeys=never-there`);
  expect([untagged.status, untagged.text]).toEqual([200, '{}']);
  const listed = await t.call('GET', encoded(id));
  expect([listed.status, listed.text]).toEqual([200, '{"tags":{"b":"two"}}']);
});

test('ARNs come encoded, raw, and half of each', async () => {
  const t = await TestPlane.open();
  const id = await t.create({ tags: { a: '1' } });
  const arn = workspaceArn(id);
  for (const spelling of [encodeURIComponent(arn), arn, arn.replaceAll(':', '%3a')]) {
    expect((await t.call('GET', `/tags/${spelling}`)).json).toEqual({ tags: { a: '1' } });
  }
});

test('keys that mean something to JavaScript are keys', async () => {
  const t = await TestPlane.open();
  const body = '{"tags":{"__proto__":"p","constructor":"c","toString":"s"}}';
  const created = await t.call('POST', '/workspaces', body);
  const id = created.json.workspaceId;
  expect(created.text).toContain('"tags":{"__proto__":"p","constructor":"c","toString":"s"}');
  expect((await t.call('GET', encoded(id))).text).toBe(
    '{"tags":{"__proto__":"p","constructor":"c","toString":"s"}}',
  );
  expect(t.plane.workspaces.find(id)?.tags.get('__proto__')).toBe('p');
  await t.call('DELETE', `${encoded(id)}?tagKeys=__proto__`);
  expect((await t.call('GET', encoded(id))).text).toBe('{"tags":{"constructor":"c","toString":"s"}}');
});

test('a plus in a query is a plus', async () => {
  const t = await TestPlane.open();
  const id = await t.create({ tags: { 'a+b': '1', 'a b': '2' } });
  await t.call('DELETE', `${encoded(id)}?tagKeys=a+b`);
  expect((await t.call('GET', encoded(id))).json).toEqual({ tags: { 'a b': '2' } });
  await t.call('DELETE', `${encoded(id)}?tagKeys=a%20b`);
  expect((await t.call('GET', encoded(id))).json).toEqual({ tags: {} });
});

test('50 tags are the most, those that are there counted', async () => {
  const t = await TestPlane.open();
  const many = (from: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`key-${from + n}`, 'v']));
  const id = await t.create({ tags: many(0, 49) });
  const refused = await t.call('POST', encoded(id), { tags: many(48, 3) });
  expect([refused.status, refused.json.message]).toEqual([
    400,
    'Invalid tags: Member must have length less than or equal to 50',
  ]);
  expect(Object.keys((await t.call('GET', encoded(id))).json.tags).length).toBe(49);
  expect((await t.call('POST', encoded(id), { tags: many(48, 2) })).status).toBe(200);
  expect((await t.call('POST', encoded(id), { tags: many(0, 50) })).status).toBe(200);
});

test('the tags of a workspace go with it', async () => {
  const t = await TestPlane.open();
  const id = await t.create({ tags: { a: '1' } });
  await t.call('DELETE', `/workspaces/${id}`);
  const again = await t.restart();
  expect((await again.call('GET', encoded(id))).status).toBe(404);
});

interface Refusal {
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

/** All three operations refuse the ARN alike. */
function check(name: string, arn: string, expected: (action: string) => Refusal): void {
  test(`ARN: ${name}`, async () => {
    const t = await TestPlane.open();
    const target = `/tags/${encodeURIComponent(arn)}`;
    for (const [method, search, body, action] of [
      ['GET', '', undefined, 'aps:ListTagsForResource'],
      ['POST', '', { tags: { a: 'b' } }, 'aps:TagResource'],
      ['DELETE', '?tagKeys=a', undefined, 'aps:UntagResource'],
    ] as const) {
      const { status, headers, json } = await t.call(method, target + search, body);
      expect({ status, name: headers['x-amzn-errortype'], message: json.message }).toEqual(expected(action));
    }
  });
}

const invalid = (message: string) => () => ({ status: 400, name: 'ValidationException', message });
const missing = () => ({ status: 404, name: 'ResourceNotFoundException', message: 'Workspace not found.' });
const malformed = invalid(
  'Invalid resourceArn: Member must be an ARN of the form arn:aws:aps:region:account:kind/id',
);
const prefix = `arn:aws:aps:${REGION}:${ACCOUNT}:`;

check('nobody has that workspace', workspaceArn('ws-nobody'), missing);
check('not an ARN', 'ws-1', malformed);
check('cut short', 'arn:aws:aps:eu-west-1', malformed);
check('no account', `arn:aws:aps:${REGION}::workspace/ws-1`, malformed);
check('no kind', `${prefix}ws-1`, malformed);
check('no id', `${prefix}workspace/`, malformed);
check('no name of the kind', `${prefix}/ws-1`, malformed);
check(
  'a kind that is not there',
  `${prefix}dashboard/1`,
  invalid(
    'Invalid resourceArn: Member must be the ARN of a resource that can be tagged: workspace, rulegroupsnamespace, scraper, anomalydetector',
  ),
);
check(
  'another region',
  workspaceArn('ws-1').replace(REGION, 'us-east-1'),
  invalid('Invalid resource ARN - region: us-east-1 (expected: eu-west-1)'),
);
check(
  'another service',
  workspaceArn('ws-1').replace(':aps:', ':grafana:'),
  invalid('Invalid resource ARN - service: grafana (expected: aps)'),
);
check(
  'another partition',
  workspaceArn('ws-1').replace('arn:aws:', 'arn:aws-cn:'),
  invalid('Invalid resource ARN - partition: aws-cn (expected: aws)'),
);
const foreign = workspaceArn('ws-1').replace(ACCOUNT, '210987654321');
check('another account', foreign, (action) => ({
  status: 403,
  name: 'AccessDeniedException',
  message: `User: arn:aws:iam::${ACCOUNT}:root is not authorized to perform: ${action} on resource: ${foreign}`,
}));

test('the error bodies have the members of their shapes and no more', async () => {
  const t = await TestPlane.open();
  const denied = await t.call('GET', `/tags/${foreign}`);
  expect(Object.keys(denied.json)).toEqual(['message']);
  const absent = await t.call('GET', encoded('ws-nobody'));
  expect(absent.json).toEqual({
    message: 'Workspace not found.',
    resourceId: 'ws-nobody',
    resourceType: 'AWS::APS::Workspace',
  });
});
