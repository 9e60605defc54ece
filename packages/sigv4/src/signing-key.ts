import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { assert } from '@ampere/platform';

/** What a signing key is derived from, besides the secret. */
export interface SigningKeyScope {
  /** `20150830`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** The key of one day, region and service: four HMACs deep from the secret. */
export function deriveSigningKey(secretAccessKey: string, scope: SigningKeyScope): KeyObject {
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const ofDate = hmac(`AWS4${secretAccessKey}`, scope.date);
  const ofService = hmac(hmac(ofDate, scope.region), scope.service);
  return createSecretKey(hmac(ofService, 'aws4_request'));
}

/** Keys for some thousand callers a day; an entry is a few hundred bytes. */
const CAPACITY_DEFAULT = 4096;

/**
 * Derived signing keys, the least recently used dropped first. An entry counts only for the secret
 * that it was derived from, so a rotated secret takes effect at once.
 */
export class SigningKeyCache {
  readonly #capacity: number;
  readonly #entries = new Map<string, { readonly secretAccessKey: string; readonly key: KeyObject }>();

  constructor(capacity = CAPACITY_DEFAULT) {
    assert(capacity >= 1, 'a signing key cache has room for one key');
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(accessKeyId: string, secretAccessKey: string, scope: SigningKeyScope): KeyObject {
    // A slash can't be in any of the parts: they were divided at the slashes.
    const name = `${accessKeyId}/${scope.date}/${scope.region}/${scope.service}`;
    let entry = this.#entries.get(name);
    this.#entries.delete(name);
    if (entry === undefined || entry.secretAccessKey !== secretAccessKey) {
      entry = { secretAccessKey, key: deriveSigningKey(secretAccessKey, scope) };
    }
    // A Map keeps the order of insertion, so the first one is the one unused for longest.
    this.#entries.set(name, entry);
    if (this.#entries.size > this.#capacity) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return entry.key;
  }
}
