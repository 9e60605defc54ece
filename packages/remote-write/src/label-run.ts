// The one spelling of a series' labels.
//
// Storage finds a known series by the bytes of its labels alone, so equal label sets in equal order
// must be equal bytes: for each label 0x0a, length, 0x0a, length, name, 0x12, length, value; lengths in
// as few bytes as they need; no label with an empty value, which is the same as no such label.
//
// Every known sender writes just that, so the decoder only checks it (`isCanonicalLabel`) and points at
// the bytes where they lie. Protobuf allows more: value before name, a name left out because it is
// empty, a field given twice (the last one counts), unknown fields, padded lengths. Such a label is
// read and written anew at the end of a scratch buffer (`LabelScratch`), and so is every label of a
// series whose labels are not one unbroken run.

import { Labels } from '@ampere/series';
import { DELIMITED, type WireReader } from './wire-reader.ts';

const LABEL_TAG = 0x0a;
const NAME_TAG = 0x0a;
const VALUE_TAG = 0x12;
const SCRATCH_BYTES_MIN = 4096;

/** Whether the content of a Label message, at [from, to), is spelled as storage wants it. */
export function isCanonicalLabel(bytes: Uint8Array, from: number, to: number): boolean {
  const valueFrom = canonicalField(bytes, from, to, NAME_TAG);
  if (valueFrom < 0 || canonicalField(bytes, valueFrom, to, VALUE_TAG) !== to) return false;
  return to - valueFrom > 2;
}

/** The end of a length-delimited field with this tag and a minimal length of up to 3 bytes, or -1. */
function canonicalField(bytes: Uint8Array, from: number, to: number, tag: number): number {
  if (to - from < 2 || bytes[from] !== tag) return -1;
  let at = from + 2;
  let length = bytes[from + 1]!;
  if (length >= 0x80) {
    // Bytes past the message give undefined here, which fails the comparisons with `to` below.
    const second = bytes[from + 2]!;
    length = (length & 0x7f) | ((second & 0x7f) << 7);
    at = from + 3;
    if (second >= 0x80) {
      const third = bytes[from + 3]!;
      if (third >= 0x80 || third === 0) return -1;
      length |= third << 14;
      at = from + 4;
    } else if (second === 0) {
      return -1;
    }
  }
  return at + length <= to ? at + length : -1;
}

/** Label runs that are written anew. Offsets are counted from the start of the scratch. */
export class LabelScratch {
  length = 0;
  #bytes = new Uint8Array(0);

  /** Valid until the next label is appended. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  reset(): void {
    this.length = 0;
  }

  /** Appends a label of texts; a lone surrogate becomes U+FFFD. The value isn't empty. */
  append(name: string, value: string): void {
    const nameLength = utf8Length(name);
    const valueLength = utf8Length(value);
    this.#begin(nameLength, valueLength);
    this.#field(NAME_TAG, nameLength);
    this.#text(name, nameLength);
    this.#field(VALUE_TAG, valueLength);
    this.#text(value, valueLength);
  }

  /** Appends labels that are spelled right already. */
  copy(source: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    this.#bytes.set(source.subarray(from, to), this.length);
    this.length += to - from;
  }

  /** Reads a Label message that ends at `end` and appends it in the one spelling. */
  rewrite(reader: WireReader, end: number): void {
    let nameFrom = 0;
    let nameTo = 0;
    let valueFrom = 0;
    let valueTo = 0;
    while (reader.at < end) {
      const tagAt = reader.at;
      const tag = reader.tag(end, 'Label');
      const number = tag >>> 3;
      if (number > 2) {
        reader.skip(tag, end, 'Label');
        continue;
      }
      const field = number === 1 ? 'Label.name' : 'Label.value';
      if ((tag & 7) !== DELIMITED) throw reader.malformed(tagAt, field, `wire type ${tag & 7} instead of 2`);
      const to = reader.contentEnd(end, field);
      if (number === 1) {
        nameFrom = reader.at;
        nameTo = to;
      } else {
        valueFrom = reader.at;
        valueTo = to;
      }
      reader.at = to;
    }
    if (valueFrom === valueTo) return;
    const nameLength = nameTo - nameFrom;
    const valueLength = valueTo - valueFrom;
    this.#begin(nameLength, valueLength);
    this.#field(NAME_TAG, nameLength);
    this.copy(reader.bytes, nameFrom, nameTo);
    this.#field(VALUE_TAG, valueLength);
    this.copy(reader.bytes, valueFrom, valueTo);
  }

  /** A fresh array with `body` in front of what is in the scratch. */
  joinedTo(body: Uint8Array): Uint8Array {
    const joined = new Uint8Array(body.length + this.length);
    joined.set(body);
    joined.set(this.#bytes.subarray(0, this.length), body.length);
    return joined;
  }

  /** The head of a label whose fields are so long; there is room for them afterwards. */
  #begin(nameLength: number, valueLength: number): void {
    const content = 2 + varintLength(nameLength) + nameLength + varintLength(valueLength) + valueLength;
    this.#reserve(1 + varintLength(content) + content);
    this.#field(LABEL_TAG, content);
  }

  #text(text: string, length: number): void {
    if (length !== text.length) encoder.encodeInto(text, this.#bytes.subarray(this.length));
    else for (let i = 0; i < length; i++) this.#bytes[this.length + i] = text.charCodeAt(i);
    this.length += length;
  }

  #field(tag: number, length: number): void {
    this.#bytes[this.length++] = tag;
    for (; length >= 0x80; length >>>= 7) this.#bytes[this.length++] = (length & 0x7f) | 0x80;
    this.#bytes[this.length++] = length;
  }

  #reserve(length: number): void {
    const wanted = this.length + length;
    if (wanted <= this.#bytes.length) return;
    const bigger = new Uint8Array(Math.max(SCRATCH_BYTES_MIN, 2 * wanted));
    bigger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bigger;
  }
}

const encoder = new TextEncoder();

/** Bytes of a text in UTF-8; a lone surrogate counts as U+FFFD, as the encoder writes it. */
function utf8Length(text: string): number {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 0x80) return Buffer.byteLength(text);
  }
  return text.length;
}

/** Bytes that a number below 2^32 takes as a varint. */
export function varintLength(value: number): number {
  let length = 1;
  for (; value >= 0x80; value >>>= 7) length++;
  return length;
}

const text = new TextDecoder('utf-8', { ignoreBOM: true });

/** The labels of a run as the decoder left it, for texts and tests; bad UTF-8 becomes U+FFFD. */
export function readLabelRun(bytes: Uint8Array, from: number, to: number): Labels {
  const pairs: [string, string][] = [];
  let at = from;
  const string = (): string => {
    at++;
    const length = varint();
    at += length;
    return text.decode(bytes.subarray(at - length, at));
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < to) {
    at++;
    varint();
    pairs.push([string(), string()]);
  }
  return Labels.fromPairs(pairs);
}
