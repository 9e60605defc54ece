// JSON as bytes, written piece by piece: the form in which answers leave the engine.
//
// Large answers are never a tree of JavaScript objects or one long string: they go from columns to bytes
// here, and only small fixed parts are made by JSON.stringify.

import type { Labels } from '@ampere/series';
import { putAscii, putString } from './number-text.ts';

/** How large a piece of an answer gets before it is handed on. */
export const PIECE_BYTES = 64 * 1024;
/** Room for what is written between two looks at `isFull`, so that a piece is seldom copied. */
const OVERSHOOT_BYTES = 40 * 1024;
const FIRST_BYTES = 2048;
const NO_BYTES = new Uint8Array(0);

/**
 * Gathers JSON as bytes. Whoever writes looks at `isFull` now and then (at least once in PIECE_BYTES)
 * and hands on what `take` gives, so that an answer of any size needs memory for one piece.
 */
export class JsonWriter {
  /** Room for the caller's own `put…`; taken afresh after each `reserve`. */
  bytes: Uint8Array = NO_BYTES;
  /** Where the next byte goes. */
  at = 0;
  /** What is allocated next at least: little for small answers, a whole piece for those that go on. */
  #capacity = FIRST_BYTES;

  get isFull(): boolean {
    return this.at >= PIECE_BYTES;
  }

  /** Makes room for so many more bytes. */
  reserve(byteCount: number): void {
    const needed = this.at + byteCount;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#capacity, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
  }

  /** What was written since the last call; belongs to the caller. */
  take(): Uint8Array {
    const piece = this.bytes.subarray(0, this.at);
    this.bytes = NO_BYTES;
    this.at = 0;
    this.#capacity = PIECE_BYTES + OVERSHOOT_BYTES;
    return piece;
  }

  /** Text that is ASCII and stands as it is: punctuation, numbers, constant keys. */
  raw(text: string): void {
    this.reserve(text.length);
    this.at = putAscii(this.bytes, this.at, text);
  }

  string(text: string): void {
    this.reserve(6 * text.length + 2);
    this.at = putString(this.bytes, this.at, text);
  }

  /** A small value of any shape. */
  value(value: unknown): void {
    // Characters above U+007F of JSON.stringify's text stand only inside strings.
    const text = JSON.stringify(value);
    const encoded = Buffer.from(text, 'utf8');
    this.reserve(encoded.length);
    this.bytes.set(encoded, this.at);
    this.at += encoded.length;
  }

  labels(labels: Labels): void {
    this.raw('{');
    for (let i = 0; i < labels.names.length; i++) {
      if (i > 0) this.raw(',');
      this.string(labels.names[i]!);
      this.raw(':');
      this.string(labels.values[i]!);
    }
    this.raw('}');
  }
}

/** Yields whenever the writer is full: the producer of an answer's `data`. */
export type JsonProducer = (writer: JsonWriter) => Generator<Uint8Array, void>;

/** A producer of one small value. */
export function smallValue(value: unknown): JsonProducer {
  return function* (writer) {
    writer.value(value);
    if (writer.isFull) yield writer.take();
  };
}

/** A producer of an array whose elements are written one by one. */
export function arrayOf<T>(items: readonly T[], write: (writer: JsonWriter, item: T) => void): JsonProducer {
  return function* (writer) {
    writer.raw('[');
    for (let i = 0; i < items.length; i++) {
      if (i > 0) writer.raw(',');
      write(writer, items[i]!);
      if (writer.isFull) yield writer.take();
    }
    writer.raw(']');
  };
}
