// Tokens of an OpenID Connect issuer for tests, good ones and faulty ones, made with node's own cryptography and not
// with the library that verifies them.

import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

interface SigningKey {
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface TokenFaults {
  /** Replaces members of the header, such as `alg` and `kid`; the signature stays that of the key. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** No signature at all (`unsigned`), one with the public key as a shared secret, or one that fits other claims. */
  readonly signature?: 'unsigned' | 'shared-secret' | 'of-other-claims';
}

/** The private side of an issuer: its keys and the tokens that they sign. */
export class TokenMint {
  /** `iss` of its tokens. */
  issuer: string;
  readonly #nowMs: () => number;
  #keys: SigningKey[] = [];
  #made = 0;

  constructor(issuer: string, nowMs: () => number, alg: SigningKey['alg'] = 'ES256') {
    this.issuer = issuer;
    this.#nowMs = nowMs;
    this.rotate(alg);
  }

  /** Signs with a new key from now on, and publishes it alone. */
  rotate(alg: SigningKey['alg'] = 'ES256'): void {
    const pair =
      alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#keys = [{ kid: `key-${++this.#made}`, alg, ...pair }];
  }

  /** The JSON Web Key Set. */
  keySet(): object {
    return {
      keys: this.#keys.map(({ kid, alg, publicKey }) => ({
        ...publicKey.export({ format: 'jwk' }),
        kid,
        alg,
      })),
    };
  }

  /** What of the issuer is at a URL; undefined for paths that it hasn't. */
  documentAt(url: string): object | undefined {
    const base = this.issuer.replace(/\/$/, '');
    if (url === `${base}/.well-known/openid-configuration`)
      return { issuer: this.issuer, jwks_uri: `${base}/keys`, token_endpoint: `${base}/token` };
    return url === `${base}/keys` ? this.keySet() : undefined;
  }

  /** A token for ten minutes with the claims given. A claim that is undefined is left out. */
  token(claims: Readonly<Record<string, unknown>> = {}, faults: TokenFaults = {}): string {
    const key = this.#keys[0]!;
    const seconds = Math.floor(this.#nowMs() / 1000);
    const all = { iss: this.issuer, iat: seconds, exp: seconds + 600, ...claims };
    const body = `${part({ typ: 'JWT', alg: key.alg, kid: key.kid, ...faults.header })}.${part(all)}`;
    return `${body}.${this.#signature(key, body, faults.signature)}`;
  }

  #signature(key: SigningKey, body: string, fault: TokenFaults['signature']): string {
    if (fault === 'unsigned') return '';
    if (fault === 'shared-secret') {
      const secret = key.publicKey.export({ format: 'pem', type: 'spki' });
      return createHmac('sha256', secret).update(body).digest('base64url');
    }
    const signed = Buffer.from(fault === 'of-other-claims' ? `${body}x` : body);
    return sign('sha256', signed, { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  }
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
