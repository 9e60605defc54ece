import { expect, test } from 'vitest';
import { deriveSigningKey, SigningKeyCache } from './signing-key.ts';

const SCOPE = { date: '20150830', region: 'us-east-1', service: 'iam' };
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

test("the derivation is the one of AWS's documentation", () => {
  expect(deriveSigningKey(SECRET, SCOPE).export().toString('hex')).toBe(
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
});

test('a key is derived once', () => {
  const cache = new SigningKeyCache();
  expect(cache.get('a', SECRET, SCOPE)).toBe(cache.get('a', SECRET, SCOPE));
  expect(cache.size).toBe(1);
});

test('another secret for the same access key takes effect at once', () => {
  const cache = new SigningKeyCache();
  const before = cache.get('a', SECRET, SCOPE);
  const after = cache.get('a', 'rotated', SCOPE);
  expect(after).not.toBe(before);
  expect(after.equals(deriveSigningKey('rotated', SCOPE))).toBe(true);
  expect(cache.size).toBe(1);
});

test('day, region and service are told apart', () => {
  const cache = new SigningKeyCache();
  const keys = [
    cache.get('a', SECRET, SCOPE),
    cache.get('a', SECRET, { ...SCOPE, date: '20150831' }),
    cache.get('a', SECRET, { ...SCOPE, region: 'us-west-2' }),
    cache.get('a', SECRET, { ...SCOPE, service: 'aps' }),
    cache.get('b', SECRET, SCOPE),
  ];
  expect(cache.size).toBe(keys.length);
  expect(new Set(keys).size).toBe(keys.length);
});

test('the least recently used key is dropped', () => {
  const cache = new SigningKeyCache(2);
  const a = cache.get('a', SECRET, SCOPE);
  const b = cache.get('b', SECRET, SCOPE);
  expect(cache.get('a', SECRET, SCOPE)).toBe(a);
  cache.get('c', SECRET, SCOPE);
  expect(cache.size).toBe(2);
  expect(cache.get('a', SECRET, SCOPE)).toBe(a);
  expect(cache.get('b', SECRET, SCOPE)).not.toBe(b);
});
