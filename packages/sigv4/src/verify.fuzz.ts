// Two properties over generated requests.
//
// 1. What an independent signer (@smithy/signature-v4) signs is accepted: odd paths, repeated query
//    keys, Unicode, headers with blanks.
// 2. No byte of a signed request can be changed: target, signed headers, body hash, Authorization
//    header. `sameMeaning` lists the changes that are no change, because Signature Version 4 signs
//    what the bytes mean.
//
// Short by default, with a fixed seed; AMPERE_SEED repeats a failure, AMPERE_TEST_LONG runs longer.

import { FakeClock, SeededRandom } from '@ampere/platform';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, test } from 'vitest';
import { presign, signRequest } from './sign.ts';
import type { RequestHead } from './signature-claim.ts';
import {
  ACCESS_KEY_ID,
  bytes,
  deps,
  EMPTY_SHA256,
  HOST,
  NOW_MS,
  REGION,
  SECRET,
  sha256Hex,
} from './testing.ts';
import { type AccessKey, verifyRequest } from './verify.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20261120);
const LONG = process.env['AMPERE_TEST_LONG'] === '1';
const TOKEN = 'FwoGZXIvYXdzEBYaDE+xampleToken//////////w==';

const PATH_CHARS = [
  'a',
  'Z',
  '9',
  '-',
  '.',
  '_',
  '~',
  '/',
  '//',
  '/./',
  '/../',
  '!',
  "'",
  '(',
  ')',
  '*',
  ':',
  '@',
  '$',
  '&',
  '+',
  ',',
  ';',
  '=',
  '%2F',
  '%20',
  '%25',
  '%C3%A9',
  '%e2%82%ac',
];
const TEXT_CHARS = [
  'a',
  'B',
  '0',
  '-',
  '.',
  '_',
  '~',
  ' ',
  '+',
  '&',
  '=',
  '%',
  '%41',
  '/',
  '?',
  '#',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '(',
  ')',
  '*',
  '!',
  ',',
  ';',
  ':',
  '@',
  '$',
  '\\',
  '|',
  '^',
  '`',
  '<',
  '>',
  '\t',
  'é',
  '日本',
  '😀',
];
const VALUE_CHARS = ['a', 'Z', '5', ' ', '  ', '\t', ',', ';', '=', '"', '/', ':', 'é', '日'];

function text(random: SeededRandom, chars: readonly string[], lengthMax: number): string {
  let made = '';
  for (let left = random.integer(lengthMax + 1); left > 0; left--)
    made += chars[random.integer(chars.length)];
  return made;
}

interface Generated {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string[]>;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly sessionToken: string | undefined;
}

function generate(random: SeededRandom): Generated {
  const query: Record<string, string[]> = {};
  for (let left = random.integer(5); left > 0; left--) {
    const key = `${'abm'[random.integer(3)]}${text(random, TEXT_CHARS, 3)}`;
    query[key] = Array.from({ length: 1 + random.integer(3) }, () => text(random, TEXT_CHARS, 8));
  }
  const headers: Record<string, string> = { host: HOST };
  for (let left = random.integer(4); left > 0; left--) {
    headers[`x-${'abcdef'[random.integer(6)]}`] = text(random, VALUE_CHARS, 12);
  }
  return {
    method: ['GET', 'POST', 'DELETE', 'PUT'][random.integer(4)]!,
    path: `/${text(random, PATH_CHARS, 12)}`,
    query,
    headers,
    body: text(random, TEXT_CHARS, 20),
    sessionToken: random.integer(3) === 0 ? TOKEN : undefined,
  };
}

