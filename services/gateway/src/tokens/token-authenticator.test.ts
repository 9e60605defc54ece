// Which tokens are believed, how often an issuer is asked, and what the client is told.

import { expect, test } from 'vitest';
import { head, startFixture, workspacePath } from '../testing/gateway-fixture.ts';
import { AUDIENCE, CLAIMS, ISSUER, startTokenFixture, type TokenFixture } from '../testing/token-fixture.ts';

const QUERY = workspacePath('api/v1/query?query=1');
const MINUTE_MS = 60_000;

const typeOf = (answer: { headers: ReadonlyMap<string, string> }) => answer.headers.get('x-amzn-errortype');

async function statusOf({ call }: TokenFixture, token: string): Promise<number> {
  return (await call('GET', QUERY, `Bearer ${token}`)).status;
}

test('a good token is let in, and its bearer is in the log', async () => {
  const tokens = await startTokenFixture();
  const { fixture, mint, call } = tokens;
  const token = mint.token({ ...CLAIMS, oid: 'system:x/ä*', email: 'private@example.com' });
  expect((await call('GET', QUERY, `Bearer ${token}`)).status).toBe(200);
  expect((await call('GET', QUERY, `bearer   ${token}`)).status).toBe(200);
  const arn = 'arn:aws:sts::123456789012:federated-user/test:system:x/%C3%A4%2A';
  expect(fixture.engine.requests[0]!.principalArn).toBe(arn);
  const log = JSON.stringify(fixture.logLines);
  expect(log).toContain(arn);
  for (const secret of [token, token.split('.')[1]!, 'private@example.com', AUDIENCE])
    expect(log).not.toContain(secret);
});

/** A token that is refused, why, and that nothing of it comes back or gets into the log. */
const refused = (name: string, make: (tokens: TokenFixture) => string, type: string, message: string) =>
  test(`refused: ${name}`, async () => {
    const tokens = await startTokenFixture();
    const token = make(tokens);
    const answer = await tokens.call('POST', workspacePath('api/v1/remote_write'), `Bearer ${token}`, 'x');
    expect([answer.status, typeOf(answer), JSON.parse(answer.body.toString()).message]).toEqual([
      401,
      type,
      message,
    ]);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer realm="ampere", error="invalid_token", error_description="${message}"`,
    );
    expect(tokens.fixture.handled).toBe(0);
    if (token !== '') expect(JSON.stringify(tokens.fixture.logLines)).not.toContain(token.slice(0, 60));
  });

const invalid = (name: string, make: (tokens: TokenFixture) => string, message: string) =>
  refused(name, make, 'InvalidIdentityTokenException', message);
const seconds = ({ fixture }: TokenFixture) => Math.floor(fixture.clock.nowMs() / 1000);
const NO_JWT = 'The token is not a JSON Web Token.';
const NOT_SIGNED = 'The token is not signed as it must be.';
const SIGNATURE = "The token's signature is not right.";

refused(
  'expired',
  (t) => t.mint.token({ ...CLAIMS, exp: seconds(t) - 61 }),
  'ExpiredTokenException',
  'The token has expired.',
);
invalid(
  'not yet valid',
  (t) => t.mint.token({ ...CLAIMS, nbf: seconds(t) + 61 }),
  'The claim nbf is missing or not right.',
);
invalid(
  'from the future',
  (t) => t.mint.token({ ...CLAIMS, iat: seconds(t) + 90 }),
  'The token was issued in the future.',
);
invalid(
  'without an end',
  (t) => t.mint.token({ ...CLAIMS, exp: undefined }),
  'The claim exp is missing or not right.',
);
invalid(
  'for somebody else',
  (t) => t.mint.token({ ...CLAIMS, aud: ['https://else.test', `${AUDIENCE}/`] }),
  'The token is for another audience.',
);
invalid(
  'for nobody',
  (t) => t.mint.token({ ...CLAIMS, aud: undefined }),
  'The claim aud is missing or not right.',
);
invalid(
  'of another issuer',
  (t) => t.mint.token({ ...CLAIMS, iss: 'https://else.test' }),
  'The token is of an issuer that is not trusted.',
);
invalid(
  'of no issuer',
  (t) => t.mint.token({ ...CLAIMS, iss: undefined }),
  'The token is of an issuer that is not trusted.',
);
invalid(
  'unsigned',
  (t) => t.mint.token(CLAIMS, { header: { alg: 'none' }, signature: 'unsigned' }),
  NOT_SIGNED,
);
invalid('without its signature', (t) => t.mint.token(CLAIMS, { signature: 'unsigned' }), SIGNATURE);
invalid(
  'signed with the public key as a secret',
  (t) => t.mint.token(CLAIMS, { header: { alg: 'HS256' }, signature: 'shared-secret' }),
  NOT_SIGNED,
);
invalid(
  'by an algorithm that the issuer is not said to use',
  (t) => t.mint.token(CLAIMS, { header: { alg: 'ES384' } }),
  NOT_SIGNED,
);
invalid(
  'with a header that must be understood and is not',
  (t) => t.mint.token(CLAIMS, { header: { crit: ['x'], x: 1 } }),
  NOT_SIGNED,
);
invalid('tampered with', (t) => t.mint.token(CLAIMS, { signature: 'of-other-claims' }), SIGNATURE);
invalid(
  'with a key of its own in its header',
  (t) => t.mint.token(CLAIMS, { header: { jwk: {}, kid: 'mine' } }),
  'No key of the issuer fits the token: no applicable key found in the JSON Web Key Set.',
);
invalid(
  'without a subject',
  (t) => t.mint.token({ ...CLAIMS, sub: undefined }),
  'The token has no claim that names its bearer.',
);
invalid(
  'with a list of subjects',
  (t) => t.mint.token({ ...CLAIMS, sub: 'x', oid: ['a', 'b'] }),
  "The token's claim oid can not be the name of its bearer.",
);
invalid(
  'with an endless subject',
  (t) => t.mint.token({ ...CLAIMS, sub: 'x'.repeat(257) }),
  "The token's claim sub can not be the name of its bearer.",
);
invalid('no token', () => '', NO_JWT);
invalid('no JSON', () => 'a.b.c', NO_JWT);
invalid(
  'huge',
  (t) => t.mint.token({ ...CLAIMS, x: 'x'.repeat(16_000) }),
  'The token is longer than 20000 characters.',
);

test('a token that is shown again costs neither a fetch nor a verification, until it expires', async () => {
  const tokens = await startTokenFixture();
  const { fixture, mint, fetched } = tokens;
  const token = mint.token({ ...CLAIMS, exp: seconds(tokens) + 5 * 60 });
  expect(await statusOf(tokens, token)).toBe(200);
  expect(fetched).toEqual([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/keys`]);
  // Whoever verified it afresh would need the key that is gone.
  mint.rotate();
  fixture.clock.advance(2 * MINUTE_MS);
  expect(await statusOf(tokens, token)).toBe(200);
  expect(fetched).toHaveLength(2);
  fixture.clock.advance(3 * MINUTE_MS + 60_001);
  const over = await tokens.call('GET', QUERY, `Bearer ${token}`);
  expect([over.status, typeOf(over)]).toEqual([401, 'ExpiredTokenException']);
});

