// A cursor over protobuf bytes: tags, lengths, varints, and the skipping of what is not known.
//
// Each read takes the offset where the message around it ends and refuses to pass it, and the name of
// the field for the error text. Numbers are JavaScript numbers throughout; a 64-bit varint is put
// together from three parts of 28, 28 and 8 bits, which is exact as long as the result is.

import { DecodeError } from './errors.ts';

const VARINT_BYTES_MAX = 10;
/** As deep as the official parsers follow nested groups. */
const GROUP_DEPTH_MAX = 100;
const TWO_28 = 2 ** 28;
const UINT32_MAX = 0xffffffff;

const doubles = new Float64Array(1);
const octets = new Uint8Array(doubles.buffer);

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;

/** The wire types by name. */
export const FIELD_TYPES = { VARINT, FIXED64, DELIMITED } as const;

export class WireReader {
  bytes: Uint8Array = new Uint8Array(0);
  /** Offset of the next byte. */
  at = 0;

  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
  }

  /** A field's tag: number times eight plus wire type. */
  tag(end: number, message: string): number {
    const from = this.at;
    const tag = this.uint32(end, message);
    if (tag >>> 3 === 0) throw this.malformed(from, message, 'field number 0');
    return tag;
  }

  /** A varint below 2^32. */
  uint32(end: number, field: string): number {
    const from = this.at;
    // Up to three bytes, which is nearly always, without a multiplication.
    if (from + 3 <= end) {
      const bytes = this.bytes;
      const first = bytes[from]!;
      if (first < 0x80) {
        this.at = from + 1;
        return first;
      }
      const second = bytes[from + 1]!;
      if (second < 0x80) {
        this.at = from + 2;
        return (first & 0x7f) | (second << 7);
      }
      const third = bytes[from + 2]!;
      if (third < 0x80) {
        this.at = from + 3;
        return (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
      }
    }
    let value = 0;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (from + i >= end) throw this.malformed(from, field, 'a number is cut off');
      const byte = this.bytes[from + i]!;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) {
        if (value > UINT32_MAX) throw this.malformed(from, field, 'a number of more than 32 bits');
        this.at = from + i + 1;
        return value;
      }
    }
    throw this.malformed(from, field, 'a number longer than 10 bytes');
  }

  /** A signed 64-bit varint; refused when a double can't hold it exactly. */
  int64(end: number, field: string): number {
    const from = this.at;
    const bytes = this.bytes;
    let low = 0;
    let middle = 0;
    let high = 0;
    let i = 0;
    for (; ; i++) {
      if (i === VARINT_BYTES_MAX) throw this.malformed(from, field, 'a number longer than 10 bytes');
      if (from + i >= end) throw this.malformed(from, field, 'a number is cut off');
      const byte = bytes[from + i]!;
      if (i < 4) low |= (byte & 0x7f) << (7 * i);
      else if (i < 8) middle |= (byte & 0x7f) << (7 * (i - 4));
      else high |= (byte & 0x7f) << (7 * (i - 8));
      if (byte < 0x80) break;
    }
    this.at = from + i + 1;
    // Bits 56 to 63, of which the last is the sign; what a tenth byte holds beyond is dropped, as
    // the official parsers do.
    const top = (high << 24) >> 24;
    const value = (top * TWO_28 + middle) * TWO_28 + low;
    if (!Number.isSafeInteger(value)) throw this.malformed(from, field, 'a number beyond 2^53');
    return value;
  }

  /** An unsigned 64-bit varint; beyond 2^53 the nearest double. */
  uint64(end: number, field: string): number {
    const from = this.at;
    let value = 0;
    let unit = 1;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (from + i >= end) throw this.malformed(from, field, 'a number is cut off');
      const byte = this.bytes[from + i]!;
      // The tenth byte has one bit that counts.
      value += (i < 9 ? byte & 0x7f : byte & 1) * unit;
      unit *= 128;
      if (byte < 0x80) {
        this.at = from + i + 1;
        return value;
      }
    }
    throw this.malformed(from, field, 'a number longer than 10 bytes');
  }

  /** A zigzag 64-bit varint; beyond 2^53 about the nearest double. */
  sint64(end: number, field: string): number {
    const value = this.uint64(end, field);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A zigzag 32-bit varint. */
  sint32(end: number, field: string): number {
    const value = this.uint32(end, field);
    return (value >>> 1) ^ -(value & 1);
  }

  /** Eight bytes as a float; of a NaN the payload may be lost. */
  double(end: number, field: string): number {
    const at = this.fixed(8, end, field);
    for (let i = 0; i < 8; i++) octets[i] = this.bytes[at + i]!;
    return doubles[0]!;
  }

  /** Of the eight bytes that come next, the four from `offset` on as a number; 0 where they are cut off. */
  word(end: number, offset: number): number {
    const at = this.at + offset;
    if (at + 4 > end) return 0;
    const bytes = this.bytes;
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  }

  /** Reads a length and returns where the field's content ends. */
  contentEnd(end: number, field: string): number {
    const from = this.at;
    const length = this.uint32(end, field);
    if (length > end - this.at) {
      throw this.malformed(from, field, `length ${length} runs past the end of the message`);
    }
    return this.at + length;
  }

  /** Passes over the content of a field whose tag was just read. */
  skip(tag: number, end: number, message: string, depth = 0): void {
    const from = this.at;
    switch (tag & 7) {
      case VARINT:
        for (let i = 0; i < VARINT_BYTES_MAX; i++) {
          if (from + i >= end) throw this.malformed(from, message, 'a number is cut off');
          if (this.bytes[from + i]! < 0x80) {
            this.at = from + i + 1;
            return;
          }
        }
        throw this.malformed(from, message, 'a number longer than 10 bytes');
      case FIXED64:
        this.fixed(8, end, message);
        return;
      case FIXED32:
        this.fixed(4, end, message);
        return;
      case DELIMITED:
        this.at = this.contentEnd(end, message);
        return;
      case GROUP_START:
        this.#skipGroup(tag >>> 3, end, message, depth);
        return;
      case GROUP_END:
        throw this.malformed(from, message, 'the end of a group that was not begun');
      default:
        throw this.malformed(from, message, `wire type ${tag & 7} of field ${tag >>> 3}, which there is not`);
    }
  }

  #skipGroup(number: number, end: number, message: string, depth: number): void {
    if (depth === GROUP_DEPTH_MAX) throw this.malformed(this.at, message, 'groups nested too deep');
    for (;;) {
      const from = this.at;
      const tag = this.tag(end, message);
      if ((tag & 7) !== GROUP_END) {
        this.skip(tag, end, message, depth + 1);
      } else if (tag >>> 3 === number) {
        return;
      } else {
        throw this.malformed(from, message, `the end of group ${tag >>> 3} inside group ${number}`);
      }
    }
  }

  /** Passes over a field, unless it is one of the message's own in a wire type that it can't have. */
  skipUnknown(tag: number, tagAt: number, end: number, message: string, names: readonly string[]): void {
    const name = names[tag >>> 3] ?? '';
    if (name !== '') throw this.malformed(tagAt, `${message}.${name}`, `unexpected wire type ${tag & 7}`);
    this.skip(tag, end, message);
  }

  /** Passes over a fixed-width value and returns where it began. */
  fixed(width: number, end: number, field: string): number {
    const from = this.at;
    if (width > end - from) throw this.malformed(from, field, 'a fixed-width value is cut off');
    this.at = from + width;
    return from;
  }

  malformed(offset: number, field: string, text: string): DecodeError {
    return new DecodeError('malformed', offset, `protobuf: ${field}: ${text} at offset ${offset}`);
  }

  tooLarge(offset: number, field: string, text: string): DecodeError {
    return new DecodeError(
      'too-large',
      offset,
      `protobuf: ${field}: ${text} in one request at offset ${offset}`,
    );
  }
}
