import { expect, test } from 'vitest';
import { PolicyCache } from './policy-cache.ts';
import { PolicyError } from './policy-error.ts';
import { document, statement } from './testing/fixtures.ts';

const text = (sid: string) => document(statement({ Sid: sid }));

test('the same text of the same kind is compiled once', () => {
  const cache = new PolicyCache();
  expect(cache.parse(text('a'), 'identity')).toBe(cache.parse(text('a'), 'identity'));
  expect(cache.parse(text('a'), 'session')).not.toBe(cache.parse(text('a'), 'identity'));
  expect(cache.size).toBe(2);
});

test('the least lately used is forgotten', () => {
  const cache = new PolicyCache(2 * `identity:${text('a')}`.length);
  const a = cache.parse(text('a'), 'identity');
  const b = cache.parse(text('b'), 'identity');
  expect(cache.parse(text('a'), 'identity')).toBe(a);
  cache.parse(text('c'), 'identity');
  expect(cache.size).toBe(2);
  expect(cache.parse(text('a'), 'identity')).toBe(a);
  expect(cache.parse(text('b'), 'identity')).not.toBe(b);
});

test('what is too big or refused is not kept', () => {
  const cache = new PolicyCache(10);
  cache.parse(text('a'), 'identity');
  expect(() => cache.parse('{', 'identity')).toThrow(PolicyError);
  expect(cache.size).toBe(0);
});