test('what was verified is verified again after ten minutes, so that withdrawn keys go', async () => {
  const tokens = await startTokenFixture();
  const { fixture, mint } = tokens;
  const token = mint.token({ ...CLAIMS, exp: seconds(tokens) + 24 * 60 * 60 });
  expect(await statusOf(tokens, token)).toBe(200);
  mint.rotate();
  // The issuer's keys are taken to be fresh for an hour; another unknown one has them fetched again.
  fixture.clock.advance(60_000);
  expect(await statusOf(tokens, mint.token({ ...CLAIMS, sub: 'other' }))).toBe(200);
  expect(await statusOf(tokens, token)).toBe(200);
  fixture.clock.advance(10 * MINUTE_MS);
  expect(await statusOf(tokens, token)).toBe(401);
});

test('a rotated key is found at once, and made-up keys do not flood the issuer', async () => {
  const tokens = await startTokenFixture();
  const { fixture, mint, fetched } = tokens;
  expect(await statusOf(tokens, mint.token(CLAIMS))).toBe(200);
  fixture.clock.advance(10_000);
  mint.rotate('RS256');
  expect(await statusOf(tokens, mint.token(CLAIMS))).toBe(200);
  expect(fetched).toHaveLength(4);
  for (let n = 0; n < 10; n++)
    expect(await statusOf(tokens, mint.token({ ...CLAIMS, n }, { header: { kid: `made-up-${n}` } }))).toBe(
      401,
    );
  expect(fetched).toHaveLength(4);
});

