import { assert } from '@ampere/platform';

/**
 * How many bytes of request bodies may be held at once by all requests together, so that many large
 * bodies can't exhaust the memory. Bytes are counted as they arrive, not as they are declared:
 * announcing a body takes nothing from others.
 */
export class BodyBudget {
  readonly #bytesMax: number;
  #bytesHeld = 0;

  constructor(bytesMax: number) {
    assert(bytesMax > 0, `a body budget of ${bytesMax} bytes`);
    this.#bytesMax = bytesMax;
  }

  get bytesHeld(): number {
    return this.#bytesHeld;
  }

  /** False when the budget is used up; nothing is taken then. */
  tryTake(bytes: number): boolean {
    if (this.#bytesHeld + bytes > this.#bytesMax) return false;
    this.#bytesHeld += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    assert(bytes <= this.#bytesHeld, `${bytes} bytes given back of ${this.#bytesHeld}`);
    this.#bytesHeld -= bytes;
  }
}
