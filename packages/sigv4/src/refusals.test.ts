// Every refusal, in AWS's words and in ours.
import { FakeClock } from '@ampere/platform';
import { expect, test } from 'vitest';
import { HELP_LENGTH_MAX, type SignatureErrorType } from './refusals.ts';
import {
  ACCESS_KEY_ID,
  AMZ_DATE,
  authorizationFor,
  deps,
  EMPTY_SHA256,
  HOST,
  NOW_MS,
  REGION,
  SECRET,
  sha256Hex,
  signatureFor,
} from './testing.ts';
import { type AccessKey, beginVerification, verifyRequest } from './verify.ts';

interface Case {
  target?: string;
  /** Replaces the headers of a good request; a value of undefined leaves one out. */
  headers?: Record<string, string | undefined>;
  /** Added at the end, so that a header can be there twice. */
  more?: string[];
  body?: string;
  key?: AccessKey;
  nowMs?: number;
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. ' +
  'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const good = authorizationFor({
  method: 'GET',
  path: '/workspaces',
  headers: [
    ['host', HOST],
    ['x-amz-date', AMZ_DATE],
  ],
});

function refusalOf(given: Case) {
  const headers: Record<string, string | undefined> = {
    Host: HOST,
    'X-Amz-Date': AMZ_DATE,
    Authorization: good,
    ...given.headers,
  };
  const rawHeaders = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [name, value],
  );
  const head = {
    method: 'GET',
    target: given.target ?? '/workspaces',
    rawHeaders: [...rawHeaders, ...(given.more ?? [])],
  };
  const result = verifyRequest(
    head,
    sha256Hex(given.body ?? ''),
    deps(given.key, new FakeClock(given.nowMs ?? NOW_MS)),
  );
  if (result.ok) throw new Error('accepted');
  return result.refusal;
}

function check(
  name: string,
  given: Case,
  errorType: SignatureErrorType,
  message: string,
  help: string,
  status = 403,
): void {
  test(name, () => {
    const refusal = refusalOf(given);
    expect(refusal).toEqual({ status, errorType, message, help: expect.stringContaining(help) });
    expect(refusal.help).toMatch(/^[\x20-\x7e]+$/);
    expect(refusal.help.length).toBeLessThanOrEqual(HELP_LENGTH_MAX);
    expect(JSON.stringify(refusal)).not.toContain(SECRET);
  });
}

test('the request that the cases start from is good', () => {
  expect(() => refusalOf({})).toThrow('accepted');
});

function sha256Base64(text: string): string {
  return Buffer.from(sha256Hex(text), 'hex').toString('base64');
}

const INCOMPLETE = 'IncompleteSignatureException';
const INVALID = 'InvalidSignatureException';
const UNKNOWN = 'UnrecognizedClientException';
const INVALID_TOKEN = 'The security token included in the request is invalid.';

