// Runs of bytes: comparison, hash, varints, UTF-8.

import { H_SEED, H_TAG_MASK } from './layout';

const MULTIPLY_A: u64 = 0x9e3779b97f4a7c15;
const MULTIPLY_B: u64 = 0xc2b2ae3d27d4eb4f;

/** Whether two runs of at least 8 bytes are the same. */
export function areEqual(a: u32, b: u32, bytes: u32): bool {
  const last: u32 = bytes - 8;
  for (let i: u32 = 0; i < last; i += 8) {
    if (load<u64>(a + i) != load<u64>(b + i)) return false;
  }
  return load<u64>(a + last) == load<u64>(b + last);
}

/** As memcmp; of unequal lengths the shorter comes first when it begins the longer. */
export function compare(a: u32, aBytes: u32, b: u32, bBytes: u32): i32 {
  const shorter = min<u32>(aBytes, bBytes);
  for (let i: u32 = 0; i < shorter; i++) {
    const difference = <i32>load<u8>(a + i) - <i32>load<u8>(b + i);
    if (difference != 0) return difference;
  }
  return <i32>aBytes - <i32>bBytes;
}

/**
 * The tag of a run of bytes: the low half of a seeded hash of 64 bits, in two lanes of multiply-and-rotate. It only
 * has to spread well: equality is always decided by the bytes. May read up to 15 bytes ahead.
 */
export function tagOf(from: u32, bytes: u32): u32 {
  let a: u64 = load<u64>(H_SEED) ^ (<u64>bytes * MULTIPLY_A);
  let b: u64 = load<u64>(H_SEED) + MULTIPLY_B;
  let at = from;
  const whole = from + (bytes & ~15);
  for (; at < whole; at += 16) {
    a = rotl<u64>((a ^ load<u64>(at)) * MULTIPLY_A, 29);
    b = rotl<u64>((b ^ load<u64>(at, 8)) * MULTIPLY_B, 31);
  }
  const rest = bytes & 15;
  if (rest >= 8) {
    a = rotl<u64>((a ^ load<u64>(at)) * MULTIPLY_A, 29);
    at += 8;
  }
  if ((rest & 7) != 0) {
    const tail = load<u64>(at) & ((<u64>1 << (<u64>(rest & 7) << 3)) - 1);
    b = rotl<u64>((b ^ tail) * MULTIPLY_B, 31);
  }
  let mixed = (a ^ (b >> 32) ^ (b << 32)) * MULTIPLY_B;
  mixed ^= mixed >> 29;
  mixed *= MULTIPLY_A;
  mixed ^= mixed >> 32;
  return <u32>mixed & load<u32>(H_TAG_MASK);
}

/** What was read ends here. */
export let cursor: u32 = 0;
/** No length, or not in its shortest form. */
export const NO_LENGTH: u32 = 0xffffffff;

/** A length of up to 28 bits at `at`, in its shortest form. */
export function readLength(at: u32, end: u32): u32 {
  let length: u32 = 0;
  for (let shift: u32 = 0; shift < 28 && at < end; shift += 7) {
    const byte = <u32>load<u8>(at++);
    length |= (byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    if (byte == 0 && shift != 0) return NO_LENGTH;
    cursor = at;
    return length;
  }
  return NO_LENGTH;
}

/** Writes an unsigned varint; returns where it ends. */
export function putUvarint(at: u32, value: u64): u32 {
  while (value >= 0x80) {
    store<u8>(at++, <u8>(value | 0x80));
    value >>= 7;
  }
  store<u8>(at, <u8>value);
  return at + 1;
}

export function putVarint(at: u32, value: i64): u32 {
  return putUvarint(at, <u64>((value << 1) ^ (value >> 63)));
}

/** Reads an unsigned varint that is known to be whole. */
export function readUvarint(at: u32): u64 {
  let byte = <u64>load<u8>(at++);
  let value = byte & 0x7f;
  for (let shift: u64 = 7; byte >= 0x80; shift += 7) {
    byte = <u64>load<u8>(at++);
    value |= (byte & 0x7f) << shift;
  }
  cursor = at;
  return value;
}

export function readVarint(at: u32): i64 {
  const value = readUvarint(at);
  return <i64>(value >> 1) ^ -(<i64>value & 1);
}

/** Whether a run is valid UTF-8: no surrogates, nothing longer than needed. */
export function isUtf8(from: u32, bytes: u32): bool {
  const end = from + bytes;
  let at = from;
  while (at < end) {
    if (at + 8 <= end && (load<u64>(at) & 0x8080808080808080) == 0) {
      at += 8;
      continue;
    }
    const first = <u32>load<u8>(at++);
    if (first < 0x80) continue;
    if (first < 0xc2 || first > 0xf4) return false;
    const more: u32 = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (end - at < more) return false;
    const second = <u32>load<u8>(at);
    const lowest: u32 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const highest: u32 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest) return false;
    for (let i: u32 = 1; i < more; i++) {
      if ((load<u8>(at + i) & 0xc0) != 0x80) return false;
    }
    at += more;
  }
  return true;
}
