import { MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { DeadLetterLog } from './dead-letter-log.ts';

test('lines in order, files in turn, the oldest forgotten', async () => {
  const disk = new MemoryDisk(new SeededRandom(1));
  const log = new DeadLetterLog(disk, 'sns', 30);
  await Promise.all(Array.from({ length: 17 }, (_, n) => log.append({ n: 100 + n })));
  const names = await disk.list('sns');
  expect(names).toEqual([
    'dead-letters.1.jsonl',
    'dead-letters.2.jsonl',
    'dead-letters.3.jsonl',
    'dead-letters.4.jsonl',
    'dead-letters.jsonl',
  ]);
  const text = async (name: string) => Buffer.from(await disk.readFile(`sns/${name}`)).toString();
  expect(await text('dead-letters.jsonl')).toBe('{"n":115}\n{"n":116}\n');
  expect(await text('dead-letters.4.jsonl')).toBe('{"n":103}\n{"n":104}\n{"n":105}\n');
});
