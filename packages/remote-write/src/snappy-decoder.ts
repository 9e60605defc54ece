// Decompression of the snappy block format (google/snappy, format_description.txt), the one without
// framing that Remote-Write bodies come in.
//
// 1. The body starts with the decompressed length, a varint of at most 32 bits. It is checked against
//    the limit, and against what so few bytes could expand to at most, before memory is taken.
// 2. Elements follow. The two low bits of a tag byte say which: 0 a literal run, 1 to 3 a copy of
//    earlier output with a 1, 2 or 4 byte offset.
// 3. A copy may overlap its own output (that is how runs are made), and then goes byte by byte forwards.
// 4. The output must end exactly at the declared length.
//
// Every read is bounds-checked before it is made: a read past the end of a typed array gives
// undefined in JavaScript, which would turn into a silent zero.

import { DecodeError } from './errors.ts';

/** A 3-byte copy element makes 64 bytes; nothing in the format expands more. */
const EXPANSION_MAX = 64 / 3;
/** Below this a byte loop is quicker than a view and a block copy. */
const BLOCK_COPY_BYTES_MIN = 48;
/** The same for a copy that doesn't overlap itself, which needs no view; measured by decode.bench.ts. */
const BLOCK_MOVE_BYTES_MIN = 16;
const BUFFER_BYTES_MIN = 64 * 1024;

/** Decompresses into a buffer of its own, which it reuses and which never outgrows the limit. */
export class SnappyDecoder {
  readonly #decodedBytesMax: number;
  #buffer = new Uint8Array(0);

  constructor(decodedBytesMax: number) {
    this.#decodedBytesMax = decodedBytesMax;
  }

  /**
   * The decompressed bytes: a view of the decoder's own buffer, valid until the next call.
   * @param decodedBytesMax a lower limit for this call
   * @throws DecodeError with the offset in `input`
   */
  decode(input: Uint8Array, decodedBytesMax = this.#decodedBytesMax): Uint8Array {
    const { decodedLength: length, headerLength } = readHeader(
      input,
      Math.min(decodedBytesMax, this.#decodedBytesMax),
    );
    if (this.#buffer.length < length) {
      const grown = Math.max(BUFFER_BYTES_MIN, 2 ** Math.ceil(Math.log2(length)));
      this.#buffer = new Uint8Array(Math.max(length, Math.min(grown, this.#decodedBytesMax)));
    }
    decodeElements(input, headerLength, this.#buffer, length);
    return this.#buffer.subarray(0, length);
  }
}

function malformed(offset: number, text: string): DecodeError {
  return new DecodeError('malformed', offset, `snappy: ${text} at offset ${offset}`);
}

/**
 * The declared length of what `input` decompresses to, and where its elements begin.
 * @throws DecodeError when that is more than `limitBytes`, or more than so few bytes can expand to
 */
export function readHeader(
  input: Uint8Array,
  limitBytes: number,
): { readonly decodedLength: number; readonly headerLength: number } {
  const header = readLength(input);
  const length = header.decodedLength;
  if (length > limitBytes) {
    throw new DecodeError(
      'too-large',
      0,
      `snappy: decompressed body of ${length} bytes is larger than the limit of ${limitBytes} bytes`,
    );
  }
  if (length > Math.ceil((input.length - header.headerLength) * EXPANSION_MAX)) {
    throw malformed(0, `declared length of ${length} bytes can't come from ${input.length} bytes`);
  }
  return header;
}

function readLength(input: Uint8Array): { decodedLength: number; headerLength: number } {
  let decodedLength = 0;
  for (let i = 0; i < 5; i++) {
    if (i >= input.length) throw malformed(i, 'the declared length is cut off');
    const byte = input[i]!;
    decodedLength += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (decodedLength > 0xffffffff) break;
      return { decodedLength, headerLength: i + 1 };
    }
  }
  throw malformed(0, 'the declared length has more than 32 bits');
}

function decodeElements(input: Uint8Array, from: number, output: Uint8Array, outputEnd: number): void {
  const inputEnd = input.length;
  let at = from;
  let written = 0;
  while (at < inputEnd) {
    const tagAt = at;
    const tag = input[at++]!;
    if ((tag & 3) === 0) {
      let length = (tag >>> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        if (extra > inputEnd - at) throw malformed(tagAt, 'a literal length is cut off');
        length = 1 + readLittleEndian(input, at, extra);
        at += extra;
      }
      if (length > inputEnd - at) throw malformed(tagAt, 'a literal runs past the end of the body');
      if (length > outputEnd - written) throw malformed(tagAt, 'a literal runs past the declared length');
      if (length < BLOCK_COPY_BYTES_MIN) {
        for (let i = 0; i < length; i++) output[written + i] = input[at + i]!;
      } else {
        output.set(input.subarray(at, at + length), written);
      }
      at += length;
      written += length;
      continue;
    }
    let length: number;
    let offset: number;
    if ((tag & 3) === 1) {
      if (inputEnd - at < 1) throw malformed(tagAt, 'a copy offset is cut off');
      length = ((tag >>> 2) & 7) + 4;
      offset = ((tag >>> 5) << 8) | input[at]!;
      at += 1;
    } else {
      const bytes = (tag & 3) === 2 ? 2 : 4;
      if (inputEnd - at < bytes) throw malformed(tagAt, 'a copy offset is cut off');
      length = (tag >>> 2) + 1;
      offset = bytes === 2 ? input[at]! | (input[at + 1]! << 8) : readLittleEndian(input, at, 4);
      at += bytes;
    }
    if (offset === 0) throw malformed(tagAt, 'a copy has offset zero');
    if (offset > written) throw malformed(tagAt, 'a copy reaches before the start of the output');
    if (length > outputEnd - written) throw malformed(tagAt, 'a copy runs past the declared length');
    const source = written - offset;
    if (length >= BLOCK_MOVE_BYTES_MIN && offset >= length) {
      output.copyWithin(written, source, source + length);
    } else {
      for (let i = 0; i < length; i++) output[written + i] = output[source + i]!;
    }
    written += length;
  }
  if (written !== outputEnd) {
    throw malformed(inputEnd, `the body ends after ${written} of ${outputEnd} declared bytes`);
  }
}

function readLittleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value += bytes[at + i]! * 2 ** (8 * i);
  return value;
}
