// The public keys of issuers (OpenID Connect Discovery 1.0, RFC 7517).
//
// 1. The discovery document of an issuer names where its keys are; it must name the issuer itself. Who knows
//    where they are may say so instead.
// 2. Keys are kept for an hour. A key id that isn't among them may be a new one: they are fetched again, but
//    not within ten seconds of the last time, so that tokens with made-up ids are no way to flood an issuer.
// 3. When an issuer can't be reached, its keys of the last day are used; then it has none.
// 4. Requests for the same issuer at the same time share one fetch.

import type { Clock } from '@ampere/platform';
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import { TokenError } from './token-error.ts';

/** One HTTP GET, without credentials and redirects. Rejects when there is no answer in time. */
export type HttpGet = (
  url: string,
  bounds: { readonly timeoutMs: number; readonly bytesMax: number },
) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

const FETCH_BOUNDS = { timeoutMs: 5000, bytesMax: 256 * 1024 } as const;
const FRESH_MS = 60 * 60 * 1000;
const USABLE_MS = 24 * 60 * 60 * 1000;
const FETCHED_EVERY_MS = 10_000;
const ISSUERS_MAX = 200;

type FindKey = ReturnType<typeof createLocalJWKSet>;

interface Known {
  readonly find: FindKey;
  readonly fetchedAtMs: number;
}

interface Issuer {
  known: Known | undefined;
  /** When it was tried last, with or without success. */
  triedAtMs: number;
  fetching: Promise<void> | undefined;
  problem: string;
}

export class IssuerKeys {
  readonly #get: HttpGet;
  readonly #clock: Clock;
  readonly #issuers = new Map<string, Issuer>();

  constructor(init: { get: HttpGet; clock: Clock }) {
    this.#get = init.get;
    this.#clock = init.clock;
  }

  /**
   * The key of an issuer that a token's header names. With `keysUrl` the keys are fetched from there, and
   * the issuer isn't asked where they are. @throws TokenError.
   */
  async find(issuerUrl: string, header: JWSHeaderParameters, keysUrl?: string): Promise<CryptoKey> {
    const issuer = this.#issuer(keysUrl ?? issuerUrl);
    const fetchKeys = () => (keysUrl === undefined ? this.#discover(issuerUrl) : this.#keysAt(keysUrl));
    if (!this.#isWithin(issuer, FRESH_MS)) await this.#refresh(issuer, fetchKeys);
    try {
      return await this.#pick(issuer, header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw asTokenError(error);
    }
    await this.#refresh(issuer, fetchKeys);
    try {
      return await this.#pick(issuer, header);
    } catch (error) {
      throw asTokenError(error);
    }
  }

  async #pick(issuer: Issuer, header: JWSHeaderParameters): Promise<CryptoKey> {
    if (issuer.known === undefined || !this.#isWithin(issuer, USABLE_MS))
      throw new TokenError('keys-unavailable', `the issuer's keys can not be had: ${issuer.problem}`);
    return issuer.known.find(header);
  }

  #isWithin({ known }: Issuer, ageMs: number): boolean {
    return known !== undefined && this.#clock.monotonicMs() - known.fetchedAtMs < ageMs;
  }

  #issuer(url: string): Issuer {
    let issuer = this.#issuers.get(url);
    if (issuer === undefined) {
      if (this.#issuers.size >= ISSUERS_MAX) this.#issuers.clear();
      issuer = { known: undefined, triedAtMs: Number.NEGATIVE_INFINITY, fetching: undefined, problem: '' };
      this.#issuers.set(url, issuer);
    }
    return issuer;
  }

  /** Fetches unless that was tried just now. Never rejects: what went wrong is remembered. */
  async #refresh(issuer: Issuer, fetchKeys: () => Promise<FindKey>): Promise<void> {
    if (issuer.fetching === undefined) {
      if (this.#clock.monotonicMs() - issuer.triedAtMs < FETCHED_EVERY_MS) return;
      issuer.triedAtMs = this.#clock.monotonicMs();
      issuer.fetching = fetchKeys().then(
        (find) => {
          issuer.known = { find, fetchedAtMs: this.#clock.monotonicMs() };
        },
        (error: unknown) => {
          issuer.problem = error instanceof Error ? error.message : String(error);
        },
      );
    }
    await issuer.fetching;
    issuer.fetching = undefined;
  }

  async #discover(issuerUrl: string): Promise<FindKey> {
    const base = issuerUrl.replace(/\/$/, '');
    const discovery = await this.#json(`${base}/.well-known/openid-configuration`);
    const { issuer, jwks_uri: keysUrl } = discovery as { issuer?: unknown; jwks_uri?: unknown };
    if (typeof issuer !== 'string' || issuer.replace(/\/$/, '') !== base)
      throw new Error('its discovery document is that of another issuer');
    if (typeof keysUrl !== 'string' || !URL.canParse(keysUrl))
      throw new Error('its discovery document has no jwks_uri');
    // An issuer that is spoken to with TLS has its keys fetched with TLS.
    if (!keysUrl.startsWith('https:') && !(base.startsWith('http:') && keysUrl.startsWith('http:')))
      throw new Error('its jwks_uri is not an https URL');
    return this.#keysAt(keysUrl);
  }

  async #keysAt(url: string): Promise<FindKey> {
    return createLocalJWKSet((await this.#json(url)) as JSONWebKeySet);
  }

  async #json(url: string): Promise<object> {
    const { status, body } = await this.#get(url, FETCH_BOUNDS);
    if (status !== 200) throw new Error(`${new URL(url).host} answered with status ${status}`);
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(body).toString());
    } catch {
      value = undefined;
    }
    if (typeof value !== 'object' || value === null)
      throw new Error(`${new URL(url).host} answered with something that is no JSON object`);
    return value;
  }
}

function asTokenError(error: unknown): TokenError {
  if (error instanceof TokenError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TokenError('invalid', `no key of the issuer fits the token: ${message}`, { cause: error });
}
