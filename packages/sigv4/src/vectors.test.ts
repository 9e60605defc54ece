// AWS's published examples: the aws-sig-v4-test-suite and the signed and presigned ListUsers of the
// IAM documentation. Each is verified as received, and signed again by our own signer.

import { FakeClock } from '@ampere/platform';
import { expect, test } from 'vitest';
import { signRequest } from './sign.ts';
import { SigningKeyCache } from './signing-key.ts';
import { bytes, sha256Hex } from './testing.ts';
import { type AccessKey, verifyRequest } from './verify.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const MOMENT_MS = Date.UTC(2015, 7, 30, 12, 36);
const TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8' +
  'YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6f' +
  'E8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2' +
  'ICCR/oLxBA==';

interface Extra {
  headers?: string[];
  body?: string;
  key?: AccessKey;
  /** Headers that come after signing. */
  unsigned?: string[];
}

function check(name: string, method: string, target: string, signature: string, extra: Extra = {}): void {
  const host = ['Host', 'example.amazonaws.com'];
  const headers = [...host, ...(extra.headers ?? []), 'X-Amz-Date', '20150830T123600Z'];
  const signedHeaders = [...new Set(headers.filter((_, i) => i % 2 === 0).map((each) => each.toLowerCase()))];
  const authorization =
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
    `SignedHeaders=${signedHeaders.sort().join(';')}, Signature=${signature}`;
  const rawHeaders = [...headers, ...(extra.unsigned ?? []), 'Authorization', authorization];
  const head = { method, target: bytes(target), rawHeaders };
  const bodySha256Hex = sha256Hex(extra.body ?? '');
  const key = extra.key ?? { secretAccessKey: SECRET };
  const deps = {
    findKey: (id: string) => (id === 'AKIDEXAMPLE' ? key : undefined),
    region: 'us-east-1',
    services: ['service'],
    clock: new FakeClock(MOMENT_MS),
    keyCache: new SigningKeyCache(),
  };

  test(name, () => {
    expect(verifyRequest(head, bodySha256Hex, deps)).toMatchObject({ ok: true });
    // Our signer makes the same signature, unless the suite adds something after signing.
    const sessionToken = extra.unsigned === undefined ? key.sessionToken : undefined;
    const unstamped = [...host, ...(extra.headers ?? []).filter((_, i, all) => !isToken(all, i))];
    const signed = signRequest({ ...head, rawHeaders: unstamped }, bodySha256Hex, {
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken },
      region: 'us-east-1',
      service: 'service',
      clock: deps.clock,
    });
    expect(signed['authorization']).toBe(authorization);
  });
}

function isToken(pairs: string[], i: number): boolean {
  return pairs[i - (i % 2)]!.toLowerCase() === 'x-amz-security-token';
}

const VANILLA = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
const POST_VANILLA = '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b';
const POST_QUERY = '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11';
const UNRESERVED = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

