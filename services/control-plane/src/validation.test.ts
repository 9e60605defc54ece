// Every refusal of a request's members, a line each: what is sent, which member, the service's text.
import { expect, test } from 'vitest';
import { TestPlane, workspaceArn } from './testing.ts';

const TAG_PATTERN = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';
const ID_PATTERN = '.*[0-9A-Za-z][-.0-9A-Z_a-z]*.*';
const ARN = encodeURIComponent(workspaceArn('ws-1'));
const KEYS = `Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ${TAG_PATTERN}]`;
const VALUES = `Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ${TAG_PATTERN}]`;
const KMS = 'arn:aws:kms:eu-west-1:123456789012:key/';

type Body = object | string | Uint8Array | undefined;

/** The call is refused for one member, with the service's text. */
function field(method: string, target: string, body: Body, name: string, message: string): void {
  fields(method, target, body, [{ name, message }]);
}

function fields(
  method: string,
  target: string,
  body: Body,
  fieldList: readonly { name: string; message: string }[],
): void {
  test(`${method} ${target.slice(0, 60)} ${JSON.stringify(body)?.slice(0, 60)} → ${fieldList[0]!.message.slice(0, 60)}`, async () => {
    const t = await TestPlane.open();
    const answer = await t.call(method, target, body);
    expect(answer.json).toEqual({
      message: `Invalid ${fieldList[0]!.name}: ${fieldList[0]!.message}`,
      reason: 'FIELD_VALIDATION_FAILED',
      fieldList,
    });
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([400, 'ValidationException']);
    expect((await t.call('GET', '/workspaces')).json.workspaces).toEqual([]);
  });
}

function unreadable(method: string, target: string, body: Body, message: RegExp): void {
  test(`${method} ${target} ${JSON.stringify(body)} can't be parsed`, async () => {
    const answer = await (await TestPlane.open()).call(method, target, body);
    expect(answer.status).toBe(400);
    expect(answer.headers['x-amzn-errortype']).toBe('ValidationException');
    expect(Object.keys(answer.json).sort()).toEqual(['message', 'reason']);
    expect(answer.json.reason).toBe('CANNOT_PARSE');
    expect(answer.json.message).toMatch(message);
  });
}

function accepted(name: string, method: string, target: string, body: Body, status: number): void {
  test(`accepted: ${name}`, async () => {
    const answer = await (await TestPlane.open()).call(method, target, body);
    expect(answer.status).toBe(status);
  });
}

const min = (length: number) => `Member must have length greater than or equal to ${length}`;
const max = (length: number) => `Member must have length less than or equal to ${length}`;
const pattern = (text: string) => `Member must satisfy regular expression pattern: ${text}`;
const create = (body: Body, name: string, message: string) =>
  field('POST', '/workspaces', body, name, message);
const list = (search: string, name: string, message: string) =>
  field('GET', `/workspaces?${search}`, undefined, name, message);
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`key-${n}`, 'v']));

create({ alias: '' }, 'alias', min(1));
create({ alias: '   ' }, 'alias', min(1));
create({ alias: 'a'.repeat(101) }, 'alias', max(100));
create({ alias: '⛄'.repeat(101) }, 'alias', max(100));
create({ alias: 5 }, 'alias', 'Member must be a string');
create({ alias: ['a'] }, 'alias', 'Member must be a string');
create('{"alias":"\\ud800"}', 'alias', 'Member must be a string');
create({ clientToken: '' }, 'clientToken', min(1));
create({ clientToken: 't'.repeat(65) }, 'clientToken', max(64));
create({ clientToken: 'a b' }, 'clientToken', pattern('[!-~]+'));
create({ clientToken: 'token\n' }, 'clientToken', pattern('[!-~]+'));
create({ kmsKeyArn: 'short' }, 'kmsKeyArn', min(20));
create({ kmsKeyArn: KMS + 'a'.repeat(2048) }, 'kmsKeyArn', max(2048));
create(
  { kmsKeyArn: `${KMS}XYZ` },
  'kmsKeyArn',
  pattern('arn:aws[-a-z]*:kms:[-a-z0-9]+:[0-9]{12}:key/[-a-f0-9]+'),
);
create(
  { kmsKeyArn: `x${KMS}abc` },
  'kmsKeyArn',
  pattern('arn:aws[-a-z]*:kms:[-a-z0-9]+:[0-9]{12}:key/[-a-f0-9]+'),
);
create({ tags: ['a'] }, 'tags', 'Member must be a map');
create({ tags: 'a' }, 'tags', 'Member must be a map');
create({ tags: many(51) }, 'tags', max(50));
create({ tags: { '': 'v' } }, 'tags', KEYS);
create({ tags: { ['k'.repeat(129)]: 'v' } }, 'tags', KEYS);
create({ tags: { 'a*': 'v' } }, 'tags', KEYS);
create({ tags: { a: 'v'.repeat(257) } }, 'tags', VALUES);
create({ tags: { a: 'b?' } }, 'tags', VALUES);
create({ tags: { a: 1 } }, 'tags', 'Map value must be a string');
create({ tags: { a: null } }, 'tags', 'Map value must be a string');
create({ tags: { 'aws:x': 'v' } }, 'tags', 'Map keys must not begin with the reserved prefix aws:');
create({ tags: { 'AwS:x': 'v' } }, 'tags', 'Map keys must not begin with the reserved prefix aws:');
fields('POST', '/workspaces', { alias: '', tags: many(51) }, [
  { name: 'alias', message: min(1) },
  { name: 'tags', message: max(50) },
]);

