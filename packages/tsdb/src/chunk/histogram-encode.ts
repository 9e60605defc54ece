// Appends native histograms to a chunk (encodings 2 and 3, see histogram-decode.ts), bit for bit as Prometheus
// does, and says when a histogram needs another chunk.
//
// 1. All histograms of a chunk have one schema, zero threshold and custom values, and all counters only grow:
//    one that began anew, or says that it did, begins a chunk, whose header tells why.
// 2. A histogram with buckets that the chunk lacks has the chunk recoded, with those buckets at 0 in all samples
//    before it; one that lacks buckets of the chunk that were never used gets them at 0.
// 3. Gauges have chunks of their own, in which counts may do what they like.
// 4. Behind a stale marker a chunk takes only more of them.
//
// An open chunk is an object: histograms are few beside floats, and their state is as long as their buckets.

import { assert } from '@ampere/platform';
import { type FloatHistogram, SampleColumns, STALE_HIGH_WORD, STALE_LOW_WORD } from '@ampere/series';
import { BitWriter } from './bit-writer.ts';
import { compareSide, type SideComparison, spansOf, spread } from './histogram-buckets.ts';
import {
  decodeHistograms,
  ENCODING_FLOAT_HISTOGRAM,
  ENCODING_HISTOGRAM,
  FIRST_BUCKET,
  SUM,
} from './histogram-decode.ts';
import {
  bucketsOf,
  CUSTOM_BUCKETS,
  HISTOGRAM_HEADER_BYTES,
  type HistogramLayout,
  putLayout,
  RESET_GAUGE,
  RESET_NOT,
  RESET_SURE,
  RESET_UNKNOWN,
  type ResetHeader,
} from './histogram-layout.ts';
import { putVarbitInt, putVarbitUint } from './varbit.ts';
import { XorWindows } from './xor-window.ts';

/** From this count on differences of differences would not be exact: such integer histograms are kept as floats. */
const EXACT_COUNT_MAX = 2 ** 51;

export type HistogramKind = 'integer' | 'float';

/** The histogram that a stale marker is written as. */
export const NO_HISTOGRAM: FloatHistogram = {
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positiveSpans: [],
  negativeSpans: [],
  positiveBuckets: new Float64Array(0),
  negativeBuckets: new Float64Array(0),
  customValues: null,
  counterReset: 'unknown',
};

/** The kind of chunk that a histogram is kept in. */
export function storedKind(kind: HistogramKind, { count, zeroCount }: FloatHistogram): HistogramKind {
  // Of a valid histogram no bucket is larger than the count.
  return kind === 'integer' && count <= EXACT_COUNT_MAX && zeroCount <= EXACT_COUNT_MAX ? 'integer' : 'float';
}

type Fit =
  | { readonly fits: true; readonly positive: SideComparison; readonly negative: SideComparison }
  | { readonly fits: false; readonly header: ResetHeader };

const NO_CHANGE: SideComparison = { isReset: false, hasNew: false, hasGone: false, union: [] };

/** A chunk that is appended to. */
export class HistogramChunk {
  readonly kind: HistogramKind;
  samples = 0;
  minTimeMs = 0;
  lastTimeMs = 0;
  /** Grows when the bytes before the end changed too. */
  recodings = 0;
  #writer = new BitWriter();
  #header: ResetHeader = RESET_UNKNOWN;
  #lastDeltaMs = 0;
  #layout: HistogramLayout = NO_HISTOGRAM;
  /** The last histogram in the chunk's layout. */
  #last: FloatHistogram = NO_HISTOGRAM;
  #isLastStale = false;
  /** Encoding 2: how count and zero count changed, and each difference between neighbouring buckets; the sum. */
  #countDelta = 0;
  #zeroDelta = 0;
  #changes = new Float64Array(0);
  /** Encoding 3: count, zero count, sum, buckets. Encoding 2 uses the sum alone. */
  #floats = new XorWindows(FIRST_BUCKET);

  private constructor(kind: HistogramKind) {
    this.kind = kind;
    this.#writer.put(0, 8 * HISTOGRAM_HEADER_BYTES);
  }

  /**
   * Begins a chunk with a histogram. `before` is the chunk of the same series that it goes on from, be it full
   * or of another kind. Times are whole milliseconds, at most 2^52 from 1970.
   */
  static start(
    kind: HistogramKind,
    timeMs: number,
    histogram: FloatHistogram,
    isStale: boolean,
    before?: HistogramChunk,
  ): HistogramChunk {
    const chunk = new HistogramChunk(kind);
    let header: ResetHeader = RESET_UNKNOWN;
    if (histogram.counterReset === 'gauge') header = RESET_GAUGE;
    else if (histogram.counterReset === 'reset') header = RESET_SURE;
    else if (before?.kind === kind) header = before.#headerOfNext(histogram, isStale);
    chunk.#begin(header, timeMs, histogram, isStale);
    return chunk;
  }

