// Protobuf written into one growing buffer. A nested message is written behind room for its length, which is
// filled in when the message ends: as a varint of fixed width, which readers take like any other.

const FIRST_BYTES = 4096;
/** A length below 2^28 takes four bytes. */
const LENGTH_BYTES = 4;
const VARINT_BYTES_MAX = 10;

export class MessageBytes {
  bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.bytes.buffer);
  at = 0;

  /** What was written; valid until the next write. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  clear(): void {
    this.at = 0;
  }

  /** Begins a nested message; the result is for `end`. */
  begin(field: number): number {
    this.#reserve(2 * VARINT_BYTES_MAX);
    this.#varint((field << 3) | 2);
    this.at += LENGTH_BYTES;
    return this.at;
  }

  end(from: number): void {
    let length = this.at - from;
    for (let i = from - LENGTH_BYTES; i < from - 1; i++) {
      this.bytes[i] = (length & 0x7f) | 0x80;
      length >>>= 7;
    }
    this.bytes[from - 1] = length;
  }

  text(field: number, text: string): void {
    this.#reserve(2 * VARINT_BYTES_MAX + 3 * text.length);
    const encoded = Buffer.from(text, 'utf8');
    this.data(field, encoded, 0, encoded.length);
  }

  data(field: number, bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(2 * VARINT_BYTES_MAX + to - from);
    this.#varint((field << 3) | 2);
    this.#varint(to - from);
    this.bytes.set(bytes.subarray(from, to), this.at);
    this.at += to - from;
  }

  /** Any whole number that a double holds exactly. */
  integer(field: number, value: number): void {
    this.#reserve(2 * VARINT_BYTES_MAX);
    this.#varint(field << 3);
    this.#varint(value);
  }

  /** A zigzag integer below 2^31. */
  signed(field: number, value: number): void {
    this.integer(field, value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** A float as its two words, so that a stale marker stays one. */
  float(field: number, low: number, high: number): void {
    this.#reserve(2 * VARINT_BYTES_MAX);
    this.#varint((field << 3) | 1);
    this.#view.setUint32(this.at, low, true);
    this.#view.setUint32(this.at + 4, high, true);
    this.at += 8;
  }

  number(field: number, value: number): void {
    this.#reserve(2 * VARINT_BYTES_MAX);
    this.#varint((field << 3) | 1);
    this.#view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  numbers(field: number, values: Float64Array): void {
    if (values.length === 0) return;
    const from = this.begin(field);
    this.#reserve(8 * values.length);
    for (const value of values) {
      this.#view.setFloat64(this.at, value, true);
      this.at += 8;
    }
    this.end(from);
  }

  #varint(value: number): void {
    const { bytes } = this;
    if (value < 0) {
      this.#negative(value);
      return;
    }
    let rest = value;
    while (rest >= 0x80) {
      bytes[this.at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    bytes[this.at++] = rest;
  }

  /** Two's complement of 64 bits. */
  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
    this.bytes[this.at++] = Number(rest);
  }

  #reserve(byteCount: number): void {
    const needed = this.at + byteCount;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
