// Functions that make a number of each native histogram and leave floats out.

import type { Expr } from '../../parser/ast.ts';
import { withNamesDropped } from '../drop-names.ts';
import { hasOneName } from '../expr-analysis.ts';
import { allBuckets, usesCustomBuckets } from '../histograms.ts';
import { kahanAdd, kahanCompensation } from '../kahan.ts';
import type { Evaluation } from '../query-context.ts';
import { ABSENT, HISTOGRAM, type SeriesSink } from '../step-series.ts';
import type { FloatHistogram } from '../types.ts';

export const HISTOGRAM_FUNCTIONS: ReadonlyMap<string, (histogram: FloatHistogram) => number> = new Map([
  ['histogram_count', (histogram: FloatHistogram) => histogram.count],
  ['histogram_sum', (histogram: FloatHistogram) => histogram.sum],
  ['histogram_avg', (histogram: FloatHistogram) => histogram.sum / histogram.count],
  ['histogram_stdvar', variance],
  ['histogram_stddev', (histogram: FloatHistogram) => Math.sqrt(variance(histogram))],
]);

/**
 * As if all observations of a bucket were at its middle: the arithmetic mean of its bounds for custom
 * buckets, the geometric one for exponential buckets, zero for the zero bucket.
 */
function variance(histogram: FloatHistogram): number {
  const mean = histogram.sum / histogram.count;
  const custom = usesCustomBuckets(histogram);
  let squares = 0;
  let compensation = 0;
  for (const { lower, upper, count } of allBuckets(histogram)) {
    if (count === 0) continue;
    let middle = 0;
    if (custom) middle = (upper + lower) / 2;
    else if (lower > 0 || upper < 0) middle = Math.sign(upper) * Math.sqrt(upper * lower);
    const distance = middle - mean;
    squares = kahanAdd(count * distance * distance, squares, compensation);
    compensation = kahanCompensation;
  }
  return (squares + compensation) / histogram.count;
}

export function mapHistograms(
  ev: Evaluation,
  vector: Expr,
  func: (histogram: FloatHistogram) => number,
  sink: SeriesSink,
): void {
  const produce = (into: SeriesSink) => {
    ev.stream(vector, (series) => {
      let any = false;
      for (let step = 0; step < series.kinds.length; step++) {
        if (series.kinds[step] === HISTOGRAM) {
          series.setFloat(step, func(series.histogramAt(step)));
          any = true;
        } else {
          series.kinds[step] = ABSENT;
        }
      }
      if (any) into(series);
    });
  };
  withNamesDropped(ev, hasOneName(vector), produce, sink);
}
