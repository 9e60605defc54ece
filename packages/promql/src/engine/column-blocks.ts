// Memory for the columns of series: small arrays cut from large blocks.
//
// A typed array of its own costs an allocation outside of the heap and work for the garbage collector;
// a hundred thousand short ones cost more than what is computed with them. So short columns are views
// of a block that many share. Nothing is ever given back: a block goes when the last view of it goes.

const BLOCK_BYTES = 1 << 18;
/** Columns longer than this have memory of their own. */
const SHARED_ELEMENTS_MAX = 2048;

/** Where the next columns come from. */
export class ColumnBlocks {
  #floats = new ArrayBuffer(0);
  #floatsUsed = 0;
  #bytes = new ArrayBuffer(0);
  #bytesUsed = 0;

  /** `length` zeros. */
  floats(length: number): Float64Array {
    if (length > SHARED_ELEMENTS_MAX) return new Float64Array(length);
    const size = 8 * length;
    if (this.#floatsUsed + size > this.#floats.byteLength) {
      this.#floats = new ArrayBuffer(BLOCK_BYTES);
      this.#floatsUsed = 0;
    }
    const column = new Float64Array(this.#floats, this.#floatsUsed, length);
    this.#floatsUsed += size;
    return column;
  }

  /** `length` zeros. */
  bytes(length: number): Uint8Array {
    if (length > SHARED_ELEMENTS_MAX) return new Uint8Array(length);
    if (this.#bytesUsed + length > this.#bytes.byteLength) {
      this.#bytes = new ArrayBuffer(BLOCK_BYTES);
      this.#bytesUsed = 0;
    }
    const column = new Uint8Array(this.#bytes, this.#bytesUsed, length);
    this.#bytesUsed += length;
    return column;
  }
}
