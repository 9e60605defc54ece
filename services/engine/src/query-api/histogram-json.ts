// A native histogram as Prometheus' API shows it:
//
//   {"count":"5","sum":"18.4","buckets":[[boundaries,"lower","upper","count"],…]}
//
// Buckets come in ascending order, empty ones are left out. `boundaries` tells which ends belong to the
// bucket: 0 the upper one, 1 the lower one, 2 none, 3 both.

import type { FloatHistogram } from '@ampere/promql';
import type { JsonWriter } from './json-writer.ts';
import { floatText } from './number-text.ts';

const CUSTOM_BUCKETS_SCHEMA = -53;

type Spans = FloatHistogram['positiveSpans'];

export function writeHistogram(writer: JsonWriter, histogram: FloatHistogram): void {
  writer.raw(`{"count":"${floatText(histogram.count)}","sum":"${floatText(histogram.sum)}"`);
  let opened = false;
  const bucket = (boundaries: number, lower: number, upper: number, count: number) => {
    if (count === 0) return;
    writer.raw(opened ? ',' : ',"buckets":[');
    opened = true;
    writer.raw(`[${boundaries},"${floatText(lower)}","${floatText(upper)}","${floatText(count)}"]`);
  };
  const threshold = histogram.zeroThreshold;
  const negative = bucketIndexes(histogram.negativeSpans);
  for (let i = negative.length - 1; i >= 0; i--) {
    const upper = -upperBound(histogram, negative[i]! - 1);
    const lower = -upperBound(histogram, negative[i]!);
    // A bucket that reaches into the zero bucket ends where that one begins.
    bucket(1, lower, upper < 0 && upper > -threshold ? -threshold : upper, histogram.negativeBuckets[i]!);
  }
  // Of differences of gauges the other buckets may be negative; a negative zero bucket Prometheus leaves out.
  if (histogram.zeroCount > 0) bucket(3, -threshold, threshold, histogram.zeroCount);
  const positive = bucketIndexes(histogram.positiveSpans);
  for (let i = 0; i < positive.length; i++) {
    const lower = upperBound(histogram, positive[i]! - 1);
    const upper = upperBound(histogram, positive[i]!);
    const boundaries = lower === Number.NEGATIVE_INFINITY ? 3 : 0;
    bucket(
      boundaries,
      lower > 0 && lower < threshold ? threshold : lower,
      upper,
      histogram.positiveBuckets[i]!,
    );
  }
  if (opened) writer.raw(']');
  writer.raw('}');
}

function bucketIndexes(spans: Spans): number[] {
  const indexes: number[] = [];
  let next = 0;
  for (const span of spans) {
    next += span.offset;
    for (let i = 0; i < span.length; i++) indexes.push(next++);
  }
  return indexes;
}

/** The upper end of a bucket: 2^(index / 2^schema), or as the histogram's custom values say. */
function upperBound(histogram: FloatHistogram, index: number): number {
  if (histogram.schema === CUSTOM_BUCKETS_SCHEMA) {
    const bounds = histogram.customValues ?? new Float64Array(0);
    if (index < 0) return Number.NEGATIVE_INFINITY;
    return index < bounds.length ? bounds[index]! : Number.POSITIVE_INFINITY;
  }
  // The last bucket of a schema reaches to the largest float.
  return Math.min(2 ** (index / 2 ** histogram.schema), Number.MAX_VALUE);
}
