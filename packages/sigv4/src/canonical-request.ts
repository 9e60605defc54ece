// The canonical request and the string to sign, as the AWS documentation of Signature Version 4
// ("Create a signed AWS API request") lays them out:
//
//   METHOD                          AWS4-HMAC-SHA256
//   canonical path                  20150830T123600Z
//   canonical query                 20150830/us-east-1/aps/aws4_request
//   name:value of each              hex SHA-256 of the canonical request
//     signed header, a line each
//   (an empty line)
//   names joined by ;
//   hex SHA-256 of the body
//
// Its parts are kept apart in `CanonicalParts`, so that a verifier can ask of a signature that
// doesn't fit which part would make it fit.
//
// Everything here is a byte string, so what is hashed are its characters as bytes.
import { createHmac, hash, type KeyObject } from 'node:crypto';
import { canonicalQuery, type QueryPair } from './canonical-query.ts';
import type { HeaderList } from './header-list.ts';
import { encodePath, normalisePath } from './uri-encoding.ts';

/** What of a request is signed, as it was sent or will be. */
export interface SignedContent {
  readonly method: string;
  /** The path as on the wire. */
  readonly path: string;
  readonly query: readonly QueryPair[];
  readonly headers: HeaderList;
  /** Lower-case names, ascending; each must be among the headers. */
  readonly signedHeaders: readonly string[];
}

export interface CanonicalParts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** One line `name:value\n` per signed header, in the order of `signedHeaders`. */
  readonly headers: string;
  /** Joined by semicolons. */
  readonly signedHeaders: string;
  /** Lower-case hexadecimal SHA-256. */
  readonly bodySha256Hex: string;
}

/** The other two things that a signature covers. */
export interface SigningMoment {
  /** `20150830T123600Z`. */
  readonly amzDate: string;
  /** `20150830/us-east-1/aps/aws4_request`. */
  readonly scope: string;
}

/** The parts of the canonical request by AWS's rules. */
export function canonicalParts(content: SignedContent, bodySha256Hex: string): CanonicalParts {
  return {
    method: content.method,
    path: encodePath(normalisePath(content.path)),
    query: canonicalQuery(content.query),
    headers: canonicalHeaders(content.headers, content.signedHeaders),
    signedHeaders: content.signedHeaders.join(';'),
    bodySha256Hex,
  };
}

/** A header's value as it is signed: without blanks around it, and inner runs of blanks as one. */
export function canonicalValue(value: string): string {
  const trimmed = trimBlanks(value);
  return trimmed.includes('  ') || trimmed.includes('\t') ? trimmed.replace(/[ \t]+/g, ' ') : trimmed;
}

/** Cuts spaces and tabs off both ends. (String.trim cuts the byte A0 of UTF-8 characters, too.) */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * The lines of the signed headers. A repeated header's values are joined by commas in the order of
 * arrival.
 */
function canonicalHeaders(headers: HeaderList, signedHeaders: readonly string[]): string {
  let lines = '';
  for (const name of signedHeaders) lines += `${name}:${headers.joined(name, canonicalValue)}\n`;
  return lines;
}

/** The signature's 32 bytes. */
export function signatureOf(parts: CanonicalParts, moment: SigningMoment, signingKey: KeyObject): Buffer {
  const request =
    `${parts.method}\n${parts.path}\n${parts.query}\n` +
    `${parts.headers}\n${parts.signedHeaders}\n${parts.bodySha256Hex}`;
  const digest = hash('sha256', Buffer.from(request, 'latin1'), 'hex');
  return createHmac('sha256', signingKey)
    .update(`AWS4-HMAC-SHA256\n${moment.amzDate}\n${moment.scope}\n${digest}`)
    .digest();
}