/** A query text as one of many clients might write it: more or less encoded, in any order. */
function writeQuery(random: SeededRandom, query: Readonly<Record<string, string[]>>): string {
  const style = random.integer(3);
  const write = (part: string) => {
    if (style === 0) return encodeURIComponent(part);
    if (style === 1) return encodeURIComponent(part).replace(/%20/g, '+');
    return bytes(part).replace(
      /[^A-Za-z0-9\-._~!'()*/?:@$,;[\]{}|^`\x80-\xff]/g,
      (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  };
  const pairs = Object.entries(query).flatMap(([key, values]) =>
    values.map((value) => [key, value] as const),
  );
  for (let i = pairs.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [pairs[i], pairs[j]] = [pairs[j]!, pairs[i]!];
  }
  const equals = (value: string) => (value === '' && random.integer(2) === 0 ? '' : `=${write(value)}`);
  return pairs.map(([key, value]) => `${write(key)}${equals(value)}`).join('&');
}

function keyOf(generated: Generated): AccessKey {
  return { secretAccessKey: SECRET, sessionToken: generated.sessionToken };
}

function smithy(sessionToken: string | undefined, applyChecksum: boolean): SignatureV4 {
  const credentials = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET };
  return new SignatureV4({
    credentials: sessionToken === undefined ? credentials : { ...credentials, sessionToken },
    region: REGION,
    service: 'aps',
    sha256: Sha256,
    applyChecksum,
  });
}

describe(`seed ${SEED}`, () => {
  test("an independent signer's requests are accepted", async () => {
    const random = new SeededRandom(SEED);
    for (let run = 0; run < (LONG ? 100_000 : 800); run++) {
      const generated = generate(random);
      const { method, path, body, sessionToken } = generated;
      const request = new HttpRequest({
        method,
        path,
        query: generated.query,
        headers: { ...generated.headers },
        body,
        hostname: 'localhost',
      });
      const signer = smithy(sessionToken, random.integer(2) === 0);
      const presigned = random.integer(4) === 0;
      const signingDate = new Date(NOW_MS);
      const signed = presigned
        ? await signer.presign(request, { signingDate, expiresIn: 60 })
        : await signer.sign(request, { signingDate });
      const rawHeaders = Object.entries(signed.headers).flatMap(([name, value]) => [name, bytes(value)]);
      const allQuery: Record<string, string[]> = {};
      for (const [key, value] of Object.entries(signed.query ?? {})) allQuery[key] = [value ?? ''].flat();
      const written = writeQuery(random, allQuery);
      const head = { method, target: written === '' ? path : `${path}?${written}`, rawHeaders };
      const result = verifyRequest(head, sha256Hex(body), deps(keyOf(generated)));
      expect({ run, head, ok: result.ok }).toEqual({ run, head, ok: true });
    }
  });

  test('our own signer and verifier agree', () => {
    const random = new SeededRandom(SEED + 1);
    for (let run = 0; run < (LONG ? 100_000 : 800); run++) {
      const generated = generate(random);
      const head = signOurselves(generated, random, random.integer(2) === 0);
      const result = verifyRequest(head, sha256Hex(generated.body), deps(keyOf(generated)));
      expect({ run, head, ok: result.ok }).toEqual({ run, head, ok: true });
    }
  });

  test('no byte of a request signed in its headers can be changed', () => {
    everyByteCounts(SIGNED_TARGET, false);
  });

  test('no byte of a presigned request can be changed', () => {
    everyByteCounts(SIGNED_TARGET, true);
  });

  test('no byte can be dropped, put in or changed in generated requests', () => {
    const random = new SeededRandom(SEED + 2);
    for (let run = 0; run < (LONG ? 20_000 : 60); run++) {
      const generated = generate(random);
      const head = signOurselves(generated, random, random.integer(2) === 0);
      const bodyHash = sha256Hex(generated.body);
      for (let left = 30; left > 0; left--) {
        const changed = changeAnywhere(random, head);
        if (sameMeaning(head, changed)) continue;
        const result = verifyRequest(changed, bodyHash, deps(keyOf(generated)));
        if (result.ok) throw new Error(JSON.stringify({ run, head, changed }));
      }
    }
  });

  test('no Authorization header makes the verifier throw', () => {
    const random = new SeededRandom(SEED + 3);
    const good = signedHead(SIGNED_TARGET, false);
    const scraps = [
      'AWS4-HMAC-SHA256',
      ' ',
      ',',
      '=',
      ';',
      '/',
      'Credential=',
      'SignedHeaders=',
      'Signature=',
      'host',
      ACCESS_KEY_ID,
      '20261120',
      REGION,
      'aps',
      'aws4_request',
      '\t',
      '%',
      '\x00',
      '\xff',
      '__proto__',
      'Basic ',
      'é',
    ];
    for (let run = 0; run < (LONG ? 1_000_000 : 20_000); run++) {
      const rawHeaders = [...good.rawHeaders];
      rawHeaders[rawHeaders.length - 1] = text(random, scraps, 24);
      expect(verifyRequest({ ...good, rawHeaders }, EMPTY_SHA256, deps()).ok).toBe(false);
    }
  });

  test('no query makes the verifier throw', () => {
    const random = new SeededRandom(SEED + 4);
    const scraps = [
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      'X-Amz-Credential=',
      `${ACCESS_KEY_ID}/20261120/${REGION}/aps/aws4_request`,
      'X-Amz-Date=20261120T093015Z',
      'X-Amz-Expires=60',
      'X-Amz-SignedHeaders=host',
      `X-Amz-Signature=${EMPTY_SHA256}`,
      'X-Amz-Security-Token',
      '&',
      '&',
      '&',
      '=',
      '%',
      '%2',
      '%zz',
      '%00',
      '%ff',
      '+',
      '?',
      '#',
      '\xff',
    ];
    for (let run = 0; run < (LONG ? 1_000_000 : 20_000); run++) {
      const head = { method: 'GET', target: `/?${text(random, scraps, 24)}`, rawHeaders: ['Host', HOST] };
      expect(verifyRequest(head, EMPTY_SHA256, deps()).ok).toBe(false);
    }
  });
});

const SIGNED_TARGET =
  '/workspaces/ws-1/api%2Fv1/query?match%5B%5D=up&query=rate(a%7Bb%3D%22c%22%7D%5B5m%5D)&match%5B%5D=x+y&z';
const SIGNED_HEADERS = ['Content-Type', 'text/plain; charset=utf-8', 'Host', HOST, 'X-Note', 'two  blanks'];
const CONTEXT = {
  credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET },
  region: REGION,
  service: 'aps',
  clock: new FakeClock(NOW_MS),
};

function signedHead(target: string, presigned: boolean): RequestHead {
  const head = { method: 'GET', target, rawHeaders: SIGNED_HEADERS };
  if (presigned) return { ...head, target: presign(head, EMPTY_SHA256, 60, CONTEXT) };
  return {
    ...head,
    rawHeaders: [...SIGNED_HEADERS, ...Object.entries(signRequest(head, EMPTY_SHA256, CONTEXT)).flat()],
  };
}

function signOurselves(generated: Generated, random: SeededRandom, presigned: boolean): RequestHead {
  const written = writeQuery(random, generated.query);
  const target = written === '' ? generated.path : `${generated.path}?${written}`;
  const rawHeaders = Object.entries(generated.headers).flatMap(([name, value]) => [name, bytes(value)]);
  const head = { method: generated.method, target, rawHeaders };
  const context = {
    ...CONTEXT,
    credentials: { ...CONTEXT.credentials, sessionToken: generated.sessionToken },
  };
  const bodyHash = sha256Hex(generated.body);
  if (presigned) return { ...head, target: presign(head, bodyHash, 60, context) };
  return {
    ...head,
    rawHeaders: [...rawHeaders, ...Object.entries(signRequest(head, bodyHash, context)).flat()],
  };
}

/** Puts every other byte at every place of the target and the headers, and every digit into the body hash. */
function everyByteCounts(target: string, presigned: boolean): void {
  const head = signedHead(target, presigned);
  const shared = deps();
  expect(verifyRequest(head, EMPTY_SHA256, shared).ok).toBe(true);
  let tried = 0;
  const attempt = (changed: RequestHead, bodyHash = EMPTY_SHA256) => {
    if (bodyHash === EMPTY_SHA256 && sameMeaning(head, changed)) return;
    tried++;
    // Not expect(): a few hundred thousand calls of it would take most of the time.
    if (verifyRequest(changed, bodyHash, shared).ok) throw new Error(`accepted: ${JSON.stringify(changed)}`);
  };
  const step = LONG ? 1 : 5;
  for (let i = 0; i < head.target.length; i++) {
    for (let byte = i % step; byte < 256; byte += step)
      attempt({ ...head, target: replaced(head.target, i, byte) });
  }
  head.rawHeaders.forEach((part, at) => {
    for (let i = 0; i < part.length; i++) {
      for (let byte = i % step; byte < 256; byte += step) {
        attempt({ ...head, rawHeaders: head.rawHeaders.with(at, replaced(part, i, byte)) });
      }
    }
  });
  for (let i = 0; i < 64; i++) {
    for (const digit of '0123456789abcdef') {
      if (digit !== EMPTY_SHA256[i]) attempt(head, replaced(EMPTY_SHA256, i, digit.charCodeAt(0)));
    }
  }
  expect(tried).toBeGreaterThan(10_000);
}

function replaced(text: string, at: number, byte: number): string {
  return text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
}

/** One byte dropped, put in or replaced, somewhere in the target or the headers. */
function changeAnywhere(random: SeededRandom, head: RequestHead): RequestHead {
  const change = (text: string) => {
    const at = random.integer(text.length + 1);
    const byte = String.fromCharCode(random.integer(256));
    const kind = random.integer(3);
    return text.slice(0, at) + (kind === 0 ? '' : byte) + text.slice(kind === 1 ? at : at + 1);
  };
  const at = random.integer(head.rawHeaders.length + 1);
  if (at === head.rawHeaders.length) return { ...head, target: change(head.target) };
  return { ...head, rawHeaders: head.rawHeaders.with(at, change(head.rawHeaders[at]!)) };
}

/**
 * Whether a changed request means what the signed one meant. The changes that don't count:
 *
 * - in a header's name: capitals;
 * - in a signed header's value: blanks at the ends, the length of inner runs, tabs for spaces;
 * - in the Authorization header: blanks around its parameters;
 * - in the path: what normalising removes (repeated slashes, dot segments), and none at all for `/`;
 * - in the query: which characters are percent-encoded and with capital digits or not, `+` or a raw
 *   blank for `%20`, the order of parameters, an equal sign before a blank value, ampersands with
 *   nothing between them, and a question mark with nothing behind it.
 *
 * The comparison is made by other means than the code under test: URL and URLSearchParams.
 */
function sameMeaning(a: RequestHead, b: RequestHead): boolean {
  return meaning(a) === meaning(b);
}

function meaning(head: RequestHead): string {
  const [, path, , query] = /^([^?]*)(\?(.*))?$/s.exec(head.target)!;
  const headers: string[] = [];
  for (let i = 0; i < head.rawHeaders.length; i += 2) {
    const name = head.rawHeaders[i]!.toLowerCase();
    let value = head.rawHeaders[i + 1]!.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
    if (name === 'authorization') value = value.replace(/ ?, ?/g, ',');
    headers.push(`${name}:${value}`);
  }
  return JSON.stringify([head.method, meaningOfPath(path!), meaningOfQuery(query ?? ''), headers.sort()]);
}

function meaningOfPath(path: string): string {
  if (path === '') return '/';
  // Its percent signs and backslashes are data here, not URL syntax; only slashes and dots matter.
  const opaque = path.replace(/[^A-Za-z0-9/.]/g, (char) => `_${char.charCodeAt(0).toString(16)}_`);
  if (!opaque.startsWith('/')) return `not absolute: ${opaque}`;
  let once = opaque;
  do {
    path = once;
    once = once.replace(/\/\/+/g, '/').replace(/\/\.(?=\/|$)/, '/');
  } while (once !== path);
  return new URL(once.replace(/\/\/+/g, '/'), 'http://x').pathname;
}

function meaningOfQuery(query: string): string {
  // As Latin-1 in UTF-8, so that each byte is a character of its own for URLSearchParams.
  const perByte = query
    .replace(/%(?![0-9A-Fa-f]{2})/g, '%25')
    .replace(/%([89A-Fa-f][0-9A-Fa-f])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const pairs = [...new URLSearchParams(perByte)].map(([key, value]) => JSON.stringify([key, value]));
  return pairs.sort().join();
}
