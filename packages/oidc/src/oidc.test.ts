import { FakeClock } from '@ampere/platform';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { TokenError } from './token-error.ts';
import { readClaims, TokenVerifier } from './token-verifier.ts';

const ISSUER = 'https://issuer.example/realm';
const CLAIMS = { sub: 'system:serviceaccount:prometheus:ingest', aud: 'sts.amazonaws.com' };

async function issuer() {
  const clock = new FakeClock(Date.UTC(2026, 10, 20));
  const keys = new Map([['k1', await generateKeyPair('ES256')]]);
  const fetched: string[] = [];
  const state = { away: false, discovery: { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` } as object };
  const verifier = new TokenVerifier({
    clock,
    get: async (url) => {
      fetched.push(url);
      if (state.away) throw new Error('nobody there');
      const published = async () => ({
        keys: await Promise.all(
          [...keys].map(async ([kid, pair]) => ({ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256' })),
        ),
      });
      const document = url.endsWith('/keys') ? await published() : state.discovery;
      return { status: 200, body: Buffer.from(JSON.stringify(document)) };
    },
  });
  const seconds = () => Math.floor(clock.nowMs() / 1000);
  const sign = (claims: JWTPayload = {}, kid = 'k1') =>
    new SignJWT({ iss: ISSUER, iat: seconds(), exp: seconds() + 600, ...CLAIMS, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(keys.get(kid)!.privateKey);
  const faultOf = async (token: string | Promise<string>) => {
    const error = await verifier.verify(await token, ISSUER).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenError);
    return (error as TokenError).fault;
  };
  return { clock, keys, fetched, state, verifier, sign, faultOf, seconds };
}

test('a genuine token gives its claims', async () => {
  const { verifier, sign, fetched } = await issuer();
  expect(await verifier.verify(await sign(), ISSUER)).toMatchObject(CLAIMS);
  expect(await verifier.verify(await sign(), `${ISSUER}/`)).toMatchObject(CLAIMS);
  expect(fetched.slice(0, 2)).toEqual([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/keys`]);
});

test('what is over, from the future, of another issuer, incomplete or tampered with is refused', async () => {
  const { clock, sign, faultOf, seconds } = await issuer();
  const good = await sign();
  expect(await faultOf(sign({ exp: seconds() - 61 }))).toBe('expired');
  expect(await faultOf(sign({ iat: seconds() + 120 }))).toBe('invalid');
  expect(await faultOf(sign({ nbf: seconds() + 120 }))).toBe('invalid');
  expect(await faultOf(sign({ iss: 'https://other.example' }))).toBe('invalid');
  expect(await faultOf(sign({ sub: undefined } as never))).toBe('invalid');
  for (const aud of [7, { a: 'b' }, ['a', 7], true])
    expect(await faultOf(sign({ aud } as never))).toBe('invalid');
  expect(await faultOf('no.token')).toBe('malformed');
  expect(await faultOf(`${good}${'x'.repeat(20_000)}`)).toBe('malformed');
  const [head, , signature] = good.split('.') as [string, string, string];
  const forged = Buffer.from(JSON.stringify({ ...readClaims(good), sub: 'root' })).toString('base64url');
  expect(await faultOf(`${head}.${forged}.${signature}`)).toBe('invalid');
  clock.advance(11 * 60 * 1000 + 1);
  expect(await faultOf(good)).toBe('expired');
});

test('unsigned tokens and those signed with a shared secret are refused', async () => {
  const { faultOf, seconds } = await issuer();
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = part({ iss: ISSUER, iat: seconds(), exp: seconds() + 600, ...CLAIMS });
  expect(await faultOf(`${part({ alg: 'none' })}.${claims}.`)).toBe('invalid');
  const shared = new SignJWT({ iss: ISSUER, iat: seconds(), exp: seconds() + 600, ...CLAIMS });
  const token = await shared.setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(Buffer.alloc(32, 1));
  expect(await faultOf(token)).toBe('invalid');
});

test('a new key is found, and made-up ones are no way to flood the issuer', async () => {
  const { clock, keys, fetched, verifier, sign, faultOf } = await issuer();
  await verifier.verify(await sign(), ISSUER);
  expect(fetched).toHaveLength(2);
  keys.set('k2', await generateKeyPair('ES256'));
  clock.advance(10_000);
  expect(await verifier.verify(await sign({}, 'k2'), ISSUER)).toMatchObject(CLAIMS);
  expect(fetched).toHaveLength(4);
  const unknown = await new SignJWT({ iss: ISSUER, ...CLAIMS })
    .setProtectedHeader({ alg: 'ES256', kid: 'made-up' })
    .sign((await generateKeyPair('ES256')).privateKey);
  for (let n = 0; n < 5; n++) expect(await faultOf(unknown)).toBe('invalid');
  expect(fetched).toHaveLength(4);
});

test('an issuer that is away is believed for a day by the keys that it had', async () => {
  const { clock, state, verifier, sign, faultOf, fetched } = await issuer();
  await verifier.verify(await sign(), ISSUER);
  state.away = true;
  clock.advance(2 * 60 * 60 * 1000);
  expect(await verifier.verify(await sign(), ISSUER)).toMatchObject(CLAIMS);
  expect(fetched).toHaveLength(3);
  clock.advance(23 * 60 * 60 * 1000);
  expect(await faultOf(sign())).toBe('keys-unavailable');
});

test('requests at the same time share one fetch', async () => {
  const { verifier, sign, fetched } = await issuer();
  const token = await sign();
  await Promise.all([1, 2, 3].map(() => verifier.verify(token, ISSUER)));
  expect(fetched).toHaveLength(2);
});

test('a discovery document must be the issuer’s own and lead to TLS', async () => {
  for (const discovery of [
    { issuer: 'https://other.example', jwks_uri: `${ISSUER}/keys` },
    { issuer: ISSUER },
    { issuer: ISSUER, jwks_uri: 'http://issuer.example/keys' },
    [],
  ]) {
    const { state, sign, faultOf } = await issuer();
    state.discovery = discovery;
    expect(await faultOf(sign())).toBe('keys-unavailable');
  }
});
