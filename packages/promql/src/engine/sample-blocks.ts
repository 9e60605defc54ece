// Copies of many series' samples, one after another in blocks that they share: an array for each series would
// cost more than decoding its chunks again.

import type { Labels, SampleColumns } from '@ampere/series';
import type { FloatHistogram } from './types.ts';

const BLOCK_SAMPLES = 1 << 14;

/** A series' samples: `length` of them from `from` on. */
export interface StoredSamples {
  readonly labels: Labels;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly from: number;
  readonly length: number;
  readonly histograms: readonly (FloatHistogram | undefined)[] | null;
}

export class SampleBlocks {
  #timesMs = new Float64Array(0);
  #values = new Float64Array(0);
  #used = 0;

  /** Copies samples among which there is no stale marker. */
  store(labels: Labels, columns: SampleColumns<FloatHistogram>): StoredSamples {
    const { length, histograms } = columns;
    if (this.#used + length > this.#values.length) {
      this.#timesMs = new Float64Array(Math.max(length, BLOCK_SAMPLES));
      this.#values = new Float64Array(this.#timesMs.length);
      this.#used = 0;
    }
    const [timesMs, values, from] = [this.#timesMs, this.#values, this.#used];
    for (let i = 0; i < length; i++) {
      timesMs[from + i] = columns.timesMs[i]!;
      values[from + i] = columns.values[i]!;
    }
    this.#used += length;
    return { labels, timesMs, values, from, length, histograms: histograms?.slice(0, length) ?? null };
  }
}

/** Replaces `into` by stored samples. */
export function loadSamples(stored: StoredSamples, into: SampleColumns<FloatHistogram>): void {
  const { timesMs, values, from, length, histograms } = stored;
  into.clear();
  into.reserve(length);
  for (let i = 0; i < length; i++) {
    into.timesMs[i] = timesMs[from + i]!;
    into.values[i] = values[from + i]!;
  }
  into.histograms = histograms?.slice() ?? null;
  into.length = length;
}
