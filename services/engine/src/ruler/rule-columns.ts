// What rules write, in the columns that storage takes: each series' labels as a run of protobuf fields (see
// WriteColumns), one sample each.

import { LabelScratch } from '@ampere/remote-write';
import type { RuleWrite } from '@ampere/rules';
import type { WriteColumns, WriteHistogram } from '@ampere/series';

/** Makes the columns of a write; its arrays are used again for the next one. */
export class RuleColumns {
  readonly #runs = new LabelScratch();

  /** Valid until the next call. */
  of(write: RuleWrite): WriteColumns {
    const { labels, histograms, timeMs } = write;
    const seriesCount = labels.length;
    const labelsFrom = new Uint32Array(seriesCount);
    const labelsTo = new Uint32Array(seriesCount);
    const firstSample = new Uint32Array(seriesCount + 1);
    const native: WriteHistogram[] = [];
    const valueWords = new Uint32Array(2 * seriesCount);
    let samples = 0;
    this.#runs.reset();
    for (let i = 0; i < seriesCount; i++) {
      labelsFrom[i] = this.#runs.length;
      const { names, values } = labels[i]!;
      for (let j = 0; j < names.length; j++) this.#runs.append(names[j]!, values[j]!);
      labelsTo[i] = this.#runs.length;
      firstSample[i] = samples;
      const histogram = histograms?.[i];
      if (histogram !== undefined) {
        native.push({ series: i, timeMs, histogram, kind: 'float', isStale: false });
        continue;
      }
      // As words, because a stale marker may not survive as a number.
      valueWords[2 * samples] = write.valueWords[2 * i]!;
      valueWords[2 * samples + 1] = write.valueWords[2 * i + 1]!;
      samples++;
    }
    firstSample[seriesCount] = samples;
    return {
      bytes: this.#runs.bytes,
      seriesCount,
      labelsFrom,
      labelsTo,
      firstSample,
      sampleCount: samples,
      timesMs: new Float64Array(samples).fill(timeMs),
      valueWords: valueWords.subarray(0, 2 * samples),
      histograms: native,
      exemplars: [],
    };
  }
}
