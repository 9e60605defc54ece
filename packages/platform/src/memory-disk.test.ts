import { expect, test } from 'vitest';
import { MemoryDisk } from './memory-disk.ts';
import { SeededRandom } from './random.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (content: string) => new TextEncoder().encode(content);

async function diskWithFile(seed: number) {
  const disk = new MemoryDisk(new SeededRandom(seed));
  await disk.makeFolder('/d');
  const file = await disk.openAppend('/d/f', 'create');
  await disk.syncFolder('/d');
  return { disk, file };
}

test('a crash keeps what was synced and a beginning of the rest at most', async () => {
  const lengths = new Set<number>();
  for (let seed = 0; seed < 50; seed++) {
    const { disk, file } = await diskWithFile(seed);
    await file.append(bytes('synced'));
    await file.sync();
    await file.append(bytes('LATER'));
    disk.crash();
    const left = text(await disk.readFile('/d/f'));
    expect('syncedLATER'.startsWith(left.replaceAll('\0', ''))).toBe(true);
    expect(left.startsWith('synced')).toBe(true);
    lengths.add(left.length);
    await expect(file.append(bytes('x'))).rejects.toThrow();
  }
  expect(lengths).toEqual(new Set([6, 7, 8, 9, 10, 11]));
});

test('an entry that was not synced may be lost', async () => {
  const outcomes = new Set<boolean>();
  for (let seed = 0; seed < 20; seed++) {
    const disk = new MemoryDisk(new SeededRandom(seed));
    await disk.makeFolder('/d');
    await disk.openAppend('/d/f', 'create');
    disk.crash();
    outcomes.add((await disk.info('/d/f')) !== undefined);
  }
  expect(outcomes).toEqual(new Set([true, false]));
});

test('what a failed sync lost is not brought back by the next one', async () => {
  const { disk, file } = await diskWithFile(1);
  await file.append(bytes('abc'));
  disk.failures = ({ name }) => (name === 'sync' ? 'io' : undefined);
  await expect(file.sync()).rejects.toMatchObject({ code: 'io' });
  disk.failures = () => undefined;
  await file.append(bytes('def'));
  await file.sync();
  expect(text(await disk.readFile('/d/f'))).toBe('abcdef');
  disk.crash();
  expect(text(await disk.readFile('/d/f'))).toBe('\0\0\0def');
});

test('a failed append may leave a part behind, which the next one overwrites', async () => {
  const { disk, file } = await diskWithFile(3);
  disk.failures = ({ name }) => (name === 'append' ? 'full' : undefined);
  await expect(file.append(bytes('abcdefgh'))).rejects.toMatchObject({ code: 'full' });
  expect(text(await disk.readFile('/d/f')).length).toBeGreaterThan(0);
  disk.failures = () => undefined;
  expect(file.size()).toBe(0);
  await file.append(bytes('123456789'));
  expect(text(await disk.readFile('/d/f'))).toBe('123456789');
});

test('replaceFile is durable when it resolves', async () => {
  const { disk } = await diskWithFile(4);
  await disk.replaceFile('/d/g', bytes('new'));
  disk.crash();
  expect(text(await disk.readFile('/d/g'))).toBe('new');
  expect(await disk.list('/d')).toEqual(['f', 'g']);
});
