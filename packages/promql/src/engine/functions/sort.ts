// The sort functions. They order the result of an instant query; a range query's result is ordered by
// labels whatever they do.

import { compareText } from '@ampere/series';
import type { CallExpr } from '../../parser/ast.ts';
import { argument, type Evaluation } from '../query-context.ts';
import { FLOAT, type SeriesSink, type StepSeries } from '../step-series.ts';

export function streamSorted(ev: Evaluation, call: CallExpr, sink: SeriesSink): void {
  const { name } = call.func;
  const all = ev.collect(argument(call.args, 0));
  const byValue = name === 'sort' || name === 'sort_desc';
  if (ev.steps.count === 1) {
    const { budget } = ev.query;
    if (name === 'sort') {
      all.sort((a, b) => {
        budget.work(1);
        return compareValues(a.values[0]!, b.values[0]!);
      });
    } else if (name === 'sort_desc') {
      all.sort((a, b) => {
        budget.work(1);
        return compareValues(b.values[0]!, a.values[0]!, true);
      });
    } else
      sortByLabels(
        ev,
        all,
        call.args.slice(1).map((arg) => ev.text(arg)),
        name === 'sort_by_label_desc',
      );
  }
  for (const series of all) {
    ev.query.budget.releaseSeries(series);
    // Histograms have no order; sorting by value leaves them out.
    if (byValue)
      for (let step = 0; step < series.kinds.length; step++)
        if (series.kinds[step] !== FLOAT) series.kinds[step] = 0;
    if (!series.isEmpty) sink(series);
  }
}

/** NaN last, whichever direction. */
function compareValues(a: number, b: number, descending = false): number {
  const aIsNaN = Number.isNaN(a);
  const bIsNaN = Number.isNaN(b);
  if (aIsNaN || bIsNaN) {
    const order = (aIsNaN ? 1 : 0) - (bIsNaN ? 1 : 0);
    return descending ? -order : order;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortByLabels(
  ev: Evaluation,
  all: StepSeries[],
  names: readonly string[],
  descending: boolean,
): void {
  const direction = descending ? -1 : 1;
  all.sort((a, b) => {
    ev.query.budget.work(1);
    for (const name of names) {
      const x = a.labels.get(name);
      const y = b.labels.get(name);
      if (x !== y) return naturallyBefore(x, y) ? -direction : direction;
    }
    return direction * a.labels.compare(b.labels);
  });
}

/** "Natural" order: runs of digits compare as numbers, everything else as text. */
export function naturallyBefore(a: string, b: string): boolean {
  const aRuns = a.match(/\d+|\D+/g) ?? [];
  const bRuns = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < aRuns.length; i++) {
    if (i >= bRuns.length) return false;
    const x = aRuns[i]!;
    const y = bRuns[i]!;
    const numeric = isInteger(x) && isInteger(y);
    if (numeric ? BigInt(x) === BigInt(y) : x === y) {
      if (i === aRuns.length - 1) return true;
      if (i === bRuns.length - 1) return false;
      continue;
    }
    return numeric ? BigInt(x) < BigInt(y) : compareText(x, y) < 0;
  }
  return false;
}

/** Digits that fit 64 bits; longer runs are text to the order's original. */
function isInteger(run: string): boolean {
  return /^\d+$/.test(run) && BigInt(run) < 2n ** 63n;
}
