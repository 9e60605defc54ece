// The client against a real local endpoint: signature, repetitions, roles.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rootPrincipal } from '@ampere/iam';
import { AddressPolicy, Outbound } from '@ampere/outbound';
import { FakeClock, SeededRandom } from '@ampere/platform';
import { SigningKeyCache, verifyRequest } from '@ampere/sigv4';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../testing/fixture.ts';
import { fitForSns, type OutgoingMessage, withinLimit } from './outgoing-message.ts';
import { SnsClient } from './sns-client.ts';

const seen: { request: IncomingMessage; body: string }[] = [];
const answers: [number, string][] = [];
let url = '';
const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += String(piece);
  seen.push({ request, body });
  const [status, text] = answers.shift() ?? [200, '<A><MessageId>m-1</MessageId></A>'];
  response.writeHead(status).end(text);
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const KEY = { accessKeyId: 'AKIAEXAMPLE000000001', secretAccessKey: 'secret' };
const message: OutgoingMessage = {
  target: { kind: 'topic', arn: 'arn:aws:sns:eu-north-1:123456789012:t' },
  message: 'hello & good-bye',
  attributes: new Map([
    ['b', '2'],
    ['a', '1'],
  ]),
};
const identity = { apiUrl: '', region: '', accessKey: '', secretKey: '', roleArn: '' };

function start() {
  const clock = new FakeClock();
  const outbound = new Outbound({ policy: new AddressPolicy({ allowPrivate: true, allow: [] }), clock });
  const client = new SnsClient({
    outbound,
    trusted: outbound,
    clock,
    random: new SeededRandom(1),
    endpoint: url,
    credentials: KEY,
    region: 'us-east-1',
  });
  seen.length = 0;
  return { clock, client };
}

test('a request is signed for the region of the topic', async () => {
  const { clock, client } = start();
  const outcome = await client.publish(message, identity, new AbortController().signal);
  expect(outcome).toEqual({ ok: true, messageId: 'm-1' });
  const { request, body } = seen[0]!;
  expect([...new URLSearchParams(body)]).toContainEqual(['MessageAttributes.entry.1.Name', 'a']);
  const verified = verifyRequest(
    { method: 'POST', target: '/', rawHeaders: request.rawHeaders },
    createHash('sha256').update(body).digest('hex'),
    {
      findKey: () => ({ ...KEY, principal: rootPrincipal('123456789012') }),
      region: 'eu-north-1',
      services: ['sns'],
      keyCache: new SigningKeyCache(),
      clock,
    },
  );
  expect(verified.ok).toBe(true);
});

const attempts = (name: string, given: [number, string][], requests: number, expected: object) =>
  test(name, async () => {
    const { clock, client } = start();
    answers.push(...given);
    let outcome: unknown;
    void client.publish(message, identity, new AbortController().signal).then((value) => (outcome = value));
    await eventually(() => {
      clock.advance(100);
      return outcome;
    });
    answers.length = 0;
    expect(outcome).toMatchObject(expected);
    expect(seen).toHaveLength(requests);
  });
const error = (code: string) =>
  `<ErrorResponse><Error><Code>${code}</Code><Message>a &lt; b</Message></Error></ErrorResponse>`;
attempts('5xx is tried four times, and may be tried again', Array(4).fill([500, error('InternalError')]), 4, {
  ok: false,
  retry: true,
  reason: 'unexpected status code 500: InternalError: a < b',
});
attempts('a refusal is final', [[403, error('AuthorizationError')]], 1, {
  ok: false,
  retry: false,
  reason: 'unexpected status code 403: AuthorizationError: a < b',
});
attempts(
  'throttling passes',
  [
    [400, error('Throttling')],
    [503, ''],
  ],
  3,
  { ok: true },
);
attempts('throttling that does not pass is not tried again by the caller', Array(4).fill([429, '']), 4, {
  ok: false,
  retry: false,
});

test('without keys nothing is sent', async () => {
  const nobody = new SnsClient({
    clock: new FakeClock(),
    random: new SeededRandom(1),
    outbound: undefined as never,
    trusted: undefined as never,
    endpoint: url,
    region: 'us-east-1',
  });
  expect(await nobody.publish(message, identity, new AbortController().signal)).toMatchObject({
    ok: false,
    retry: false,
    reason: expect.stringContaining('no credentials'),
  });
});

test('what is too long is cut between characters and marked', () => {
  const cut = withinLimit({ ...message, message: `${'x'.repeat(262_143)}éé` });
  expect(Buffer.byteLength(cut.message)).toBe(262_143);
  expect(cut.attributes.get('truncated')).toBe('true');
  expect(withinLimit({ ...message, message: 'x'.repeat(262_144) }).attributes.has('truncated')).toBe(false);
  const sms = withinLimit({ ...message, target: { kind: 'phone', number: '+1' }, message: 'x'.repeat(1601) });
  expect(sms.message).toHaveLength(1600);
});

test('subjects and attributes that SNS would refuse are repaired', () => {
  const fit = (subject: string) => fitForSns({ ...message, subject }).subject;
  expect(fit('[FIRING:1] X ')).toBe('[FIRING:1] X ');
  expect(fit('\n é\tb')).toBe('? b');
  expect(fit('x'.repeat(101))).toBe('x'.repeat(100));
  expect(fit('')).toBeUndefined();
  expect([
    ...fitForSns({
      ...message,
      attributes: new Map([
        ['a', ''],
        ['b', 'c'],
      ]),
    }).attributes,
  ]).toEqual([['b', 'c']]);
});
