// The clients that Ampere is made for, each with its habits: which headers it signs, how it treats
// paths and queries, what it adds after signing. Each test spells out what that client signs and
// what it sends; the signature comes from the tests' own signer.
import { expect, test } from 'vitest';
import {
  ACCESS_KEY_ID,
  AMZ_DATE,
  authorizationFor,
  bytes,
  type ClientsCanonicalRequest,
  deps,
  HOST,
  REGION,
  SECRET,
  sha256Hex,
  signatureFor,
} from './testing.ts';
import { type AccessKey, verifyRequest } from './verify.ts';

interface Sent {
  /** The target on the wire. */
  readonly target: string;
  /** All headers on the wire but Authorization. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
  readonly key?: AccessKey;
}

function verdict(signed: ClientsCanonicalRequest, sent: Sent) {
  const rawHeaders = [...sent.headers.flat(), 'Authorization', authorizationFor(signed)];
  const head = { method: signed.method, target: bytes(sent.target), rawHeaders };
  return verifyRequest(head, sha256Hex(sent.body ?? ''), deps(sent.key));
}

function check(name: string, signed: ClientsCanonicalRequest, sent: Sent): void {
  test(name, () => expect(verdict(signed, sent)).toMatchObject({ ok: true }));
}

function checkRefused(name: string, signed: ClientsCanonicalRequest, sent: Sent, help: string): void {
  test(name, () => {
    const refused = verdict(signed, sent);
    expect(refused).toMatchObject({
      ok: false,
      refusal: { errorType: 'InvalidSignatureException', status: 403 },
    });
    expect(!refused.ok && refused.refusal.help).toContain(help);
  });
}

const TOKEN = 'FwoGZXIvYXdzEBYaDExampleToken//////////+Token==';
const TEMPORARY: AccessKey = { secretAccessKey: SECRET, sessionToken: TOKEN };
const WORKSPACE = '/workspaces/ws-01234567-89ab-cdef-0123-456789abcdef';

// botocore and the AWS CLI.

const json = '{"alias":"caf\\u00e9"}';
check(
  'aws amp create-workspace: signs all headers present, adds others afterwards',
  {
    method: 'POST',
    path: '/workspaces',
    headers: [
      ['content-type', 'application/json'],
      ['host', HOST],
      ['x-amz-date', AMZ_DATE],
    ],
    bodyHash: sha256Hex(json),
  },
  {
    target: '/workspaces',
    headers: [
      ['Host', HOST],
      ['Accept-Encoding', 'identity'],
      ['Content-Type', 'application/json'],
      ['User-Agent', 'aws-cli/1.43.11 md/Botocore#1.43.11'],
      ['X-Amz-Date', AMZ_DATE],
      ['amz-sdk-invocation-id', '7b0c9d0e-1111-2222-3333-444455556666'],
      ['amz-sdk-request', 'attempt=1'],
      ['Content-Length', String(json.length)],
    ],
    body: json,
  },
);
check(
  'aws amp delete-workspace: no content-type, Content-Length: 0, the token in the query',
  {
    method: 'DELETE',
    path: WORKSPACE,
    query: 'clientToken=1b671a64-40d5-491e-99b0-da01ff1f3341',
    headers: [
      ['host', HOST],
      ['x-amz-date', AMZ_DATE],
    ],
  },
  {
    target: `${WORKSPACE}?clientToken=1b671a64-40d5-491e-99b0-da01ff1f3341`,
    headers: [
      ['Host', HOST],
      ['X-Amz-Date', AMZ_DATE],
      ['Content-Length', '0'],
    ],
  },
);
check(
  'aws amp untag-resource: an encoded ARN in the path is encoded twice, repeated tagKeys in call order',
  {
    method: 'DELETE',
    path: '/tags/arn%253Aaws%253Aaps%253Aeu-west-1%253A123456789012%253Aworkspace%252Fws-1',
    query: 'tagKeys=a%20b&tagKeys=stage%2F%C3%A9&tagKeys=team',
    headers: [
      ['host', HOST],
      ['x-amz-date', AMZ_DATE],
    ],
  },
  {
    target:
      '/tags/arn%3Aaws%3Aaps%3Aeu-west-1%3A123456789012%3Aworkspace%2Fws-1' +
      '?tagKeys=team&tagKeys=stage%2F%C3%A9&tagKeys=a%20b',
    headers: [
      ['Host', HOST],
      ['X-Amz-Date', AMZ_DATE],
    ],
  },
);
check(
  'botocore with temporary credentials signs the session token',
  {
    method: 'GET',
    path: '/workspaces',
    headers: [
      ['host', HOST],
      ['x-amz-date', AMZ_DATE],
      ['x-amz-security-token', TOKEN],
    ],
  },
  {
    target: '/workspaces',
    headers: [
      ['Host', HOST],
      ['X-Amz-Date', AMZ_DATE],
      ['X-Amz-Security-Token', TOKEN],
    ],
    key: TEMPORARY,
  },
);

// Prometheus, through aws-sdk-go-v2.

const snappy = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) & 0xff);
const remoteWriteSigned: ClientsCanonicalRequest = {
  method: 'POST',
  path: `${WORKSPACE}/api/v1/remote_write`,
  headers: [
    ['content-encoding', 'snappy'],
    ['content-length', '300'],
    ['content-type', 'application/x-protobuf'],
    ['host', HOST],
    ['retry-attempt', '1'],
    ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['x-amz-date', AMZ_DATE],
    ['x-prometheus-remote-write-version', '0.1.0'],
  ],
  bodyHash: sha256Hex(snappy),
};
const remoteWriteSent: Sent = {
  target: `${WORKSPACE}/api/v1/remote_write`,
  headers: [
    ['Host', HOST],
    ['User-Agent', 'Prometheus/3.5.0'],
    ['Content-Length', '300'],
    ['Content-Encoding', 'snappy'],
    ['Content-Type', 'application/x-protobuf'],
    ['Retry-Attempt', '1'],
    ['Traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['X-Amz-Date', AMZ_DATE],
    ['X-Prometheus-Remote-Write-Version', '0.1.0'],
    ['X-Custom', 'added after signing'],
    ['Accept-Encoding', 'gzip'],
  ],
  body: snappy,
};
check(
  'Prometheus remote write: content-length and its own headers signed, no x-amz-content-sha256',
  remoteWriteSigned,
  remoteWriteSent,
);
checkRefused(
  'a proxy that drops a header which Prometheus signed',
  remoteWriteSigned,
  { ...remoteWriteSent, headers: remoteWriteSent.headers.filter(([name]) => name !== 'Content-Length') },
  'signed header that did not arrive: content-length',
);
check(
  'Prometheus cleans the path that it signs; a proxy may still send the uncleaned one',
  {
    method: 'GET',
    path: `${WORKSPACE}/api/v1/query`,
    query: 'query=up',
    headers: [
      ['host', HOST],
      ['x-amz-date', AMZ_DATE],
    ],
  },
  {
    target: `/${WORKSPACE}/./api//v1/x/../query?query=up`,
    headers: [
      ['Host', HOST],
      ['X-Amz-Date', AMZ_DATE],
    ],
  },
);
check(
  'Go sorts repeated values before it encodes them',
  {
    method: 'GET',
    path: `${WORKSPACE}/api/v1/series`,
    query: 'match%5B%5D=up&match%5B%5D=%7Bjob%3D%22a%20b%22%7D&start=1',
    headers: [
      ['host', HOST],
      ['x-amz-date', AMZ_DATE],
    ],
  },
  {
    target: `${WORKSPACE}/api/v1/series?match%5B%5D=up&match%5B%5D=%7Bjob%3D%22a%20b%22%7D&start=1`,
    headers: [
      ['Host', HOST],
      ['X-Amz-Date', AMZ_DATE],
    ],
  },
);
check(
  'others sort them encoded',
  {
    method: 'GET',
    path: `${WORKSPACE}/api/v1/series`,
    query: 'match%5B%5D=%7Bjob%3D%22a%20b%22%7D&match%5B%5D=up',
    headers: [
      ['host', HOST],
      ['x-amz-date', AMZ_DATE],
    ],
  },
  {
    target: `${WORKSPACE}/api/v1/series?match[]=up&match[]=%7bjob=%22a+b%22%7D`,
    headers: [
      ['Host', HOST],
      ['X-Amz-Date', AMZ_DATE],
    ],
  },
);

// awscurl.

const emptyHash = sha256Hex('');
const awscurlHeaders = [
  ['Accept', 'application/xml'],
  ['Content-Type', 'application/json'],
  ['Host', HOST],
  ['x-amz-content-sha256', emptyHash],
  ['x-amz-date', AMZ_DATE],
] as const;
const awscurlSigned = [
  ['content-type', 'application/json'],
  ['host', HOST],
  ['x-amz-content-sha256', emptyHash],
  ['x-amz-date', AMZ_DATE],
] as const;
check(
  "awscurl: ( ) ! * ' go raw on the wire and are signed encoded",
  {
    method: 'GET',
    path: `${WORKSPACE}/api/v1/query`,
    query: 'query=rate%28a%5B5m%5D%29%20%2A%20%21b%27c%27',
    headers: awscurlSigned,
  },
  { target: `${WORKSPACE}/api/v1/query?query=rate(a[5m])%20*%20!b'c'`, headers: awscurlHeaders },
);
check(
  'awscurl --session_token',
  { method: 'GET', path: '/workspaces', headers: [...awscurlSigned, ['x-amz-security-token', TOKEN]] },
  { target: '/workspaces', headers: [...awscurlHeaders, ['x-amz-security-token', TOKEN]], key: TEMPORARY },
);
checkRefused(
  'awscurl given an encoded query signs it encoded twice',
  {
    method: 'GET',
    path: `${WORKSPACE}/api/v1/query`,
    query: 'query=rate%2528a%255B5m%255D%2529',
    headers: awscurlSigned,
  },
  { target: `${WORKSPACE}/api/v1/query?query=rate%28a%5B5m%5D%29`, headers: awscurlHeaders },
  'query: encoded twice',
);
checkRefused(
  "awscurl doesn't normalise the path that it signs",
  { method: 'GET', path: '//workspaces', headers: awscurlSigned },
  { target: '//workspaces', headers: awscurlHeaders },
  'path: signed with its dot segments or repeated slashes',
);

// aws-sigv4-proxy.

check(
  "aws-sigv4-proxy: only host and x-amz-*, the client's own headers are copied unsigned",
  {
    method: 'POST',
    path: `${WORKSPACE}/api/v1/query`,
    headers: [
      ['host', HOST],
      ['x-amz-date', AMZ_DATE],
      ['x-amz-security-token', TOKEN],
    ],
    bodyHash: sha256Hex('query=up'),
  },
  {
    target: `${WORKSPACE}/api/v1/query`,
    headers: [
      ['Host', HOST],
      ['User-Agent', 'Grafana/12.0.0'],
      ['Content-Length', '8'],
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['X-Amz-Date', AMZ_DATE],
      ['X-Amz-Security-Token', TOKEN],
      ['X-Forwarded-For', '10.0.0.7'],
    ],
    body: 'query=up',
    key: TEMPORARY,
  },
);

// boto3's presigned requests, with and without a session token.

function presignedTarget(token: string | undefined): string {
  const parameters = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${ACCESS_KEY_ID}%2F20261120%2F${REGION}%2Faps%2Faws4_request`,
    `X-Amz-Date=${AMZ_DATE}`,
    'X-Amz-Expires=604800',
    ...(token === undefined ? [] : [`X-Amz-Security-Token=${encodeURIComponent(token)}`]),
    'X-Amz-SignedHeaders=host',
  ];
  const signature = signatureFor({
    method: 'GET',
    path: '/workspaces',
    query: [...parameters, 'alias=a%20b'].join('&'),
    headers: [['host', HOST]],
  });
  return `/workspaces?alias=a%20b&${parameters.join('&')}&X-Amz-Signature=${signature}`;
}

test('boto3 presigned for a week, the SHA-256 of no body', () => {
  const head = { method: 'GET', target: presignedTarget(undefined), rawHeaders: ['Host', HOST] };
  expect(verifyRequest(head, emptyHash, deps())).toMatchObject({ ok: true, claim: { presigned: true } });
});

test('boto3 presigned with a session token in the query', () => {
  const head = { method: 'GET', target: presignedTarget(TOKEN), rawHeaders: ['Host', HOST] };
  expect(verifyRequest(head, emptyHash, deps(TEMPORARY))).toMatchObject({ ok: true });
});

// Any client that dates its requests in HTTP's own way.

check(
  'a Date header instead of X-Amz-Date',
  {
    method: 'GET',
    path: '/workspaces',
    headers: [
      ['date', 'Fri, 20 Nov 2026 09:30:15 GMT'],
      ['host', HOST],
    ],
  },
  {
    target: '/workspaces',
    headers: [
      ['Date', 'Fri, 20 Nov 2026 09:30:15 GMT'],
      ['Host', HOST],
    ],
  },
);
