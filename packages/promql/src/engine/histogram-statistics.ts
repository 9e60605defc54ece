// Selectors of which only the count and sum of native histograms are asked for.
//
// Under histogram_count, histogram_sum and histogram_avg Prometheus reads histograms without their
// buckets, and as resets can't be told from such ones later, notes for each right away whether the
// counter was reset before it. These notes show: an aggregation that meets both kinds warns.

import type { SampleColumns } from '@ampere/series';
import type { Expr, VectorSelector } from '../parser/ast.ts';
import { detectReset } from './histograms.ts';
import type { FloatHistogram } from './types.ts';

const STATISTICS = new Set(['histogram_count', 'histogram_sum', 'histogram_avg']);
const WHOLE = new Set(['histogram_quantile', 'histogram_quantiles', 'histogram_fraction']);

/** The selectors below a function of count and sum, with nothing between that needs the buckets. */
export function statisticsSelectors(expr: Expr): ReadonlySet<VectorSelector> {
  const found = new Set<VectorSelector>();
  visit(expr, false, found);
  return found;
}

function visit(expr: Expr, statistics: boolean, found: Set<VectorSelector>): void {
  switch (expr.kind) {
    case 'vector-selector':
      if (statistics) found.add(expr);
      return;
    case 'matrix-selector':
      if (statistics) found.add(expr.selector);
      return;
    case 'paren':
    case 'unary':
    case 'subquery':
    case 'aggregate':
      visit(expr.expr, statistics, found);
      return;
    case 'binary':
      visit(expr.left, false, found);
      visit(expr.right, false, found);
      return;
    case 'call': {
      const { name } = expr.func;
      for (const arg of expr.args)
        visit(arg, !WHOLE.has(name) && (statistics || STATISTICS.has(name)), found);
      return;
    }
    default:
  }
}

/** Notes for each histogram of a series that says nothing itself whether it follows a reset. */
export function noteResets({ histograms, length }: SampleColumns<FloatHistogram>): void {
  if (histograms === null) return;
  let previous: FloatHistogram | undefined;
  for (let i = 0; i < length; i++) {
    const histogram = histograms[i];
    if (histogram === undefined) continue;
    if (histogram.counterReset === 'unknown' && previous !== undefined) {
      histograms[i] = {
        ...histogram,
        counterReset: detectReset(histogram, previous) ? 'reset' : 'not-reset',
      };
    }
    previous = histogram;
  }
}
