import { SeededRandom } from '@ampere/platform';
import { compress, uncompress } from 'snappyjs';
import { expect, test } from 'vitest';
import { DecodeError } from './errors.ts';
import { SnappyDecoder } from './snappy-decoder.ts';
import { encodeSnappy } from './snappy-encoder.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 400;

/** Text with repeats near and far, of lengths on both sides of every limit of the format. */
function compressible(random: SeededRandom): Uint8Array {
  const length = random.integer([80, 5000, 200_000][random.integer(3)]!);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const run = Math.min(length - at, 1 + random.integer(300));
    const back = 1 + random.integer(at + 1);
    const fresh = at === 0 || random.integer(3) === 0;
    for (let i = 0; i < run; i++) {
      bytes[at + i] = fresh || at + i < back ? random.integer(256) : bytes[at + i - back]!;
    }
    at += run;
  }
  return bytes;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

test(`compressed here or by snappyjs, both read it back (seed ${seed})`, () => {
  const random = new SeededRandom(seed);
  const decoder = new SnappyDecoder(1 << 20);
  for (let round = 0; round < rounds; round++) {
    const input = compressible(random);
    const ours = encodeSnappy(input);
    expect(same(decoder.decode(ours), input), `round ${round}, ours`).toBe(true);
    expect(same(uncompress(ours), input), `round ${round}, ours by snappyjs`).toBe(true);
    expect(same(decoder.decode(compress(input)), input), `round ${round}, snappyjs'`).toBe(true);
  }
});

test(`broken bodies give the typed error or the length that was declared (seed ${seed})`, () => {
  const random = new SeededRandom(seed + 1);
  const decoder = new SnappyDecoder(1 << 20);
  let refused = 0;
  for (let round = 0; round < rounds * 20; round++) {
    const body = encodeSnappy(compressible(random).subarray(0, 400));
    for (let i = 0; i <= random.integer(3); i++) body[random.integer(body.length)] = random.integer(256);
    const cut = random.integer(4) === 0 ? random.integer(body.length) : body.length;
    // Bytes behind the body must never be read: they would be taken for input.
    const input = body.subarray(0, cut);
    try {
      decoder.decode(input);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      expect(error.offset).toBeLessThanOrEqual(input.length);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(rounds);
});

test(`random bytes never throw anything but the typed error (seed ${seed})`, () => {
  const random = new SeededRandom(seed + 2);
  const decoder = new SnappyDecoder(1 << 16);
  for (let round = 0; round < rounds * 20; round++) {
    try {
      decoder.decode(random.bytes(random.integer(60)));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
});