// Form.
check(
  'no signature',
  { headers: { Authorization: undefined } },
  'MissingAuthenticationTokenException',
  'Missing Authentication Token',
  'not signed',
);
check(
  'signed twice',
  { target: '/workspaces?X-Amz-Algorithm=AWS4-HMAC-SHA256' },
  INVALID,
  "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
  'both',
);
check(
  'a signature in both, the algorithm in one',
  { target: '/workspaces?X%2DAmz%2DSignature=00' },
  INVALID,
  "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
  'both',
);
check(
  'two Authorization headers',
  { more: ['authorization', good] },
  INCOMPLETE,
  'The request has more than one authorization header. Send it once.',
  'more than once',
);
check(
  'two dates',
  { more: ['x-amz-date', AMZ_DATE] },
  INCOMPLETE,
  'The request has more than one x-amz-date header. Send it once.',
  'x-amz-date',
);
check(
  'two hosts',
  { more: ['host', 'evil.example'] },
  INCOMPLETE,
  'The request has more than one host header. Send it once.',
  'host',
);
check(
  'an empty header',
  { headers: { Authorization: 'AWS4-HMAC-SHA256' } },
  INCOMPLETE,
  "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256",
  'lacks Credential, Signature, SignedHeaders',
);
check(
  'no date',
  { headers: { 'X-Amz-Date': undefined } },
  INCOMPLETE,
  `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=${good}`,
  'x-amz-date',
);
check(
  'no equal sign',
  { headers: { Authorization: 'AWS4-HMAC-SHA256 FooBar, BazBurp' } },
  INCOMPLETE,
  "'FooBar' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 FooBar, BazBurp'.",
  'equal sign',
);
check(
  'a bearer token is not repeated',
  { headers: { Authorization: 'Bearer hunter2' } },
  INCOMPLETE,
  "'9S+9MrKzuG/4jvbEkGKChfSCrxXdyylUH5S89Saj9sc=' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer 9S+9MrKzuG/4jvbEkGKChfSCrxXdyylUH5S89Saj9sc='.",
  'equal sign',
);
check(
  'another algorithm',
  { headers: { Authorization: good.replace('HMAC-SHA256', 'ECDSA-P256-SHA256') } },
  INCOMPLETE,
  "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'",
  'only AWS4-HMAC-SHA256',
);
check(
  'a date in another form',
  { headers: { 'X-Amz-Date': '2026-11-20T09:30:15Z' } },
  INCOMPLETE,
  "Date must be in ISO-8601 'basic format'. Got '2026-11-20T09:30:15Z'. See http://en.wikipedia.org/wiki/ISO_8601",
  '20150830T123600Z',
);
check(
  'a day that is not in the calendar',
  { headers: { 'X-Amz-Date': '20260231T093015Z' } },
  INCOMPLETE,
  "Date must be in ISO-8601 'basic format'. Got '20260231T093015Z'. See http://en.wikipedia.org/wiki/ISO_8601",
  'date',
);
test('a secret in the place of the access key id comes back in no text', () => {
  // With its slash the credential has six parts; without the date it has five again.
  for (const misplaced of [ACCESS_KEY_ID, `${ACCESS_KEY_ID}/20261120`]) {
    const refusal = refusalOf({ headers: { Authorization: good.replace(misplaced, SECRET) } });
    for (const part of SECRET.split('/')) expect(`${refusal.message} ${refusal.help}`).not.toContain(part);
  }
});
check(
  'a credential of four parts',
  { headers: { Authorization: good.replace('/aws4_request', '') } },
  INCOMPLETE,
  'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
    `got (hashed with SHA-256 and encoded with Base64) '${sha256Base64(`${ACCESS_KEY_ID}/20261120/${REGION}/aps`)}'`,
  'Credential: 4 parts instead of 5',
);
check(
  'a signature in capitals',
  { headers: { Authorization: good.replace(/[0-9a-f]{64}$/, (hex) => hex.toUpperCase()) } },
  INVALID,
  MISMATCH,
  '64 lower-case',
);
check(
  'signed headers out of order',
  { headers: { Authorization: good.replace('host;x-amz-date', 'x-amz-date;host') } },
  INVALID,
  MISMATCH,
  'ascending',
);
check(
  'a line break in the signed headers',
  { target: presigned({ 'X-Amz-SignedHeaders': 'host\nx' }), headers: { Authorization: undefined } },
  INVALID,
  MISMATCH,
  'lower-case header names',
);
check(
  'an Authorization header without end',
  { headers: { Authorization: `AWS4-HMAC-SHA256 Credential=${'x'.repeat(20_000)}` } },
  INCOMPLETE,
  'The Authorization header is too long. It must have at most 16384 characters.',
  'longer',
  400,
);
check(
  'a target without end',
  { target: `/${'x'.repeat(70_000)}` },
  INCOMPLETE,
  'The request target is too long. It must have at most 65536 characters.',
  'longer',
  400,
);

// Time.
check(
  'an old request',
  { nowMs: NOW_MS + 301_000 },
  INVALID,
  'Signature expired: 20261120T093015Z is now earlier than 20261120T093016Z (20261120T093516Z - 5 min.)',
  'clock skew: signed 301 s before',
);
check(
  'a request of tomorrow',
  { nowMs: NOW_MS - 301_000 },
  INVALID,
  'Signature not yet current: 20261120T093015Z is still later than 20261120T093014Z (20261120T092514Z + 5 min.)',
  'clock skew: signed 301 s after',
);

// Scope.
const scoped = (from: string, to: string) => ({ headers: { Authorization: good.replace(from, to) } });
check(
  'another region',
  scoped(REGION, 'us-west-2'),
  INVALID,
  'Credential should be scoped to a valid region.',
  "scope region: got 'us-west-2', expected 'eu-west-1'",
);
check(
  'another service',
  scoped('/aps/', '/s3/'),
  INVALID,
  "Credential should be scoped to correct service: 'aps'.",
  "scope service: got 's3', expected 'aps'",
);
check(
  'another day',
  scoped('/20261120/', '/20261119/'),
  INVALID,
  "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261119' != '20261120', from '20261120T093015Z'.",
  "scope date: got '20261119'",
);
check(
  'another end',
  scoped('aws4_request', 'aws5_request'),
  INVALID,
  "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
  'scope end',
);
check(
  'two wrong at once',
  scoped(`${REGION}/aps`, 'x/y'),
  INVALID,
  "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'aps'.",
  "got 'x', expected 'eu-west-1'; scope service",
);
check(
  'host not signed',
  scoped('host;x-amz-date', 'x-amz-date'),
  INVALID,
  "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
  'host',
);

// Keys and tokens.
check('an unknown key', scoped(ACCESS_KEY_ID, 'AKIAUNKNOWN'), UNKNOWN, INVALID_TOKEN, 'not known');
check(
  'a token for a key without one',
  { more: ['x-amz-security-token', 't'] },
  UNKNOWN,
  INVALID_TOKEN,
  'has none',
);
check(
  'a temporary key without its token',
  { key: { secretAccessKey: SECRET, sessionToken: 't' } },
  UNKNOWN,
  INVALID_TOKEN,
  'missing',
);
check(
  'a temporary key with another token',
  { key: { secretAccessKey: SECRET, sessionToken: 't' }, more: ['x-amz-security-token', 'T'] },
  UNKNOWN,
  INVALID_TOKEN,
  'not the one',
);
check(
  'a session that is over',
  {
    key: { secretAccessKey: SECRET, sessionToken: 't', expiresAtMs: NOW_MS - 2500 },
    more: ['x-amz-security-token', 't'],
  },
  'ExpiredTokenException',
  'The security token included in the request is expired',
  'expired 2 s ago',
);