  get encoding(): number {
    return this.kind === 'integer' ? ENCODING_HISTOGRAM : ENCODING_FLOAT_HISTOGRAM;
  }

  /** Bytes in use. */
  get length(): number {
    return this.#writer.length;
  }

  /** The chunk as it is now; stale after the next append. */
  content(): Uint8Array {
    return this.#writer.content();
  }

  /** Whether the last sample says the same. */
  isLast(histogram: FloatHistogram, isStale: boolean): boolean {
    if (isStale || this.#isLastStale) return isStale && this.#isLastStale;
    return sameHistogram(this.#last, histogram);
  }

  /**
   * Appends a histogram that is later than all. Returns the chunk that it is in now: this one, or a new one
   * that it had to begin.
   */
  append(timeMs: number, histogram: FloatHistogram, isStale: boolean): HistogramChunk {
    assert(timeMs > this.lastTimeMs, 'a histogram is appended out of order');
    const fit = this.#fit(histogram, isStale);
    if (!fit.fits) {
      const chunk = new HistogramChunk(this.kind);
      chunk.#begin(fit.header, timeMs, histogram, isStale);
      return chunk;
    }
    const laid = isStale ? histogram : this.#adapt(histogram, fit.positive, fit.negative);
    this.#put(timeMs, laid, isStale);
    return this;
  }

  /** What a chunk that begins with this histogram, because this one is full, says of itself. */
  #headerOfNext(histogram: FloatHistogram, isStale: boolean): ResetHeader {
    const fit = this.#fitCounter(histogram, isStale);
    if (this.kind === 'integer') return fit.fits ? RESET_NOT : fit.header;
    return !fit.fits && fit.header === RESET_SURE ? RESET_SURE : RESET_NOT;
  }

  #fit(histogram: FloatHistogram, isStale: boolean): Fit {
    return histogram.counterReset === 'gauge'
      ? this.#fitGauge(histogram, isStale)
      : this.#fitCounter(histogram, isStale);
  }

  #fitCounter(histogram: FloatHistogram, isStale: boolean): Fit {
    const layout = this.#layout;
    const last = this.#last;
    if (this.#header === RESET_GAUGE) {
      return { fits: false, header: this.kind === 'integer' ? RESET_NOT : RESET_UNKNOWN };
    }
    if (histogram.counterReset === 'reset') return { fits: false, header: RESET_SURE };
    if (isStale) return { fits: true, positive: NO_CHANGE, negative: NO_CHANGE };
    if (this.#isLastStale) return { fits: false, header: RESET_UNKNOWN };
    if (histogram.count < last.count) return { fits: false, header: RESET_SURE };
    if (histogram.schema !== layout.schema || histogram.zeroThreshold !== layout.zeroThreshold) {
      return { fits: false, header: RESET_UNKNOWN };
    }
    if (!sameCustomValues(layout, histogram) || histogram.zeroCount < last.zeroCount) {
      return { fits: false, header: RESET_SURE };
    }
    const positive = this.#compare(histogram, 'positive');
    const negative = positive.isReset ? positive : this.#compare(histogram, 'negative');
    return negative.isReset ? { fits: false, header: RESET_SURE } : { fits: true, positive, negative };
  }

  #fitGauge(histogram: FloatHistogram, isStale: boolean): Fit {
    const layout = this.#layout;
    if (this.#header !== RESET_GAUGE) return { fits: false, header: RESET_GAUGE };
    if (isStale) return { fits: true, positive: NO_CHANGE, negative: NO_CHANGE };
    const isOther =
      this.#isLastStale ||
      histogram.schema !== layout.schema ||
      histogram.zeroThreshold !== layout.zeroThreshold ||
      !sameCustomValues(layout, histogram);
    if (isOther) return { fits: false, header: RESET_GAUGE };
    return {
      fits: true,
      positive: this.#compare(histogram, 'positive'),
      negative: this.#compare(histogram, 'negative'),
    };
  }

  #compare(histogram: FloatHistogram, side: 'positive' | 'negative'): SideComparison {
    const spans = `${side}Spans` as const;
    const buckets = `${side}Buckets` as const;
    return compareSide(this.#layout[spans], this.#last[buckets], histogram[spans], histogram[buckets]);
  }

