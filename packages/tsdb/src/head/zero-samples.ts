// Zeros where counters began: a request whose samples say when their counter began, with a float zero put in front of
// each of those samples, at that time.
//
// 1. A zero has its place where its time lies before its sample's and behind that of the sample before, in the same
//    series of the request; else it would be out of order, and is left out.
// 2. The columns are built anew, as storage may only read a request's own.
// 3. Zeros are stored as any sample, but nobody sent them: they are neither counted nor refused. So which rows of the
//    new columns they are is told beside them.

import type { FloatHistogram, WriteColumns } from '@ampere/series';

export class ZeroSamples {
  /** What to store instead of the request. */
  readonly columns: WriteColumns;
  /** Which samples of the columns are zeros, ascending. */
  readonly #rows: readonly number[];

  private constructor(columns: WriteColumns, rows: readonly number[]) {
    this.columns = columns;
    this.#rows = rows;
  }

  /** Undefined when there is nothing to put in. */
  static of(columns: WriteColumns): ZeroSamples | undefined {
    const { startsMs, seriesCount, sampleCount, timesMs, valueWords } = columns;
    if (startsMs === undefined) return undefined;
    const rows: number[] = [];
    const firstSample = new Uint32Array(seriesCount + 1);
    const times = new Float64Array(2 * sampleCount);
    const words = new Uint32Array(4 * sampleCount);
    let into = 0;
    for (let row = 0; row < seriesCount; row++) {
      const end = columns.firstSample[row + 1]!;
      let beforeMs = Number.NEGATIVE_INFINITY;
      for (let sample = columns.firstSample[row]!; sample < end; sample++) {
        const timeMs = timesMs[sample]!;
        const startMs = startsMs[sample]!;
        if (startMs !== 0 && startMs > beforeMs && startMs < timeMs) {
          rows.push(into);
          times[into++] = startMs;
        }
        times[into] = timeMs;
        words[2 * into] = valueWords[2 * sample]!;
        words[2 * into + 1] = valueWords[2 * sample + 1]!;
        into++;
        beforeMs = timeMs;
      }
      firstSample[row + 1] = into;
    }
    if (rows.length === 0) return undefined;
    const { bytes, labelsFrom, labelsTo, histograms, exemplars } = columns;
    return new ZeroSamples(
      {
        bytes,
        seriesCount,
        labelsFrom,
        labelsTo,
        firstSample,
        sampleCount: into,
        timesMs: times,
        valueWords: words,
        histograms,
        exemplars,
      },
      rows,
    );
  }

  has(sample: number): boolean {
    return this.#rows[this.#below(sample)] === sample;
  }

  /** How many of the samples [from, to) are zeros. */
  countIn(from: number, to: number): number {
    return this.#below(to) - this.#below(from);
  }

  /** How many zeros lie below a sample. */
  #below(sample: number): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rows[middle]! < sample) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Nothing observed yet, in the buckets of a histogram, so that no chunk is begun for the sake of other ones. */
export function zeroHistogram({ schema, zeroThreshold, customValues }: FloatHistogram): FloatHistogram {
  return {
    schema,
    zeroThreshold,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: new Float64Array(0),
    negativeBuckets: new Float64Array(0),
    customValues,
    counterReset: 'reset',
  };
}
