// Blocks taken and given back at random never overlap, keep their content, and memory is used again.

import { SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { SLAB_BYTES, Slabs } from './slabs.ts';

const steps = process.env['AMPERE_TEST_LONG'] === '1' ? 200_000 : 8000;
const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);

test(`AMPERE_SEED=${seed}`, () => {
  const random = new SeededRandom(seed);
  const slabs = new Slabs();
  const held: { address: number; bytes: number; filler: number }[] = [];
  const check = (block: (typeof held)[number]) => {
    const from = slabs.offset(block.address);
    const content = slabs.slab(block.address).subarray(from, from + block.bytes);
    expect(content.length).toBe(block.bytes);
    expect(content.every((byte) => byte === block.filler)).toBe(true);
  };
  for (let step = 0; step < steps; step++) {
    if (held.length > 0 && random.integer(held.length + 200) < held.length) {
      const [block] = held.splice(random.integer(held.length), 1);
      check(block!);
      slabs.free(block!.address, block!.bytes);
      continue;
    }
    const bytes =
      random.integer(200) === 0 ? random.integer(300_000) : 1 + random.integer(2 ** (1 + random.integer(11)));
    const block = { address: slabs.allocate(bytes), bytes, filler: random.integer(256) };
    const from = slabs.offset(block.address);
    expect(from + Slabs.capacity(bytes)).toBeLessThanOrEqual(slabs.slab(block.address).length);
    slabs.slab(block.address).fill(block.filler, from, from + bytes);
    held.push(block);
  }
  for (const block of held) check(block);
});

test('a freed block is taken again before memory grows', () => {
  const slabs = new Slabs();
  const addresses = Array.from({ length: 3 * (SLAB_BYTES / 64) }, () => slabs.allocate(64));
  const { bytes } = slabs;
  for (const address of addresses) slabs.free(address, 64);
  for (let i = 0; i < addresses.length; i++) slabs.allocate(50);
  expect(slabs.bytes).toBe(bytes);
});

test('a large block gives its memory back', () => {
  const slabs = new Slabs();
  const address = slabs.allocate(5 << 20);
  expect(slabs.bytes).toBeGreaterThan(5 << 20);
  slabs.free(address, 5 << 20);
  expect(slabs.bytes).toBe(0);
  expect(slabs.allocate(200_000)).toBe(address);
});
