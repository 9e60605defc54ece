// Classic histograms as native ones with custom buckets.

import { Labels, METRIC_NAME } from '@ampere/series';
import type { FloatHistogram } from '../engine/types.ts';
import { CUSTOM_BUCKETS } from '../histogram/index.ts';
import { parseFloatText, type SeriesLine } from './series-line.ts';

interface Parts {
  readonly buckets: Map<number, number>;
  count: number | undefined;
  sum: number;
}

/** The histograms that the `_bucket`, `_count` and `_sum` series of a load make, by index of the step. */
export function toCustomBuckets(
  series: readonly SeriesLine[],
): { labels: Labels; histograms: Map<number, FloatHistogram> }[] {
  const found = new Map<string, { labels: Labels; steps: Map<number, Parts> }>();
  for (const { labels, values } of series) {
    const [, name, part] = /^(.*)_(bucket|count|sum)$/.exec(labels.metricName) ?? [];
    if (name === undefined) continue;
    const le = parseFloatText(labels.get('le'));
    if (part === 'bucket' && Number.isNaN(le)) continue;
    const base = Labels.fromPairs(
      [...labels].map(([k, v]) => (k === METRIC_NAME ? [k, name] : [k, k === 'le' ? '' : v])),
    );
    const entry = found.get(base.key) ?? { labels: base, steps: new Map<number, Parts>() };
    found.set(base.key, entry);
    for (const [step, value] of values.entries()) {
      if (value.kind !== 'float') continue;
      const parts = entry.steps.get(step) ?? { buckets: new Map(), count: undefined, sum: 0 };
      entry.steps.set(step, parts);
      if (part === 'bucket') parts.buckets.set(le, value.value);
      else if (part === 'count') parts.count = value.value;
      else parts.sum = value.value;
    }
  }
  return [...found.values()].map(({ labels, steps }) => ({
    labels,
    histograms: new Map([...steps].map(([step, parts]) => [step, convert(parts)])),
  }));
}

function convert({ buckets, count, sum }: Parts): FloatHistogram {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = count ?? sorted.at(-1)?.[1] ?? 0;
  if (sorted.at(-1)?.[0] !== Number.POSITIVE_INFINITY) sorted.push([Number.POSITIVE_INFINITY, total]);
  let before = 0;
  const counts = sorted.map(([, cumulative]) => {
    const own = cumulative - before;
    before = cumulative;
    return own;
  });
  return {
    schema: CUSTOM_BUCKETS,
    zeroThreshold: 0,
    zeroCount: 0,
    count: total,
    sum,
    positiveSpans: [{ offset: 0, length: counts.length }],
    negativeSpans: [],
    positiveBuckets: Float64Array.from(counts),
    negativeBuckets: new Float64Array(0),
    customValues: Float64Array.from(sorted.slice(0, -1), ([bound]) => bound),
    counterReset: 'unknown',
  };
}
