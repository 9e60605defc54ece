import { createHash, timingSafeEqual } from 'node:crypto';
import type { CredentialStore } from '@ampere/contracts';
import type { AuthenticationRefusal, Authenticator, PendingIdentity, RequestHead } from './authenticator.ts';
import { credentialsOf } from './authorization-scheme.ts';
import { invalidPassword } from './refusals.ts';

const WRONG = 'The access key id or the secret access key is not right.';

/**
 * Identity by HTTP basic authentication (RFC 7617): an access key id as the user, its secret access key as the
 * password. Temporary keys can't be used so, for their session token has no place there.
 */
export class BasicAuthenticator implements Authenticator {
  readonly #credentials: CredentialStore;

  constructor(credentials: CredentialStore) {
    this.#credentials = credentials;
  }

  begin(head: RequestHead): PendingIdentity | AuthenticationRefusal {
    const pair = Buffer.from(credentialsOf(head, 'Basic') ?? '', 'base64').toString();
    const colon = pair.indexOf(':');
    if (colon < 1) return refused('The Authorization header holds no user and password.');
    const accessKeyId = pair.slice(0, colon);
    const found = this.#credentials.find(accessKeyId);
    // Somebody unknown takes as long as a wrong password; an empty secret is nobody's.
    const isRight = isSame(pair.slice(colon + 1), found?.secretAccessKey ?? '');
    if (found === undefined || found.secretAccessKey === '' || !isRight) return refused(WRONG);
    if (found.sessionToken !== undefined || found.expiresAtMs !== undefined)
      return refused('Temporary credentials can not be used as user and password; sign the request.');
    return { kind: 'pending', accessKeyId, principal: found.principal, finish: () => undefined };
  }
}

/** In a time that tells nothing of either: the hashes are compared, which have one length. */
function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}

function refused(message: string): AuthenticationRefusal {
  return { kind: 'refused', refusal: invalidPassword(message) };
}
