// Which kind of identity a request carries, and who checks it.
//
// 1. The scheme of the one Authorization header decides: `Bearer` a token, `Basic` a key pair as it is, all
//    else a signature, also one in the query. A header that comes twice is left to the signature's check,
//    which refuses it.
// 2. A scheme that isn't taken where the request went is answered as a request without any identity is; the
//    help says why.

import type {
  AuthenticationRefusal,
  Authenticator,
  ExpectedScope,
  PendingIdentity,
  RequestHead,
} from './authenticator.ts';
import { missingIdentity } from './refusals.ts';

/** What follows the name of a scheme in the request's one Authorization header; undefined for other schemes. */
export function credentialsOf(head: RequestHead, scheme: 'Bearer' | 'Basic'): string | undefined {
  const value = authorization(head);
  if (value === undefined || value.length < scheme.length) return undefined;
  if (value.slice(0, scheme.length).toLowerCase() !== scheme.toLowerCase()) return undefined;
  if (value.length > scheme.length && value[scheme.length] !== ' ') return undefined;
  return value.slice(scheme.length).trim();
}

export class SchemeAuthenticator implements Authenticator {
  readonly #signature: Authenticator;
  readonly #bearer: Authenticator | string;
  readonly #basic: Authenticator | string;

  /** For `bearer` and `basic` a text where they aren't taken: why, for the client. */
  constructor(init: {
    signature: Authenticator;
    bearer: Authenticator | string;
    basic: Authenticator | string;
  }) {
    this.#signature = init.signature;
    this.#bearer = init.bearer;
    this.#basic = init.basic;
  }

  begin(
    head: RequestHead,
    scope?: ExpectedScope,
  ): PendingIdentity | AuthenticationRefusal | Promise<PendingIdentity | AuthenticationRefusal> {
    const chosen = this.#chosen(head);
    if (typeof chosen === 'string') return { kind: 'refused', refusal: missingIdentity(chosen) };
    return chosen.begin(head, scope);
  }

  #chosen(head: RequestHead): Authenticator | string {
    if (credentialsOf(head, 'Bearer') !== undefined) return this.#bearer;
    if (credentialsOf(head, 'Basic') !== undefined) return this.#basic;
    return this.#signature;
  }
}

/** The value of the Authorization header; undefined when there is none or more than one. */
function authorization({ rawHeaders }: RequestHead): string | undefined {
  let found: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length !== 13 || name.toLowerCase() !== 'authorization') continue;
    if (found !== undefined) return undefined;
    found = rawHeaders[i + 1]!;
  }
  return found;
}
