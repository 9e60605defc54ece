// Whether a token is genuine and in force (RFC 7519, RFC 8725).
//
// 1. Its form and length are checked, and that it claims to be of the issuer that the caller means.
// 2. The signature, by an asymmetric algorithm that is allowed, with the issuer's key that the header names.
// 3. `exp`, `nbf` and `iat`, with a minute's tolerance, and that the claims are there which must be.

import type { Clock } from '@ampere/platform';
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { type HttpGet, IssuerKeys } from './issuer-keys.ts';
import { TokenError } from './token-error.ts';

/** What a token says; only `verify` makes it true. */
export type Claims = JWTPayload;

/** Asymmetric ones: whoever can verify must not be able to sign. */
export const TOKEN_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];
const TOKEN_CHARACTERS_MAX = 20_000;
const CLOCK_TOLERANCE_SECONDS = 60;

/** The claims of a token, unverified. @throws TokenError when it is none. */
export function readClaims(token: string): Claims {
  if (token.length > TOKEN_CHARACTERS_MAX)
    throw new TokenError('malformed', `the token is longer than ${TOKEN_CHARACTERS_MAX} characters`);
  try {
    return decodeJwt(token);
  } catch (error) {
    throw new TokenError('malformed', 'the token is not a JSON Web Token', { cause: error });
  }
}

/** What is known of an issuer beforehand. */
export interface IssuerFacts {
  /** The only ones that it signs with; of TOKEN_ALGORITHMS. */
  readonly algorithms?: readonly string[];
  /** Where its keys are; without it, its discovery document tells. */
  readonly keysUrl?: string;
  /** Claims that every token must have; `exp`, `iat` and `sub` by default. */
  readonly requiredClaims?: readonly string[];
}

const REQUIRED_CLAIMS: readonly string[] = ['exp', 'iat', 'sub'];

/** Verifies tokens of any issuer that it is asked about. */
export class TokenVerifier {
  readonly #keys: IssuerKeys;
  readonly #clock: Clock;

  constructor(init: { get: HttpGet; clock: Clock }) {
    this.#keys = new IssuerKeys(init);
    this.#clock = init.clock;
  }

  /**
   * The claims of a token that `issuerUrl` made and that is in force. Who it is for is the caller's to check.
   *
   * @throws TokenError
   */
  async verify(token: string, issuerUrl: string, facts: IssuerFacts = {}): Promise<Claims> {
    const { iss } = readClaims(token);
    if (typeof iss !== 'string' || iss.replace(/\/$/, '') !== issuerUrl.replace(/\/$/, ''))
      throw new TokenError('invalid', 'the token is of another issuer');
    try {
      const { payload } = await jwtVerify(
        token,
        (header) => this.#keys.find(issuerUrl, header, facts.keysUrl),
        {
          algorithms: [...(facts.algorithms ?? TOKEN_ALGORITHMS)],
          currentDate: new Date(this.#clock.nowMs()),
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          requiredClaims: [...(facts.requiredClaims ?? REQUIRED_CLAIMS)],
        },
      );
      if (
        typeof payload.iat === 'number' &&
        payload.iat * 1000 > this.#clock.nowMs() + CLOCK_TOLERANCE_SECONDS * 1000
      )
        throw new TokenError('invalid', 'the token was issued in the future');
      if (!isAudience(payload.aud)) throw new TokenError('invalid', 'the claim aud is missing or not right');
      return payload;
    } catch (error) {
      throw asTokenError(error);
    }
  }
}

/** RFC 7519, section 4.1.3; whether there must be one is the caller's to say. */
function isAudience(aud: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud ?? ''];
  return list.every((one) => typeof one === 'string');
}

function asTokenError(error: unknown): unknown {
  if (error instanceof TokenError) return error;
  if (error instanceof errors.JWTExpired)
    return new TokenError('expired', 'the token has expired', { cause: error });
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return new TokenError('invalid', "the token's signature is not right", { cause: error });
  if (error instanceof errors.JWTClaimValidationFailed)
    return new TokenError('invalid', `the claim ${error.claim} is missing or not right`, { cause: error });
  if (error instanceof errors.JOSEError)
    return new TokenError('invalid', 'the token is not signed as it must be', { cause: error });
  return error;
}