check('get-vanilla', 'GET', '/', VANILLA);
check(
  'get-vanilla-empty-query-key',
  'GET',
  '/?Param1=value1',
  'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
);
check('get-vanilla-query', 'GET', '/', VANILLA);
check(
  'get-vanilla-query-order-key',
  'GET',
  '/?Param1=value2&Param1=Value1',
  'eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1',
);
check(
  'get-vanilla-query-order-key-case',
  'GET',
  '/?Param2=value2&Param1=value1',
  'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
);
check(
  'get-vanilla-query-order-value',
  'GET',
  '/?Param1=value2&Param1=value1',
  '5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694',
);
check(
  'get-vanilla-query-unreserved',
  'GET',
  `/?${UNRESERVED}=${UNRESERVED}`,
  '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
);
check(
  'get-vanilla-utf8-query',
  'GET',
  '/?ሴ=bar',
  '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
);
check(
  'get-unreserved',
  'GET',
  `/${UNRESERVED}`,
  '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
);
check('get-utf8', 'GET', '/ሴ', '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85');
check(
  'get-header-key-duplicate',
  'GET',
  '/',
  'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  { headers: ['My-Header1', 'value2', 'My-Header1', 'value2', 'My-Header1', 'value1'] },
);
check(
  'get-header-value-multiline',
  'GET',
  '/',
  'ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790',
  { headers: ['My-Header1', 'value1', 'My-Header1', 'value2', 'My-Header1', 'value3'] },
);
check(
  'get-header-value-order',
  'GET',
  '/',
  '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
  {
    headers: ['My-Header1', 'value4', 'My-Header1', 'value1', 'My-Header1', 'value3', 'My-Header1', 'value2'],
  },
);
check(
  'get-header-value-trim',
  'GET',
  '/',
  'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  { headers: ['My-Header1', ' value1', 'My-Header2', ' "a   b   c" '] },
);
check('normalize-path/get-relative', 'GET', '/example/..', VANILLA);
check('normalize-path/get-relative-relative', 'GET', '/example1/example2/../..', VANILLA);
check('normalize-path/get-slash', 'GET', '//', VANILLA);
check('normalize-path/get-slash-dot-slash', 'GET', '/./', VANILLA);
check(
  'normalize-path/get-slash-pointless-dot',
  'GET',
  '/./example',
  'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
);
check(
  'normalize-path/get-slashes',
  'GET',
  '//example//',
  '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
);
check(
  'normalize-path/get-space',
  'GET',
  '/example space/',
  '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
);
check('post-header-key-case', 'POST', '/', POST_VANILLA);
check(
  'post-header-key-sort',
  'POST',
  '/',
  'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  { headers: ['My-Header1', 'value1'] },
);
check(
  'post-header-value-case',
  'POST',
  '/',
  'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
  { headers: ['My-Header1', 'VALUE1'] },
);
check('post-vanilla', 'POST', '/', POST_VANILLA);
check('post-vanilla-empty-query-value', 'POST', '/?Param1=value1', POST_QUERY);
check('post-vanilla-query', 'POST', '/?Param1=value1', POST_QUERY);
check(
  'post-x-www-form-urlencoded',
  'POST',
  '/',
  'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  { headers: ['Content-Type', 'application/x-www-form-urlencoded'], body: 'Param1=value1' },
);
check(
  'post-x-www-form-urlencoded-parameters',
  'POST',
  '/',
  '1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe',
  { headers: ['Content-Type', 'application/x-www-form-urlencoded; charset=utf8'], body: 'Param1=value1' },
);
check(
  'post-sts-token/post-sts-header-before',
  'POST',
  '/',
  '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  { headers: ['X-Amz-Security-Token', TOKEN], key: { secretAccessKey: SECRET, sessionToken: TOKEN } },
);
check('post-sts-token/post-sts-header-after', 'POST', '/', POST_VANILLA, {
  unsigned: ['X-Amz-Security-Token', TOKEN],
  key: { secretAccessKey: SECRET, sessionToken: TOKEN },
});

const iam = {
  findKey: (id: string) => (id === 'AKIDEXAMPLE' ? { secretAccessKey: SECRET } : undefined),
  region: 'us-east-1',
  services: ['iam'],
  clock: new FakeClock(MOMENT_MS + 59_000),
  keyCache: new SigningKeyCache(),
};
const iamHeaders = [
  'Host',
  'iam.amazonaws.com',
  'Content-Type',
  'application/x-www-form-urlencoded; charset=utf-8',
];

test('IAM ListUsers, signed in its headers', () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
    'SignedHeaders=content-type;host;x-amz-date, ' +
    'Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7';
  const rawHeaders = [...iamHeaders, 'X-Amz-Date', '20150830T123600Z', 'Authorization', authorization];
  const head = { method: 'GET', target: '/?Action=ListUsers&Version=2010-05-08', rawHeaders };
  expect(verifyRequest(head, sha256Hex(''), iam)).toMatchObject({ ok: true });
});

test('IAM ListUsers, presigned for a minute', () => {
  const target =
    '/?Action=ListUsers&Version=2010-05-08&X-Amz-Algorithm=AWS4-HMAC-SHA256' +
    '&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiam%2Faws4_request&X-Amz-Date=20150830T123600Z' +
    '&X-Amz-Expires=60&X-Amz-SignedHeaders=content-type%3Bhost' +
    '&X-Amz-Signature=37ac2f4fde00b0ac9bd9eadeb459b1bbee224158d66e7ae5fcadb70b2d181d02';
  const head = { method: 'GET', target, rawHeaders: iamHeaders };
  expect(verifyRequest(head, sha256Hex(''), iam)).toMatchObject({ ok: true });
});
