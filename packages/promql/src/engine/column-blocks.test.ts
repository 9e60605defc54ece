import { expect, it } from 'vitest';
import { ColumnBlocks } from './column-blocks.ts';

it('gives columns of zeros that do not overlap', () => {
  const blocks = new ColumnBlocks();
  const columns = Array.from({ length: 3_000 }, (_, i) => ({
    floats: blocks.floats(i % 70),
    bytes: blocks.bytes(i % 70),
  }));
  for (const [i, { floats, bytes }] of columns.entries()) {
    expect(floats.length + bytes.length).toBe(2 * (i % 70));
    expect(floats.every((value) => value === 0) && bytes.every((value) => value === 0)).toBe(true);
    floats.fill(i + 1);
    bytes.fill((i % 255) + 1);
  }
  for (const [i, { floats, bytes }] of columns.entries()) {
    expect(floats.every((value) => value === i + 1) && bytes.every((value) => value === (i % 255) + 1)).toBe(
      true,
    );
  }
});

it('gives long columns memory of their own', () => {
  const blocks = new ColumnBlocks();
  expect(blocks.floats(100_000).buffer.byteLength).toBe(800_000);
  expect(blocks.bytes(100_000).buffer.byteLength).toBe(100_000);
});
