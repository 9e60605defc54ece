/** Bytes that are appended to; grows, is cleared and used again. */
export class ByteBuffer {
  length = 0;
  bytes: Uint8Array;
  view: DataView;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `more` bytes behind `length`; take `bytes` and `view` afresh after it. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  append(from: Uint8Array): void {
    this.reserve(from.length);
    this.bytes.set(from, this.length);
    this.length += from.length;
  }

  /** Appends an unsigned varint of up to 2^53. Reserve 8 bytes before. */
  uvarint(value: number): void {
    while (value >= 0x80) {
      this.bytes[this.length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.bytes[this.length++] = value;
  }

  /** Appends a zigzag varint of up to ±2^52. Reserve 8 bytes before. */
  varint(value: number): void {
    this.uvarint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** What was appended; a view that the next append may make stale. */
  content(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
