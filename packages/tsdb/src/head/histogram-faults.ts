// What makes a native histogram one that is not taken: Prometheus 3.5's checks, in its order and words.

import type { FloatHistogram } from '@ampere/series';
import type { HistogramKind } from '../chunk/histogram-encode.ts';
import { bucketsOf, CUSTOM_BUCKETS, type Spans } from '../chunk/histogram-layout.ts';

const SCHEMA_MIN = -4;
const SCHEMA_MAX = 8;

/** Why a histogram contradicts itself; undefined when it doesn't. */
export function histogramFault(histogram: FloatHistogram, kind: HistogramKind): string | undefined {
  const { schema, positiveSpans, negativeSpans, positiveBuckets, negativeBuckets } = histogram;
  const isCustom = schema === CUSTOM_BUCKETS;
  if (!isCustom && (schema < SCHEMA_MIN || schema > SCHEMA_MAX)) {
    return `histogram has an invalid schema, which must be between ${SCHEMA_MIN} and ${SCHEMA_MAX} for exponential buckets, or ${CUSTOM_BUCKETS} for custom buckets, got schema ${schema}`;
  }
  const fault = isCustom
    ? customFault(histogram)
    : (about('positive side', spansFault(positiveSpans, positiveBuckets.length)) ??
      about('negative side', spansFault(negativeSpans, negativeBuckets.length)) ??
      about('negative side', countsFault(negativeBuckets)) ??
      (histogram.customValues === null
        ? undefined
        : 'histogram with exponential schema must not have custom bounds'));
  return (
    fault ??
    about('positive side', countsFault(positiveBuckets)) ??
    // The sums of floats are not exact, so that they are not compared.
    (kind === 'integer' ? totalFault(histogram) : undefined)
  );
}

function customFault(histogram: FloatHistogram): string | undefined {
  const { positiveSpans, positiveBuckets, customValues } = histogram;
  const bounds = customValues ?? new Float64Array(0);
  return (
    about('custom buckets', boundsFault(bounds, positiveSpans, positiveBuckets.length)) ??
    (histogram.zeroCount === 0 ? undefined : 'custom buckets: must have zero count of 0') ??
    (histogram.zeroThreshold === 0 ? undefined : 'custom buckets: must have zero threshold of 0') ??
    (histogram.negativeSpans.length === 0 ? undefined : 'custom buckets: must not have negative spans') ??
    (histogram.negativeBuckets.length === 0 ? undefined : 'custom buckets: must not have negative buckets')
  );
}

function boundsFault(bounds: Float64Array, spans: Spans, buckets: number): string | undefined {
  let before = Number.NEGATIVE_INFINITY;
  for (const bound of bounds) {
    if (bound <= before) {
      return `previous bound is ${fixed(before)} and current is ${fixed(bound)}: histogram custom bounds must be in strictly increasing order`;
    }
    before = bound;
  }
  if (before === Number.POSITIVE_INFINITY) {
    return 'last +Inf bound must not be explicitly defined: histogram custom bounds must be finite';
  }
  const fault = spansFault(spans, buckets, 0);
  if (fault !== undefined) return fault;
  const total = spans.reduce((sum, { offset, length }) => sum + offset + length, 0);
  if (bounds.length + 1 >= total) return undefined;
  return `only ${bounds.length} custom bounds defined which is insufficient to cover total span length of ${total}: histogram custom bounds are too few`;
}

/** Offsets from span `from` on must not be negative: with exponential buckets the first one may be. */
function spansFault(spans: Spans, buckets: number, from = 1): string | undefined {
  const negative = spans.findIndex(({ offset }, i) => i >= from && offset < 0);
  if (negative >= 0) {
    return `span number ${negative + 1} with offset ${spans[negative]!.offset}: histogram has a span whose offset is negative`;
  }
  const needed = bucketsOf(spans);
  if (needed === buckets) return undefined;
  return `spans need ${needed} buckets, have ${buckets} buckets: histogram spans specify different number of buckets than provided`;
}

function countsFault(counts: Float64Array): string | undefined {
  const negative = counts.findIndex((count) => count < 0);
  if (negative < 0) return undefined;
  return `bucket number ${negative + 1} has observation count of ${counts[negative]}: histogram has a bucket whose observation count is negative`;
}

function totalFault(histogram: FloatHistogram): string | undefined {
  const { count, zeroCount, positiveBuckets, negativeBuckets, sum } = histogram;
  const total = sumOf(negativeBuckets) + sumOf(positiveBuckets) + zeroCount;
  const text = `${total} observations found in buckets, but the Count field is ${count}`;
  // Observations of NaN are in no bucket.
  if (Number.isNaN(sum)) {
    if (total <= count) return undefined;
    return `${text}: histogram's observation count should be at least the number of observations found in the buckets`;
  }
  // Beyond 2^53 the sums are not exact here.
  if (total === count || total > Number.MAX_SAFE_INTEGER) return undefined;
  return `${text}: histogram's observation count should equal the number of observations found in the buckets (in absence of NaN)`;
}

function sumOf(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function about(side: string, fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : `${side}: ${fault}`;
}

/** As Go's %f. */
function fixed(value: number): string {
  if (Number.isFinite(value)) return value.toFixed(6);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
