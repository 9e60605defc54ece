import { createHmac, timingSafeEqual } from 'node:crypto';
import { fieldInvalid } from './errors.ts';

/** Entries on a page, when the caller doesn't say. */
export const PAGE_SIZE_DEFAULT = 100;

const POSITION_BYTES = 8;
const MAC_BYTES = 16;

/**
 * Makes and reads `nextToken`: a position in a list, bound to that list and its filter by a keyed hash.
 * To clients it is opaque; one that we didn't give for this very list is refused.
 */
export class PageTokens {
  readonly #key: Uint8Array;

  /** @param key secret of this database, so that tokens stay good over a restart. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** @param list the operation and everything that decides which entries it lists, but for the page size. */
  issue(list: readonly string[], position: number): string {
    const place = Buffer.alloc(POSITION_BYTES);
    place.writeBigUInt64BE(BigInt(position));
    return Buffer.concat([place, this.#mac(list, place)]).toString('base64url');
  }

  /**
   * The position; 0, before the first entry, for no or an empty token.
   *
   * @throws ApiError when the token wasn't given for this list.
   */
  read(list: readonly string[], token: string | undefined): number {
    if (token === undefined || token === '') return 0;
    const bytes = Buffer.from(token, 'base64url');
    const place = bytes.subarray(0, POSITION_BYTES);
    const mac = bytes.subarray(POSITION_BYTES);
    // The text is compared too: base64 has several spellings of the same bytes.
    if (
      bytes.toString('base64url') !== token ||
      mac.length !== MAC_BYTES ||
      !timingSafeEqual(mac, this.#mac(list, place))
    ) {
      throw fieldInvalid('nextToken', 'Member must be a token from the previous page of the same list');
    }
    return Number(place.readBigUInt64BE());
  }

  #mac(list: readonly string[], place: Uint8Array): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify(list))
      .update(place)
      .digest()
      .subarray(0, MAC_BYTES);
  }
}
