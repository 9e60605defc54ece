// Whatever stands in a token: a changed one is refused, and one that its issuer signed with any claims either has a
// bearer with a name that can stand in a policy, or is refused with 401. Nothing is thrown.

import { FakeClock, SeededRandom } from '@ampere/platform';
import { TokenMint } from '@ampere/testing';
import { expect, test } from 'vitest';
import { AUDIENCE, CLAIMS, ISSUER, TRUSTED } from '../testing/token-fixture.ts';
import { TokenAuthenticator } from './token-authenticator.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20261120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 50_000 : 1000;

function start() {
  const clock = new FakeClock(Date.UTC(2026, 10, 20));
  const mint = new TokenMint(ISSUER, () => clock.nowMs());
  const authenticator = new TokenAuthenticator({
    issuers: [TRUSTED],
    get: async (url) => ({ status: 200, body: Buffer.from(JSON.stringify(mint.documentAt(url))) }),
    credentials: { find: () => undefined },
    accountId: '123456789012',
    arnOf: (id) => `arn:aws:aps:eu-central-1:123456789012:workspace/${id}`,
    clock,
    onTrouble: (_issuer, problem) => expect(problem).toBe(undefined),
  });
  const begin = (token: string) =>
    authenticator.begin({ method: 'GET', target: '/', rawHeaders: ['authorization', `Bearer ${token}`] });
  return { mint, begin };
}

test(`changed tokens (seed ${seed})`, async () => {
  const random = new SeededRandom(seed);
  const { mint, begin } = start();
  const good = mint.token(CLAIMS);
  expect((await begin(good)).kind).toBe('pending');
  const [head, claims, signature] = good.split('.') as [string, string, string];
  for (let round = 0; round < rounds; round++) {
    const parts = [head, claims, signature];
    const part = random.integer(3);
    // The bytes of a part or its characters.
    const bytes = Buffer.from(parts[part]!, random.integer(2) === 0 ? 'base64url' : 'latin1');
    const isDecoded = bytes.length < parts[part]!.length;
    for (let n = random.integer(3); n >= 0; n--)
      bytes[random.integer(bytes.length)]! ^= 1 << random.integer(7);
    parts[part] = bytes.toString(isDecoded ? 'base64url' : 'latin1').replace(/[^!-~]/g, '_');
    const changed = parts.join('.');
    // The last character of base64url has bits that mean nothing: another writing of the same signature.
    const isSame =
      changed.startsWith(`${head}.${claims}.`) &&
      Buffer.from(parts[2]!, 'base64url').equals(Buffer.from(signature, 'base64url'));
    if (isSame) continue;
    const identity = await begin(changed);
    const status = identity.kind === 'refused' ? identity.refusal.status : 200;
    expect(status, `seed ${seed}, round ${round}: ${changed}`).toBe(401);
  }
});

test(`any claims (seed ${seed})`, async () => {
  const random = new SeededRandom(seed);
  const { mint, begin } = start();
  const pick = <T>(values: readonly T[]): T => values[random.integer(values.length)]!;
  const odd = (depth = 0): unknown =>
    pick<() => unknown>([
      () => undefined,
      () => null,
      () => pick([0, -1, 1.5, 1e308, 2 ** 53, Math.floor(Date.UTC(2026, 10, 20) / 1000)]),
      () =>
        pick([
          '',
          'a',
          AUDIENCE,
          'writer',
          'x'.repeat(300),
          '\ud800',
          'ä\u0000"\\\r\n',
          '*',
          '${aws:userid}',
        ]),
      () => pick([true, false]),
      () => (depth > 2 ? [] : [odd(depth + 1), odd(depth + 1)]),
      () => (depth > 2 ? {} : { a: odd(depth + 1), __proto__: odd(depth + 1) }),
    ])();
  let accepted = 0;
  for (let round = 0; round < rounds; round++) {
    const claims: Record<string, unknown> = { ...CLAIMS };
    for (const name of ['sub', 'oid', 'aud', 'exp', 'nbf', 'iat', 'roles', 'iss'])
      if (random.integer(6) === 0) claims[name] = odd();
    const identity = await begin(mint.token(claims));
    const context = `seed ${seed}, round ${round}: ${JSON.stringify(claims)}`;
    if (identity.kind === 'refused') {
      expect(identity.refusal.status, context).toBe(401);
      expect(identity.refusal.headers?.['www-authenticate'], context).toMatch(
        /^Bearer realm="ampere", error="invalid_token", error_description="[ !#-[\]-~]+"$/,
      );
      continue;
    }
    accepted++;
    expect(identity.principal.arn, context).toMatch(
      /^arn:aws:sts::123456789012:federated-user\/test:[\w+=,.@:/%-]+$/,
    );
    expect(identity.principal.kind, context).toBe('federated');
  }
  expect(accepted).toBeGreaterThan(rounds / 10);
  expect(accepted).toBeLessThan(rounds);
});