// The body.
check(
  'an unsigned payload',
  { more: ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'] },
  INVALID,
  MISMATCH,
  'UNSIGNED-PAYLOAD, which only S3 takes',
);
check(
  'a streaming payload',
  { more: ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'] },
  INVALID,
  MISMATCH,
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD, which only S3 takes',
);
check(
  'a body hash of another form',
  { more: ['x-amz-content-sha256', EMPTY_SHA256.toUpperCase()] },
  INVALID,
  MISMATCH,
  'not a lower-case hexadecimal SHA-256',
);
check(
  'another body than declared',
  { more: ['x-amz-content-sha256', EMPTY_SHA256], body: 'x' },
  INVALID,
  MISMATCH,
  'so the body was changed on the way',
);
check(
  'a declared body hash that is not the one signed',
  { more: ['x-amz-content-sha256', sha256Hex('y')], body: 'x' },
  INVALID,
  MISMATCH,
  `begins ${sha256Hex('y').slice(0, 8)}, the body as received has ${sha256Hex('x').slice(0, 8)}`,
);

// Presigned.
function presigned(change: Record<string, string | undefined>, order = 'X-Amz-'): string {
  const parameters: Record<string, string | undefined> = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${ACCESS_KEY_ID}/20261120/${REGION}/aps/aws4_request`,
    'X-Amz-Date': AMZ_DATE,
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host',
    ...change,
  };
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value!)}`)
    .sort()
    .join('&');
  const signature = signatureFor({ method: 'GET', path: '/workspaces', query, headers: [['host', HOST]] });
  return `/workspaces?${query}&${order}Signature=${signature}`;
}
const query = (change: Record<string, string | undefined>, rest: Case = {}): Case => ({
  ...rest,
  target: presigned(change),
  headers: { Authorization: undefined, 'X-Amz-Date': undefined },
});
test('the presigned request that the cases start from is good', () => {
  expect(() => refusalOf(query({}))).toThrow('accepted');
  expect(() => refusalOf(query({}, { nowMs: NOW_MS + 60_000 }))).toThrow('accepted');
  expect(() => refusalOf(query({ 'X-Amz-Expires': undefined }, { nowMs: NOW_MS + 300_000 }))).toThrow(
    'accepted',
  );
});
check(
  'presigned without most of it',
  { ...query({}), target: '/workspaces?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=1' },
  INCOMPLETE,
  "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.",
  'lacks X-Amz-Credential',
);
check(
  'presigned and over',
  query({}, { nowMs: NOW_MS + 61_000 }),
  INVALID,
  'Signature expired: 20261120T093015Z is now earlier than 20261120T093016Z (20261120T093116Z - 1 min.)',
  'presigned 61 s ago for 60 s',
);
check(
  'presigned for odd seconds and over',
  query({ 'X-Amz-Expires': '61' }, { nowMs: NOW_MS + 62_000 }),
  INVALID,
  'Signature expired: 20261120T093015Z is now earlier than 20261120T093016Z (20261120T093117Z - 61 sec.)',
  'expired',
);
check(
  'presigned in the future',
  query({ 'X-Amz-Expires': '604800' }, { nowMs: NOW_MS - 301_000 }),
  INVALID,
  'Signature not yet current: 20261120T093015Z is still later than 20261120T093014Z (20261120T092514Z + 5 min.)',
  'clock skew',
);
check(
  'presigned for no time',
  query({ 'X-Amz-Expires': '0' }),
  INCOMPLETE,
  'X-Amz-Expires must be positive',
  'X-Amz-Expires',
);
check(
  'presigned for more than a week',
  query({ 'X-Amz-Expires': '604801' }),
  INCOMPLETE,
  'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
  'X-Amz-Expires',
);
check(
  'presigned for no number',
  query({ 'X-Amz-Expires': '1e3' }),
  INCOMPLETE,
  'X-Amz-Expires should be a number',
  'X-Amz-Expires',
);
check(
  'a signature parameter twice',
  query({ 'x-amz-date': AMZ_DATE }),
  INCOMPLETE,
  'The request has more than one query parameter of the same name in X-Amz-. Send it once.',
  'more than once',
);
check(
  'a token in the query and in a header',
  query({ 'X-Amz-Security-Token': 't' }, { more: ['x-amz-security-token', 't'] }),
  INCOMPLETE,
  'The request has more than one X-Amz-Security-Token. Send it once.',
  'Token',
);
check(
  'an unsigned payload in the query',
  query({ 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' }),
  INVALID,
  MISMATCH,
  'which only S3 takes',
);

test('what the head decides is refused before the body', () => {
  const head = { method: 'POST', target: '/workspaces', rawHeaders: ['Host', HOST] };
  expect(beginVerification(head, deps())).toMatchObject({ ok: false });
});
