// Verification in two stages, so that a server can refuse before it reads a body.
//
// `beginVerification` checks all that the head of a request decides, in AWS's order: the form of the
// signature, its date against the clock, that the host is signed, the credential scope, the access
// key, the session token, that every signed header arrived, and that a real body hash was signed.
// `finish` takes the hash of the body as received and compares signatures.
//
// What a signature covers: method, path, query, the headers that the client chose to sign, the body,
// the moment and the scope. Headers that are not signed may be changed by anybody on the way.
import { type KeyObject, timingSafeEqual } from 'node:crypto';
import { assert, type Clock } from '@ampere/platform';
import { canonicalQuery } from './canonical-query.ts';
import { type CanonicalParts, canonicalParts, signatureOf } from './canonical-request.ts';
import { checkScope } from './credential-scope.ts';
import { explainMismatch } from './explain.ts';
import { type Refused, refuse } from './refusals.ts';
import { type RequestHead, readSignatureClaim, type SignatureClaim } from './signature-claim.ts';
import type { SigningKeyCache } from './signing-key.ts';

/** What verification needs to know of an access key; callers add their own fields. */
export interface AccessKey {
  readonly secretAccessKey: string;
  /** Set for temporary credentials, whose requests must bring this very token. */
  readonly sessionToken?: string | undefined;
  /** When the credentials end, in milliseconds since 1970. */
  readonly expiresAtMs?: number | undefined;
}

export interface VerificationDeps<Key extends AccessKey> {
  /** The active access key of that id. */
  findKey(accessKeyId: string): Key | undefined;
  readonly region: string;
  /** Services that may stand in the credential scope, such as `aps`. */
  readonly services: readonly string[];
  readonly clock: Clock;
  readonly keyCache: SigningKeyCache;
}

/** A request that is right so far; its body decides. */
export interface PendingVerification<Key extends AccessKey> {
  readonly ok: true;
  readonly claim: SignatureClaim;
  /** Who signed, if `finish` agrees. */
  readonly credentials: Key;
  /** Takes the lower-case hexadecimal SHA-256 of the body's bytes as they were received. */
  finish(bodySha256Hex: string): Verified<Key> | Refused;
}

export interface Verified<Key extends AccessKey> {
  readonly ok: true;
  readonly claim: SignatureClaim;
  readonly credentials: Key;
}

/** How far the clocks of client and server may be apart, either way. */
export const CLOCK_WINDOW_SECONDS = 300;

/** Both stages at once, for a caller that has the body at hand. */
export function verifyRequest<Key extends AccessKey>(
  head: RequestHead,
  bodySha256Hex: string,
  deps: VerificationDeps<Key>,
): Verified<Key> | Refused {
  const pending = beginVerification(head, deps);
  return pending.ok ? pending.finish(bodySha256Hex) : pending;
}

/** The first stage, from a request's head or from the claim already read from it. */
export function beginVerification<Key extends AccessKey>(
  request: RequestHead | SignatureClaim,
  deps: VerificationDeps<Key>,
): PendingVerification<Key> | Refused {
  const claim = 'credential' in request ? request : readSignatureClaim(request);
  if (!claim.ok) return claim;
  const nowMs = deps.clock.nowMs();
  const { credential, amzDate } = claim;
  const untimely = checkMoment(claim, nowMs);
  if (untimely !== undefined) return untimely;
  if (!claim.signedHeaders.includes('host')) return refuse.hostNotSigned();
  const misplaced = checkScope(credential, { region: deps.region, services: deps.services, amzDate });
  if (misplaced !== undefined) return misplaced;
  const key = deps.findKey(credential.accessKeyId);
  if (key === undefined) return refuse.unknownKey();
  const ended = checkSession(key, claim.sessionToken, nowMs);
  if (ended !== undefined) return ended;
  const unsigned = checkHeaders(claim);
  if (unsigned !== undefined) return unsigned;
  return {
    ok: true,
    claim,
    credentials: key,
    finish(bodySha256Hex) {
      const signingKey = deps.keyCache.get(credential.accessKeyId, key.secretAccessKey, credential);
      const refused = compareSignatures(claim, bodySha256Hex, signingKey);
      return refused ?? { ok: true, claim, credentials: key };
    },
  };
}

