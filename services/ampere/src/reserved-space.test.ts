import { MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { withReservedSpace } from './reserved-space.ts';

async function setUp() {
  const disk = new MemoryDisk(new SeededRandom(1));
  await disk.makeFolder('/data');
  const warnings: string[] = [];
  const logger = { warn: (_: unknown, message: string) => void warnings.push(message) };
  const reserved = async () => (await disk.info('/data/reserved'))?.bytes;
  const open = () => withReservedSpace(disk, '/data', logger as never, reserved);
  return { disk, open, reserved, warnings };
}

test('while something is opened the room is free, afterwards it is taken again', async () => {
  const { open, reserved, warnings } = await setUp();
  for (let start = 0; start < 2; start++) {
    expect(await open()).toBeUndefined();
    expect(await reserved()).toBe(1 << 20);
  }
  expect(warnings).toEqual([]);
});

test('a disk that is full keeps nothing from being opened', async () => {
  const { disk, open, warnings } = await setUp();
  disk.failures = ({ name }) => (name === 'append' ? 'full' : undefined);
  expect(await open()).toBeUndefined();
  expect(warnings).toEqual(['the disk is nearly full: no room can be reserved for the next start']);
});
