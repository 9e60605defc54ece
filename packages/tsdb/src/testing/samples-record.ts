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
