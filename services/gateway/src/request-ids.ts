import type { Random } from '@ampere/platform';

const ID_BYTES = 16;

/** Random bytes are drawn for this many ids at once: a draw costs more than the rest of a request's routing. */
const IDS_PER_DRAW = 256;

/** Random UUIDs (RFC 9562, version 4), as `x-amzn-RequestId` carries them. */
export class RequestIds {
  readonly #random: Random;
  #drawn = Buffer.alloc(0);
  #used = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): string {
    if (this.#used >= this.#drawn.length) {
      this.#drawn = Buffer.from(this.#random.bytes(ID_BYTES * IDS_PER_DRAW));
      this.#used = 0;
    }
    const bytes = this.#drawn.subarray(this.#used, this.#used + ID_BYTES);
    this.#used += ID_BYTES;
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}