list('alias=', 'alias', min(1));
list(`alias=${'a'.repeat(101)}`, 'alias', max(100));
list('maxResults=0', 'maxResults', 'Member must have value greater than or equal to 1');
list('maxResults=-5', 'maxResults', 'Member must have value greater than or equal to 1');
list('maxResults=1001', 'maxResults', 'Member must have value less than or equal to 1000');
list('maxResults=many', 'maxResults', 'Member must be an integer');
list('maxResults=1.5', 'maxResults', 'Member must be an integer');
list('maxResults', 'maxResults', 'Member must be an integer');
list(`nextToken=${'a'.repeat(1001)}`, 'nextToken', max(1000));
list('nextToken=AAAA', 'nextToken', 'Member must be a token from the previous page of the same list');

field('GET', '/workspaces/---', undefined, 'workspaceId', pattern(ID_PATTERN));
field('GET', `/workspaces/${'w'.repeat(65)}`, undefined, 'workspaceId', max(64));
field('DELETE', '/workspaces/%C3%A9', undefined, 'workspaceId', pattern(ID_PATTERN));
field('DELETE', '/workspaces/ws-1?clientToken=%20', undefined, 'clientToken', pattern('[!-~]+'));
field('POST', '/workspaces/ws-1/alias', { alias: '' }, 'alias', min(1));

field('POST', `/tags/${ARN}`, {}, 'tags', 'Member must not be null');
field('POST', `/tags/${ARN}`, { tags: null }, 'tags', 'Member must not be null');
field('POST', `/tags/${ARN}`, { tags: many(51) }, 'tags', max(50));
field('DELETE', `/tags/${ARN}`, undefined, 'tagKeys', 'Member must not be null');
field('DELETE', `/tags/${ARN}?tagKeys=ok&tagKeys=`, undefined, 'tagKeys.2.member', min(1));
field('DELETE', `/tags/${ARN}?tagKeys=a%2A`, undefined, 'tagKeys.1.member', pattern(TAG_PATTERN));

unreadable('POST', '/workspaces', '{', /^The request body is not valid JSON: /);
unreadable('POST', '/workspaces', 'alias=x', /^The request body is not valid JSON: /);
unreadable('POST', '/workspaces', '[]', /^The request body is not a JSON object$/);
unreadable('POST', '/workspaces', 'null', /^The request body is not a JSON object$/);
unreadable('POST', '/workspaces', '"text"', /^The request body is not a JSON object$/);
unreadable('POST', '/workspaces', Buffer.from([0x7b, 0xff, 0x7d]), /^The request body is not valid UTF-8$/);
unreadable('POST', '/workspaces', '['.repeat(100_000), /^The request body is not valid JSON: /);
unreadable(
  'GET',
  '/workspaces?alias=%zz',
  undefined,
  /^Malformed percent-encoding in the query string: %zz$/,
);

accepted('nothing at all', 'POST', '/workspaces', undefined, 202);
accepted('null members', 'POST', '/workspaces', { alias: null, tags: null, clientToken: null }, 202);
accepted('unknown members', 'POST', '/workspaces', '{"toString":1,"__proto__":{"alias":5}}', 202);
accepted(
  'an alias of 100 characters outside the BMP',
  'POST',
  '/workspaces',
  { alias: '𝛼'.repeat(100) },
  202,
);
accepted('a token of 64', 'POST', '/workspaces', { clientToken: '~'.repeat(64) }, 202);
accepted('50 tags', 'POST', '/workspaces', { tags: many(50) }, 202);
accepted('the longest tag', 'POST', '/workspaces', { tags: { ['é'.repeat(128)]: '𝛼'.repeat(256) } }, 202);
accepted('every kind of character', 'POST', '/workspaces', { tags: { 'aß1 _.:/=+-@': 'aws:ok' } }, 202);
accepted(
  'an AWS China key',
  'POST',
  '/workspaces',
  { kmsKeyArn: 'arn:aws-cn:kms:cn-north-1:123456789012:key/a-f' },
  202,
);
accepted('unknown query members', 'GET', '/workspaces?x=1&x=2&&=&y', undefined, 200);
accepted('an empty nextToken', 'GET', '/workspaces?nextToken=', undefined, 200);
accepted('an id that nobody has', 'GET', '/workspaces/ws-nobody', undefined, 404);
accepted('an id with a slash', 'GET', '/workspaces/a%2Fb', undefined, 404);
accepted('a body where none belongs', 'GET', '/workspaces', '{', 200);
