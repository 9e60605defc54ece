// Compression to the snappy block format, for what we send ourselves: tests, remote read.
//
// 1. Input is taken in blocks of 64 KiB, so that every copy offset fits in two bytes.
// 2. A table maps a hash of four bytes to where such four bytes were last seen in the block.
// 3. A hit that holds up is extended as far as it goes: the bytes since the last hit become a literal,
//    the hit becomes copies of at most 64 bytes.

const BLOCK_BYTES = 65_536;
const TABLE_BITS = 14;
const MATCH_BYTES_MIN = 4;
const COPY_BYTES_MAX = 64;

/** Compresses into a fresh buffer that the caller owns. */
export function encodeSnappy(input: Uint8Array): Uint8Array {
  // The worst case is literals alone: a length prefix, and up to 5 bytes of tag for each block.
  const writer = new Writer(input.length + Math.ceil(input.length / BLOCK_BYTES) * 5 + input.length / 6 + 16);
  writer.varint(input.length);
  const table = new Int32Array(1 << TABLE_BITS);
  for (let from = 0; from < input.length; from += BLOCK_BYTES) {
    encodeBlock(input, from, Math.min(from + BLOCK_BYTES, input.length), table, writer);
  }
  return writer.bytes.slice(0, writer.length);
}

function encodeBlock(input: Uint8Array, from: number, to: number, table: Int32Array, writer: Writer): void {
  table.fill(-1);
  let literalFrom = from;
  let at = from;
  while (at + MATCH_BYTES_MIN <= to) {
    const slot = hashOfFour(input, at);
    const candidate = table[slot]!;
    table[slot] = at;
    if (candidate < 0 || !sameFour(input, candidate, at)) {
      at++;
      continue;
    }
    let length = MATCH_BYTES_MIN;
    while (at + length < to && input[candidate + length] === input[at + length]) length++;
    writer.literal(input, literalFrom, at);
    writer.copy(at - candidate, length);
    at += length;
    literalFrom = at;
  }
  writer.literal(input, literalFrom, to);
}

function hashOfFour(bytes: Uint8Array, at: number): number {
  const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  return Math.imul(four, 0x1e35a7bd) >>> (32 - TABLE_BITS);
}

function sameFour(bytes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < MATCH_BYTES_MIN; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

class Writer {
  readonly bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  varint(value: number): void {
    while (value >= 0x80) {
      this.bytes[this.length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.bytes[this.length++] = value;
  }

  literal(input: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (length === 0) return;
    if (length <= 60) {
      this.bytes[this.length++] = (length - 1) << 2;
    } else if (length <= 0x100) {
      this.bytes[this.length++] = 60 << 2;
      this.bytes[this.length++] = length - 1;
    } else {
      this.bytes[this.length++] = 61 << 2;
      this.bytes[this.length++] = (length - 1) & 0xff;
      this.bytes[this.length++] = (length - 1) >>> 8;
    }
    this.bytes.set(input.subarray(from, to), this.length);
    this.length += length;
  }

  copy(offset: number, length: number): void {
    while (length > 0) {
      const part = Math.min(length, COPY_BYTES_MAX);
      this.bytes[this.length++] = ((part - 1) << 2) | 2;
      this.bytes[this.length++] = offset & 0xff;
      this.bytes[this.length++] = offset >>> 8;
      length -= part;
    }
  }
}
