// CPU time of telling who the bearer of a token is: one that is known, and one that is verified. `npx tsx
// token-authenticator.bench.ts` prints JSON lines; the quickest round counts.

import { generateKeyPairSync, sign } from 'node:crypto';
import { FakeClock } from '@ampere/platform';
import { TokenAuthenticator } from './token-authenticator.ts';

const ISSUER = 'https://issuer.test';
const ROUNDS = 5;

const clock = new FakeClock(Date.UTC(2026, 10, 20));
const PAIRS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};
const keySet = {
  keys: Object.entries(PAIRS).map(([alg, { publicKey }]) => ({
    ...publicKey.export({ format: 'jwk' }),
    alg,
    kid: alg,
  })),
};
const authenticator = new TokenAuthenticator({
  issuers: [
    {
      name: 'test',
      url: ISSUER,
      audiences: ['ampere'],
      keysUrl: `${ISSUER}/keys`,
      algorithms: ['RS256', 'ES256'],
      subjectClaims: ['sub'],
      grants: [{ when: new Map([['roles', ['writer']]]), roles: ['publisher', 'reader'], workspaces: ['*'] }],
    },
  ],
  get: async () => ({ status: 200, body: Buffer.from(JSON.stringify(keySet)) }),
  credentials: { find: () => undefined },
  accountId: '123456789012',
  arnOf: (id) => `arn:aws:aps:eu-west-1:123456789012:workspace/${id}`,
  clock,
  onTrouble: () => {},
});

await measure('a known token', 20_000, 'RS256', true);
await measure('a token that is verified', 300, 'RS256', false);
await measure('a token that is verified', 300, 'ES256', false);

/** About as long as those of Entra ID. */
function tokenOf(alg: keyof typeof PAIRS, n: number): string {
  const seconds = Math.floor(clock.nowMs() / 1000);
  const claims = { iss: ISSUER, aud: 'ampere', sub: `bearer-${n}`, iat: seconds, exp: seconds + 600 };
  const parts = [
    { alg, kid: alg },
    { ...claims, roles: ['writer'], more: 'x'.repeat(900) },
  ];
  const body = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const key = { key: PAIRS[alg].privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
}

async function measure(
  what: string,
  requests: number,
  alg: keyof typeof PAIRS,
  isKnown: boolean,
): Promise<void> {
  let bestUs = Number.POSITIVE_INFINITY;
  let made = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const first = tokenOf(alg, 0);
    const heads = Array.from({ length: requests }, () => {
      const token = isKnown ? first : tokenOf(alg, made++);
      const rawHeaders = ['Host', 'ampere.test', 'User-Agent', 'x', 'Authorization', `Bearer ${token}`];
      return { method: 'POST', target: '/', rawHeaders };
    });
    await authenticator.begin({
      method: 'POST',
      target: '/',
      rawHeaders: ['Authorization', `Bearer ${first}`],
    });
    const before = process.cpuUsage();
    for (const head of heads) {
      const begun = authenticator.begin(head);
      const identity = begun instanceof Promise ? await begun : begun;
      if (identity.kind === 'refused') throw new Error(identity.refusal.message);
    }
    const { user, system } = process.cpuUsage(before);
    bestUs = Math.min(bestUs, (user + system) / requests);
  }
  process.stdout.write(`${JSON.stringify({ what, alg, requests, cpuUs: Math.round(bestUs * 10) / 10 })}\n`);
}
