import { type Rate, TokenBucket } from '@ampere/limits';
import type { Clock } from '@ampere/platform';
import { RefusedError } from './exchange.ts';
import { throttled } from './refusals.ts';

/** More than any server here will have; a full table is emptied, which only grants fresh bursts. */
const CALLERS_MAX = 1000;

/** Bounds management calls, by whatever callers are told apart by. */
export class CallThrottle {
  readonly #rate: () => Rate;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: () => Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Throws RefusedError when the caller has used up its calls. */
  take(caller: string): void {
    let bucket = this.#buckets.get(caller);
    if (bucket === undefined) {
      if (this.#buckets.size >= CALLERS_MAX) this.#buckets.clear();
      bucket = new TokenBucket(this.#rate, this.#clock);
      this.#buckets.set(caller, bucket);
    }
    if (bucket.take()) return;
    throw new RefusedError(throttled(Math.max(1, Math.ceil(bucket.waitMs() / 1000))));
  }
}
