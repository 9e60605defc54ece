import { ByteBuffer } from '../wal/byte-buffer.ts';
import { SERIES_DELTA, SERIES_NEXT, TIME_DELTA } from '../wal/records.ts';

const SERIES_SAME = 0;
/** Room for one sample: control byte, two varints of 8 bytes, the value. */
const SAMPLE_ROOM_BYTES = 1 + 8 + 8 + 8;

/** Builds a samples record as the kernels do (assembly/log.ts): their twin. */
export class SamplesRecord {
  readonly payload = new ByteBuffer();
  maxTimeMs = Number.NEGATIVE_INFINITY;
  #series = 0;
  #timeMs = 0;

  add(series: number, timeMs: number, low: number, high: number): void {
    const { payload } = this;
    payload.reserve(SAMPLE_ROOM_BYTES);
    const step = series - this.#series;
    const delayMs = timeMs - this.#timeMs;
    const valueBytes =
      low !== 0
        ? 8 - ((31 - Math.clz32(low & -low)) >>> 3)
        : high !== 0
          ? 4 - ((31 - Math.clz32(high & -high)) >>> 3)
          : 0;
    const seriesBits = step === 0 ? SERIES_SAME : step === 1 ? SERIES_NEXT : SERIES_DELTA;
    payload.bytes[payload.length++] = valueBytes | seriesBits | (delayMs === 0 ? 0 : TIME_DELTA);
    if (seriesBits === SERIES_DELTA) payload.varint(step);
    if (delayMs !== 0) payload.varint(delayMs);
    payload.view.setUint32(payload.length, high);
    payload.view.setUint32(payload.length + 4, low);
    payload.length += valueBytes;
    this.#series = series;
    this.#timeMs = timeMs;
    if (timeMs > this.maxTimeMs) this.maxTimeMs = timeMs;
  }

  clear(): void {
    this.payload.length = 0;
    this.maxTimeMs = Number.NEGATIVE_INFINITY;
    this.#series = 0;
    this.#timeMs = 0;
  }
}

/** Where reading stands: varints are read through it. */
let cursor = 0;

function readUvarint(bytes: Uint8Array): number {
  let byte = bytes[cursor++]!;
  let value = byte & 0x7f;
  let unit = 128;
  while (byte >= 0x80) {
    byte = bytes[cursor++]!;
    value += (byte & 0x7f) * unit;
    unit *= 128;
  }
  return value;
}

function readVarint(bytes: Uint8Array): number {
  const value = readUvarint(bytes);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Hands the samples of a record's payload to a sink; `view` must be readable for 8 bytes behind `to`. */
export function readSamples(
  bytes: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  sink: (series: number, timeMs: number, low: number, high: number) => void,
): void {
  let series = 0;
  let timeMs = 0;
  let at = from;
  while (at < to) {
    const control = bytes[at++]!;
    const seriesBits = control & (3 << 4);
    if (seriesBits === SERIES_NEXT) {
      series++;
    } else if (seriesBits === SERIES_DELTA) {
      cursor = at;
      series += readVarint(bytes);
      at = cursor;
    }
    if ((control & TIME_DELTA) !== 0) {
      cursor = at;
      timeMs += readVarint(bytes);
      at = cursor;
    }
    const valueBytes = control & 15;
    let high = 0;
    let low = 0;
    if (valueBytes > 4) {
      high = view.getUint32(at);
      low = view.getUint32(at + 4) & (-1 << (64 - 8 * valueBytes));
    } else if (valueBytes > 0) {
      high = view.getUint32(at) & (-1 << (32 - 8 * valueBytes));
    }
    at += valueBytes;
    sink(series, timeMs, low >>> 0, high >>> 0);
  }
}
