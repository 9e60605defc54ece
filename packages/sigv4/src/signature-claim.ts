// What a request says of its own signature, read but not yet believed.
//
// 1. The request target is divided at its first question mark; the query is read strictly.
// 2. The signature is in the Authorization header or in the query, never in both, and never twice.
// 3. Its parts are checked for their form only: all present, a readable date, five parts in the
//    credential, signed header names in lower case and in order, a signature of 64 digits.
//
// A caller that serves several APIs at one path looks at the claim's service to find out for which
// of them the request is meant, before anything is known to be true.
import { formatAmzDate, parseAmzDate, parseHttpDate } from './amz-date.ts';
import { parseAuthorizationHeader } from './authorization-header.ts';
import { parseQuery, type QueryPair } from './canonical-query.ts';
import { trimBlanks } from './canonical-request.ts';
import { type Credential, parseCredential } from './credential-scope.ts';
import { HeaderList } from './header-list.ts';
import { isPresigned, parsePresigned, withoutSignature } from './presigned.ts';
import { type Refused, refuse } from './refusals.ts';
import { divideTarget } from './uri-encoding.ts';

/** A request up to its body, exactly as it was on the wire. */
export interface RequestHead {
  readonly method: string;
  /** The request target, path and query, undecoded: `IncomingMessage.url`. */
  readonly target: string;
  /** Names and values in turn, in order, repeated ones apart: `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

export interface SignatureClaim {
  readonly ok: true;
  readonly method: string;
  readonly headers: HeaderList;
  /** The path as sent. */
  readonly path: string;
  /** The query as sent, without its question mark. */
  readonly rawQuery: string;
  /** The parameters that are signed, in the order sent. */
  readonly query: readonly QueryPair[];
  /** Whether the signature came in the query. */
  readonly presigned: boolean;
  readonly credential: Credential;
  /** The moment of signing as it is signed, `20150830T123600Z`. */
  readonly amzDate: string;
  readonly signedAtMs: number;
  /** How long a presigned request said it is good for. */
  readonly expiresSeconds: number | undefined;
  /** Header names, lower case, ascending. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string;
  readonly sessionToken: string | undefined;
  /** `x-amz-content-sha256`, wherever it was given. */
  readonly contentSha256: string | undefined;
}

/** Longer than Node.js lets a request line be by default; a bound for callers who raised that. */
const TARGET_LENGTH_MAX = 65_536;
const SIGNED_HEADERS_MAX = 128;

/** The name characters of RFC 9110, without capitals. */
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const SIGNATURE = /^[0-9a-f]{64}$/;

/** Reads the signature of a request. Never throws on what a client can send. */
export function readSignatureClaim(head: RequestHead): SignatureClaim | Refused {
  if (head.target.length > TARGET_LENGTH_MAX) return refuse.tooLong('request target', TARGET_LENGTH_MAX);
  const { path, rawQuery } = divideTarget(head.target);
  const query = parseQuery(rawQuery);
  const headers = new HeaderList(head.rawHeaders);

  const authorization = headers.first('authorization');
  const presigned = isPresigned(query);
  if (authorization === undefined && !presigned) return refuse.missingSignature();
  if (authorization !== undefined && presigned) return refuse.signedTwice();
  for (const name of ONCE) if (headers.count(name) > 1) return refuse.repeated(`${name} header`);

  const signature = presigned ? fromQuery(query, headers) : fromHeader(authorization!, headers);
  if (!signature.ok) return signature;
  if (signature.algorithm !== 'AWS4-HMAC-SHA256') return refuse.algorithm(signature.algorithm);
  const credential = parseCredential(signature.credential);
  if (!credential.ok) return credential;
  const signedHeaders = signature.signedHeaders.split(';', SIGNED_HEADERS_MAX + 1);
  const problem = problemOfSignedHeaders(signedHeaders);
  if (problem !== undefined) return refuse.signedHeadersForm(problem);
  if (!SIGNATURE.test(signature.signature)) return refuse.signatureForm();
  return {
    ok: true,
    method: head.method,
    headers,
    path,
    rawQuery,
    query: presigned ? withoutSignature(query) : query,
    presigned,
    credential,
    amzDate: signature.amzDate,
    signedAtMs: signature.signedAtMs,
    expiresSeconds: signature.expiresSeconds,
    signedHeaders,
    signature: signature.signature,
    sessionToken: signature.sessionToken,
    contentSha256: signature.contentSha256,
  };
}

/** Headers that mean something here or to routing, and nothing clear when repeated. */
const ONCE = ['authorization', 'host', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];

interface SignatureParameters {
  readonly ok: true;
  readonly algorithm: string;
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly amzDate: string;
  readonly signedAtMs: number;
  readonly expiresSeconds: number | undefined;
  readonly sessionToken: string | undefined;
  readonly contentSha256: string | undefined;
}

function fromHeader(authorization: string, headers: HeaderList): SignatureParameters | Refused {
  const dateText = headers.first('x-amz-date') ?? headers.first('date');
  const header = parseAuthorizationHeader(authorization, dateText === undefined);
  if (!header.ok) return header;
  const text = trimBlanks(dateText!);
  const basicMs = parseAmzDate(text);
  // Only a Date header may be in HTTP's own form; what is signed is the ISO form all the same.
  const signedAtMs = basicMs ?? (headers.count('x-amz-date') === 0 ? parseHttpDate(text) : undefined);
  if (signedAtMs === undefined) return refuse.dateForm(text);
  return {
    ok: true,
    algorithm: header.algorithm,
    credential: header.credential,
    signedHeaders: header.signedHeaders,
    signature: header.signature,
    amzDate: basicMs === undefined ? formatAmzDate(signedAtMs) : text,
    signedAtMs,
    expiresSeconds: undefined,
    sessionToken: headers.first('x-amz-security-token'),
    contentSha256: headers.first('x-amz-content-sha256'),
  };
}

function fromQuery(query: readonly QueryPair[], headers: HeaderList): SignatureParameters | Refused {
  const found = parsePresigned(query);
  if (!found.ok) return found;
  const signedAtMs = parseAmzDate(found.date);
  if (signedAtMs === undefined) return refuse.dateForm(found.date);
  const tokenInHeader = headers.first('x-amz-security-token');
  if (tokenInHeader !== undefined && found.sessionToken !== undefined) {
    return refuse.repeated('X-Amz-Security-Token');
  }
  return {
    ok: true,
    algorithm: found.algorithm,
    credential: found.credential,
    signedHeaders: found.signedHeaders,
    signature: found.signature,
    amzDate: found.date,
    signedAtMs,
    expiresSeconds: found.expiresSeconds,
    sessionToken: found.sessionToken ?? tokenInHeader,
    contentSha256: found.contentSha256 ?? headers.first('x-amz-content-sha256'),
  };
}

function problemOfSignedHeaders(names: readonly string[]): string | undefined {
  if (names.length > SIGNED_HEADERS_MAX) return `more than ${SIGNED_HEADERS_MAX} names`;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (!HEADER_NAME.test(name)) return 'not lower-case header names divided by semicolons';
    if (i > 0 && names[i - 1]! >= name) return 'not in ascending order, or one twice';
  }
  return undefined;
}
