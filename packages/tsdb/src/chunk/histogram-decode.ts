// Decodes chunks of native histograms (encodings 2 and 3) into columns. The layout before the samples is
// described in histogram-layout.ts; a sample is
//
//   time, count, zero count, sum, positive buckets, negative buckets
//
// 1. The first sample's fields are whole. Of later ones the time is a delta of deltas (the first delta counts
//    from 0), the sum an XOR with its predecessor.
// 2. Encoding 2 (whole numbers): the counts are deltas of deltas, and so is each bucket, which is itself the
//    difference to the bucket before it. Encoding 3 (floats): counts and buckets are XORed floats.
// 3. A sample whose sum is the stale marker ends there in encoding 2; in encoding 3 it has counts of 0. Both
//    have no buckets. It comes out as a stale marker in the column of values.
// 4. Whether a counter began anew is known within a chunk (it did not), and not known for its first sample:
//    the chunk that came before may be gone, or another may have come in between.

import { assert } from '@ampere/platform';
import {
  type FloatHistogram,
  type SampleColumns,
  STALE_HIGH_WORD,
  STALE_LOW_WORD,
  setStaleAt,
} from '@ampere/series';
import { BitReader } from './bit-reader.ts';
import {
  bucketsOf,
  HISTOGRAM_HEADER_BYTES,
  type HistogramLayout,
  RESET_GAUGE,
  type ResetHeader,
  readLayout,
} from './histogram-layout.ts';
import { readVarbitInt, readVarbitUint } from './varbit.ts';
import { XorWindows } from './xor-window.ts';

export const ENCODING_HISTOGRAM = 2;
export const ENCODING_FLOAT_HISTOGRAM = 3;

/** A histogram out of a chunk, which knows of which kind that was. */
export interface StoredHistogram extends FloatHistogram {
  readonly kind: 'integer' | 'float';
}

/** Places of the single floats in the windows of encoding 3. */
const COUNT = 0;
const ZERO_COUNT = 1;
export const SUM = 2;
export const FIRST_BUCKET = 3;

/** How the chunk at `at` came to be. */
export function resetHeaderOf(bytes: Uint8Array, at: number): ResetHeader {
  return (bytes[at + 2]! >>> 6) as ResetHeader;
}

/**
 * Appends to `into` the samples of the chunk of `length` bytes at `at` whose time is within [startMs, endMs].
 * Of a chunk that another thread appends to, `count` says how many samples are whole.
 * Throws a RangeError when the bits contradict themselves.
 */
export function decodeHistograms(
  encoding: number,
  bytes: Uint8Array,
  at: number,
  length: number,
  startMs: number,
  endMs: number,
  into: SampleColumns,
  count?: number,
): void {
  assert(
    encoding === ENCODING_HISTOGRAM || encoding === ENCODING_FLOAT_HISTOGRAM,
    'a chunk of another encoding is read as histograms',
  );
  if (length < HISTOGRAM_HEADER_BYTES) throw new RangeError('a histogram chunk is cut off');
  const samples = count ?? 256 * bytes[at]! + bytes[at + 1]!;
  if (samples === 0) return;
  const reader = new BitReader().reset(bytes, at + HISTOGRAM_HEADER_BYTES, at + length);
  const layout = readLayout(reader);
  const state =
    encoding === ENCODING_HISTOGRAM ? new IntegerState(reader, layout) : new FloatState(reader, layout);
  const isGauge = resetHeaderOf(bytes, at) === RESET_GAUGE;
  into.reserve(into.length + samples);
  let timeMs = 0;
  let deltaMs = 0;
  for (let i = 0; i < samples; i++) {
    if (i === 0) {
      timeMs = readVarbitInt(reader);
      state.readFirst();
    } else {
      deltaMs += readVarbitInt(reader);
      timeMs += deltaMs;
      state.readNext();
    }
    if (timeMs > endMs) return;
    if (timeMs < startMs) continue;
    const index = into.length++;
    into.timesMs[index] = timeMs;
    if (state.isStale) {
      setStaleAt(into.words, index);
      continue;
    }
    into.values[index] = 0;
    into.histograms ??= [];
    into.histograms[index] = state.histogram(isGauge ? 'gauge' : i === 0 ? 'unknown' : 'not-reset');
  }
}

type Hint = FloatHistogram['counterReset'];

