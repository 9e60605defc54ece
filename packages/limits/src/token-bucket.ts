import { assert, type Clock } from '@ampere/platform';
import type { Rate } from './table.ts';

/**
 * A token bucket whose rate may change while it is used: starts full with `burst` tokens, gains `perSecond` of them each second of monotonic
 * time, never holds more than `burst`. A rate or burst of 0 takes everything.
 */
export class TokenBucket {
  readonly #rateNow: () => Rate;
  readonly #clock: Clock;
  #tokens: number;
  #filledMs: number;

  constructor(rateNow: () => Rate, clock: Clock) {
    const { perSecond, burst } = rateNow();
    assert(perSecond >= 0 && burst >= 0, 'a token bucket with a negative rate or burst');
    this.#rateNow = rateNow;
    this.#clock = clock;
    this.#tokens = burst;
    this.#filledMs = clock.monotonicMs();
  }

  /** Takes all of `tokens` or none; more than `burst` at once is never to be had. */
  take(tokens = 1): boolean {
    const rate = this.#rateNow();
    if (rate.perSecond === 0 || rate.burst === 0) return true;
    this.#refill(rate);
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** Milliseconds until `take(tokens)` would succeed if nobody else took any; Infinity when it never will. */
  waitMs(tokens = 1): number {
    const rate = this.#rateNow();
    if (rate.perSecond === 0 || rate.burst === 0) return 0;
    if (tokens > rate.burst) return Number.POSITIVE_INFINITY;
    this.#refill(rate);
    return Math.max(0, Math.ceil(((tokens - this.#tokens) / rate.perSecond) * 1000));
  }

  /** Tokens that are gone from a full bucket; 0 when it takes everything. */
  get taken(): number {
    const rate = this.#rateNow();
    if (rate.perSecond === 0 || rate.burst === 0) return 0;
    this.#refill(rate);
    return rate.burst - this.#tokens;
  }

  #refill({ perSecond, burst }: Rate): void {
    const nowMs = this.#clock.monotonicMs();
    const gained = ((nowMs - this.#filledMs) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + gained);
    this.#filledMs = nowMs;
  }
}
