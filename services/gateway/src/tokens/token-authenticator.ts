// Identity by a bearer token of a configured issuer (RFC 6750, RFC 7519), on the data plane.
//
// 1. A token that was verified lately is known by its hash, with its bearer, until it expires, for ten minutes at
//    most: senders show the same one with every request. The number of known ones is bounded; the oldest goes.
// 2. Otherwise its issuer is looked up among those configured, and packages/oidc verifies signature and times with
//    the issuer's keys, which may have to be fetched; then the audience is compared.
// 3. The claims become a bearer (token-bearers.ts). What the roles of IAM may do is looked up each time.
//
// Refusals say what is wrong in general: nothing of the token, and nothing of what stands between us and its
// issuer, which goes to the log. Keys that can't be had are our trouble: 503, so that senders try again.

import { createHash } from 'node:crypto';
import type { CredentialStore } from '@ampere/contracts';
import { type HttpGet, readClaims, TokenError, TokenVerifier } from '@ampere/oidc';
import type { Clock } from '@ampere/platform';
import type { AuthenticationRefusal, Authenticator, PendingIdentity, RequestHead } from '../authenticator.ts';
import { credentialsOf } from '../authorization-scheme.ts';
import { accessDenied, invalidToken, type Refusal, unavailable } from '../refusals.ts';
import { type TokenBearer, TokenBearers } from './token-bearers.ts';
import type { TokenIssuer } from './token-issuer.ts';

const KNOWN_MAX = 10_000;
const KNOWN_FOR_MS = 10 * 60 * 1000;

interface KnownToken {
  readonly bearer: TokenBearer;
  readonly untilMs: number;
}

interface Trusted {
  readonly issuer: TokenIssuer;
  readonly bearers: TokenBearers;
}

export class TokenAuthenticator implements Authenticator {
  readonly #trusted: ReadonlyMap<string, Trusted>;
  readonly #verifier: TokenVerifier;
  readonly #credentials: CredentialStore;
  readonly #clock: Clock;
  readonly #onTrouble: (issuer: string, problem: string) => void;
  readonly #known = new Map<string, KnownToken>();

  constructor(init: {
    issuers: readonly TokenIssuer[];
    get: HttpGet;
    credentials: CredentialStore;
    accountId: string;
    arnOf: (workspaceId: string) => string;
    clock: Clock;
    /** Told the name of an issuer whose keys can't be had, and why. */
    onTrouble: (issuer: string, problem: string) => void;
  }) {
    const { issuers, accountId, arnOf } = init;
    this.#trusted = new Map(
      issuers.map((issuer) => [
        withoutSlash(issuer.url),
        { issuer, bearers: new TokenBearers({ issuer, accountId, arnOf }) },
      ]),
    );
    this.#verifier = new TokenVerifier(init);
    this.#credentials = init.credentials;
    this.#clock = init.clock;
    this.#onTrouble = init.onTrouble;
  }

  begin(
    head: RequestHead,
  ): PendingIdentity | AuthenticationRefusal | Promise<PendingIdentity | AuthenticationRefusal> {
    const token = credentialsOf(head, 'Bearer') ?? '';
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#known.get(key);
    if (known !== undefined && this.#clock.nowMs() < known.untilMs) return this.#identity(known.bearer);
    this.#known.delete(key);
    return this.#verify(token, key);
  }

  async #verify(token: string, key: string): Promise<PendingIdentity | AuthenticationRefusal> {
    let issuerName = '';
    try {
      const { iss } = readClaims(token);
      const trusted = typeof iss === 'string' ? this.#trusted.get(withoutSlash(iss)) : undefined;
      if (trusted === undefined)
        throw new TokenError('invalid', 'the token is of an issuer that is not trusted');
      const { issuer, bearers } = trusted;
      issuerName = issuer.name;
      const claims = await this.#verifier.verify(token, issuer.url, {
        algorithms: issuer.algorithms,
        requiredClaims: ['exp', 'aud'],
        ...(issuer.keysUrl === undefined ? {} : { keysUrl: issuer.keysUrl }),
      });
      const audiences = typeof claims.aud === 'string' ? [claims.aud] : (claims.aud ?? []);
      if (!issuer.audiences.some((audience) => audiences.includes(audience)))
        throw new TokenError('invalid', 'the token is for another audience');
      const bearer = bearers.of(claims);
      this.#remember(key, {
        bearer,
        untilMs: Math.min(claims.exp! * 1000, this.#clock.nowMs() + KNOWN_FOR_MS),
      });
      return this.#identity(bearer);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      if (error.fault === 'keys-unavailable') this.#onTrouble(issuerName, error.message);
      return { kind: 'refused', refusal: refusalOf(error) };
    }
  }

  #remember(key: string, known: KnownToken): void {
    if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, known);
  }

  #identity(bearer: TokenBearer): PendingIdentity | AuthenticationRefusal {
    const principal =
      bearer.kind === 'federated'
        ? bearer.principal
        : this.#credentials.roleSession?.(bearer.roleArn, bearer.sessionName);
    if (principal === undefined)
      return { kind: 'refused', refusal: accessDenied('The role that the token acts as does not exist.') };
    return { kind: 'pending', accessKeyId: undefined, principal, finish };
  }
}

/** A token vouches for its bearer, not for a body. */
function finish(): undefined {
  return undefined;
}

function refusalOf({ fault, message }: TokenError): Refusal {
  switch (fault) {
    case 'keys-unavailable':
      return unavailable("The keys of the token's issuer can not be had at the moment.");
    case 'expired':
      return invalidToken('ExpiredTokenException', sentence(message));
    default:
      return invalidToken('InvalidIdentityTokenException', sentence(message));
  }
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}
