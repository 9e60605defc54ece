// What the tests of this package share. Not part of its public surface.
//
// `sign` is a signer of its own, apart from the code under test: it is given the canonical path,
// query and headers as the client in question would make them, spelled out by the test.
import { createHash, createHmac } from 'node:crypto';
import { type Clock, FakeClock } from '@ampere/platform';
import { SigningKeyCache } from './signing-key.ts';
import type { AccessKey, VerificationDeps } from './verify.ts';

/** A text's UTF-8 as a byte string, which is how Node.js gives what arrived. */
export function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export const NOW_MS = Date.UTC(2026, 10, 20, 9, 30, 15);
export const AMZ_DATE = '20261120T093015Z';
export const ACCESS_KEY_ID = 'AKIAAMPERE0000000001';
export const SECRET = 'An/Example+Secret0000000000000000000000A';
export const REGION = 'eu-west-1';
export const HOST = 'localhost:9009';
export const EMPTY_SHA256 = sha256Hex('');

/** Dependencies with one long-lived key, or the key that is given. */
export function deps(
  key: AccessKey = { secretAccessKey: SECRET },
  clock: Clock = new FakeClock(NOW_MS),
): VerificationDeps<AccessKey> {
  return {
    findKey: (accessKeyId) => (accessKeyId === ACCESS_KEY_ID ? key : undefined),
    region: REGION,
    services: ['aps'],
    clock,
    keyCache: new SigningKeyCache(),
  };
}

/** The parts of a canonical request as a client made them. */
export interface ClientsCanonicalRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  /** Name and value as signed; the order of the list is the order of signing. */
  readonly headers: readonly (readonly [string, string])[];
  readonly bodyHash?: string;
  readonly amzDate?: string;
  readonly service?: string;
  readonly secret?: string;
}

/** The hexadecimal signature of what a client claims to sign. */
export function signatureFor(request: ClientsCanonicalRequest): string {
  const amzDate = request.amzDate ?? AMZ_DATE;
  const service = request.service ?? 'aps';
  const names = request.headers.map(([name]) => name).join(';');
  const lines = request.headers.map(([name, value]) => `${name}:${value}`).join('\n');
  const text = [
    request.method,
    request.path,
    request.query ?? '',
    `${lines}\n`,
    names,
    request.bodyHash ?? EMPTY_SHA256,
  ].join('\n');
  const date = amzDate.slice(0, 8);
  const digest = createHash('sha256').update(text, 'latin1').digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', amzDate, `${date}/${REGION}/${service}/aws4_request`, digest].join(
    '\n',
  );
  let key: Buffer | string = `AWS4${request.secret ?? SECRET}`;
  for (const step of [date, REGION, service, 'aws4_request', toSign]) {
    key = createHmac('sha256', key).update(step).digest();
  }
  return Buffer.from(key).toString('hex');
}

/** The Authorization header of what a client claims to sign. */
export function authorizationFor(request: ClientsCanonicalRequest): string {
  const date = (request.amzDate ?? AMZ_DATE).slice(0, 8);
  return (
    `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY_ID}/${date}/${REGION}/${request.service ?? 'aps'}/aws4_request, ` +
    `SignedHeaders=${request.headers.map(([name]) => name).join(';')}, Signature=${signatureFor(request)}`
  );
}
