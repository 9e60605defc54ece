import { expect, test } from 'vitest';
import { PAGE_BYTES, PageCache } from './page-cache.ts';

test('it is bounded, and what is used stays', () => {
  const cache = new PageCache(3 * PAGE_BYTES);
  const file = cache.addFile();
  for (let page = 0; page < 3; page++) cache.add(file + page);
  cache.get(file)!.isUsed = true;
  const second = cache.get(file + 1)!;
  const fourth = cache.add(file + 3);
  // The memory is that of the page that gave way, and says so.
  expect(fourth).toBe(second);
  expect(second.key).toBe(file + 3);
  expect([0, 1, 2, 3].map((page) => cache.get(file + page) !== undefined)).toEqual([true, false, true, true]);
  for (const page of [0, 2, 3]) cache.get(file + page)!.isUsed = true;
  cache.add(file + 4);
  expect([0, 2, 3, 4].filter((page) => cache.get(file + page) !== undefined)).toHaveLength(3);
});

test('the pages of a file go with it', () => {
  const cache = new PageCache(8 * PAGE_BYTES);
  const [a, b] = [cache.addFile(), cache.addFile()];
  const page = cache.add(a);
  cache.add(a + 1);
  cache.add(b);
  expect(cache.bytes).toBeGreaterThanOrEqual(3 * PAGE_BYTES);
  cache.removeFile(a);
  expect(page.key).toBe(-1);
  expect(cache.get(a + 1)).toBeUndefined();
  expect(cache.get(b)).toBeDefined();
});
