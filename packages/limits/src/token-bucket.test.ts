import { FakeClock } from '@ampere/platform';
import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

test('the burst is there at the start and comes back at the rate', () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(() => ({ perSecond: 2, burst: 4 }), clock);
  expect([1, 1, 1, 1, 1].map((n) => bucket.take(n))).toEqual([true, true, true, true, false]);
  expect(bucket.waitMs()).toBe(500);
  clock.advance(499);
  expect(bucket.take()).toBe(false);
  clock.advance(1);
  expect(bucket.take()).toBe(true);
  clock.advance(3_600_000);
  expect(bucket.take(4)).toBe(true);
  expect(bucket.take()).toBe(false);
});

test('all or none, and never more than the burst', () => {
  const bucket = new TokenBucket(() => ({ perSecond: 1, burst: 10 }), new FakeClock());
  expect(bucket.take(11)).toBe(false);
  expect(bucket.waitMs(11)).toBe(Number.POSITIVE_INFINITY);
  expect(bucket.take(10)).toBe(true);
  expect(bucket.waitMs(3)).toBe(3000);
});

test('what is taken is known, and less with time', () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(() => ({ perSecond: 2, burst: 10 }), clock);
  expect(bucket.taken).toBe(0);
  bucket.take(7);
  clock.advance(1000);
  expect(bucket.taken).toBe(5);
  clock.advance(60_000);
  expect(bucket.taken).toBe(0);
  const unlimited = new TokenBucket(() => ({ perSecond: 0, burst: 10 }), clock);
  unlimited.take(100);
  expect(unlimited.taken).toBe(0);
});

test('a wall clock that steps back changes nothing', () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(() => ({ perSecond: 1, burst: 1 }), clock);
  expect(bucket.take()).toBe(true);
  clock.stepWall(-86_400_000);
  clock.advance(1000);
  expect(bucket.take()).toBe(true);
});

test('0 takes everything', () => {
  const clock = new FakeClock();
  expect(new TokenBucket(() => ({ perSecond: 0, burst: 5 }), clock).take(1_000_000)).toBe(true);
  expect(new TokenBucket(() => ({ perSecond: 5, burst: 0 }), clock).take(1_000_000)).toBe(true);
  expect(new TokenBucket(() => ({ perSecond: 0, burst: 0 }), clock).waitMs(9)).toBe(0);
});

test('a rate that changes holds at once; a smaller burst spills what it has too much', () => {
  const clock = new FakeClock();
  let rate = { perSecond: 1, burst: 10 };
  const bucket = new TokenBucket(() => rate, clock);
  rate = { perSecond: 1, burst: 2 };
  expect(bucket.take(3)).toBe(false);
  expect(bucket.take(2)).toBe(true);
  rate = { perSecond: 100, burst: 200 };
  clock.advance(1000);
  expect(bucket.take(100)).toBe(true);
  rate = { perSecond: 0, burst: 0 };
  expect(bucket.take(1_000_000)).toBe(true);
});
