// The record of float samples out of order: see FORMAT.md.

import { ByteBuffer } from './byte-buffer.ts';

/** Two varints of 8 bytes and a value. */
const SAMPLE_ROOM_BYTES = 24;

/** Builds such a record. */
export class LateSamplesRecord {
  readonly payload = new ByteBuffer();
  #series = 0;
  #timeMs = 0;

  add(series: number, timeMs: number, low: number, high: number): void {
    const { payload } = this;
    payload.reserve(SAMPLE_ROOM_BYTES);
    payload.varint(series - this.#series);
    payload.varint(timeMs - this.#timeMs);
    payload.view.setUint32(payload.length, low, true);
    payload.view.setUint32(payload.length + 4, high, true);
    payload.length += 8;
    this.#series = series;
    this.#timeMs = timeMs;
  }

  clear(): void {
    this.payload.length = 0;
    this.#series = 0;
    this.#timeMs = 0;
  }
}

/** Reads the payload of a valid record. */
export function readLateSamples(
  bytes: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  sink: (series: number, timeMs: number, low: number, high: number) => void,
): void {
  let at = from;
  const varint = (): number => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  };
  let series = 0;
  let timeMs = 0;
  while (at < to) {
    series += varint();
    timeMs += varint();
    sink(series, timeMs, view.getUint32(at, true), view.getUint32(at + 4, true));
    at += 8;
  }
}
