import type { Principal } from '@ampere/iam';
import type { Refusal } from './refusals.ts';

/** What of a request is known before its body is read. */
export interface RequestHead {
  readonly method: string;
  /** Path and query as on the wire. */
  readonly target: string;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
}

/** For which service and where a request must be signed. */
export interface ExpectedScope {
  /** As in credential scopes, `iam`. */
  readonly service: string;
  /** Any of them; one at least. */
  readonly regions: readonly string[];
}

/** The head was fine so far: who it claims to be from, and the check that is left. */
export interface PendingIdentity {
  readonly kind: 'pending';
  /** Undefined when it isn't by an access key. */
  readonly accessKeyId: string | undefined;
  readonly principal: Principal;
  /** Checks what depends on the body; `sha256Hex` is over the bytes as received. Undefined when it holds. */
  finish(sha256Hex: string): AuthenticationRefusal | undefined;
}

export interface AuthenticationRefusal {
  readonly kind: 'refused';
  readonly refusal: Refusal;
}

/**
 * Tells who makes a request, whatever carries the identity. `begin` looks at the head alone, so that a
 * request with a bad head is refused before its body is read. A promise only when something has to be fetched
 * or reckoned elsewhere: most requests are known at once.
 */
export interface Authenticator {
  /** `scope` is undefined for AMP's own API and the data plane. */
  begin(
    head: RequestHead,
    scope?: ExpectedScope,
  ): PendingIdentity | AuthenticationRefusal | Promise<PendingIdentity | AuthenticationRefusal>;
}
