// The newest samples of all series, in a memory that other threads read.
//
// 1. A series has one open chunk, which samples are appended to, in a block that grows with it.
// 2. The chunk is sealed, copied away at its exact length, when it has 120 samples or 1 KiB (as in
//    Prometheus), or when a sample belongs to the next two hours of the clock, so that blocks of two
//    hours can be cut between chunks.
// 3. What is older than a time is dropped a chunk at a time. Series without samples stay until they are
//    an eighth of all; then they are taken out.
//
// One thread writes. Whoever reads, here or on another thread, holds a lease: what is freed meanwhile is not
// used again before the leases of that time have ended. The work is done by the kernels in assembly/.

import type { Random } from '@ampere/platform';
import type { FloatHistogram, Labels, SampleColumns } from '@ampere/series';
import {
  CHUNK_RANGE_MS,
  ENCODING_SHIFT,
  FULL,
  H_KEPT_MS,
  H_MAX_MS,
  H_MIN_MS,
  H_OPEN_CHUNKS,
  H_SAMPLES,
  H_SEALED,
  H_SEALED_BYTES,
  MINUTES_ACTIVE,
  O_CHUNK,
  O_ENCODING,
  O_MIN_MS,
  OTHER_VALUE,
  OUT_OF_ORDER,
  P_FIELD,
  P_FIELD_BYTES,
  R_ACTIVE_MINUTE,
  R_BITS,
  R_CHUNK_SAMPLES,
  R_FIRST_SEALED,
  R_KEY_BYTES,
  R_LAST_MS,
  R_METRIC,
  R_NUMBER,
  R_OPEN,
  R_PAIR_COUNT,
  R_PAIRS,
  REPEATED,
  S_CHUNK,
  S_LENGTH,
  S_MAX_MS,
  S_MIN_MS,
  S_NEXT,
  SAMPLES_PER_CHUNK_MAX,
  STORED,
} from '../../assembly/layout.ts';
import type { HistogramKind } from '../chunk/histogram-encode.ts';
import { LabelIndex } from '../index/label-index.ts';
import { SeriesMatching } from '../index/match-series.ts';
import type { Pacer } from '../pacer.ts';
import { ByteBuffer } from '../wal/byte-buffer.ts';
import { HeadMemory, type HeadMemoryOptions, memoryFull } from './head-memory.ts';
import { type CanonicalLabels, encodeLabels } from './label-set.ts';
import { Leases } from './leases.ts';
import type { MemoryView } from './memory-view.ts';
import { OpenHistograms } from './open-histograms.ts';
import { OutOfOrder } from './out-of-order.ts';
import { ENCODING_MASK, hasOutOfOrderIn, hasSeriesIn, readSeries } from './stored-samples.ts';

export { CHUNK_RANGE_MS, OTHER_VALUE, OUT_OF_ORDER, REPEATED, SAMPLES_PER_CHUNK_MAX, STORED };

/** No such series. */
export const UNKNOWN_SERIES = -1;

const GONE_SHARE = 8;
const SERIES_PER_SLICE = 4096;

/** A chunk of a series: its data are `bytes` bytes from `at` on, in memory that stays as it is for now. */
export interface StoredChunk {
  readonly encoding: number;
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly at: number;
  readonly bytes: number;
  /** Samples of an open chunk, whose own count is not written yet; 0 of a full one. */
  readonly openSamples: number;
}

export class Head {
  readonly memory: HeadMemory;
  readonly leases: Leases;
  /** Nothing before this is shown. */
  floorMs = Number.NEGATIVE_INFINITY;
  /** Nothing before this is taken: never below the floor, and above it while a block is written. */
  acceptFromMs = Number.NEGATIVE_INFINITY;
  /** While chunks are dropped: the oldest time before that; infinite otherwise. */
  #minBeforeMs = Number.POSITIVE_INFINITY;
  #index: LabelIndex;
  #matching: SeriesMatching;
  readonly #keyBuffer = new ByteBuffer();
  readonly #histograms: OpenHistograms;
  readonly outOfOrder: OutOfOrder;

  constructor(random: Random, options?: HeadMemoryOptions) {
    this.memory = new HeadMemory(random, options);
    this.leases = new Leases(this.memory);
    this.#histograms = new OpenHistograms(this.memory);
    this.outOfOrder = new OutOfOrder(this.memory);
    this.#index = new LabelIndex(this.memory.view);
    this.#matching = new SeriesMatching(this.#index);
  }

  get view(): MemoryView {
    return this.memory.view;
  }

  /** Another one after series were taken out. */
  get index(): LabelIndex {
    return this.#index;
  }

  get matching(): SeriesMatching {
    return this.#matching;
  }

