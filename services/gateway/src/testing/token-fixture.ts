// A gateway that trusts one issuer of tokens, which lives in this process.

import type { HttpGet } from '@ampere/oidc';
import { TokenMint } from '@ampere/testing';
import type { GatewayOptions } from '../gateway-options.ts';
import type { TokenIssuer } from '../tokens/token-issuer.ts';
import { type Fixture, head, startFixture, WORKSPACE } from './gateway-fixture.ts';
import type { RawResponse } from './raw-client.ts';

export const ISSUER = 'https://issuer.test/realm';
export const AUDIENCE = 'https://monitor.test';
/** Of a token that may write and read the fixture's workspace. */
export const CLAIMS = { aud: AUDIENCE, sub: 'prom', roles: ['writer', 'reader'] };

export const TRUSTED: TokenIssuer = {
  name: 'test',
  url: ISSUER,
  audiences: ['other', AUDIENCE],
  keysUrl: undefined,
  algorithms: ['RS256', 'ES256'],
  subjectClaims: ['oid', 'sub'],
  grants: [
    { when: new Map([['roles', ['writer']]]), roles: ['publisher'], workspaces: [WORKSPACE] },
    { when: new Map([['roles', ['reader']]]), roles: ['reader'], workspaces: [WORKSPACE] },
    { when: new Map([['roles', ['everywhere']]]), roles: ['publisher', 'reader'], workspaces: ['*'] },
    { when: new Map([['roles', ['role']]]), actAs: 'arn:aws:iam::123456789012:role/Reader' },
  ],
};

interface Outage {
  problem: Error | undefined;
  /** Answers wait for it. */
  until: Promise<void> | undefined;
}

export interface TokenFixture {
  readonly fixture: Fixture;
  readonly mint: TokenMint;
  /** URLs that were fetched from the issuer. */
  readonly fetched: string[];
  /** What the issuer answers with, when not with its documents. */
  readonly outage: Outage;
  /** A request with an Authorization header and nothing else to tell who sends it. */
  call(method: string, target: string, authorization: string, body?: string): Promise<RawResponse>;
}

export async function startTokenFixture(
  overrides: Partial<GatewayOptions> = {},
  trusted: Partial<TokenIssuer> = {},
): Promise<TokenFixture> {
  const fetched: string[] = [];
  const outage: Outage = { problem: undefined, until: undefined };
  const get: HttpGet = async (url) => {
    fetched.push(url);
    await outage.until;
    if (outage.problem !== undefined) throw outage.problem;
    const document = mint.documentAt(url);
    return { status: document === undefined ? 404 : 200, body: Buffer.from(JSON.stringify(document ?? {})) };
  };
  const tokens = { issuers: [{ ...TRUSTED, ...trusted }], get };
  const fixture = await startFixture({ tokens, ...overrides });
  const mint = new TokenMint(ISSUER, () => fixture.clock.nowMs());
  const call: TokenFixture['call'] = async (method, target, authorization, body = '') => {
    const client = await fixture.connect();
    const length = body === '' ? {} : { 'content-length': String(body.length) };
    client.write(head(method, target, { host: 'ampere.test', authorization, ...length }), body);
    return client.response(method === 'HEAD');
  };
  return { fixture, mint, fetched, outage, call };
}