  /** Brings chunk and histogram to one layout and returns the histogram in it. */
  #adapt(histogram: FloatHistogram, positive: SideComparison, negative: SideComparison): FloatHistogram {
    const hasNew = positive.hasNew || negative.hasNew;
    const hasGone = positive.hasGone || negative.hasGone;
    let { positiveSpans, negativeSpans } = histogram;
    if (hasGone && !hasNew) {
      ({ positiveSpans, negativeSpans } = this.#layout);
    } else if (hasGone) {
      const isGauge = this.#header === RESET_GAUGE;
      if (positive.hasGone || (isGauge && positive.union.length > 0)) positiveSpans = spansOf(positive.union);
      if (negative.hasGone || (isGauge && negative.union.length > 0)) negativeSpans = spansOf(negative.union);
    }
    if (hasNew) this.#recode({ ...this.#layout, positiveSpans, negativeSpans });
    else ({ positiveSpans, negativeSpans } = this.#layout);
    return {
      ...histogram,
      positiveSpans,
      negativeSpans,
      positiveBuckets: spread(histogram.positiveSpans, histogram.positiveBuckets, positiveSpans),
      negativeBuckets: spread(histogram.negativeSpans, histogram.negativeBuckets, negativeSpans),
    };
  }

  /** Writes all samples anew in a layout that has all their buckets. */
  #recode(layout: HistogramLayout): void {
    const samples = new SampleColumns<FloatHistogram>(this.samples);
    const content = this.content();
    decodeHistograms(this.encoding, content, 0, content.length, -Infinity, Infinity, samples);
    const { positiveSpans, negativeSpans } = layout;
    this.#writer = new BitWriter(content.length + 16);
    this.#writer.put(0, 8 * HISTOGRAM_HEADER_BYTES);
    this.samples = 0;
    this.#layout = layout;
    for (let i = 0; i < samples.length; i++) {
      const old = samples.histograms?.[i];
      assert(old !== undefined, 'a chunk with a stale marker is recoded');
      const laid = {
        ...old,
        positiveSpans,
        negativeSpans,
        positiveBuckets: spread(old.positiveSpans, old.positiveBuckets, positiveSpans),
        negativeBuckets: spread(old.negativeSpans, old.negativeBuckets, negativeSpans),
      };
      if (i === 0) this.#begin(this.#header, samples.timesMs[i]!, laid, false);
      else this.#put(samples.timesMs[i]!, laid, false);
    }
    this.recodings++;
  }

