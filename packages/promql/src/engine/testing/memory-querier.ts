// A storage for tests: series in an array, matched one by one.

import {
  type LabelHints,
  type Labels,
  type Matcher,
  type Querier,
  SampleColumns,
  type SelectHints,
  type SeriesSet,
} from '@ampere/series';
import type { FloatHistogram } from '../types.ts';

export interface MemorySeries {
  readonly labels: Labels;
  readonly samples: SampleColumns<FloatHistogram>;
}

export class MemoryQuerier implements Querier {
  readonly #series: readonly MemorySeries[];

  constructor(series: readonly MemorySeries[]) {
    this.#series = series;
  }

  select(hints: SelectHints, matchers: readonly Matcher[]): SeriesSet {
    const found: MemorySeries[] = [];
    for (const series of this.#series) {
      if (!matchers.every((matcher) => matcher.matches(series.labels.get(matcher.name)))) continue;
      const { timesMs, length } = series.samples;
      let any = false;
      for (let i = 0; i < length; i++) {
        if (timesMs[i]! >= hints.startMs && timesMs[i]! <= hints.endMs) any = true;
      }
      if (any) found.push(series);
    }
    return new MemorySeriesSet(found, hints);
  }

  labelNames(_hints: LabelHints, _matchers: readonly Matcher[]): string[] {
    return [];
  }

  labelValues(_name: string, _hints: LabelHints, _matchers: readonly Matcher[]): string[] {
    return [];
  }

  series(_hints: LabelHints, _matchers: readonly Matcher[]): Labels[] {
    return [];
  }

  close(): void {}
}

class MemorySeriesSet implements SeriesSet {
  readonly #series: readonly MemorySeries[];
  readonly #hints: SelectHints;
  #at = -1;

  constructor(series: readonly MemorySeries[], hints: SelectHints) {
    this.#series = series;
    this.#hints = hints;
  }

  next(): boolean {
    return ++this.#at < this.#series.length;
  }

  labels(): Labels {
    return this.#series[this.#at]!.labels;
  }

  read(into: SampleColumns): void {
    const { samples } = this.#series[this.#at]!;
    into.clear();
    into.reserve(samples.length);
    let length = 0;
    for (let i = 0; i < samples.length; i++) {
      const timeMs = samples.timesMs[i]!;
      if (timeMs < this.#hints.startMs || timeMs > this.#hints.endMs) continue;
      into.timesMs[length] = timeMs;
      into.words[2 * length] = samples.words[2 * i]!;
      into.words[2 * length + 1] = samples.words[2 * i + 1]!;
      const histogram = samples.histograms?.[i];
      if (histogram !== undefined) {
        into.histograms ??= [];
        into.histograms[length] = histogram;
      }
      length++;
    }
    into.length = length;
  }
}

/**
 * Samples every `stepMs` from 0: a number, a histogram, `undefined` for a gap, 'stale' for the marker.
 */
export function samplesEvery(
  stepMs: number,
  points: readonly (number | FloatHistogram | 'stale' | undefined)[],
): SampleColumns<FloatHistogram> {
  const columns = new SampleColumns<FloatHistogram>(points.length);
  let length = 0;
  for (const [i, point] of points.entries()) {
    if (point === undefined) continue;
    columns.timesMs[length] = i * stepMs;
    if (point === 'stale') {
      columns.words[2 * length] = 2;
      columns.words[2 * length + 1] = 0x7ff00000;
    } else if (typeof point === 'number') {
      columns.values[length] = point;
    } else {
      columns.histograms ??= [];
      columns.histograms[length] = point;
    }
    length++;
  }
  columns.length = length;
  return columns;
}
