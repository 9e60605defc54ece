import { expect, test } from 'vitest';
import { KEY_ID, SECRET, startFixture, workspacePath } from './testing/gateway-fixture.ts';

const QUERY = workspacePath('api/v1/query?query=1');
const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });

test('a key pair is let in where that is configured, on the data plane alone', async () => {
  const fixture = await startFixture({ basicAuth: true });
  const ask = (target: string) => fixture.callUnsigned('GET', target, basic(`${KEY_ID}:${SECRET}`));
  expect((await ask(QUERY)).status).toBe(200);
  for (const target of ['/workspaces', '/metrics', '/tags/arn%3Aaws', '/nowhere'])
    expect([target, (await ask(target)).status]).toEqual([target, 403]);
  expect(fixture.handled).toBe(1);
  const log = JSON.stringify(fixture.logLines);
  expect(log).toContain(KEY_ID);
  expect(log).not.toContain(SECRET);
});

test('not by default', async () => {
  const fixture = await startFixture();
  const answer = await fixture.callUnsigned('GET', QUERY, basic(`${KEY_ID}:${SECRET}`));
  expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
    403,
    'MissingAuthenticationTokenException',
  ]);
  expect(answer.headers.get('x-ampere-signature-help')).toContain('basic authentication is not configured');
  expect(fixture.handled).toBe(0);
});

const WRONG = 'The access key id or the secret access key is not right.';
const NO_PAIR = 'The Authorization header holds no user and password.';
const refused = (name: string, headers: Record<string, string>, message: string) =>
  test(`refused: ${name}`, async () => {
    const fixture = await startFixture({ basicAuth: true });
    const answer = await fixture.callUnsigned('GET', QUERY, headers);
    expect([answer.status, JSON.parse(answer.body.toString()).message]).toEqual([401, message]);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="ampere", charset="UTF-8"');
    expect(fixture.handled).toBe(0);
    expect(JSON.stringify(fixture.logLines)).not.toContain(SECRET);
  });

refused('a wrong password', basic(`${KEY_ID}:${SECRET}x`), WRONG);
refused('half a password', basic(`${KEY_ID}:${SECRET.slice(0, -1)}`), WRONG);
refused('no password', basic(`${KEY_ID}:`), WRONG);
refused('an unknown user', basic(`AKIANOBODY0000000000:${SECRET}`), WRONG);
refused('an unknown user without a password', basic('AKIANOBODY0000000000:'), WRONG);
refused('no user', basic(`:${SECRET}`), NO_PAIR);
refused('no colon', basic(KEY_ID), NO_PAIR);
refused('nothing', { authorization: 'Basic' }, NO_PAIR);
refused('no base64', { authorization: 'Basic ???' }, NO_PAIR);

test('temporary and inactive keys are refused', async () => {
  const fixture = await startFixture({ basicAuth: true });
  const { credentials } = fixture.controlPlane;
  const find = credentials.find.bind(credentials);
  const ask = async () => fixture.callUnsigned('GET', QUERY, basic(`${KEY_ID}:${SECRET}`));
  const message = 'Temporary credentials can not be used as user and password; sign the request.';
  for (const temporary of [{ sessionToken: 'token' }, { expiresAtMs: fixture.clock.nowMs() + 1000 }]) {
    credentials.find = (id) => ({ ...find(id)!, ...temporary });
    const answer = await ask();
    expect([answer.status, JSON.parse(answer.body.toString()).message]).toEqual([401, message]);
  }
  // The store finds no key that is inactive or whose user is gone.
  credentials.find = () => undefined;
  expect((await ask()).status).toBe(401);
  expect(fixture.handled).toBe(0);
});
