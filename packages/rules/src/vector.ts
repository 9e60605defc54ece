// Results of queries as rules take them, and samples on their way to storage.

import type { FloatHistogram, QueryValue, VectorValue } from '@ampere/promql';
import { Labels, setStaleAt } from '@ampere/series';
import { RuleError, type RuleWrite } from './rule-host.ts';

/** A vector, a scalar as a vector of one series without labels. Throws RuleError for other results. */
export function vectorOf(value: QueryValue): VectorValue {
  if (value.type === 'vector') return value;
  if (value.type !== 'scalar') throw new RuleError('rule result is not a vector or scalar');
  return {
    type: 'vector',
    timeMs: value.timeMs,
    labels: [Labels.EMPTY],
    values: Float64Array.of(value.value),
    histograms: null,
  };
}

/** Samples of one moment, gathered. */
export class SampleList {
  readonly labels: Labels[] = [];
  readonly #values: number[] = [];
  readonly #stale: number[] = [];
  readonly #histograms: (FloatHistogram | undefined)[] = [];
  #hasHistograms = false;

  add(labels: Labels, value: number, histogram?: FloatHistogram): void {
    this.labels.push(labels);
    this.#values.push(value);
    this.#histograms.push(histogram);
    if (histogram !== undefined) this.#hasHistograms = true;
  }

  /** Says that a series has ended. */
  addStale(labels: Labels): void {
    this.#stale.push(this.labels.length);
    this.add(labels, 0);
  }

  writeAt(timeMs: number): RuleWrite {
    const valueWords = new Uint32Array(Float64Array.from(this.#values).buffer);
    for (const index of this.#stale) setStaleAt(valueWords, index);
    return {
      timeMs,
      labels: this.labels,
      valueWords,
      histograms: this.#hasHistograms ? this.#histograms : null,
    };
  }
}
