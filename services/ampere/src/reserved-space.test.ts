import { MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { freeReservedSpace, reserveSpace } from './reserved-space.ts';

async function setUp() {
  const disk = new MemoryDisk(new SeededRandom(1));
  await disk.makeFolder('/data');
  const warnings: string[] = [];
  const logger = { warn: (_: unknown, message: string) => void warnings.push(message) };
  return {
    disk,
    warnings,
    bytes: async () => (await disk.info('/data/reserved'))?.bytes,
    reserve: () => reserveSpace(disk, '/data', logger as never),
  };
}

test('the room is taken, freed by the next start, and taken again', async () => {
  const { disk, bytes, reserve, warnings } = await setUp();
  for (let start = 0; start < 2; start++) {
    await freeReservedSpace(disk, '/data');
    expect(await bytes()).toBeUndefined();
    await reserve();
    expect(await bytes()).toBe(1 << 20);
  }
  expect(warnings).toEqual([]);
});

test('on a full disk it is said that there is none', async () => {
  const { disk, reserve, warnings } = await setUp();
  disk.failures = ({ name }) => (name === 'append' ? 'full' : undefined);
  await reserve();
  expect(warnings).toEqual(['the disk is nearly full: no room can be reserved for the next start']);
});
