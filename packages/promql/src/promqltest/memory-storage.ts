// Series in memory that a Querier reads: storage for test scripts.
//
// Histograms get the counter reset hint that Prometheus' database gives them on reading: "not reset" when
// they go on in the same chunk, their own or none when a new one had to begin.

import {
  type LabelHints,
  type Labels,
  type Matcher,
  type Querier,
  SampleColumns,
  type SelectHints,
  type SeriesSet,
  setStaleAt,
} from '@ampere/series';
import type { FloatHistogram } from '../engine/types.ts';
import { countsDecreased, sameBounds } from '../histogram/index.ts';
import { ScriptError, type SequenceValue } from './series-line.ts';

interface StoredSeries {
  readonly labels: Labels;
  readonly columns: SampleColumns<FloatHistogram>;
}

export class MemoryStorage implements Querier {
  readonly #series = new Map<string, StoredSeries>();

  clear(): void {
    this.#series.clear();
  }

  /** Adds one sample behind those that are there. */
  append(labels: Labels, timeMs: number, value: SequenceValue): void {
    if (value.kind === 'gap') return;
    const { columns } = this.#of(labels);
    const at = columns.length;
    if (at > 0 && columns.timesMs[at - 1]! >= timeMs)
      throw new ScriptError(`out of order sample at ${timeMs} ms`);
    columns.reserve(at + 1);
    columns.timesMs[at] = timeMs;
    columns.values[at] = value.kind === 'float' ? value.value : 0;
    if (value.kind === 'stale') setStaleAt(columns.words, at);
    if (value.kind === 'histogram') {
      columns.histograms ??= [];
      columns.histograms[at] = hinted(value.histogram, columns.histograms[at - 1]);
    }
    columns.length = at + 1;
  }

  #of(labels: Labels): StoredSeries {
    let series = this.#series.get(labels.key);
    if (series === undefined) {
      series = { labels, columns: new SampleColumns<FloatHistogram>() };
      this.#series.set(labels.key, series);
    }
    return series;
  }

  select({ startMs, endMs }: SelectHints, matchers: readonly Matcher[]): SeriesSet {
    const found: { series: StoredSeries; from: number; to: number }[] = [];
    for (const series of this.#matching(matchers)) {
      const { timesMs, length } = series.columns;
      let from = 0;
      while (from < length && timesMs[from]! < startMs) from++;
      let to = from;
      while (to < length && timesMs[to]! <= endMs) to++;
      if (from < to) found.push({ series, from, to });
    }
    let at = -1;
    return {
      next: () => ++at < found.length,
      labels: () => found[at]!.series.labels,
      read: (into) => {
        const { series, from, to } = found[at]!;
        copySamples(series.columns, from, to, into as SampleColumns<FloatHistogram>);
      },
    };
  }

  *#matching(matchers: readonly Matcher[]): Iterable<StoredSeries> {
    for (const series of this.#series.values()) {
      if (matchers.every((matcher) => matcher.matches(series.labels.get(matcher.name)))) yield series;
    }
  }

  series(_hints: LabelHints, matchers: readonly Matcher[]): Labels[] {
    return [...this.#matching(matchers)].map(({ labels }) => labels);
  }

  labelNames(hints: LabelHints, matchers: readonly Matcher[]): string[] {
    return [...new Set(this.series(hints, matchers).flatMap((labels) => labels.names))].sort();
  }

  labelValues(name: string, hints: LabelHints, matchers: readonly Matcher[]): string[] {
    const values = this.series(hints, matchers).map((labels) => labels.get(name));
    return [...new Set(values)].filter((value) => value !== '').sort();
  }

  close(): void {}
}

function copySamples(
  from: SampleColumns<FloatHistogram>,
  first: number,
  end: number,
  into: SampleColumns<FloatHistogram>,
): void {
  into.clear();
  into.reserve(end - first);
  into.timesMs.set(from.timesMs.subarray(first, end));
  // As words, for the sake of stale markers.
  into.words.set(from.words.subarray(2 * first, 2 * end));
  into.histograms = from.histograms?.slice(first, end) ?? null;
  into.length = end - first;
}

function hinted(histogram: FloatHistogram, previous: FloatHistogram | undefined): FloatHistogram {
  const { counterReset } = histogram;
  if (counterReset === 'gauge' || counterReset === 'reset') return histogram;
  return { ...histogram, counterReset: continues(histogram, previous) ? 'not-reset' : 'unknown' };
}

function continues(histogram: FloatHistogram, previous: FloatHistogram | undefined): boolean {
  return (
    previous !== undefined &&
    previous.counterReset !== 'gauge' &&
    histogram.schema === previous.schema &&
    histogram.zeroThreshold === previous.zeroThreshold &&
    sameBounds(histogram.customValues, previous.customValues) &&
    !countsDecreased(histogram, previous)
  );
}
