// The hash of the kernels (assembly/bytes.ts, `tagOf`) for readers: they look up a label pair now and then, and
// can't put it into the memory for a kernel to hash.

const MASK = (1n << 64n) - 1n;
const MULTIPLY_A = 0x9e3779b97f4a7c15n;
const MULTIPLY_B = 0xc2b2ae3d27d4eb4fn;

const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK;

/** The tag of all of `bytes`, under a head's seed and mask. */
export function tagOfBytes(bytes: Uint8Array, seed: bigint, tagMask: number): number {
  const padded = new Uint8Array(bytes.length + 16);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  let a = seed ^ ((BigInt(bytes.length) * MULTIPLY_A) & MASK);
  let b = (seed + MULTIPLY_B) & MASK;
  const mixA = (word: bigint) => {
    a = rotate(((a ^ word) * MULTIPLY_A) & MASK, 29n);
  };
  const mixB = (word: bigint) => {
    b = rotate(((b ^ word) * MULTIPLY_B) & MASK, 31n);
  };
  let at = 0;
  for (; at + 16 <= bytes.length; at += 16) {
    mixA(view.getBigUint64(at, true));
    mixB(view.getBigUint64(at + 8, true));
  }
  if (bytes.length - at >= 8) {
    mixA(view.getBigUint64(at, true));
    at += 8;
  }
  // Behind the end are zeros.
  if (at < bytes.length) mixB(view.getBigUint64(at, true));
  let mixed = ((a ^ (b >> 32n) ^ ((b << 32n) & MASK)) * MULTIPLY_B) & MASK;
  mixed ^= mixed >> 29n;
  mixed = (mixed * MULTIPLY_A) & MASK;
  mixed ^= mixed >> 32n;
  return (Number(mixed & 0xffffffffn) & tagMask) >>> 0;
}
