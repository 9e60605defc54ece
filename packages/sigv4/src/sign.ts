// The client's side: signing a request in its headers, and presigning one in its query.
//
// Signs every header that it is given, so give only those that reach the server unchanged; `host`
// must be among them. The target is the one that goes on the wire, encoded by the caller.
import { assert, type Clock } from '@ampere/platform';
import { formatAmzDate } from './amz-date.ts';
import { parseQuery } from './canonical-query.ts';
import { canonicalParts, signatureOf } from './canonical-request.ts';
import { HeaderList } from './header-list.ts';
import { EXPIRES_SECONDS_MAX } from './presigned.ts';
import type { RequestHead } from './signature-claim.ts';
import { deriveSigningKey } from './signing-key.ts';
import { divideTarget, encodeComponent } from './uri-encoding.ts';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Who signs, when, and for which service where. */
export interface SigningContext {
  readonly credentials: SigningCredentials;
  readonly region: string;
  readonly service: string;
  readonly clock: Clock;
}

/**
 * The headers to add to the request, by lower-case name: x-amz-date, x-amz-security-token for
 * temporary credentials, authorization.
 */
export function signRequest(
  head: RequestHead,
  bodySha256Hex: string,
  context: SigningContext,
): Readonly<Record<string, string>> {
  const { accessKeyId, sessionToken } = context.credentials;
  const amzDate = formatAmzDate(context.clock.nowMs());
  const added: Record<string, string> = { 'x-amz-date': amzDate };
  if (sessionToken !== undefined) added['x-amz-security-token'] = sessionToken;
  const headers = new HeaderList([...head.rawHeaders, ...Object.entries(added).flat()]);
  for (const name of Object.keys(added)) assert(headers.count(name) === 1, `${name} is set by signing`);
  const signedHeaders = namesToSign(headers);
  const signature = sign(head, headers, signedHeaders, bodySha256Hex, context, amzDate);
  added['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scopeOf(context, amzDate)}, ` +
    `SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return added;
}

/** The target with the signature in its query, good for `expiresSeconds` (1 to 604800, a week). */
export function presign(
  head: RequestHead,
  bodySha256Hex: string,
  expiresSeconds: number,
  context: SigningContext,
): string {
  assert(
    Number.isInteger(expiresSeconds) && expiresSeconds >= 1 && expiresSeconds <= EXPIRES_SECONDS_MAX,
    'a presigned request lives from a second to a week',
  );
  const { accessKeyId, sessionToken } = context.credentials;
  const amzDate = formatAmzDate(context.clock.nowMs());
  const headers = new HeaderList(head.rawHeaders);
  const signedHeaders = namesToSign(headers);
  const parameters: [string, string][] = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${accessKeyId}/${scopeOf(context, amzDate)}`],
    ['X-Amz-Date', amzDate],
    ['X-Amz-Expires', String(expiresSeconds)],
    ['X-Amz-SignedHeaders', signedHeaders.join(';')],
  ];
  if (sessionToken !== undefined) parameters.push(['X-Amz-Security-Token', sessionToken]);
  const added = parameters.map(([name, value]) => `${name}=${encodeComponent(value)}`).join('&');
  const target = `${head.target}${head.target.includes('?') ? '&' : '?'}${added}`;
  const signature = sign({ ...head, target }, headers, signedHeaders, bodySha256Hex, context, amzDate);
  return `${target}&X-Amz-Signature=${signature}`;
}

function sign(
  head: RequestHead,
  headers: HeaderList,
  signedHeaders: readonly string[],
  bodySha256Hex: string,
  context: SigningContext,
  amzDate: string,
): string {
  const { path, rawQuery } = divideTarget(head.target);
  const content = { method: head.method, path, query: parseQuery(rawQuery), headers, signedHeaders };
  const key = deriveSigningKey(context.credentials.secretAccessKey, {
    date: amzDate.slice(0, 8),
    region: context.region,
    service: context.service,
  });
  const moment = { amzDate, scope: scopeOf(context, amzDate) };
  return signatureOf(canonicalParts(content, bodySha256Hex), moment, key).toString('hex');
}

function scopeOf({ region, service }: SigningContext, amzDate: string): string {
  return `${amzDate.slice(0, 8)}/${region}/${service}/aws4_request`;
}

function namesToSign(headers: HeaderList): string[] {
  const names = [...new Set(headers.names())].sort();
  assert(names.includes('host'), 'a request is signed together with its host header');
  return names;
}
