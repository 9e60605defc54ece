import type { AggregateExpr } from '../../parser/ast.ts';
import type { Annotations } from '../annotations.ts';
import { type Origin, originOf, type QueryContext } from '../query-context.ts';

/** What an aggregation may have to say about its input. */
export class AggregationNotes {
  readonly #annotations: Annotations;
  readonly #operator: string;
  readonly #at: Origin;

  /** They stand where the aggregated expression begins, or where it is said. */
  constructor(query: QueryContext, expr: AggregateExpr, position = expr.expr.position) {
    this.#annotations = query.annotations;
    this.#operator = expr.operator;
    this.#at = originOf(query, expr, position);
  }

  histogramIgnored(): void {
    this.#annotations.histogramIgnoredInAggregation(this.#operator, this.#at);
  }

  mixed(): void {
    this.#annotations.mixedFloatsHistogramsAggregation(this.#at);
  }

  mixedExponentialCustom(metric: string): void {
    this.#annotations.mixedExponentialCustom(metric, this.#at);
  }

  counterResetCollision(): void {
    this.#annotations.counterResetCollision('aggregation', this.#at);
  }

  reconciledCustomBuckets(): void {
    this.#annotations.reconciledCustomBuckets('aggregation', this.#at);
  }
}