  #begin(header: ResetHeader, timeMs: number, given: FloatHistogram, isStale: boolean): void {
    const histogram = isStale ? NO_HISTOGRAM : given;
    const writer = this.#writer;
    writer.bytes[2] = header << 6;
    this.#header = header;
    this.#layout = histogram;
    putLayout(writer, histogram);
    const buckets = bucketsOf(histogram.positiveSpans) + bucketsOf(histogram.negativeSpans);
    this.#floats = new XorWindows(FIRST_BUCKET + (this.kind === 'float' ? buckets : 0));
    this.#changes = new Float64Array(this.kind === 'integer' ? buckets : 0);
    putVarbitInt(writer, timeMs);
    if (this.kind === 'integer') {
      putVarbitUint(writer, histogram.count);
      putVarbitUint(writer, histogram.zeroCount);
      this.#startSum(histogram, isStale);
      for (const counts of [histogram.positiveBuckets, histogram.negativeBuckets]) {
        for (let i = 0; i < counts.length; i++) putVarbitInt(writer, difference(counts, i));
      }
    } else {
      this.#floats.startDouble(writer, 0, histogram.count);
      this.#floats.startDouble(writer, 1, histogram.zeroCount);
      this.#startSum(histogram, isStale);
      let at = FIRST_BUCKET;
      for (const count of histogram.positiveBuckets) this.#floats.startDouble(writer, at++, count);
      for (const count of histogram.negativeBuckets) this.#floats.startDouble(writer, at++, count);
    }
    this.minTimeMs = timeMs;
    this.#lastDeltaMs = 0;
    this.#countDelta = 0;
    this.#zeroDelta = 0;
    this.#close(timeMs, histogram, isStale);
  }

  #startSum(histogram: FloatHistogram, isStale: boolean): void {
    if (isStale) this.#floats.start(this.#writer, SUM, STALE_HIGH_WORD, STALE_LOW_WORD);
    else this.#floats.startDouble(this.#writer, SUM, histogram.sum);
  }

  #putSum(histogram: FloatHistogram, isStale: boolean): void {
    if (isStale) this.#floats.put(this.#writer, SUM, STALE_HIGH_WORD, STALE_LOW_WORD);
    else this.#floats.putDouble(this.#writer, SUM, histogram.sum);
  }

  #put(timeMs: number, given: FloatHistogram, isStale: boolean): void {
    const histogram = isStale ? NO_HISTOGRAM : given;
    const writer = this.#writer;
    const deltaMs = timeMs - this.lastTimeMs;
    putVarbitInt(writer, deltaMs - this.#lastDeltaMs);
    this.#lastDeltaMs = deltaMs;
    if (this.kind === 'integer') this.#putIntegers(histogram, isStale);
    else this.#putFloats(histogram, isStale);
    this.#close(timeMs, histogram, isStale);
  }

  #putIntegers(histogram: FloatHistogram, isStale: boolean): void {
    const writer = this.#writer;
    const last = this.#last;
    const countDelta = histogram.count - last.count;
    const zeroDelta = histogram.zeroCount - last.zeroCount;
    putVarbitInt(writer, isStale ? 0 : countDelta - this.#countDelta);
    putVarbitInt(writer, isStale ? 0 : zeroDelta - this.#zeroDelta);
    this.#countDelta = countDelta;
    this.#zeroDelta = zeroDelta;
    this.#putSum(histogram, isStale);
    if (isStale) return;
    let at = 0;
    at = this.#putChanges(histogram.positiveBuckets, last.positiveBuckets, at);
    this.#putChanges(histogram.negativeBuckets, last.negativeBuckets, at);
  }

  #putChanges(counts: Float64Array, before: Float64Array, at: number): number {
    for (let i = 0; i < counts.length; i++, at++) {
      const change = difference(counts, i) - difference(before, i);
      putVarbitInt(this.#writer, change - this.#changes[at]!);
      this.#changes[at] = change;
    }
    return at;
  }

  #putFloats(histogram: FloatHistogram, isStale: boolean): void {
    const writer = this.#writer;
    const floats = this.#floats;
    floats.putDouble(writer, 0, histogram.count);
    floats.putDouble(writer, 1, histogram.zeroCount);
    this.#putSum(histogram, isStale);
    if (isStale) return;
    let at = FIRST_BUCKET;
    for (const count of histogram.positiveBuckets) floats.putDouble(writer, at++, count);
    for (const count of histogram.negativeBuckets) floats.putDouble(writer, at++, count);
  }

  #close(timeMs: number, histogram: FloatHistogram, isStale: boolean): void {
    this.lastTimeMs = timeMs;
    this.#last = histogram;
    this.#isLastStale = isStale;
    this.samples++;
    this.#writer.bytes[0] = this.samples >>> 8;
    this.#writer.bytes[1] = this.samples;
  }
}

function difference(counts: Float64Array, at: number): number {
  return at === 0 ? counts[0]! : counts[at]! - counts[at - 1]!;
}

function sameCustomValues(a: HistogramLayout, b: HistogramLayout): boolean {
  if (b.schema !== CUSTOM_BUCKETS) return true;
  const x = a.customValues ?? [];
  const y = b.customValues ?? [];
  return x.length === y.length && x.every((value, i) => value === y[i]);
}

/** Equal in all that is stored: counts by the indices of their buckets, the sum by its bits but for those of NaN. */
export function sameHistogram(a: FloatHistogram, b: FloatHistogram): boolean {
  return (
    a.schema === b.schema &&
    a.zeroThreshold === b.zeroThreshold &&
    a.zeroCount === b.zeroCount &&
    a.count === b.count &&
    Object.is(a.sum, b.sum) &&
    sameCustomValues(a, b) &&
    sameCounts(a, b, 'positive') &&
    sameCounts(a, b, 'negative')
  );
}

function sameCounts(a: FloatHistogram, b: FloatHistogram, side: 'positive' | 'negative'): boolean {
  const x = nonZero(a, side);
  const y = nonZero(b, side);
  return x.length === y.length && x.every((value, i) => value === y[i]);
}

/** Index, count, index, count … of the buckets that aren't empty. */
function nonZero(histogram: FloatHistogram, side: 'positive' | 'negative'): number[] {
  const counts = histogram[`${side}Buckets`];
  const found: number[] = [];
  let index = 0;
  let at = 0;
  for (const { offset, length } of histogram[`${side}Spans`]) {
    index += offset;
    for (let i = 0; i < length; i++, index++, at++) if (counts[at] !== 0) found.push(index, counts[at]!);
  }
  return found;
}
