import { formatGoDuration } from '@ampere/go-text';
import { QueryError } from '@ampere/promql';
import type { LabelHints, Matcher, Querier, SelectHints, SeriesSet } from '@ampere/series';

/** The text of AMP's limit on the time range of a query. */
export function rangeLimitText(lengthMs: number, limitMs: number): string {
  const [length, limit] = [formatGoDuration(lengthMs), formatGoDuration(limitMs)];
  return `the query time range exceeds the limit (query length: ${length}, limit: ${limit})`;
}

/** A selector reads a longer time than is allowed. */
export class RangeLimitError extends QueryError {
  constructor(lengthMs: number, limitMs: number) {
    super(rangeLimitText(lengthMs, limitMs));
  }
}

/**
 * Refuses selectors that read a longer time than is allowed: a short query with a long range, offset
 * subquery or lookback costs as much as a long one. Lookback comes on top, so that a query of exactly
 * the allowed length passes.
 */
export class RangeLimitedQuerier implements Querier {
  readonly #inner: Querier;
  readonly #limitMs: number;
  readonly #lookbackMs: number;

  constructor(inner: Querier, limitMs: number, lookbackMs: number) {
    this.#inner = inner;
    this.#limitMs = limitMs;
    this.#lookbackMs = lookbackMs;
  }

  select(hints: SelectHints, matchers: readonly Matcher[]): SeriesSet {
    const lengthMs = hints.endMs - hints.startMs;
    if (lengthMs > this.#limitMs + this.#lookbackMs) throw new RangeLimitError(lengthMs, this.#limitMs);
    return this.#inner.select(hints, matchers);
  }

  labelNames(hints: LabelHints, matchers: readonly Matcher[]): string[] {
    return this.#inner.labelNames(hints, matchers);
  }

  labelValues(name: string, hints: LabelHints, matchers: readonly Matcher[]): string[] {
    return this.#inner.labelValues(name, hints, matchers);
  }

  series(hints: LabelHints, matchers: readonly Matcher[]) {
    return this.#inner.series(hints, matchers);
  }

  close(): void {
    this.#inner.close();
  }
}