  /** Series there are. */
  get count(): number {
    return this.#index.count;
  }

  /** Above every series number; some below may be unused (`index.isSeries`). */
  get bound(): number {
    return this.#index.seriesBound;
  }

  get samplesAppended(): number {
    return this.view.float(H_SAMPLES);
  }

  /** Begins to count anew. */
  forgetSamplesAppended(): void {
    this.view.setFloat(H_SAMPLES, 0);
  }

  get sealedChunks(): number {
    return this.view.word(H_SEALED);
  }

  get sealedChunkBytes(): number {
    return this.view.float(H_SEALED_BYTES);
  }

  /** Series whose newest samples are in an open chunk. */
  get openChunks(): number {
    return this.view.word(H_OPEN_CHUNKS);
  }

  /** The time of the oldest sample in memory that is shown; undefined when there is none. */
  get minTimeMs(): number | undefined {
    const minMs = Math.min(this.view.float(H_MIN_MS), this.#minBeforeMs);
    return minMs === Number.POSITIVE_INFINITY ? undefined : Math.max(minMs, this.floorMs);
  }

  get maxTimeMs(): number {
    return this.view.float(H_MAX_MS);
  }

  /** The canonical bytes of a label set; valid until the next call. */
  keyOf(labels: CanonicalLabels): ByteBuffer {
    this.#keyBuffer.length = 0;
    encodeLabels(labels, this.#keyBuffer);
    return this.#keyBuffer;
  }

  /** The series with these canonical bytes, or UNKNOWN_SERIES. */
  find(key: Uint8Array): number {
    const at = this.#stage(key);
    return this.memory.kernel.findKey(at, at + key.length);
  }

  /** Adds a series that isn't there yet, by its canonical bytes. Throws a TsdbError 'memory-full'. */
  addSeries(key: Uint8Array, number: number): number {
    const at = this.#stage(key);
    const series = this.memory.kernel.makeSeries(at, at + key.length, number);
    if (series < 0) throw memoryFull();
    return series;
  }

  /** As `find`, and `addSeries` when there is none. A key that isn't canonical gives UNKNOWN_SERIES. */
  findOrAdd(key: Uint8Array, number: number): number {
    const at = this.#stage(key);
    const series = this.memory.kernel.findOrMakeSeries(at, at + key.length, number);
    if (series < UNKNOWN_SERIES) throw memoryFull();
    return series;
  }

  /** Appends one sample, its value as two words. Throws a TsdbError 'memory-full'. */
  append(series: number, timeMs: number, low: number, high: number): number {
    const verdict = this.memory.kernel.appendOne(series, timeMs, low, high);
    if (verdict === FULL) throw memoryFull();
    return verdict;
  }

  /** Appends one native histogram; the verdict is as of `append`. Throws a TsdbError 'memory-full'. */
  appendHistogram(
    series: number,
    timeMs: number,
    histogram: FloatHistogram,
    kind: HistogramKind,
    isStale: boolean,
  ): number {
    return this.#histograms.append(series, timeMs, histogram, kind, isStale);
  }

  labelsOf(series: number): Labels {
    return this.#index.labelsOf(series);
  }

  /** A series' number in the log. */
  numberOf(series: number): number {
    return this.view.word(this.view.series(series) + R_NUMBER);
  }

  /** Appends the canonical label bytes of a series to a buffer. */
  writeKey(series: number, into: ByteBuffer): void {
    const { view } = this;
    const record = view.series(series);
    into.reserve(view.word(record + R_KEY_BYTES));
    const pairs = view.word(record + R_PAIRS);
    const count = view.word(record + R_PAIR_COUNT);
    view.reach(pairs + 4 * count);
    for (let i = 0; i < count; i++) {
      const pair = view.pair(view.word(pairs + 4 * i));
      const from = view.word(pair + P_FIELD);
      const bytes = view.word(pair + P_FIELD_BYTES);
      view.reach(from + bytes);
      into.append(view.bytes.subarray(from, from + bytes));
    }
  }

  /** The pair with a series' metric name. */
  metricOf(series: number): number {
    return this.view.word(this.view.series(series) + R_METRIC);
  }

  isActive(series: number, minute: number): boolean {
    const last = this.view.word(this.view.series(series) + R_ACTIVE_MINUTE);
    return last !== 0 && minute - last < MINUTES_ACTIVE;
  }

  /** How many series are active. */
  activeCount(minute: number): number {
    return this.memory.kernel.activeCount(minute);
  }

  /** Active series of the metric that has most of them; a pass over all. */
  activeInLargestMetric(minute: number): number {
    const counts = new Uint32Array(this.#index.pairBound);
    let largest = 0;
    for (let series = 0; series < this.bound; series++) {
      if (!this.#index.isSeries(series) || !this.isActive(series, minute)) continue;
      const metric = this.metricOf(series);
      const count = counts[metric]! + 1;
      counts[metric] = count;
      if (count > largest) largest = count;
    }
    return largest;
  }

  /** Appends a series' samples within [startMs, endMs] to empty columns. */
  read(series: number, startMs: number, endMs: number, into: SampleColumns): void {
    readSeries(this.view, series, startMs, startMs, endMs, into);
  }

  hasSampleIn(series: number, startMs: number, endMs: number, scratch: SampleColumns): boolean {
    return this.#index.isSeries(series) && hasSeriesIn(this.view, series, startMs, startMs, endMs, scratch);
  }

  /** Whether a series has samples out of order within [startMs, endMs]. */
  hasOutOfOrderIn(series: number, startMs: number, endMs: number): boolean {
    return hasOutOfOrderIn(this.view, series, startMs, endMs);
  }

  /** The chunks of a series in the order of their times; valid until something is appended or forgotten. */
  chunksOf(series: number): StoredChunk[] {
    const { view } = this;
    const chunks: StoredChunk[] = [];
    const record = view.series(series);
    for (let chunk = view.word(record + R_FIRST_SEALED); chunk !== 0; chunk = view.word(chunk + S_NEXT)) {
      view.reach(chunk + S_CHUNK);
      const length = view.word(chunk + S_LENGTH);
      chunks.push({
        encoding: length >>> ENCODING_SHIFT,
        minTimeMs: view.float(chunk + S_MIN_MS),
        maxTimeMs: view.float(chunk + S_MAX_MS),
        at: chunk + S_CHUNK,
        bytes: length & 0xffffff,
        openSamples: 0,
      });
    }
    const bits = view.word(record + R_BITS);
    if (bits === 0) return chunks;
    const open = view.word(record + R_OPEN);
    view.reach(open + O_CHUNK);
    chunks.push({
      encoding: view.word(open + O_ENCODING) & ENCODING_MASK,
      minTimeMs: view.float(open + O_MIN_MS),
      maxTimeMs: view.float(record + R_LAST_MS),
      at: open + O_CHUNK,
      bytes: (bits + 7) >>> 3,
      openSamples: view.word(record + R_CHUNK_SAMPLES) & 0xffff,
    });
    return chunks;
  }

  /** Hides what is before a time from readers to come, and takes nothing there any more. */
  raiseFloor(beforeMs: number): void {
    this.floorMs = Math.max(this.floorMs, beforeMs);
    this.acceptFromMs = Math.max(this.acceptFromMs, this.floorMs);
  }

  /**
   * Drops chunks that end before the floor, in slices between which others go on, and takes out series that have been
   * left empty. Who reads since before the floor was raised would miss them: wait for `leases.ended()` in between.
   * One call at a time. Without a pacer it is done in one go.
   */
  async forget(pacer?: Pacer): Promise<void> {
    const { kernel } = this.memory;
    const { view, floorMs } = this;
    // Samples that come meanwhile count from here on, the others when their series' turn has come.
    this.#minBeforeMs = view.float(H_MIN_MS);
    view.setFloat(H_MIN_MS, Number.POSITIVE_INFINITY);
    view.setFloat(H_KEPT_MS, Number.POSITIVE_INFINITY);
    let empty = 0;
    for (let from = 0; from < this.bound; from += SERIES_PER_SLICE) {
      empty += kernel.dropChunks(floorMs, from, Math.min(from + SERIES_PER_SLICE, this.bound));
      if (pacer?.isDue()) await pacer.pause();
    }
    view.setFloat(H_MIN_MS, Math.min(view.float(H_MIN_MS), view.float(H_KEPT_MS)));
    this.#minBeforeMs = Number.POSITIVE_INFINITY;
    this.#histograms.sweep();
    if (empty === 0 || empty * GONE_SHARE < this.count || kernel.takeOutEmpty() === 0) return;
    view.refresh();
    this.#index = new LabelIndex(view);
    this.#matching = new SeriesMatching(this.#index);
    this.onTakenOut();
  }

  /** Told when series were taken out: numbers of series and pairs may come to mean something else. */
  onTakenOut: () => void = () => undefined;

  #stage(bytes: Uint8Array): number {
    const at = this.memory.stage(bytes.length);
    this.view.bytes.set(bytes, at);
    return at;
  }
}

/** The minute of a monotonic time, from 1 on: steps of the wall clock do nothing. */
export function minuteOf(monotonicMs: number): number {
  return 1 + Math.floor(Math.max(0, monotonicMs) / 60_000);
}
