/** Reads a run of bits, most significant first. Reading behind its end throws a RangeError. */
export class BitReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  /** Begins at `from`; the run ends at `to`, both in bytes. */
  reset(bytes: Uint8Array, from: number, to: number): this {
    this.#bytes = bytes;
    this.#at = 8 * from;
    this.#end = 8 * to;
    return this;
  }

  /** How many bits are left, those of a byte that was only begun included. */
  get left(): number {
    return this.#end - this.#at;
  }

  /** The next `count` (1 to 32) bits as an unsigned number. */
  take(count: number): number {
    if (this.#at + count > this.#end) throw new RangeError('a chunk ends within a sample');
    const bytes = this.#bytes;
    const shift = this.#at % 8;
    let at = (this.#at - shift) / 8;
    // Never more than 40 bits, which a double holds exactly.
    let value = bytes[at]! & (0xff >>> shift);
    let have = 8 - shift;
    while (have < count) {
      value = value * 256 + bytes[++at]!;
      have += 8;
    }
    this.#at += count;
    return Math.floor(value / 2 ** (have - count)) >>> 0;
  }
}
