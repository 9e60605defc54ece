// Binary operators with a vector on at least one side: which way each goes, and the way of a vector
// with a scalar, which changes each series in place as it comes.

import type { BinaryExpr } from '../../parser/ast.ts';
import { typeOf } from '../../parser/check.ts';
import { withNamesDropped } from '../drop-names.ts';
import { hasOneName } from '../expr-analysis.ts';
import { type Evaluation, originOf } from '../query-context.ts';
import { ABSENT, FLOAT, HISTOGRAM, type SeriesSink, type StepSeries } from '../step-series.ts';
import { ElementOperation, storeResult } from './element.ts';
import { arithmetic, changesMeaning, isSetOperator } from './scalar-operators.ts';
import { streamSetOperation } from './set-operators.ts';
import { streamVectorMatching } from './vector-matching.ts';

export function streamBinary(ev: Evaluation, expr: BinaryExpr, sink: SeriesSink): void {
  if (isSetOperator(expr.operator)) {
    streamSetOperation(ev, expr, expr.operator, sink);
    return;
  }
  const left = typeOf(expr.left);
  const right = typeOf(expr.right);
  if (left === 'vector' && right === 'vector') {
    streamVectorMatching(ev, expr, sink);
    return;
  }
  const vector = left === 'vector' ? expr.left : expr.right;
  const scalars = ev.scalar(left === 'vector' ? expr.right : expr.left);
  const scalarIsLeft = left === 'scalar';
  const operation = new ElementOperation(expr.operator, ev.query.annotations, originOf(ev.query, expr));
  const run = (into: SeriesSink) => {
    ev.stream(vector, (series) => {
      ev.query.budget.work(series.kinds.length);
      if (changesMeaning(expr.operator) && series.histograms === null) {
        applyArithmetic(expr, series, scalars, scalarIsLeft);
        into(series);
      } else if (applyToAll(operation, expr.returnBool, series, scalars, scalarIsLeft)) {
        into(series);
      }
    });
  };
  if (changesMeaning(expr.operator) || expr.returnBool) withNamesDropped(ev, hasOneName(vector), run, sink);
  else run(sink);
}

/** The short way: floats only, a result for every sample. */
function applyArithmetic(
  expr: BinaryExpr,
  series: StepSeries,
  scalars: Float64Array,
  scalarIsLeft: boolean,
): void {
  const { values } = series;
  const operator = expr.operator;
  if (scalarIsLeft) {
    for (let step = 0; step < values.length; step++)
      values[step] = arithmetic(operator, scalars[step]!, values[step]!);
  } else {
    for (let step = 0; step < values.length; step++)
      values[step] = arithmetic(operator, values[step]!, scalars[step]!);
  }
}

/** Whether any sample is left. */
function applyToAll(
  operation: ElementOperation,
  returnBool: boolean,
  series: StepSeries,
  scalars: Float64Array,
  scalarIsLeft: boolean,
): boolean {
  let any = false;
  for (let step = 0; step < series.kinds.length; step++) {
    const kind = series.kinds[step];
    if (kind === ABSENT) continue;
    const scalar = scalars[step]!;
    if (kind === HISTOGRAM) {
      const histogram = series.histogramAt(step);
      if (scalarIsLeft) operation.floatAndHistogram(scalar, histogram);
      else operation.histogramAndFloat(histogram, scalar);
    } else if (scalarIsLeft) {
      operation.floats(scalar, series.values[step]!);
      // A comparison keeps the vector's value, whichever side it stands on.
      if (operation.defined && operation.kind === FLOAT && !changesMeaning(operation.operator)) {
        operation.value = series.values[step]!;
      }
    } else {
      operation.floats(series.values[step]!, scalar);
    }
    any = storeResult(operation, returnBool, series, step) || any;
  }
  return any;
}
