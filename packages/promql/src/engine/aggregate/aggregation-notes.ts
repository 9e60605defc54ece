import type { AggregateExpr } from '../../parser/ast.ts';
import type { Annotations } from '../annotations.ts';

/** What an aggregation may have to say about its input. */
export class AggregationNotes {
  readonly #annotations: Annotations;
  readonly #expr: AggregateExpr;

  constructor(annotations: Annotations, expr: AggregateExpr) {
    this.#annotations = annotations;
    this.#expr = expr;
  }

  histogramIgnored(): void {
    this.#annotations.histogramIgnoredInAggregation(this.#expr.operator, this.#expr.expr.position);
  }

  mixed(): void {
    this.#annotations.mixedFloatsHistogramsAggregation(this.#expr.expr.position);
  }

  mixedExponentialCustom(): void {
    this.#annotations.mixedExponentialCustom('', this.#expr.expr.position);
  }

  counterResetCollision(): void {
    this.#annotations.counterResetCollision('aggregation', this.#expr.expr.position);
  }

  reconciledCustomBuckets(): void {
    this.#annotations.reconciledCustomBuckets('aggregation', this.#expr.expr.position);
  }
}
