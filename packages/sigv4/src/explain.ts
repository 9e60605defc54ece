// Why a signature differs.
//
// A client that signs something slightly else than AWS's rules ask for gets the same refusal as one
// with a wrong secret. Here the known deviations are tried one at a time, by signing what such a
// client would have signed; the first that fits is named. That gives nothing away: only somebody
// who has the secret can make a signature that fits any of them.
//
// The number of attempts is bounded, and requests too long to try cheaply are not explained.
import { canonicalQuery, type QueryPair } from './canonical-query.ts';
import { type CanonicalParts, canonicalValue, trimBlanks } from './canonical-request.ts';
import type { SignatureClaim } from './signature-claim.ts';
import { encodeComponent, encodePath, normalisePath, reencodeComponent } from './uri-encoding.ts';

/** A deviation: what it changes in the canonical request, and how we tell the user. */
type Attempt = readonly [change: Partial<CanonicalParts>, help: string];

/** Above this a canonical request is not signed twenty times more for the sake of a hint. */
const EXPLAINED_LENGTH_MAX = 16_384;

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** One line that names the likely cause; `fits` tells whether the client signed these parts. */
export function explainMismatch(
  claim: SignatureClaim,
  parts: CanonicalParts,
  fits: (candidate: CanonicalParts) => boolean,
): string {
  if (parts.path.length + parts.query.length + parts.headers.length <= EXPLAINED_LENGTH_MAX) {
    const attempts = [
      ...bodyAttempts(parts),
      ...pathAttempts(claim),
      ...queryAttempts(claim),
      ...headerAttempts(claim, parts),
    ];
    for (const [change, help] of attempts) {
      if (!changesNothing(change, parts) && fits({ ...parts, ...change })) return help;
    }
  }
  return (
    'no single known cause: check the secret access key, or whether one of these signed headers was ' +
    `changed on the way: ${parts.signedHeaders}`
  );
}

function bodyAttempts(parts: CanonicalParts): Attempt[] {
  const received = parts.bodySha256Hex.slice(0, 8);
  return [
    [
      { bodySha256Hex: EMPTY_SHA256 },
      `body hash: signed for no body, but one arrived (SHA-256 ${received}...)`,
    ],
    [
      { bodySha256Hex: 'UNSIGNED-PAYLOAD' },
      'body hash: signed as UNSIGNED-PAYLOAD, which only S3 takes; sign the SHA-256 of the body',
    ],
  ];
}

function pathAttempts({ path }: SignatureClaim): Attempt[] {
  const signedOnce = 'path: signed as it was sent; for all services but S3 it is URI-encoded once more';
  const moved = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
  return [
    [{ path: encodePath(path) }, 'path: signed with its dot segments or repeated slashes; remove them first'],
    [{ path: normalisePath(path) }, signedOnce],
    [{ path }, signedOnce],
    [
      { path: encodePath(normalisePath(moved)) },
      `path: signed ${path.endsWith('/') ? 'without' : 'with'} a slash at its end`,
    ],
  ];
}

function queryAttempts({ query, rawQuery, presigned }: SignatureClaim): Attempt[] {
  if (query.length === 0) return [];
  const sent = rawQuery
    .split('&')
    .filter((part) => part !== '' && !(presigned && part.startsWith('X-Amz-Signature=')))
    .map(dividedAtEquals);
  const changed = (form: (text: string) => string) =>
    canonicalQuery(sent.map(({ key, value }) => ({ key: form(key), value: form(value) })));
  return [
    [{ query: '' }, 'query: not signed at all'],
    [
      { query: query.map(({ key, value }) => `${key}=${value}`).join('&') },
      'query: signed in the order sent; sort it by encoded key, then by value',
    ],
    [
      { query: changed((text) => reencodeComponent(text.replaceAll('+', '%2B'))) },
      "query: a '+' was signed as a plus sign, but it means a blank; send a plus sign as %2B",
    ],
    [
      { query: changed((text) => text) },
      'query: signed as it was sent; percent-encode all but letters, digits and - . _ ~ in what is signed',
    ],
    [
      { query: changed(encodeComponent) },
      'query: encoded twice in what was signed; give the client (awscurl does this) the query not encoded',
    ],
  ];
}

function dividedAtEquals(part: string): QueryPair {
  const equals = part.indexOf('=');
  return equals < 0
    ? { key: part, value: '' }
    : { key: part.slice(0, equals), value: part.slice(equals + 1) };
}

function headerAttempts(claim: SignatureClaim, parts: CanonicalParts): Attempt[] {
  const { headers, signedHeaders } = claim;
  const lines = (form: (name: string) => string | undefined) =>
    signedHeaders.map((name) => `${name}:${form(name)}\n`).join('');
  const withHost = (host: string) =>
    lines((name) => (name === 'host' ? host : headers.joined(name, canonicalValue)));
  const host = headers.joined('host', canonicalValue) ?? '';
  const bareHost = host.replace(/:\d+$/, '');
  const attempts: Attempt[] = [
    [{ headers: withHost(bareHost) }, 'host: signed without the port that was sent'],
    [{ headers: withHost(`${bareHost}:80`) }, 'host: signed with port 80, but sent otherwise'],
    [{ headers: withHost(`${bareHost}:443`) }, 'host: signed with port 443, but sent otherwise'],
    [
      { headers: lines((name) => headers.joined(name, canonicalValue, ', ')) },
      'headers: repeated ones were signed joined by a comma and a blank; join them by a comma alone',
    ],
    [
      { headers: lines((name) => headers.joined(name, trimBlanks)) },
      'headers: runs of blanks within a value were signed as they are; collapse them into one',
    ],
  ];
  const forwarded = headers.first('x-forwarded-host');
  if (forwarded !== undefined) {
    attempts.push([
      { headers: withHost(canonicalValue(forwarded)) },
      'host: changed on the way; the signature is for the name in x-forwarded-host, so let the proxy keep Host',
    ]);
  }
  return attempts.filter(([change]) => change.headers !== parts.headers);
}

function changesNothing(change: Partial<CanonicalParts>, parts: CanonicalParts): boolean {
  return Object.entries(change).every(([name, value]) => parts[name as keyof CanonicalParts] === value);
}
