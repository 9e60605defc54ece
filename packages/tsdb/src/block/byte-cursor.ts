// Reads the index's number and text forms one after the other, never past the end it is given.

import { BlockError } from './block-error.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class ByteCursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  #path = '';
  /** File offset of byte 0 of `bytes`. */
  #origin = 0;

  /** Reads `bytes[at, end)`, of which byte `at` lies at `fileOffset`. */
  reset(path: string, fileOffset: number, bytes: Uint8Array, at: number, end: number): this {
    this.#path = path;
    this.#origin = fileOffset - at;
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    return this;
  }

  /** Where in the file the next byte lies. */
  get fileOffset(): number {
    return this.#origin + this.at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  u8(): number {
    this.#require(1);
    return this.bytes[this.at++]!;
  }

  u32(): number {
    this.#require(4);
    const { bytes, at } = this;
    this.at += 4;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  u64(): number {
    const value = this.u32() * 2 ** 32 + this.u32();
    return Number.isSafeInteger(value) ? value : this.fail('a number is beyond 2^53');
  }

  uvarint(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      if (this.at >= this.end) this.fail('a number is cut off');
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
      unit *= 128;
      if (unit > 2 ** 56) this.fail('a number has too many bytes');
    }
    return value <= Number.MAX_SAFE_INTEGER ? value : this.fail('a number is beyond 2^53');
  }

  varint(): number {
    const value = this.uvarint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    const length = this.uvarint();
    this.#require(length);
    const text = this.textAt(this.at, this.at + length);
    this.at += length;
    return text;
  }

  /** The text that lies in `bytes[from, to)`. */
  textAt(from: number, to: number): string {
    try {
      return decodeText(this.bytes, from, to);
    } catch {
      this.at = from;
      return this.fail('a text is not UTF-8');
    }
  }

  skip(length: number): void {
    this.#require(length);
    this.at += length;
  }

  /** Throws a BlockError at the place reached. */
  fail(what: string): never {
    throw new BlockError('corrupt', this.#path, this.fileOffset, what);
  }

  #require(length: number): void {
    if (this.at + length > this.end) this.fail(`${length} bytes are expected; the section ends`);
  }
}

/** Texts are short and mostly ASCII, for which this is several times faster than a TextDecoder. */
function decodeText(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > 64) return UTF8.decode(bytes.subarray(from, to));
  let text = '';
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return UTF8.decode(bytes.subarray(from, to));
    text += String.fromCharCode(byte);
  }
  return text;
}
