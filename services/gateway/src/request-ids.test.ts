import { SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { RequestIds } from './request-ids.ts';

test('ids are UUIDs of version 4, and no two are the same across draws', () => {
  const ids = new RequestIds(new SeededRandom(7));
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const id = ids.next();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    seen.add(id);
  }
  expect(seen.size).toBe(1000);
});
