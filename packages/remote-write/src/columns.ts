// The arrays behind a decoder's WriteColumns: they grow by doubling and are reused by the next request. A
// series is closed when all of it was read, and takes every sample since the one before.

import type { WriteColumns, WriteExemplar, WriteHistogram } from '@ampere/series';
import type { DecodedExemplar } from './exemplar.ts';
import type { DecodedHistogram } from './histogram.ts';

const SERIES_MIN = 1024;
const SAMPLES_MIN = 1024;

export class ColumnsBuffer implements WriteColumns {
  bytes: Uint8Array = new Uint8Array(0);
  seriesCount = 0;
  labelsFrom = new Uint32Array(SERIES_MIN);
  labelsTo = new Uint32Array(SERIES_MIN);
  firstSample = new Uint32Array(SERIES_MIN + 1);
  sampleCount = 0;
  timesMs = new Float64Array(SAMPLES_MIN);
  valueWords = new Uint32Array(2 * SAMPLES_MIN);
  startsMs: Float64Array | undefined;
  readonly histograms: WriteHistogram[] = [];
  readonly exemplars: WriteExemplar[] = [];
  /** What there was when the series at hand began. */
  #rowsBefore = 0;

  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.seriesCount = 0;
    this.sampleCount = 0;
    this.histograms.length = 0;
    this.exemplars.length = 0;
    this.firstSample[0] = 0;
    this.startsMs = undefined;
  }

  /** Samples, histograms and exemplars so far. */
  get rowCount(): number {
    return this.sampleCount + this.histograms.length + this.exemplars.length;
  }

  beginSeries(): void {
    this.#rowsBefore = this.rowCount;
  }

  /** Whether the series at hand has anything that is to be stored. */
  get hasContent(): boolean {
    return this.rowCount > this.#rowsBefore;
  }

  /** Takes a histogram of the series at hand. */
  addHistogram({ timeMs, histogram, kind, isStale }: DecodedHistogram): void {
    this.histograms.push({ series: this.seriesCount, timeMs, histogram, kind, isStale });
  }

  /** Says when the counter of a float sample began. */
  setStart(sample: number, startMs: number): void {
    this.startsMs ??= new Float64Array(this.timesMs.length);
    this.startsMs[sample] = startMs;
  }

  /** Says when the counter of a histogram began. */
  setHistogramStart(index: number, startMs: number): void {
    this.histograms[index] = { ...this.histograms[index]!, startMs };
  }

  /** Takes an exemplar of the series at hand. */
  addExemplar({ labels, value, timeMs }: DecodedExemplar): void {
    this.exemplars.push({ series: this.seriesCount, labels, value, timeMs });
  }

  /** Opens a sample of time 0 and value 0, as protobuf leaves out what is zero; returns its index. */
  addSample(): number {
    const index = this.sampleCount;
    if (index === this.timesMs.length) {
      this.timesMs = grown(this.timesMs, new Float64Array(2 * index));
      this.valueWords = grown(this.valueWords, new Uint32Array(4 * index));
      if (this.startsMs !== undefined) this.startsMs = grown(this.startsMs, new Float64Array(2 * index));
    }
    this.timesMs[index] = 0;
    this.valueWords[2 * index] = 0;
    this.valueWords[2 * index + 1] = 0;
    this.sampleCount = index + 1;
    return index;
  }

  /** Closes a series: every sample since the last one belongs to it. */
  addSeries(labelsFrom: number, labelsTo: number): void {
    const index = this.seriesCount;
    if (index === this.labelsFrom.length) {
      this.labelsFrom = grown(this.labelsFrom, new Uint32Array(2 * index));
      this.labelsTo = grown(this.labelsTo, new Uint32Array(2 * index));
      this.firstSample = grown(this.firstSample, new Uint32Array(2 * index + 1));
    }
    this.labelsFrom[index] = labelsFrom;
    this.labelsTo[index] = labelsTo;
    this.firstSample[index + 1] = this.sampleCount;
    this.seriesCount = index + 1;
  }
}

function grown<T extends Float64Array | Uint32Array>(old: T, bigger: T): T {
  bigger.set(old);
  return bigger;
}
