// The shape of verification: what callers see and when.
import { FakeClock } from '@ampere/platform';
import { expect, test } from 'vitest';
import { parseAmzDate, parseHttpDate } from './amz-date.ts';
import { presign, signRequest } from './sign.ts';
import { readSignatureClaim } from './signature-claim.ts';
import { SigningKeyCache } from './signing-key.ts';
import { ACCESS_KEY_ID, EMPTY_SHA256, HOST, NOW_MS, REGION, SECRET, sha256Hex } from './testing.ts';
import { beginVerification, verifyRequest } from './verify.ts';

const clock = new FakeClock(NOW_MS);
const credentials = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET };
const context = { credentials, region: REGION, service: 'aps', clock };

function signed(service = 'aps') {
  const head = { method: 'POST', target: '/', rawHeaders: ['Host', HOST] };
  const added = signRequest(head, sha256Hex('body'), { ...context, service });
  return { ...head, rawHeaders: [...head.rawHeaders, ...Object.entries(added).flat()] };
}

function deps() {
  const key = { secretAccessKey: SECRET, principal: 'root' };
  const asked: string[] = [];
  const findKey = (accessKeyId: string) => {
    asked.push(accessKeyId);
    return accessKeyId === ACCESS_KEY_ID ? key : undefined;
  };
  return { key, asked, findKey, region: REGION, services: ['aps'], clock, keyCache: new SigningKeyCache() };
}

test("the caller gets its own credentials object back, and the body's hash decides", () => {
  const given = deps();
  const pending = beginVerification(signed(), given);
  if (!pending.ok) throw new Error(pending.refusal.help);
  expect(pending.credentials.principal).toBe('root');
  const verified = pending.finish(sha256Hex('body'));
  expect(verified.ok && verified.credentials).toBe(given.key);
  expect(pending.finish(sha256Hex('another'))).toMatchObject({ ok: false });
});

test('the service is visible before anything is decided', () => {
  const claim = readSignatureClaim(signed('sns'));
  if (!claim.ok) throw new Error(claim.refusal.help);
  expect(claim.credential.service).toBe('sns');
  expect(beginVerification(claim, deps())).toMatchObject({ ok: false });
  const pending = beginVerification(claim, { ...deps(), services: ['sns'] });
  expect(pending.ok && pending.finish(sha256Hex('body')).ok).toBe(true);
});

test('keys are looked for only when the form, the date and the scope are right', () => {
  const given = deps();
  beginVerification(signed('s3'), given);
  expect(given.asked).toEqual([]);
  beginVerification(signed(), given);
  expect(given.asked).toEqual([ACCESS_KEY_ID]);
});

test('the clock may be five minutes off, either way', () => {
  const at = (ms: number) =>
    verifyRequest(signed(), sha256Hex('body'), { ...deps(), clock: new FakeClock(NOW_MS + ms) }).ok;
  expect([-300_001, -300_000, 0, 300_000, 300_001].map(at)).toEqual([false, true, true, true, false]);
});

test('a rotated secret ends the old signatures, also with a warm key cache', () => {
  const given = deps();
  expect(verifyRequest(signed(), sha256Hex('body'), given).ok).toBe(true);
  const rotated = { ...given, findKey: () => ({ secretAccessKey: 'rotated' }) };
  expect(verifyRequest(signed(), sha256Hex('body'), rotated).ok).toBe(false);
});

test('a presigned request says that it is one', () => {
  const head = { method: 'GET', target: '/workspaces?a=1', rawHeaders: ['Host', HOST] };
  const target = presign(head, EMPTY_SHA256, 604_800, {
    ...context,
    credentials: { ...credentials, sessionToken: 'a+/=' },
  });
  expect(target).toMatch(
    /^\/workspaces\?a=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&.*X-Amz-Security-Token=a%2B%2F%3D&/,
  );
  const key = { secretAccessKey: SECRET, sessionToken: 'a+/=' };
  const given = { ...deps(), findKey: () => key, clock: new FakeClock(NOW_MS + 604_800_000) };
  expect(verifyRequest({ ...head, target }, EMPTY_SHA256, given)).toMatchObject({
    ok: true,
    claim: { presigned: true },
  });
});

test('our own mistakes when signing are bugs', () => {
  const head = { method: 'GET', target: '/', rawHeaders: [] };
  expect(() => signRequest(head, EMPTY_SHA256, context)).toThrow('BUG');
  expect(() =>
    signRequest({ ...head, rawHeaders: ['Host', HOST, 'X-Amz-Date', 'x'] }, EMPTY_SHA256, context),
  ).toThrow('BUG');
  expect(() => presign({ ...head, rawHeaders: ['Host', HOST] }, EMPTY_SHA256, 604_801, context)).toThrow(
    'BUG',
  );
});

test('dates', () => {
  expect(parseAmzDate('20261120T093015Z')).toBe(NOW_MS);
  expect(parseHttpDate('Fri, 20 Nov 2026 09:30:15 GMT')).toBe(NOW_MS);
  for (const text of [
    '',
    '20261120',
    '20261120T093015',
    '20261120T093060Z',
    '20261320T093015Z',
    '20260020T093015Z',
    '20270229T000000Z',
  ]) {
    expect(parseAmzDate(text)).toBeUndefined();
  }
  for (const text of [
    '',
    'Thu, 20 Nov 2026 09:30:15 GMT',
    'Fri, 20 Xxx 2026 09:30:15 GMT',
    'Fri, 20 Nov 2026 09:30:15 CET',
  ]) {
    expect(parseHttpDate(text)).toBeUndefined();
  }
});
