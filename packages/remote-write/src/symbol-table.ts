// The symbols of a Remote-Write 2.0 request and the label runs that are made of them.
//
// 1. `SymbolTable` knows where in the body each symbol lies.
// 2. `LabelRuns` writes labels one behind the other in the one spelling that storage looks for
//    (label-run.ts).
//
// Symbols are short: a call of `copyWithin` or `set` for each would take longer than its bytes. They are
// copied four bytes at a time, the last four overlapping with those before them.

import { varintLength } from './label-run.ts';

const SYMBOLS_MIN = 1024;
const RUN_BYTES_MIN = 16 * 1024;
/** Bytes of a label that are not its name and value: three tags and lengths of up to five bytes. */
const LABEL_FRAME_BYTES_MAX = 18;
const LABEL_TAG = 0x0a;
const NAME_TAG = 0x0a;
const VALUE_TAG = 0x12;
const METRIC_NAME = new TextEncoder().encode('__name__');
/** No symbol begins there. */
const NOWHERE = 0xffffffff;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The symbols of one request, by index. */
export class SymbolTable {
  count = 0;
  /** The request's body. */
  view: DataView = new DataView(new ArrayBuffer(0));
  /** A symbol's bytes in the body: [from, to). */
  from: Uint32Array = new Uint32Array(SYMBOLS_MIN);
  to: Uint32Array = new Uint32Array(SYMBOLS_MIN);
  /** `from` of every symbol that is `__name__`, however often it is sent. */
  metricNameFrom = NOWHERE;
  #body: Uint8Array = new Uint8Array(0);

  reset(body: Uint8Array): void {
    this.#body = body;
    this.view = new DataView(body.buffer, body.byteOffset, body.length);
    this.count = 0;
    this.metricNameFrom = NOWHERE;
  }

  /** Takes the body's bytes [from, to) as the next symbol. */
  add(from: number, to: number): void {
    const index = this.count++;
    if (index === this.from.length) {
      this.from = grown(this.from, new Uint32Array(2 * index));
      this.to = grown(this.to, new Uint32Array(2 * index));
    }
    this.from[index] = from;
    this.to[index] = to;
    if (to - from !== METRIC_NAME.length || !this.#isMetricName(from)) return;
    if (this.metricNameFrom === NOWHERE) this.metricNameFrom = from;
    this.from[index] = this.metricNameFrom;
    this.to[index] = this.metricNameFrom + METRIC_NAME.length;
  }

  isEmpty(symbol: number): boolean {
    return this.to[symbol] === this.from[symbol];
  }

  /** A symbol as text. @throws TypeError when it is not UTF-8 */
  text(symbol: number): string {
    return utf8.decode(this.#body.subarray(this.from[symbol], this.to[symbol]));
  }

  #isMetricName(from: number): boolean {
    for (let i = 0; i < METRIC_NAME.length; i++) if (this.#body[from + i] !== METRIC_NAME[i]) return false;
    return true;
  }
}

/** Label runs one behind the other in a buffer that is used again by the next request. */
export class LabelRuns {
  length = 0;
  bytes = new Uint8Array(RUN_BYTES_MIN);
  #view = new DataView(this.bytes.buffer);

  /** Appends a label; one with an empty value is left out, which says the same. */
  append(symbols: SymbolTable, name: number, value: number): void {
    const source = symbols.view;
    const nameFrom = symbols.from[name]!;
    const valueFrom = symbols.from[value]!;
    const nameLength = symbols.to[name]! - nameFrom;
    const valueLength = symbols.to[value]! - valueFrom;
    if (valueLength === 0) return;
    if (this.bytes.length - this.length < LABEL_FRAME_BYTES_MAX + nameLength + valueLength) {
      this.#grow(LABEL_FRAME_BYTES_MAX + nameLength + valueLength);
    }
    const target = this.#view;
    let at = this.length;
    if (nameLength + valueLength < 0x7c) {
      // The ordinary case: every length is one byte.
      target.setUint8(at, LABEL_TAG);
      target.setUint8(at + 1, nameLength + valueLength + 4);
      target.setUint8(at + 2, NAME_TAG);
      target.setUint8(at + 3, nameLength);
      at += 4;
      copy(source, nameFrom, nameLength, target, at);
      at += nameLength;
      target.setUint8(at, VALUE_TAG);
      target.setUint8(at + 1, valueLength);
      at += 2;
    } else {
      const frame = 2 + varintLength(nameLength) + varintLength(valueLength);
      at = this.#head(at, LABEL_TAG, frame + nameLength + valueLength);
      at = this.#head(at, NAME_TAG, nameLength);
      copy(source, nameFrom, nameLength, target, at);
      at = this.#head(at + nameLength, VALUE_TAG, valueLength);
    }
    copy(source, valueFrom, valueLength, target, at);
    this.length = at + valueLength;
  }

  /** Writes a tag and a length at `at` and returns where they end. */
  #head(at: number, tag: number, length: number): number {
    const bytes = this.bytes;
    bytes[at++] = tag;
    for (; length >= 0x80; length >>>= 7) bytes[at++] = (length & 0x7f) | 0x80;
    bytes[at++] = length;
    return at;
  }

  #grow(room: number): void {
    this.bytes = grown(this.bytes, new Uint8Array(2 * (this.length + room)));
    this.#view = new DataView(this.bytes.buffer);
  }
}

function copy(source: DataView, from: number, length: number, target: DataView, at: number): void {
  if (length < 4) {
    for (let i = 0; i < length; i++) target.setUint8(at + i, source.getUint8(from + i));
    return;
  }
  const last = length - 4;
  for (let i = 0; i < last; i += 4) target.setUint32(at + i, source.getUint32(from + i, true), true);
  target.setUint32(at + last, source.getUint32(from + last, true), true);
}

function grown<T extends Uint8Array | Uint32Array>(old: T, bigger: T): T {
  bigger.set(old);
  return bigger;
}
