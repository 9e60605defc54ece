import { assert } from '@ampere/platform';

/** Bytes behind the last bit that a `put` may touch. */
const ROOM_BYTES = 8;

const double = new DataView(new ArrayBuffer(8));

/** A run of bits, most significant first, in memory of its own that grows. */
export class BitWriter {
  bytes: Uint8Array;
  #view: DataView;
  /** Bits in use. */
  bits = 0;

  constructor(capacity = 128) {
    this.bytes = new Uint8Array(capacity + ROOM_BYTES);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Bytes in use, the last one perhaps in part. */
  get length(): number {
    return (this.bits + 7) >>> 3;
  }

  /** What was written; stale after the next `put`. */
  content(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Writes the low `count` (1 to 32) bits of a number. */
  put(value: number, count: number): void {
    assert(count > 0 && count <= 32, 'a number of bits out of range');
    const at = this.bits >>> 3;
    if (at + ROOM_BYTES > this.bytes.length) this.#grow();
    const shift = this.bits & 7;
    const top = value << (32 - count);
    const view = this.#view;
    // The byte that was begun keeps its first bits; what follows is written over.
    view.setUint8(at, (view.getUint8(at) & ~(0xff >>> shift)) | (top >>> (24 + shift)));
    view.setUint32(at + 1, top << (8 - shift));
    this.bits += count;
  }

  /** Writes 64 bits, given as two words. */
  putWords(high: number, low: number): void {
    this.put(high, 32);
    this.put(low, 32);
  }

  /** Writes the bits of a float; of a NaN the payload may be lost. */
  putDouble(value: number): void {
    double.setFloat64(0, value);
    this.putWords(double.getUint32(0), double.getUint32(4));
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.bytes.length);
    grown.set(this.bytes);
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
