// The evaluation of an expression tree over a sequence of steps.
//
// 1. A node of vector type pushes its series one after another into a sink (`stream`); who needs all of
//    them at once asks for `collect`. Scalars are one number a step.
// 2. A part that is the same at every step (everything in it has `@`) is evaluated for one step, and
//    its samples are repeated.
// 3. A part that occurs more than once is evaluated once (kept-parts.ts).
// 4. The work of each kind of node is in the folder named after it; this file only finds who does it.

import { assert } from '@ampere/platform';
import type { Expr } from '../parser/ast.ts';
import { typeOf } from '../parser/check.ts';
import { streamAggregate } from './aggregate/aggregate.ts';
import { streamBinary } from './binary/binary.ts';
import { scalarBinary } from './binary/scalar-operators.ts';
import { withNamesDropped } from './drop-names.ts';
import { hasOneName, isStepInvariant } from './expr-analysis.ts';
import { scalarCall, streamCall } from './functions/calls.ts';
import { scaleHistogram } from './histograms.ts';
import { type Evaluation, type QueryContext, unwrapParens } from './query-context.ts';
import { streamSelector } from './selector.ts';
import { FLOAT, HISTOGRAM, type SeriesSink, StepSeries } from './step-series.ts';
import { Steps } from './steps.ts';

export class Evaluator implements Evaluation {
  readonly query: QueryContext;
  readonly steps: Steps;

  constructor(query: QueryContext, steps: Steps) {
    this.query = query;
    this.steps = steps;
  }

  over(steps: Steps): Evaluation {
    return new Evaluator(this.query, steps);
  }

  stream(expr: Expr, sink: SeriesSink): void {
    expr = unwrapParens(expr);
    if (this.steps.count === 0) return;
    if (this.steps.count > 1 && isStepInvariant(expr)) {
      this.#streamInvariant(expr, sink);
      return;
    }
    const common = this.query.commonParts.get(expr);
    if (common === undefined) this.#evaluate(expr, sink);
    else common.stream(this, (into) => this.#evaluate(expr, into), sink);
  }

  #evaluate(expr: Expr, sink: SeriesSink): void {
    switch (expr.kind) {
      case 'vector-selector':
        streamSelector(this, expr, sink, 'value');
        return;
      case 'aggregate':
        streamAggregate(this, expr, sink);
        return;
      case 'binary':
        streamBinary(this, expr, sink);
        return;
      case 'call':
        streamCall(this, expr, sink);
        return;
      case 'unary':
        if (expr.operator === '+') {
          this.stream(expr.expr, sink);
          return;
        }
        this.#streamNegation(expr.expr, sink);
        return;
      default:
        assert(false, `${expr.kind} is no instant vector`);
    }
  }

  collect(expr: Expr): StepSeries[] {
    const all: StepSeries[] = [];
    this.stream(expr, (series) => {
      const owned = series.owned();
      this.query.budget.holdSeries(owned);
      all.push(owned);
    });
    return all;
  }

  scalar(expr: Expr): Float64Array {
    expr = unwrapParens(expr);
    const { count } = this.steps;
    switch (expr.kind) {
      case 'number':
        return new Float64Array(count).fill(expr.value);
      case 'unary': {
        const operand = this.scalar(expr.expr);
        return expr.operator === '+' ? operand : operand.map((value) => -value);
      }
      default:
    }
    if (count > 1 && isStepInvariant(expr)) {
      const once = this.#once().scalar(expr);
      return new Float64Array(count).fill(once[0]!);
    }
    if (expr.kind === 'binary')
      return scalarBinary(expr.operator, this.scalar(expr.left), this.scalar(expr.right));
    assert(expr.kind === 'call', `${expr.kind} is no scalar`);
    return scalarCall(this, expr);
  }

  text(expr: Expr): string {
    expr = unwrapParens(expr);
    assert(expr.kind === 'string', `${typeOf(expr)} where a string literal was expected`);
    return expr.value;
  }

  #once(): Evaluation {
    return this.over(new Steps(this.steps.startMs, this.steps.startMs, 0));
  }

  #streamInvariant(expr: Expr, sink: SeriesSink): void {
    const { budget } = this.query;
    const before = budget.stats.totalQueryableSamples;
    let downstream = 0;
    this.#once().stream(expr, (single) => {
      const repeated = new StepSeries(single.labels, this.steps.count);
      repeated.dropName = single.dropName;
      repeated.kinds.fill(single.kinds[0]!);
      repeated.values.fill(single.values[0]!);
      if (single.histograms !== null) {
        repeated.histograms = new Array(this.steps.count).fill(single.histograms[0]);
      }
      budget.work(this.steps.count);
      const counted = budget.stats.totalQueryableSamples;
      sink(repeated);
      downstream += budget.stats.totalQueryableSamples - counted;
    });
    // Each step counts as if it had read the samples itself.
    const once = budget.stats.totalQueryableSamples - before - downstream;
    budget.passedOn(once * (this.steps.count - 1));
    if (budget.stepSamples === null) return;
    for (let step = 1; step < this.steps.count; step++) budget.passedOnAt(step, once);
  }

  #streamNegation(operand: Expr, sink: SeriesSink): void {
    withNamesDropped(
      this,
      hasOneName(operand),
      (into) => {
        this.stream(operand, (series) => {
          for (let step = 0; step < series.kinds.length; step++) {
            const kind = series.kinds[step];
            if (kind === FLOAT) series.values[step] = -series.values[step]!;
            else if (kind === HISTOGRAM)
              series.setHistogram(step, scaleHistogram(series.histogramAt(step), -1));
          }
          into(series);
        });
      },
      sink,
    );
  }
}
