// Label sets as they come over the wire: a run of protobuf fields (0x0a length, in it 0x0a name and
// 0x12 value). Decoded only when a series is first seen.

import { compareText } from '@ampere/series';
import { ByteBuffer } from '../wal/byte-buffer.ts';

const LABEL_FIELD = 0x0a;
const NAME_FIELD = 0x0a;
const VALUE_FIELD = 0x12;

/** Labels in the order they came, nothing checked. Lengths of the texts are in bytes of UTF-8. */
export interface WireLabels {
  readonly names: string[];
  readonly values: string[];
  readonly nameBytes: number[];
  readonly valueBytes: number[];
  /** What is wrong with the bytes themselves: not label fields, or not UTF-8. */
  fault: 'malformed' | 'not-utf8' | undefined;
}

/** Sorted by name, without empty values. */
export interface CanonicalLabels {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Never throws: what can't be decoded is said in `fault`. */
export function decodeLabels(bytes: Uint8Array, from: number, to: number): WireLabels {
  const labels: WireLabels = { names: [], values: [], nameBytes: [], valueBytes: [], fault: undefined };
  const at = { offset: from };
  while (at.offset < to) {
    const length = fieldLength(bytes, at, to, LABEL_FIELD);
    if (length < 0) return malformed(labels);
    const end = at.offset + length;
    let name = '';
    let value = '';
    let nameBytes = 0;
    let valueBytes = 0;
    while (at.offset < end) {
      const isName = bytes[at.offset] === NAME_FIELD;
      const textBytes = fieldLength(bytes, at, end, isName ? NAME_FIELD : VALUE_FIELD);
      if (textBytes < 0) return malformed(labels);
      const text = decodeText(bytes.subarray(at.offset, at.offset + textBytes), labels);
      at.offset += textBytes;
      if (isName) [name, nameBytes] = [text, textBytes];
      else [value, valueBytes] = [text, textBytes];
    }
    labels.names.push(name);
    labels.values.push(value);
    labels.nameBytes.push(nameBytes);
    labels.valueBytes.push(valueBytes);
  }
  return labels;
}

/** Sorts by name and leaves out empty values. The names must be unique. */
export function canonicalLabels(labels: WireLabels): CanonicalLabels {
  const order = labels.names.map((_, i) => i).filter((i) => labels.values[i] !== '');
  order.sort((a, b) => compareText(labels.names[a]!, labels.names[b]!));
  return { names: order.map((i) => labels.names[i]!), values: order.map((i) => labels.values[i]!) };
}

/** Appends the one encoding that a label set has as a key. */
export function encodeLabels(labels: CanonicalLabels, into: ByteBuffer): void {
  for (let i = 0; i < labels.names.length; i++) into.append(encodeLabel(labels.names[i]!, labels.values[i]!));
}

/** The field of one label; valid until the next call. */
export function encodeLabel(name: string, value: string): Uint8Array {
  pair.length = 0;
  encodeText(NAME_FIELD, name);
  encodeText(VALUE_FIELD, value);
  field.length = 0;
  field.reserve(8 + pair.length);
  field.bytes[field.length++] = LABEL_FIELD;
  field.uvarint(pair.length);
  field.append(pair.content());
  return field.content();
}

const pair = new ByteBuffer();
const field = new ByteBuffer();

function encodeText(tag: number, text: string): void {
  const bytes = Buffer.from(text);
  pair.reserve(8 + bytes.length);
  pair.bytes[pair.length++] = tag;
  pair.uvarint(bytes.length);
  pair.append(bytes);
}

/** Length of the field at `at`, which moves to its content; -1 when there is no such field in the bounds. */
function fieldLength(bytes: Uint8Array, at: { offset: number }, end: number, tag: number): number {
  if (bytes[at.offset] !== tag) return -1;
  let length = 0;
  let unit = 1;
  for (let i = at.offset + 1; i < end && i < at.offset + 6; i++) {
    length += (bytes[i]! & 0x7f) * unit;
    unit *= 128;
    if (bytes[i]! >= 0x80) continue;
    if (i + 1 + length > end) return -1;
    at.offset = i + 1;
    return length;
  }
  return -1;
}

function decodeText(bytes: Uint8Array, labels: WireLabels): string {
  try {
    return utf8.decode(bytes);
  } catch {
    labels.fault ??= 'not-utf8';
    return lenientUtf8.decode(bytes);
  }
}

function malformed(labels: WireLabels): WireLabels {
  labels.fault = 'malformed';
  return labels;
}
