// One application of a binary operator to two samples of any type.
//
// The outcome is left in the fields of one reused object: whether there is a result, whether a
// comparison holds, and the result as a float or a histogram. Combinations of types that make no sense
// have no result; the first time one is met the query gets an info about it.

import type { BinaryOperator } from '../../parser/ast.ts';
import type { Annotations } from '../annotations.ts';
import {
  addHistograms,
  divideHistogram,
  histogramsEqual,
  IncompatibleHistogramsError,
  scaleHistogram,
  subtractHistograms,
  trimHistogram,
} from '../histograms.ts';
import type { Origin } from '../query-context.ts';
import { ABSENT, FLOAT, HISTOGRAM, type StepSeries } from '../step-series.ts';
import type { FloatHistogram } from '../types.ts';
import { arithmetic, compare, isComparison } from './scalar-operators.ts';

export class ElementOperation {
  /** The operation has a result; without it the element is left out. */
  defined = false;
  /** For comparisons: it holds. True for everything else that is defined. */
  holds = false;
  kind: typeof FLOAT | typeof HISTOGRAM = FLOAT;
  value = 0;
  histogram: FloatHistogram | undefined = undefined;
  readonly operator: BinaryOperator;
  readonly #isComparison: boolean;
  readonly #annotations: Annotations;
  readonly #position: Origin;

  constructor(operator: BinaryOperator, annotations: Annotations, position: Origin) {
    this.operator = operator;
    this.#isComparison = isComparison(operator);
    this.#annotations = annotations;
    this.#position = position;
  }

  /** Two floats. A comparison's value is the left operand. */
  floats(left: number, right: number): void {
    if (this.operator === '</' || this.operator === '>/') {
      this.defined = false;
      this.#annotations.incompatibleTypes('float', this.operator, 'float', this.#position);
      return;
    }
    this.defined = true;
    this.kind = FLOAT;
    if (this.#isComparison) {
      this.holds = compare(this.operator, left, right);
      this.value = left;
    } else {
      this.holds = true;
      this.value = arithmetic(this.operator, left, right);
    }
  }

  floatAndHistogram(left: number, right: FloatHistogram): void {
    if (this.operator === '*') this.#give(scaleHistogram(right, left));
    else this.#incompatible('float', 'histogram');
  }

  histogramAndFloat(left: FloatHistogram, right: number): void {
    switch (this.operator) {
      case '*':
        this.#give(scaleHistogram(left, right));
        return;
      case '/':
        this.#give(divideHistogram(left, right));
        return;
      case '</':
      case '>/':
        this.#give(trimHistogram(left, right, this.operator === '</'));
        return;
      default:
        this.#incompatible('histogram', 'float');
    }
  }

  histograms(left: FloatHistogram, right: FloatHistogram): void {
    switch (this.operator) {
      case '+':
      case '-':
        this.#combine(left, right);
        return;
      case '==':
      case '!=':
        this.defined = true;
        this.holds = histogramsEqual(left, right) === (this.operator === '==');
        this.kind = HISTOGRAM;
        this.histogram = left;
        return;
      default:
        this.#incompatible('histogram', 'histogram');
    }
  }

  #combine(left: FloatHistogram, right: FloatHistogram): void {
    const adding = this.operator === '+';
    try {
      const result = adding ? addHistograms(left, right) : subtractHistograms(left, right);
      if (result.counterResetCollision) {
        this.#annotations.counterResetCollision(adding ? 'addition' : 'subtraction', this.#position);
      }
      if (result.boundsReconciled) {
        this.#annotations.reconciledCustomBuckets(adding ? 'addition' : 'subtraction', this.#position);
      }
      this.#give(result.histogram);
    } catch (error) {
      if (!(error instanceof IncompatibleHistogramsError)) throw error;
      this.defined = false;
      this.#annotations.incompatibleBucketLayout(this.operator, this.#position);
    }
  }

  #give(histogram: FloatHistogram): void {
    this.defined = true;
    this.holds = true;
    this.kind = HISTOGRAM;
    this.histogram = histogram;
  }

  #incompatible(left: 'float' | 'histogram', right: 'float' | 'histogram'): void {
    this.defined = false;
    this.#annotations.incompatibleTypes(left, this.operator, right, this.#position);
  }
}

/** Writes an operation's outcome as a series' sample; whether there is one. */
export function storeResult(
  operation: ElementOperation,
  returnBool: boolean,
  series: StepSeries,
  step: number,
): boolean {
  if (!operation.defined) {
    series.kinds[step] = ABSENT;
    return false;
  }
  if (returnBool) {
    series.setFloat(step, operation.holds ? 1 : 0);
    return true;
  }
  if (!operation.holds) {
    series.kinds[step] = ABSENT;
    return false;
  }
  if (operation.kind === FLOAT) series.setFloat(step, operation.value);
  else series.setHistogram(step, operation.histogram!);
  return true;
}
