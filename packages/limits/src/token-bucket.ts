import { assert, type Clock } from '@ampere/platform';
import type { Rate } from './table.ts';

/**
 * A token bucket: starts full with `burst` tokens, gains `perSecond` of them each second of monotonic
 * time, never holds more than `burst`. A rate or burst of 0 takes everything.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #tokens: number;
  #filledMs: number;

  constructor(rate: Rate, clock: Clock) {
    assert(rate.perSecond >= 0 && rate.burst >= 0, 'a token bucket with a negative rate or burst');
    this.#perSecond = rate.perSecond;
    this.#burst = rate.burst;
    this.#clock = clock;
    this.#tokens = rate.burst;
    this.#filledMs = clock.monotonicMs();
  }

  /** Takes all of `tokens` or none; more than `burst` at once is never to be had. */
  take(tokens = 1): boolean {
    if (this.#perSecond === 0 || this.#burst === 0) return true;
    this.#refill();
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** Milliseconds until `take(tokens)` would succeed if nobody else took any; Infinity when it never will. */
  waitMs(tokens = 1): number {
    if (this.#perSecond === 0 || this.#burst === 0) return 0;
    if (tokens > this.#burst) return Number.POSITIVE_INFINITY;
    this.#refill();
    return Math.max(0, Math.ceil(((tokens - this.#tokens) / this.#perSecond) * 1000));
  }

  /** Tokens that are gone from a full bucket; 0 when it takes everything. */
  get taken(): number {
    if (this.#perSecond === 0 || this.#burst === 0) return 0;
    this.#refill();
    return this.#burst - this.#tokens;
  }

  #refill(): void {
    const nowMs = this.#clock.monotonicMs();
    const gained = ((nowMs - this.#filledMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#filledMs = nowMs;
  }
}
