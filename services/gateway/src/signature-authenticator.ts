import type { CredentialStore, Credentials } from '@ampere/contracts';
import type { Clock } from '@ampere/platform';
import { beginVerification, type Refused, readSignatureClaim, SigningKeyCache } from '@ampere/sigv4';
import type {
  AuthenticationRefusal,
  Authenticator,
  ExpectedScope,
  PendingIdentity,
  RequestHead,
} from './authenticator.ts';

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

  begin(head: RequestHead, scope?: ExpectedScope): PendingIdentity | AuthenticationRefusal {
    const pending = scope === undefined ? beginVerification(head, this.#deps) : this.#beginIn(scope, head);
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

  #beginIn({ service, regions }: ExpectedScope, head: RequestHead) {
    const claim = readSignatureClaim(head);
    if (!claim.ok) return claim;
    const region = regions.find((one) => one === claim.credential.region) ?? regions[0]!;
    return beginVerification(claim, { ...this.#deps, region, services: [service] });
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
