// Native histograms as text and as JSON.

import { formatFloat, formatFloatG } from '@ampere/go-text';
import type { FloatHistogram } from '../engine/types.ts';
import {
  allBuckets,
  type Bucket,
  negativeBuckets,
  positiveBuckets,
  usesCustomBuckets,
  zeroBucket,
} from './buckets.ts';
import { sparseOf } from './sparse.ts';

/** As Prometheus prints one: `{count:3, sum:4.5, (1,2]:3}`; empty buckets are left out. */
export function formatHistogram(histogram: FloatHistogram): string {
  const parts = [`count:${formatFloatG(histogram.count)}`, `sum:${formatFloatG(histogram.sum)}`];
  const buckets = negativeBuckets(histogram).reverse();
  if (!usesCustomBuckets(histogram)) buckets.push(zeroBucket(histogram));
  buckets.push(...positiveBuckets(histogram));
  for (const bucket of buckets) if (bucket.count !== 0) parts.push(formatBucket(bucket));
  return `{${parts.join(', ')}}`;
}

function formatBucket({ lower, upper, lowerInclusive, upperInclusive, count }: Bucket): string {
  const begin = lowerInclusive ? '[' : '(';
  const end = upperInclusive ? ']' : ')';
  return `${begin}${formatFloatG(lower)},${formatFloatG(upper)}${end}:${formatFloatG(count)}`;
}

/** As the HTTP API shows one. A bucket is `[boundaries, lower, upper, count]`. */
export interface HistogramJson {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly [number, string, string, string])[];
}

/** `boundaries`: 0 open on the left, 1 on the right, 2 on both sides, 3 on none. */
export function histogramToJson(histogram: FloatHistogram): HistogramJson {
  const buckets = allBuckets(histogram)
    .filter(({ count }) => count !== 0)
    .map(({ lower, upper, lowerInclusive, upperInclusive, count }) => {
      const boundaries = lowerInclusive ? (upperInclusive ? 3 : 1) : upperInclusive ? 0 : 2;
      return [boundaries, formatFloat(lower), formatFloat(upper), formatFloat(count)] as const;
    });
  const base = { count: formatFloat(histogram.count), sum: formatFloat(histogram.sum) };
  return buckets.length > 0 ? { ...base, buckets } : base;
}

const HINTS = { unknown: null, reset: 'reset', 'not-reset': 'not_reset', gauge: 'gauge' } as const;

/** As the test scripts write one: `{{schema:1 count:3 sum:4.5 buckets:[1 2]}}`. */
export function histogramLiteral(histogram: FloatHistogram): string {
  const parts: string[] = [];
  const add = (key: string, value: number) => {
    if (value !== 0) parts.push(`${key}:${formatFloatG(value)}`);
  };
  add('schema', histogram.schema);
  add('count', histogram.count);
  add('sum', histogram.sum);
  add('z_bucket', histogram.zeroCount);
  add('z_bucket_w', histogram.zeroThreshold);
  if (usesCustomBuckets(histogram)) {
    parts.push(`custom_values:[${[...(histogram.customValues ?? [])].map(formatFloatG).join(' ')}]`);
  }
  const hint = HINTS[histogram.counterReset];
  if (hint !== null) parts.push(`counter_reset_hint:${hint}`);
  addBuckets(parts, histogram.positiveSpans, histogram.positiveBuckets, '');
  addBuckets(parts, histogram.negativeSpans, histogram.negativeBuckets, 'n_');
  return `{{${parts.join(' ')}}}`;
}

function addBuckets(
  parts: string[],
  spans: FloatHistogram['positiveSpans'],
  buckets: Float64Array,
  prefix: string,
): void {
  const { indices, counts } = sparseOf(spans, buckets);
  const first = counts.findIndex((count) => count !== 0);
  if (first < 0) return;
  const last = counts.findLastIndex((count) => count !== 0);
  const dense = new Array<number>(indices[last]! - indices[first]! + 1).fill(0);
  for (let i = first; i <= last; i++) dense[indices[i]! - indices[first]!] = counts[i]!;
  if (indices[first] !== 0) parts.push(`${prefix}offset:${indices[first]}`);
  parts.push(`${prefix}buckets:[${dense.map(formatFloatG).join(' ')}]`);
}
