import type { CredentialStore, Credentials } from '@ampere/contracts';
import type { Clock } from '@ampere/platform';
import { beginVerification, type Refused, SigningKeyCache } from '@ampere/sigv4';
import type { AuthenticationRefusal, Authenticator, PendingIdentity, RequestHead } from './authenticator.ts';

/** Identity by AWS Signature Version 4, in headers or presigned, with the keys of `credentials`. */
export class SignatureAuthenticator implements Authenticator {
  readonly #deps: Parameters<typeof beginVerification<Credentials>>[1];

  constructor(init: { credentials: CredentialStore; clock: Clock; region: string }) {
    this.#deps = {
      findKey: (accessKeyId) => init.credentials.find(accessKeyId),
      region: init.region,
      services: ['aps'],
      clock: init.clock,
      keyCache: new SigningKeyCache(),
    };
  }

  begin(head: RequestHead): PendingIdentity | AuthenticationRefusal {
    const pending = beginVerification(head, this.#deps);
    if (!pending.ok) return refused(pending);
    const { accessKeyId, principal } = pending.credentials;
    return {
      kind: 'pending',
      accessKeyId,
      principal,
      finish: (sha256Hex) => {
        const result = pending.finish(sha256Hex);
        return result.ok ? undefined : refused(result);
      },
    };
  }
}

function refused({ refusal }: Refused): AuthenticationRefusal {
  return {
    kind: 'refused',
    refusal: {
      status: refusal.status,
      type: refusal.errorType,
      prometheusType: 'bad_data',
      message: refusal.message,
      headers: { 'x-ampere-signature-help': refusal.help },
      front: true,
    },
  };
}
