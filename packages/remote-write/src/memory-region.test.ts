import { expect, test } from 'vitest';
import { MemoryRegion } from './memory-region.ts';
import { GuardedMemory } from './testing/guarded-memory.ts';

const MIB = 1024 * 1024;

test('nothing is taken before it is needed', () => {
  const memory = new GuardedMemory();
  new MemoryRegion(memory);
  expect(memory.bytesHeld).toBe(0);
});

test('a block has room for what was asked, the slack, and an eighth more at most', () => {
  for (const bytes of [0, 1, 4096, 4097, 70_000, MIB - 1, MIB, MIB + 1, 5 * MIB]) {
    const memory = new GuardedMemory();
    const region = new MemoryRegion(memory, 256);
    region.reserve(bytes);
    expect(region.capacity).toBeGreaterThanOrEqual(bytes);
    expect(memory.bytesHeld).toBe(region.capacity + 256);
    expect(memory.bytesHeld).toBeLessThanOrEqual(Math.max(4096, 1.125 * (bytes + 256)));
    expect(memory.bytesHeld % 64).toBe(0);
  }
});

test('a block is kept for what fits', () => {
  const memory = new GuardedMemory();
  const region = new MemoryRegion(memory);
  region.reserve(100_000);
  const { address } = region;
  region.reserve(50_000);
  expect(region.address).toBe(address);
  region.reserve(200_000);
  expect(memory.bytesHeld).toBe(region.capacity);
});

test('a large block of which little was used is given back, a small one is not', () => {
  const memory = new GuardedMemory();
  const region = new MemoryRegion(memory);
  region.reserve(8 * MIB);
  region.shrink(2 * MIB);
  expect(memory.bytesHeld).toBeGreaterThan(0);
  region.shrink(MIB);
  expect(memory.bytesHeld).toBe(0);
  region.reserve(2 * MIB);
  region.shrink(0);
  expect(memory.bytesHeld).toBeGreaterThan(0);
});
