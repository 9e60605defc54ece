import { SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { TopCounts } from './top-counts.ts';

const random = new SeededRandom(1);

function check(offered: number, limit: number, countsBelow: number): void {
  test(`the largest ${limit} of ${offered} below ${countsBelow}`, () => {
    const top = new TopCounts(limit);
    const counts = Array.from({ length: offered }, () => random.integer(countsBelow));
    for (const [item, count] of counts.entries()) top.offer(count, item);
    const kept = top.descending();
    expect(kept.map(({ count }) => count)).toEqual([...counts].sort((a, b) => b - a).slice(0, limit));
    expect(kept.every(({ count, item }) => counts[item] === count)).toBe(true);
    expect(new Set(kept.map(({ item }) => item)).size).toBe(kept.length);
  });
}

check(0, 10, 10);
check(5, 10, 100);
check(10, 10, 100);
check(100, 1, 1000);
check(100, 10, 5);
check(1000, 37, 10_000);
check(10, 0, 10);
