// Instant vector selectors: reading series and picking the sample that each step sees.
//
// 1. One `select` covers every step: from the first step's lookback window to the last step.
// 2. Each series is decoded once, into columns that are reused from series to series.
// 3. One pass over steps and samples side by side takes for each step the latest sample in
//    (time - lookback, time]; a stale marker there means that the series has ended.

import { isStaleAt, Labels, SampleColumns } from '@ampere/series';
import type { VectorSelector } from '../parser/ast.ts';
import { QueryError } from './errors.ts';
import { formatLabels } from './go-text.ts';
import { noteResets } from './histogram-statistics.ts';
import { type Evaluation, referenceTimeMs } from './query-context.ts';
import { interpolateLatest } from './range/extended.ts';
import { passOnBySteps, sampleWeight } from './sample-weight.ts';
import { ABSENT, FLOAT, HISTOGRAM, type SeriesSink, StepSeries } from './step-series.ts';
import type { FloatHistogram } from './types.ts';

/**
 * What a step takes from the sample it sees: `timestamp()` asks for the sample's own time, `info()` too,
 * and only of floats.
 */
export type Wanted = 'value' | 'seconds' | 'seconds-of-floats';

export function streamSelector(
  ev: Evaluation,
  selector: VectorSelector,
  sink: SeriesSink,
  wanted: Wanted,
): void {
  const { query, steps } = ev;
  if (steps.count === 0) return;
  const firstMs = referenceTimeMs(query, selector, steps.startMs);
  const lastMs = referenceTimeMs(query, selector, steps.timeMs(steps.count - 1));
  const smoothed = selector.extended === 'smoothed';
  const hints = {
    startMs: firstMs - query.lookbackDeltaMs + 1,
    endMs: smoothed ? lastMs + query.lookbackDeltaMs : lastMs,
    stepMs: steps.stepMs,
  };
  const set = query.querier.select(hints, selector.matchers);
  const stepMs = selector.at === undefined ? steps.stepMs : 0;
  const columns = new SampleColumns<FloatHistogram>();
  const series = new StepSeries(Labels.EMPTY, steps.count, true);
  while (set.next()) {
    set.read(columns);
    if (query.statisticsSelectors.has(selector)) noteResets(columns);
    query.budget.seriesRead(columns.length);
    query.budget.work(steps.count);
    series.labels = set.labels();
    series.dropName = false;
    series.histograms = null;
    if (smoothed) interpolateLatest(ev, selector, columns, series, firstMs, stepMs);
    else pickLatest(columns, series, firstMs, stepMs, query.lookbackDeltaMs, wanted);
    const weight = sampleWeight(series);
    if (weight === 0) continue;
    query.budget.passedOn(weight);
    if (query.budget.stepSamples !== null) passOnBySteps(query.budget, series);
    sink(series);
  }
}

function pickLatest(
  columns: SampleColumns<FloatHistogram>,
  into: StepSeries,
  firstMs: number,
  stepMs: number,
  lookbackMs: number,
  wanted: Wanted,
): void {
  const { timesMs, values, words, histograms, length } = columns;
  const { kinds } = into;
  let next = 0;
  for (let step = 0; step < kinds.length; step++) {
    const timeMs = firstMs + step * stepMs;
    while (next < length && timesMs[next]! <= timeMs) next++;
    const latest = next - 1;
    if (latest < 0 || timesMs[latest]! <= timeMs - lookbackMs || isStaleAt(words, latest)) {
      kinds[step] = ABSENT;
    } else if (wanted !== 'value') {
      if (wanted === 'seconds-of-floats' && histograms?.[latest] !== undefined) {
        const labels = formatLabels(into.labels);
        throw new QueryError(`this should be an info metric, with float samples: ${labels}`);
      }
      kinds[step] = FLOAT;
      into.values[step] = timesMs[latest]! / 1000;
    } else if (histograms !== null && histograms[latest] !== undefined) {
      kinds[step] = HISTOGRAM;
      into.setHistogram(step, histograms[latest]!);
    } else {
      kinds[step] = FLOAT;
      into.values[step] = values[latest]!;
    }
  }
}
