// The hash by which `limit_ratio` samples series, the same as in Prometheus: xxHash64 over the label
// set as Prometheus keeps it in memory (for each name and value its length and its bytes).
//
// It is computed with BigInt: this is far from any hot path (once a series of a limit_ratio).

import type { Labels } from '@ampere/series';

const MASK = (1n << 64n) - 1n;
const PRIME_1 = 0x9e3779b185ebca87n;
const PRIME_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME_3 = 0x165667b19e3779f9n;
const PRIME_4 = 0x85ebca77c2b2ae63n;
const PRIME_5 = 0x27d4eb2f165667c5n;

/** The labels' hash as a fraction of the greatest hash: in [0, 1]. */
export function labelsRatio(labels: Labels): number {
  return Number(xxHash64(encode(labels))) / 2 ** 64;
}

function encode(labels: Labels): Uint8Array {
  const parts: Buffer[] = [];
  for (let i = 0; i < labels.size; i++) {
    for (const text of [labels.names[i]!, labels.values[i]!]) {
      const bytes = Buffer.from(text, 'utf8');
      parts.push(lengthOf(bytes), bytes);
    }
  }
  return Buffer.concat(parts);
}

/** One byte, or 255 and three bytes, low one first. */
function lengthOf(bytes: Buffer): Buffer {
  const length = bytes.length;
  if (length < 255) return Buffer.of(length);
  return Buffer.of(255, length & 255, (length >> 8) & 255, (length >> 16) & 255);
}

/** XXH64 with seed 0. */
export function xxHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    let a = (PRIME_1 + PRIME_2) & MASK;
    let b = PRIME_2;
    let c = 0n;
    let d = -PRIME_1 & MASK;
    for (; at + 32 <= bytes.length; at += 32) {
      a = round(a, view.getBigUint64(at, true));
      b = round(b, view.getBigUint64(at + 8, true));
      c = round(c, view.getBigUint64(at + 16, true));
      d = round(d, view.getBigUint64(at + 24, true));
    }
    hash = (rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)) & MASK;
    for (const lane of [a, b, c, d]) hash = ((hash ^ round(0n, lane)) * PRIME_1 + PRIME_4) & MASK;
  } else {
    hash = PRIME_5;
  }
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * PRIME_1 + PRIME_4) & MASK;
  }
  if (at + 4 <= bytes.length) {
    const word = BigInt(view.getUint32(at, true));
    hash = (rotate(hash ^ ((word * PRIME_1) & MASK), 23n) * PRIME_2 + PRIME_3) & MASK;
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash = (rotate(hash ^ ((BigInt(bytes[at]!) * PRIME_5) & MASK), 11n) * PRIME_1) & MASK;
  }
  hash = ((hash ^ (hash >> 33n)) * PRIME_2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * PRIME_3) & MASK;
  return hash ^ (hash >> 32n);
}

function round(lane: bigint, input: bigint): bigint {
  return (rotate((lane + input * PRIME_2) & MASK, 31n) * PRIME_1) & MASK;
}

function rotate(x: bigint, by: bigint): bigint {
  return ((x << by) | (x >> (64n - by))) & MASK;
}