/** Reads the samples of encoding 2 one after another. */
class IntegerState {
  readonly #reader: BitReader;
  readonly #layout: HistogramLayout;
  readonly #positive: number;
  readonly #sum = new XorWindows(1);
  /** Differences between neighbouring buckets, the positive ones first, and how they changed last. */
  readonly #buckets: Float64Array;
  readonly #changes: Float64Array;
  #count = 0;
  #countDelta = 0;
  #zeroCount = 0;
  #zeroDelta = 0;

  constructor(reader: BitReader, layout: HistogramLayout) {
    this.#reader = reader;
    this.#layout = layout;
    this.#positive = bucketsOf(layout.positiveSpans);
    const buckets = this.#positive + bucketsOf(layout.negativeSpans);
    this.#buckets = new Float64Array(buckets);
    this.#changes = new Float64Array(buckets);
  }

  get isStale(): boolean {
    return isStale(this.#sum, 0);
  }

  readFirst(): void {
    const reader = this.#reader;
    this.#count = readVarbitUint(reader);
    this.#zeroCount = readVarbitUint(reader);
    this.#sum.readStart(reader, 0);
    for (let i = 0; i < this.#buckets.length; i++) this.#buckets[i] = readVarbitInt(reader);
  }

  readNext(): void {
    const reader = this.#reader;
    this.#countDelta += readVarbitInt(reader);
    this.#count += this.#countDelta;
    this.#zeroDelta += readVarbitInt(reader);
    this.#zeroCount += this.#zeroDelta;
    this.#sum.read(reader, 0);
    if (this.isStale) return;
    const buckets = this.#buckets;
    const changes = this.#changes;
    for (let i = 0; i < buckets.length; i++) {
      changes[i]! += readVarbitInt(reader);
      buckets[i]! += changes[i]!;
    }
  }

  histogram(counterReset: Hint): StoredHistogram {
    return {
      ...this.#layout,
      kind: 'integer',
      counterReset,
      count: this.#count,
      zeroCount: this.#zeroCount,
      sum: this.#sum.value(0),
      positiveBuckets: added(this.#buckets.subarray(0, this.#positive)),
      negativeBuckets: added(this.#buckets.subarray(this.#positive)),
    };
  }
}

/** Reads the samples of encoding 3 one after another. */
class FloatState {
  readonly #reader: BitReader;
  readonly #layout: HistogramLayout;
  readonly #positive: number;
  readonly #buckets: number;
  readonly #floats: XorWindows;

  constructor(reader: BitReader, layout: HistogramLayout) {
    this.#reader = reader;
    this.#layout = layout;
    this.#positive = bucketsOf(layout.positiveSpans);
    this.#buckets = this.#positive + bucketsOf(layout.negativeSpans);
    this.#floats = new XorWindows(FIRST_BUCKET + this.#buckets);
  }

  get isStale(): boolean {
    return isStale(this.#floats, SUM);
  }

  readFirst(): void {
    for (let i = 0; i < FIRST_BUCKET + this.#buckets; i++) this.#floats.readStart(this.#reader, i);
  }

  readNext(): void {
    for (let i = 0; i < FIRST_BUCKET; i++) this.#floats.read(this.#reader, i);
    if (this.isStale) return;
    for (let i = 0; i < this.#buckets; i++) this.#floats.read(this.#reader, FIRST_BUCKET + i);
  }

  histogram(counterReset: Hint): StoredHistogram {
    return {
      ...this.#layout,
      kind: 'float',
      counterReset,
      count: this.#floats.value(COUNT),
      zeroCount: this.#floats.value(ZERO_COUNT),
      sum: this.#floats.value(SUM),
      positiveBuckets: this.#values(0, this.#positive),
      negativeBuckets: this.#values(this.#positive, this.#buckets),
    };
  }

  #values(from: number, to: number): Float64Array {
    const values = new Float64Array(to - from);
    for (let i = from; i < to; i++) values[i - from] = this.#floats.value(FIRST_BUCKET + i);
    return values;
  }
}

function isStale(floats: XorWindows, at: number): boolean {
  return floats.high[at] === STALE_HIGH_WORD && floats.low[at] === STALE_LOW_WORD;
}

function added(differences: Float64Array): Float64Array {
  const counts = new Float64Array(differences.length);
  let count = 0;
  for (let i = 0; i < counts.length; i++) {
    count += differences[i]!;
    counts[i] = count;
  }
  return counts;
}