function checkMoment(claim: SignatureClaim, nowMs: number): Refused | undefined {
  const { signedAtMs, presigned } = claim;
  const lifeSeconds = claim.expiresSeconds ?? CLOCK_WINDOW_SECONDS;
  if (signedAtMs + lifeSeconds * 1000 < nowMs)
    return refuse.expired(signedAtMs, nowMs, lifeSeconds, presigned);
  if (signedAtMs - CLOCK_WINDOW_SECONDS * 1000 > nowMs) {
    return refuse.notYetCurrent(signedAtMs, nowMs, CLOCK_WINDOW_SECONDS);
  }
  return undefined;
}

function checkSession(key: AccessKey, token: string | undefined, nowMs: number): Refused | undefined {
  if (key.sessionToken === undefined) {
    if (token !== undefined) return refuse.sessionToken('sent, but this access key has none');
  } else if (token === undefined) {
    return refuse.sessionToken('missing; this access key is a temporary one');
  } else if (!sameText(token, key.sessionToken)) {
    return refuse.sessionToken('not the one that belongs to this access key');
  }
  if (key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs) {
    return refuse.sessionExpired(Math.floor((nowMs - key.expiresAtMs) / 1000));
  }
  return undefined;
}

/** What the headers alone can make wrong: one that was signed is gone, or no body hash was signed. */
function checkHeaders(claim: SignatureClaim): Refused | undefined {
  const missing = claim.signedHeaders.filter((name) => claim.headers.count(name) === 0);
  if (missing.length > 0) {
    return refuse.mismatch(`signed header that did not arrive: ${missing.slice(0, 8).join(', ')}`);
  }
  const declared = claim.contentSha256;
  if (declared !== undefined && !/^[0-9a-f]{64}$/.test(declared)) {
    if (declared === 'UNSIGNED-PAYLOAD' || declared.startsWith('STREAMING-')) {
      return refuse.mismatch(
        `body hash: x-amz-content-sha256 is ${declared.slice(0, 64)}, which only S3 takes; sign the SHA-256 of the body`,
      );
    }
    return refuse.mismatch('body hash: x-amz-content-sha256 is not a lower-case hexadecimal SHA-256');
  }
  return undefined;
}

function compareSignatures(
  claim: SignatureClaim,
  bodySha256Hex: string,
  signingKey: KeyObject,
): Refused | undefined {
  assert(bodySha256Hex.length === 64, 'a body hash is the hexadecimal SHA-256');
  const { amzDate, contentSha256 } = claim;
  const parts = canonicalParts(claim, bodySha256Hex);
  const given = Buffer.from(claim.signature, 'hex');
  const fits = (candidate: CanonicalParts) =>
    timingSafeEqual(given, signatureOf(candidate, { amzDate, scope: claim.credential.scope }, signingKey));

  if (contentSha256 !== undefined && contentSha256 !== bodySha256Hex) {
    const changed = fits({ ...parts, bodySha256Hex: contentSha256 });
    return refuse.mismatch(
      `body hash: x-amz-content-sha256 begins ${contentSha256.slice(0, 8)}, the body as received has ` +
        `${bodySha256Hex.slice(0, 8)}${changed ? '; all else fits, so the body was changed on the way' : ''}`,
    );
  }
  if (fits(parts)) return undefined;
  // The Go SDKs' order of repeated parameters; see canonicalQuery.
  const query = canonicalQuery(claim.query, 'decoded');
  if (query !== parts.query && fits({ ...parts, query })) return undefined;
  return refuse.mismatch(explainMismatch(claim, parts, fits));
}

/** Compares in a time that depends only on the lengths. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
