import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

const FREE = { concurrentMax: 0, waitingMax: 0 };

/** `a1 a2 b1`: pushes them, then takes all there is to take. */
function taken(items: string, concurrentMax = 0): string {
  const queue = new FairQueue<string>(100);
  for (const item of items.split(' ')) queue.push(item[0]!, item, { concurrentMax, waitingMax: 0 });
  const order: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) order.push(item);
  return order.join(' ');
}

const check = (items: string, expected: string, concurrentMax = 0) =>
  test(`${items}, ${concurrentMax} at once`, () => expect(taken(items, concurrentMax)).toBe(expected));

check('a1 a2 a3', 'a1 a2 a3');
check('a1 a2 a3 b1', 'a1 b1 a2 a3');
check('a1 a2 a3 b1 c1 c2', 'a1 b1 c1 a2 c2 a3');
check('a1 a2 a3 b1', 'a1 b1', 1);
check('a1 a2 a3 b1', 'a1 b1 a2', 2);

test('what has ended makes room for the next of its workspace', () => {
  const queue = new FairQueue<string>(100);
  for (const item of ['a1', 'a2']) queue.push('a', item, { concurrentMax: 1, waitingMax: 0 });
  expect([queue.take(), queue.take()]).toEqual(['a1', undefined]);
  expect(queue.of('a')).toEqual({ waiting: 1, running: 1 });
  queue.done('a');
  expect(queue.take()).toBe('a2');
});

test('a workspace may have so many waiting, the server so many in all', () => {
  const queue = new FairQueue<string>(3);
  const limits = { concurrentMax: 0, waitingMax: 2 };
  expect(['a1', 'a2', 'a3'].map((item) => queue.push('a', item, limits))).toEqual([
    'waits',
    'waits',
    'lane-full',
  ]);
  expect(queue.push('b', 'b1', FREE)).toBe('waits');
  expect(queue.push('c', 'c1', FREE)).toBe('queue-full');
  queue.take();
  expect(queue.push('c', 'c1', FREE)).toBe('waits');
});

test('what was taken back is never taken', () => {
  const queue = new FairQueue<string>(3);
  queue.push('a', 'a1', FREE);
  queue.push('a', 'a2', FREE);
  expect(queue.remove('a', 'a1')).toBe(true);
  expect(queue.remove('a', 'a1')).toBe(false);
  expect([queue.take(), queue.take()]).toEqual(['a2', undefined]);
  expect(queue).toMatchObject({ waiting: 0, running: 1 });
  expect(queue.remove('a', 'a2')).toBe(false);
});
