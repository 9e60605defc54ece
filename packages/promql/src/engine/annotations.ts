// Warnings and infos that go with a result, in Prometheus' words.
//
// A text is told once, however often it is said; of several places the one whose operator finishes last
// is shown.

import { formatFloatG, quote } from '@ampere/go-text';
import type { Origin } from './query-context.ts';

/** What the two operands of a binary operator were, for the info about types that don't go together. */
export type SampleType = 'float' | 'histogram';

export class Annotations {
  readonly #text: string;
  readonly #warnings = new Map<string, Origin>();
  readonly #infos = new Map<string, Origin>();
  /** How often anything was said, also what is told only once. */
  said = 0;

  /** `text` is the query, from which a position's line and column are counted; '' when unknown. */
  constructor(text: string) {
    this.#text = text;
  }

  get warnings(): string[] {
    return Array.from(this.#warnings, ([text, at]) => `PromQL warning: ${text} (${this.#lineAndColumn(at)})`);
  }

  get infos(): string[] {
    return Array.from(this.#infos, ([text, at]) => `PromQL info: ${text} (${this.#lineAndColumn(at)})`);
  }

  invalidQuantile(quantile: number, at: Origin): void {
    this.#warn(`quantile value should be between 0 and 1, got ${formatFloatG(quantile)}`, at);
  }

  invalidRatio(ratio: number, capped: number, at: Origin): void {
    const text = `ratio value should be between -1 and 1, got ${formatFloatG(ratio)}, capping to ${formatFloatG(capped)}`;
    this.#warn(text, at);
  }

  badBucketLabel(metric: string, value: string, at: Origin): void {
    const text = `bucket label "le" is missing or has a malformed value of ${quote(value)}`;
    this.#warn(`${text} for metric name ${quote(metric)}`, at);
  }

  mixedFloatsHistograms(metric: string, at: Origin): void {
    this.#warn(`encountered a mix of histograms and floats for metric name ${quote(metric)}`, at);
  }

  mixedFloatsHistogramsAggregation(at: Origin): void {
    this.#warn('encountered a mix of histograms and floats for aggregation', at);
  }

  mixedClassicNative(metric: string, at: Origin): void {
    const text = 'vector contains a mix of classic and native histograms';
    this.#warn(`${text} for metric name ${quote(metric)}`, at);
  }

  histogramNotCounter(metric: string, at: Origin): void {
    this.#warn(`this native histogram metric is not a counter: ${quote(metric)}`, at);
  }

  histogramNotGauge(metric: string, at: Origin): void {
    this.#warn(`this native histogram metric is not a gauge: ${quote(metric)}`, at);
  }

  mixedExponentialCustom(metric: string, at: Origin): void {
    const text =
      'vector contains a mix of histograms with exponential and custom buckets schemas for metric name';
    this.#warn(`${text} ${quote(metric)}`, at);
  }

  incompatibleBucketLayout(operator: string, at: Origin): void {
    this.#warn(`incompatible bucket layout encountered for binary operator ${operator}`, at);
  }

  counterResetCollision(operation: string, at: Origin): void {
    this.#warn(`conflicting counter resets during histogram ${operation}`, at);
  }

  reconciledCustomBuckets(operation: string, at: Origin): void {
    this.#info(`mismatched custom buckets were reconciled during ${operation}`, at);
  }

  possibleNonCounter(metric: string, at: Origin): void {
    const text = 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket:';
    this.#info(`${text} ${quote(metric)}`, at);
  }

  possibleNonCounterLabel(metric: string, type: string, at: Origin): void {
    const text = 'metric might not be a counter, __type__ label is not set to "counter" or "histogram"';
    this.#info(`${text}, got ${quote(type)}: ${quote(metric)}`, at);
  }

  forcedMonotonicity(metric: string, at: Origin): void {
    const text =
      'input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)';
    this.#info(`${text} for metric name ${quote(metric)}`, at);
  }

  quantileOfNaN(metric: string, at: Origin): void {
    this.#info(`input to histogram_quantile has NaN observations, result is NaN${forMetric(metric)}`, at);
  }

  quantileSkewedByNaN(metric: string, at: Origin): void {
    const text = 'input to histogram_quantile has NaN observations, result is skewed higher';
    this.#info(text + forMetric(metric), at);
  }

  fractionWithoutNaN(metric: string, at: Origin): void {
    const text = 'input to histogram_fraction has NaN observations, which are excluded from all fractions';
    this.#info(text + forMetric(metric), at);
  }

  incompatibleTypes(left: SampleType, operator: string, right: SampleType, at: Origin): void {
    const text = `incompatible sample types encountered for binary operator ${quote(operator)}`;
    this.#info(`${text}: ${left} ${operator} ${right}`, at);
  }

  histogramIgnoredInAggregation(aggregation: string, at: Origin): void {
    this.#info(`ignored histogram in ${aggregation} aggregation`, at);
  }

  histogramIgnoredInMixedRange(metric: string, at: Origin): void {
    const text = 'ignored histograms in a range containing both floats and histograms for metric name';
    this.#info(`${text} ${quote(metric)}`, at);
  }

  #warn(text: string, at: Origin): void {
    this.said++;
    keepLast(this.#warnings, text, at);
  }

  #info(text: string, at: Origin): void {
    this.said++;
    keepLast(this.#infos, text, at);
  }

  /** Positions are in bytes, and so is the column; the text is only looked at when it isn't one line of ASCII. */
  #lineAndColumn(at: Origin): string {
    if (!this.#text.includes('\n')) return `1:${at.start + 1}`;
    const before = Buffer.from(this.#text, 'utf8').subarray(0, at.start);
    let line = 1;
    let lastBreak = -1;
    for (let i = 0; i < before.length; i++) {
      if (before[i] !== 0x0a) continue;
      line++;
      lastBreak = i;
    }
    return `${line}:${at.start - lastBreak}`;
  }
}

function keepLast(said: Map<string, Origin>, text: string, at: Origin): void {
  const known = said.get(text);
  if (known === undefined || known.turn < at.turn) said.set(text, at);
}

function forMetric(metric: string): string {
  return metric === '' ? '' : ` for metric name ${quote(metric)}`;
}
