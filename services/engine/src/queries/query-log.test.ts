import { expect, test } from 'vitest';
import type { QueryRecord } from './query-directory.ts';
import { QueryLog } from './query-log.ts';

const record = (id: number, durationMs: number) => ({ id: String(id), durationMs }) as QueryRecord;

test('the newest first, bounded', () => {
  const log = new QueryLog();
  for (let i = 0; i < 450; i++) log.add(record(i, 1));
  const ids = log.last().map(({ id }) => Number(id));
  expect(ids).toEqual(Array.from({ length: 200 }, (_, i) => 449 - i));
});

test('the longest first, bounded, of all there ever were', () => {
  const log = new QueryLog();
  for (let i = 0; i < 1000; i++) log.add(record(i, (i * 37) % 1000));
  expect(log.slowest().map(({ durationMs }) => durationMs)).toEqual(
    Array.from({ length: 50 }, (_, i) => 999 - i),
  );
});
