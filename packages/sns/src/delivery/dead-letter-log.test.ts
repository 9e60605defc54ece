import { MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { DeadLetterLog } from './dead-letter-log.ts';

test('lines in order, on stable storage; what the disk refuses is told and not kept', async () => {
  const disk = new MemoryDisk(new SeededRandom(1));
  const log = new DeadLetterLog(disk, 'dead');
  await Promise.all(Array.from({ length: 3 }, (_, n) => log.append({ n })));
  for (const refused of ['append', 'sync']) {
    disk.failures = ({ name }) => (name === refused ? 'full' : undefined);
    await expect(log.append({ n: refused })).rejects.toThrow();
  }
  disk.failures = () => undefined;
  await log.append({ n: 4 });
  await log.close();
  const text = async (name: string) => Buffer.from(await disk.readFile(`dead/${name}`)).toString();
  const names = await disk.list('dead');
  expect(await text(names[0]!)).toMatch(/^{"n":0}\n{"n":1}\n{"n":2}\n/);
  expect(await text(names.at(-1)!)).toBe('{"n":4}\n');
});

test('a folder that can not be made is tried again', async () => {
  const disk = new MemoryDisk(new SeededRandom(1));
  const log = new DeadLetterLog(disk, 'dead');
  disk.failures = ({ name }) => (name === 'makeFolder' ? 'full' : undefined);
  await expect(log.append({ n: 1 })).rejects.toThrow();
  disk.failures = () => undefined;
  await log.append({ n: 2 });
  expect(Buffer.from(await disk.readFile('dead/00000001.jsonl')).toString()).toBe('{"n":2}\n');
});
