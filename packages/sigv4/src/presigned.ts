// Signatures that came in the query instead of in a header.
//
// The parameters are found by their exact names, but counted whatever their case: of two that differ in
// case alone it would not be clear which one was signed.

import type { QueryPair } from './canonical-query.ts';
import { type Refused, refuse } from './refusals.ts';
import { decodeComponent } from './uri-encoding.ts';

/** The signature's parameters in a presigned query, decoded. */
export interface PresignedQuery {
  readonly ok: true;
  readonly algorithm: string;
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
  /** Undefined when the client set no `X-Amz-Expires`; the common window holds then. */
  readonly expiresSeconds: number | undefined;
  readonly sessionToken: string | undefined;
  readonly contentSha256: string | undefined;
}

/** A week: the longest life of a presigned request. */
export const EXPIRES_SECONDS_MAX = 604_800;

const REQUIRED = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
] as const;

/** Whether a query claims to be presigned: it names an algorithm or brings a signature. */
export function isPresigned(query: readonly QueryPair[]): boolean {
  for (const { key } of query) if (key === 'X-Amz-Algorithm' || key === 'X-Amz-Signature') return true;
  return false;
}

/** What of a presigned query is signed: all but the signature itself. */
export function withoutSignature(query: readonly QueryPair[]): readonly QueryPair[] {
  return query.filter(({ key }) => key !== 'X-Amz-Signature');
}

/** Reads the signature's parameters. Each parameter in `X-Amz-`, whatever its case, may come once. */
export function parsePresigned(query: readonly QueryPair[]): PresignedQuery | Refused {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  for (const { key, value } of query) {
    const lower = key.toLowerCase();
    if (!lower.startsWith('x-amz-')) continue;
    if (seen.has(lower)) return refuse.repeated('query parameter of the same name in X-Amz-');
    seen.add(lower);
    found.set(key, decodeComponent(value));
    // SDKs move headers into the query of a presigned request under the names that they had.
    if (lower === 'x-amz-content-sha256') found.set(lower, decodeComponent(value));
  }
  const missing = REQUIRED.filter((name) => !found.get(name));
  if (missing.length > 0) return refuse.incompleteQuery(missing);
  const expires = parseExpires(found.get('X-Amz-Expires'));
  if (typeof expires === 'object') return expires;
  return {
    ok: true,
    algorithm: found.get('X-Amz-Algorithm')!,
    credential: found.get('X-Amz-Credential')!,
    signedHeaders: found.get('X-Amz-SignedHeaders')!,
    signature: found.get('X-Amz-Signature')!,
    date: found.get('X-Amz-Date')!,
    expiresSeconds: expires,
    sessionToken: found.get('X-Amz-Security-Token'),
    contentSha256: found.get('x-amz-content-sha256'),
  };
}

function parseExpires(text: string | undefined): number | undefined | Refused {
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) return refuse.expiresForm('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds < 1) return refuse.expiresForm('X-Amz-Expires must be positive');
  if (seconds > EXPIRES_SECONDS_MAX) {
    return refuse.expiresForm(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be ' +
        `less than ${EXPIRES_SECONDS_MAX} seconds`,
    );
  }
  return seconds;
}
