import { RefusedError } from './exchange.ts';
import { unavailable } from './refusals.ts';

/** Whether requests are taken: `starting` until the composition root says otherwise, then `ready`, at last `stopping`. */
export class Lifecycle {
  #state: 'starting' | 'ready' | 'stopping' = 'starting';

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  get isStopping(): boolean {
    return this.#state === 'stopping';
  }

  /** Has no effect once stopping. */
  markReady(): void {
    if (this.#state === 'starting') this.#state = 'ready';
  }

  markStopping(): void {
    this.#state = 'stopping';
  }

  /** Throws RefusedError, 503, unless ready. */
  requireReady(): void {
    if (this.#state !== 'ready') throw new RefusedError(unavailable(`The server is ${this.#state}.`));
  }
}