test('keys that can not be had: the sender shall try again, and the log says why', async () => {
  const tokens = await startTokenFixture();
  const { fixture, mint, outage } = tokens;
  outage.problem = new Error('connect ECONNREFUSED 10.1.2.3:443');
  const answer = await tokens.call('GET', QUERY, `Bearer ${mint.token(CLAIMS)}`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(answer.body.toString()).toContain("The keys of the token's issuer can not be had at the moment.");
  expect(answer.body.toString()).not.toContain('10.1.2.3');
  expect(fixture.logLines).toContainEqual(
    expect.objectContaining({ issuer: 'test', problem: expect.stringContaining('10.1.2.3') }),
  );
  outage.problem = undefined;
  fixture.clock.advance(10_000);
  expect(await statusOf(tokens, mint.token(CLAIMS))).toBe(200);
});

test('a body that turns out broken while keys are fetched is answered as any other', async () => {
  const { fixture, mint, fetched, outage } = await startTokenFixture();
  let answer = () => {};
  outage.until = new Promise((resolve) => {
    answer = resolve;
  });
  const headers = { host: 'ampere.test', authorization: `Bearer ${mint.token(CLAIMS)}` };
  const client = await fixture.connect();
  const path = workspacePath('api/v1/remote_write');
  client.write(head('POST', path, { ...headers, 'transfer-encoding': 'chunked' }), '3\r\nabc\r\n');
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  while (fetched.length === 0) await turn();
  client.write('no chunk\r\n');
  for (let n = 0; n < 20; n++) await turn();
  answer();
  expect((await client.response()).status).toBe(400);
  expect(fixture.handled).toBe(0);
});

test('a client that goes while keys are fetched leaves nothing behind', async () => {
  const { fixture, mint, fetched, outage } = await startTokenFixture();
  let answer = () => {};
  outage.until = new Promise((resolve) => {
    answer = resolve;
  });
  const headers = { host: 'ampere.test', authorization: `Bearer ${mint.token(CLAIMS)}` };
  const client = await fixture.connect();
  client.write(
    head('POST', workspacePath('api/v1/remote_write'), { ...headers, 'content-length': '9' }),
    'abc',
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  while (fetched.length === 0) await turn();
  client.destroy();
  while (!fixture.logLines.some(({ status }) => status === 499)) await turn();
  answer();
  for (let n = 0; n < 20; n++) await turn();
  expect(fixture.registry.text()).toMatch(/^ampere_http_requests_in_flight 0$/m);
  expect(fixture.handled).toBe(0);
});

test('keys are fetched from where the configuration says, and the issuer is not asked', async () => {
  const keysUrl = `${ISSUER}/keys`;
  const tokens = await startTokenFixture({}, { keysUrl });
  expect(await statusOf(tokens, tokens.mint.token(CLAIMS))).toBe(200);
  expect(tokens.fetched).toEqual([keysUrl]);
});

test('without an issuer, and where tokens are not taken, a token is no identity', async () => {
  const tokens = await startTokenFixture();
  const bearer = `Bearer ${tokens.mint.token({ ...CLAIMS, roles: ['everywhere'] })}`;
  const without = await startFixture();
  const answers = [
    await without.callUnsigned('GET', QUERY, { authorization: bearer }),
    await tokens.call('GET', '/workspaces', bearer),
    await tokens.call('GET', '/metrics', bearer),
    await tokens.call('GET', '/tags/arn%3Aaws', bearer),
    await tokens.call('POST', '/', bearer, 'Action=ListUsers'),
    await tokens.call('GET', '/dataCollectionRules/dcr-1/streams', bearer),
  ];
  for (const answer of answers) {
    expect([answer.status, typeOf(answer), answer.body.toString()]).toEqual([
      403,
      'MissingAuthenticationTokenException',
      '{"message":"Missing Authentication Token"}',
    ]);
    expect(answer.headers.get('x-ampere-signature-help')).toMatch(/bearer tokens are/);
  }
  expect([without.handled, tokens.fixture.handled, tokens.fetched.length]).toEqual([0, 0, 0]);
});

test('two Authorization headers are refused, whichever comes first', async () => {
  const { fixture, mint } = await startTokenFixture();
  const signed = fixture.signed('GET', QUERY);
  const bearer = `authorization: Bearer ${mint.token(CLAIMS)}\r\n`;
  for (const text of [signed.replace('\r\n', `\r\n${bearer}`), signed.replace(/\r\n$/, `${bearer}\r\n`)]) {
    const client = await fixture.connect();
    client.write(text);
    const answer = await client.response();
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-ampere-signature-help')).toMatch(/authorization header/);
  }
  expect(fixture.handled).toBe(0);
});
