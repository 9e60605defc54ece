// CRC-32C of a run of bytes, eight bytes a step. The tables are laid out by TypeScript (src/wal/crc32c.ts).

import { CRC_TABLES } from './layout';

/** Goes on from `crc`, the state before the final inversion. */
export function crc32c(crc: u32, from: u32, bytes: u32): u32 {
  let at = from;
  const whole = from + (bytes & ~7);
  for (; at < whole; at += 8) {
    const low = crc ^ load<u32>(at);
    const high = load<u32>(at, 4);
    crc =
      table(7, low & 0xff) ^
      table(6, (low >> 8) & 0xff) ^
      table(5, (low >> 16) & 0xff) ^
      table(4, low >> 24) ^
      table(3, high & 0xff) ^
      table(2, (high >> 8) & 0xff) ^
      table(1, (high >> 16) & 0xff) ^
      table(0, high >> 24);
  }
  for (; at < from + bytes; at++) crc = table(0, (crc ^ load<u8>(at)) & 0xff) ^ (crc >> 8);
  return crc;
}

// @ts-ignore: decorator
@inline
function table(number: u32, index: u32): u32 {
  return load<u32>(<u32>CRC_TABLES + (number << 10) + (index << 2));
}
