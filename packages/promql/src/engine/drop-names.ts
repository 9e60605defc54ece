// Dropping the metric name from series whose values are no longer that metric's.
//
// With delayed name removal a series is only marked, and the name goes at the end of the query. Else it
// goes at once, and series that have become equal are joined: which needs all of them at hand, unless
// it is known that they all had the same name.

import type { Evaluation } from './query-context.ts';
import { SeriesMerger, type SeriesSink, withoutMetadata } from './step-series.ts';

export function withNamesDropped(
  ev: Evaluation,
  oneName: boolean,
  produce: (sink: SeriesSink) => void,
  sink: SeriesSink,
): void {
  if (ev.query.options.delayedNameRemoval) {
    produce((series) => {
      series.dropName = true;
      sink(series);
    });
    return;
  }
  if (oneName && !ev.query.options.typeAndUnitLabels) {
    produce((series) => {
      series.labels = withoutMetadata(series.labels);
      sink(series);
    });
    return;
  }
  merged(
    ev,
    (into) => {
      produce((series) => {
        series.labels = withoutMetadata(series.labels);
        into(series);
      });
    },
    sink,
  );
}

/** Joins the series with equal labels before any is passed on. */
export function merged(ev: Evaluation, produce: (sink: SeriesSink) => void, sink: SeriesSink): void {
  const { budget } = ev.query;
  const merger = new SeriesMerger();
  produce((series) => {
    const known = merger.series.length;
    const kept = merger.add(series);
    if (merger.series.length > known) budget.holdSeries(kept);
    else budget.holdMore(kept, series.sampleCount());
  });
  for (const series of merger.series) {
    budget.releaseSeries(series);
    sink(series);
  }
}
