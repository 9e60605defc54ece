// Takes write requests into the head and the log.
//
// A kernel (assembly/append.ts) does what is plain: finds each series by its label bytes, makes it when it is new,
// checks and appends its samples and builds the log's records. It stops where it can't go on, and here
// 1. label bytes that are new and not canonical, or may not fit under a limit, are decoded, checked and brought
//    into canonical form, under which the series may be known already;
// 2. a series that isn't active must fit under the limits of active series;
// 3. what is refused is counted by reason, and doesn't keep the rest from being stored.
//
// Where samples say when their counter began, zeros are put in front of them (zero-samples.ts), which are passed over
// where they can't be stored, and counted nowhere.
//
// Native histograms and exemplars are few beside floats: they are taken here, one by one, when the floats are done.

import { assert, type Clock } from '@ampere/platform';
import {
  type Appender,
  type AppendOutcome,
  type FloatHistogram,
  METRIC_NAME,
  type WriteColumns,
  type WriteHistogram,
} from '@ampere/series';
import {
  A_ACTIVE_MAX,
  A_APPENDED,
  A_EARLIEST_MS,
  A_LABELS,
  A_LABELS_MAX,
  A_LATEST_MS,
  A_METRIC_MAX,
  A_MINUTE,
  A_NAME_BYTES_MAX,
  A_NEW_SERIES,
  A_ROW,
  A_SAMPLE,
  A_SERIES,
  A_VALUE_BYTES_MAX,
  ACTIVATE_SERIES,
  DONE,
  FLUSH_LOG,
  FULL,
  MEET_SERIES,
  OTHER_VALUE,
  OUT_OF_ORDER,
  RECORD_BYTES_MAX,
  STORED,
  W_NEXT_NUMBER,
  W_SERIES_LENGTH,
  WRONG_TIME,
} from '../../assembly/layout.ts';
import type { HistogramKind } from '../chunk/histogram-encode.ts';
import { TsdbError } from '../errors.ts';
import type { Exemplar, ExemplarRing } from '../exemplars/exemplar-ring.ts';
import { NONE } from '../index/label-index.ts';
import type { SeriesLimits } from '../options.ts';
import { ByteBuffer } from '../wal/byte-buffer.ts';
import { ExemplarsRecord, HistogramsRecord } from '../wal/histogram-records.ts';
import { LateSamplesRecord } from '../wal/late-records.ts';
import {
  RECORD_EXEMPLARS,
  RECORD_HISTOGRAMS,
  RECORD_LATE_HISTOGRAMS,
  RECORD_LATE_SAMPLES,
  SeriesRecord,
} from '../wal/records.ts';
import type { WalWriter } from '../wal/wal-writer.ts';
import { type Head, minuteOf, UNKNOWN_SERIES } from './head.ts';
import { memoryFull } from './head-memory.ts';
import { histogramFault } from './histogram-faults.ts';
import { type CanonicalLabels, canonicalLabels, decodeLabels, type WireLabels } from './label-set.ts';
import { type LateValue, lateValue } from './out-of-order.ts';
import {
  exemplarOfUnknown,
  exemplarOutOfOrder,
  exemplarTooLong,
  histogramInvalid,
  labelFault,
  otherValue,
  outOfOrder,
  refuse,
  seriesLimit,
  tooFarInFuture,
  tooLate,
  tooOld,
} from './refusals.ts';
import { WriteArguments } from './write-arguments.ts';
import { ZeroSamples, zeroHistogram } from './zero-samples.ts';

/** Times beyond ±2^52 ms can't be encoded exactly; that is 140,000 years either way. */
const TIME_MS_MAX = 2 ** 52;
/** Number and length of a series in a record. */
const RECORD_ROOM_BYTES = 16;
/** UNKNOWN_SERIES as a word. */
const NO_SERIES = 0xffffffff;

export class HeadAppender implements Appender {
  readonly #head: Head;
  readonly #wal: WalWriter;
  readonly #clock: Clock;
  readonly #limitsNow: () => SeriesLimits;
  readonly #backlogBytesMax: number;
  readonly #arguments: WriteArguments;
  readonly #exemplars: ExemplarRing;
  readonly #histogramsRecord = new HistogramsRecord();
  readonly #exemplarsRecord = new ExemplarsRecord();
  readonly #lateRecord = new LateSamplesRecord();
  readonly #lateHistogramsRecord = new HistogramsRecord();
  readonly #key = new ByteBuffer();
  /** Of the request at hand. */
  #limits: SeriesLimits;
  #earliestMs = 0;
  /** Nothing before it is taken, be it in order or not. */
  #oldestMs = 0;
  #latestMs = 0;
  #minute = 0;
  #outcome: AppendOutcome = nothingYet();
  #zeros: ZeroSamples | undefined;
  #zerosStored = 0;
  /** Exact active counts of metrics that may be at their limit, for the current minute: metric pair to count. */
  readonly #metricCounts = new Map<number, number>();
  #metricCountsMinute = 0;

  constructor(
    head: Head,
    exemplars: ExemplarRing,
    wal: WalWriter,
    clock: Clock,
    limitsNow: () => SeriesLimits,
    backlogBytesMax: number,
    nextWalNumber: number,
  ) {
    this.#head = head;
    this.#exemplars = exemplars;
    this.#wal = wal;
    this.#clock = clock;
    this.#limitsNow = limitsNow;
    this.#limits = limitsNow();
    this.#backlogBytesMax = backlogBytesMax;
    this.#arguments = new WriteArguments(head.memory);
    head.view.setWord(W_NEXT_NUMBER, nextWalNumber);
  }

  /**
   * Throws a TsdbError: 'wal-unavailable', with nothing stored, while too much waits for the log; 'memory-full' when
   * the head has no room, after part of the request was stored.
   */
  append(request: WriteColumns): AppendOutcome {
    this.#requireRoomInLog();
    this.#head.leases.reclaimSome();
    this.#begin();
    this.#zeros = ZeroSamples.of(request);
    const columns = this.#zeros?.columns ?? request;
    this.#zerosStored = this.#zeros?.countIn(0, columns.sampleCount) ?? 0;
    this.#arguments.place(columns);
    const { view } = this.#head;
    try {
      for (;;) {
        const reason = this.#head.memory.kernel.appendRows();
        if (reason === DONE) break;
        this.#attend(reason, columns);
      }
      this.#appendHistograms(columns);
      this.#appendExemplars(columns);
    } finally {
      this.#head.memory.kernel.publishRows();
      this.#log();
      this.#logRest();
      this.#outcome.appended = view.word(A_APPENDED) - this.#zerosStored;
      this.#outcome.newSeries += view.word(A_NEW_SERIES);
    }
    return this.#outcome;
  }

  async commit(): Promise<void> {
    await this.#wal.commit();
  }

  #requireRoomInLog(): void {
    const waiting = this.#wal.backlogBytes;
    if (waiting < this.#backlogBytesMax) return;
    this.#wal.retry();
    throw new TsdbError(
      'wal-unavailable',
      `the write-ahead log can't keep up or can't be written: ${waiting} bytes are waiting for the disk`,
    );
  }

  #begin(): void {
    const nowMs = this.#clock.nowMs();
    this.#limits = this.#limitsNow();
    const { sampleMaxAgeMs, sampleMaxFutureMs } = this.#limits;
    this.#oldestMs = Math.max(sampleMaxAgeMs > 0 ? nowMs - sampleMaxAgeMs : -TIME_MS_MAX, -TIME_MS_MAX);
    this.#earliestMs = Math.max(this.#head.acceptFromMs, this.#oldestMs);
    this.#latestMs = sampleMaxFutureMs > 0 ? Math.min(nowMs + sampleMaxFutureMs, TIME_MS_MAX) : TIME_MS_MAX;
    this.#minute = minuteOf(this.#clock.monotonicMs());
    this.#outcome = nothingYet();
    this.#passArguments();
  }

  #passArguments(): void {
    const { view } = this.#head;
    const limits = this.#limits;
    view.setWord(A_ROW, 0);
    view.setWord(A_SERIES, UNKNOWN_SERIES);
    view.setWord(A_APPENDED, 0);
    view.setWord(A_NEW_SERIES, 0);
    view.setFloat(A_EARLIEST_MS, this.#earliestMs);
    view.setFloat(A_LATEST_MS, this.#latestMs);
    view.setWord(A_MINUTE, this.#minute);
    view.setWord(A_ACTIVE_MAX, limits.activeSeriesMax);
    view.setWord(A_METRIC_MAX, limits.activeSeriesPerMetricMax);
    view.setWord(A_LABELS_MAX, limits.labelsPerSeriesMax);
    view.setWord(A_NAME_BYTES_MAX, limits.labelNameBytesMax);
    view.setWord(A_VALUE_BYTES_MAX, limits.labelValueBytesMax);
  }

  /** Sees to what the kernel stopped at, and moves its place on. */
  #attend(reason: number, columns: WriteColumns): void {
    const { view } = this.#head;
    const row = view.word(A_ROW);
    const sample = view.word(A_SAMPLE);
    const known = view.word(A_SERIES);
    const labels = () => this.#head.labelsOf(known);
    switch (reason) {
      case MEET_SERIES:
        view.setWord(A_SERIES, this.#meet(columns, row, this.#timesOf(columns, row)));
        break;
      case ACTIVATE_SERIES: {
        const end = columns.firstSample[row + 1]!;
        const samples = end - sample - (this.#zeros?.countIn(sample, end) ?? 0);
        if (!this.#mayActivate(known, samples)) view.setWord(A_SERIES, UNKNOWN_SERIES);
        break;
      }
      case WRONG_TIME:
      case OUT_OF_ORDER: {
        if (this.#passesOver(sample)) break;
        const [low, high] = [columns.valueWords[2 * sample]!, columns.valueWords[2 * sample + 1]!];
        const value = { low, high, histogram: undefined };
        const isTaken = this.#takeLate(known, columns.timesMs[sample]!, value, reason);
        if (isTaken) view.setWord(A_APPENDED, view.word(A_APPENDED) + 1);
        break;
      }
      case OTHER_VALUE: {
        if (this.#passesOver(sample)) break;
        const timeMs = columns.timesMs[sample]!;
        refuse(this.#outcome, 'new_value_for_timestamp', 1, () => otherValue(timeMs, labels()));
        break;
      }
      case FLUSH_LOG:
        this.#log();
        return;
      default:
        assert(reason === FULL, `a kernel stopped for the unknown reason ${reason}`);
        throw memoryFull();
    }
    if (reason !== MEET_SERIES && reason !== ACTIVATE_SERIES) view.setWord(A_SAMPLE, sample + 1);
    else if (view.word(A_SERIES) === NO_SERIES) {
      this.#zerosStored -= this.#zeros?.countIn(sample, columns.firstSample[row + 1]!) ?? 0;
      view.setWord(A_ROW, row + 1);
    }
  }

  /** Whether a sample that can't be stored is a zero, of which nobody need know. */
  #passesOver(sample: number): boolean {
    if (this.#zeros?.has(sample) !== true) return false;
    this.#zerosStored--;
    return true;
  }

  /** Times of the floats that were sent of a row. */
  #timesOf({ timesMs, firstSample }: WriteColumns, row: number): Float64Array {
    const first = firstSample[row]!;
    const times = timesMs.subarray(first, firstSample[row + 1]);
    const zeros = this.#zeros;
    return zeros === undefined ? times : times.filter((_, i) => !zeros.has(first + i));
  }

  #appendHistograms(columns: WriteColumns): void {
    const { histograms } = columns;
    for (let i = 0; i < histograms.length; ) {
      const row = histograms[i]!.series;
      let end = i + 1;
      while (histograms[end]?.series === row) end++;
      const own = histograms.slice(i, end);
      const series = this.#seriesOf(
        columns,
        row,
        own.map(({ timeMs }) => timeMs),
      );
      if (series !== UNKNOWN_SERIES) this.#appendOwn(series, own);
      i = end;
    }
  }

  /** The series of a row, found or made; refuses the row's samples when it can't be. */
  #seriesOf(columns: WriteColumns, row: number, timesMs: readonly number[]): number {
    const { memory, view } = this.#head;
    const at = view.word(A_LABELS);
    const series = memory.kernel.findKey(at + columns.labelsFrom[row]!, at + columns.labelsTo[row]!);
    if (series < 0) return this.#meet(columns, row, timesMs);
    if (this.#head.isActive(series, this.#minute) || this.#mayActivate(series, timesMs.length)) return series;
    return UNKNOWN_SERIES;
  }

  /** Appends the histograms of one series. */
  #appendOwn(series: number, histograms: readonly WriteHistogram[]): void {
    const head = this.#head;
    const outcome = this.#outcome;
    const labels = () => head.labelsOf(series);
    let appended = 0;
    for (const { timeMs, histogram, kind, isStale, startMs = 0 } of histograms) {
      const fault = isStale ? undefined : histogramFault(histogram, kind);
      if (fault !== undefined) {
        refuse(outcome, 'native_histogram_invalid', 1, () => histogramInvalid(fault, labels()));
        continue;
      }
      if (startMs !== 0 && startMs < timeMs) this.#appendZero(series, startMs, histogram, kind);
      const isTimely = timeMs >= this.#earliestMs && timeMs <= this.#latestMs;
      const verdict = isTimely ? head.appendHistogram(series, timeMs, histogram, kind, isStale) : WRONG_TIME;
      if (verdict === OUT_OF_ORDER || verdict === WRONG_TIME) {
        const value = lateValue(histogram, kind, isStale);
        if (this.#takeLate(series, timeMs, value, verdict)) appended++;
        continue;
      }
      if (verdict === OTHER_VALUE) {
        refuse(outcome, 'new_value_for_timestamp', 1, () => otherValue(timeMs, labels()));
        continue;
      }
      appended++;
      if (verdict === STORED) this.#logHistogram(series, timeMs, histogram, kind, isStale);
    }
    if (appended === 0) return;
    outcome.histograms += appended;
    head.memory.kernel.touch(head.view.series(series), this.#minute);
  }

  /** Stores that nothing was observed when a counter began, if that is newer than all there is of the series. */
  #appendZero(series: number, startMs: number, histogram: FloatHistogram, kind: HistogramKind): void {
    if (startMs < this.#earliestMs || startMs > this.#latestMs) return;
    const zero = zeroHistogram(histogram);
    if (this.#head.appendHistogram(series, startMs, zero, kind, false) !== STORED) return;
    this.#logHistogram(series, startMs, zero, kind, false);
  }

  #logHistogram(series: number, ...sample: [number, FloatHistogram, HistogramKind, boolean]): void {
    this.#histogramsRecord.add(this.#head.numberOf(series), ...sample);
    if (this.#histogramsRecord.payload.length < RECORD_BYTES_MAX) return;
    // Their series come first.
    this.#log();
    this.#logRest();
  }

  #appendExemplars(columns: WriteColumns): void {
    const { view, memory } = this.#head;
    for (const { series: row, labels, value, timeMs } of columns.exemplars) {
      const from = columns.labelsFrom[row]!;
      const to = columns.labelsTo[row]!;
      const at = view.word(A_LABELS);
      const series = memory.kernel.findKey(at + from, at + to);
      if (series < 0) {
        refuse(this.#outcome, 'exemplar_series_unknown', 1, () =>
          exemplarOfUnknown(wireLabels(columns, row)),
        );
        continue;
      }
      const own = this.#head.labelsOf(series);
      const exemplar = { labels, value, timeMs };
      const verdict = this.#exemplars.add(own, exemplar);
      if (verdict === 'labels-too-long') {
        refuse(this.#outcome, 'exemplar_labels_too_long', 1, () => exemplarTooLong(own));
      } else if (verdict === 'out-of-order') {
        refuse(this.#outcome, 'exemplar_out_of_order', 1, () => exemplarOutOfOrder(own));
      } else {
        // Where none are kept they are taken all the same, as is done with what is not asked for.
        this.#outcome.exemplars++;
        if (verdict === 'stored') this.#logExemplar(series, exemplar);
      }
    }
  }

  #logExemplar(series: number, exemplar: Exemplar): void {
    this.#key.length = 0;
    this.#head.writeKey(series, this.#key);
    this.#exemplarsRecord.add(this.#key.content(), exemplar);
    if (this.#exemplarsRecord.payload.length >= RECORD_BYTES_MAX) this.#logRest();
  }

  /** Closes the records of histograms and exemplars. */
  #logRest(): void {
    const histograms = this.#histogramsRecord;
    const exemplars = this.#exemplarsRecord;
    this.#wal.record(RECORD_HISTOGRAMS, histograms.payload.content(), histograms.maxTimeMs);
    this.#wal.record(RECORD_EXEMPLARS, exemplars.payload.content(), Number.NEGATIVE_INFINITY);
    const late = this.#lateRecord;
    const lateHistograms = this.#lateHistogramsRecord;
    // Their segment stays as long as samples of now are in it, and longer while they wait for blocks.
    this.#wal.record(RECORD_LATE_SAMPLES, late.payload.content(), this.#head.maxTimeMs);
    this.#wal.record(RECORD_LATE_HISTOGRAMS, lateHistograms.payload.content(), this.#head.maxTimeMs);
    late.clear();
    lateHistograms.clear();
    histograms.clear();
    exemplars.clear();
  }

  /** Closes the records that were built and hands them to the log. */
  #log(): void {
    const { memory } = this.#head;
    this.#wal.add(memory.seriesPayload(), memory.samplesPayload(), memory.loggedMaxTimeMs, memory.checksum);
    memory.clearLog();
  }

  /** Takes a sample that can't go behind its series' newest one if it isn't too late; refuses it otherwise. */
  #takeLate(series: number, timeMs: number, value: LateValue, reason: number): boolean {
    const head = this.#head;
    const labels = () => head.labelsOf(series);
    if (timeMs > this.#latestMs || timeMs < this.#oldestMs) {
      this.#refuseTime(timeMs, labels);
      return false;
    }
    const windowMs = this.#limits.outOfOrderWindowMs ?? 0;
    if (windowMs === 0) {
      if (reason === WRONG_TIME) this.#refuseTime(timeMs, labels);
      else refuse(this.#outcome, 'sample_out_of_order', 1, () => outOfOrder(timeMs, labels()));
      return false;
    }
    if (timeMs < head.maxTimeMs - windowMs) {
      refuse(this.#outcome, 'sample_too_old', 1, () => tooLate(timeMs, labels()));
      return false;
    }
    const isLate = timeMs < head.acceptFromMs;
    if (head.outOfOrder.insert(series, timeMs, value, isLate, head.maxTimeMs)) {
      this.#logLate(series, timeMs, value);
    }
    head.memory.kernel.touch(head.view.series(series), this.#minute);
    return true;
  }

  #logLate(series: number, timeMs: number, { low, high, histogram }: LateValue): void {
    const number = this.#head.numberOf(series);
    if (histogram === undefined) this.#lateRecord.add(number, timeMs, low, high);
    else this.#lateHistogramsRecord.add(number, timeMs, histogram, histogram.kind, false);
    const bytes = this.#lateRecord.payload.length + this.#lateHistogramsRecord.payload.length;
    if (bytes < RECORD_BYTES_MAX) return;
    this.#log();
    this.#logRest();
  }

  #refuseTime(timeMs: number, labels: () => CanonicalLabels): void {
    if (timeMs > this.#latestMs) {
      refuse(this.#outcome, 'sample_too_far_in_future', 1, () => tooFarInFuture(timeMs, labels()));
    } else {
      refuse(this.#outcome, 'sample_too_old', 1, () => tooOld(timeMs, labels()));
    }
  }

  /** Finds or makes the series of label bytes that are not known; refuses its samples when it can't be. */
  #meet(columns: WriteColumns, row: number, timesMs: ArrayLike<number>): number {
    const head = this.#head;
    const samples = timesMs.length;
    const from = columns.labelsFrom[row]!;
    const to = columns.labelsTo[row]!;
    const bytes = columns.bytes.slice(from, to);
    const wire = decodeLabels(bytes, 0, bytes.length);
    const fault = labelFault(wire, this.#limits);
    if (fault !== undefined) {
      refuse(this.#outcome, fault.reason, samples, () => fault.text);
      return UNKNOWN_SERIES;
    }
    const labels = canonicalLabels(wire);
    const key = head.keyOf(labels).content();
    const at = head.view.word(A_LABELS);
    const known = head.find(key);
    if (known !== UNKNOWN_SERIES) {
      head.memory.kernel.addAlias(known, at + from, at + to);
      const isActive = head.isActive(known, this.#minute);
      return isActive || this.#mayActivate(known, samples) ? known : UNKNOWN_SERIES;
    }
    if (!this.#hasGoodTime(timesMs)) {
      for (let s = 0; s < samples; s++) this.#refuseTime(timesMs[s]!, () => labels);
      return UNKNOWN_SERIES;
    }
    if (!this.#fits(head.index.findPair(METRIC_NAME, metricOf(labels)), samples, labels))
      return UNKNOWN_SERIES;

    const number = head.view.word(W_NEXT_NUMBER);
    const series = head.addSeries(key, number);
    head.view.setWord(W_NEXT_NUMBER, number + 1);
    this.#logSeries(number, key);
    if (Buffer.compare(key, bytes) !== 0) head.memory.kernel.addAlias(series, at + from, at + to);
    this.#outcome.newSeries++;
    return series;
  }

  #logSeries(number: number, key: Uint8Array): void {
    const { memory, view } = this.#head;
    if (view.word(W_SERIES_LENGTH) + key.length + RECORD_ROOM_BYTES > RECORD_BYTES_MAX) this.#log();
    if (key.length + RECORD_ROOM_BYTES > RECORD_BYTES_MAX) {
      const record = new SeriesRecord();
      record.add(number, key, 0, key.length);
      this.#wal.add(record.payload.content(), new Uint8Array(0), Number.NEGATIVE_INFINITY);
      return;
    }
    const at = memory.stage(key.length);
    view.bytes.set(key, at);
    memory.kernel.logSeries(number, at, at + key.length);
  }

  #hasGoodTime(timesMs: ArrayLike<number>): boolean {
    const windowMs = this.#limits.outOfOrderWindowMs ?? 0;
    const lateMs = windowMs === 0 ? Number.POSITIVE_INFINITY : this.#head.maxTimeMs - windowMs;
    const earliestMs = Math.max(Math.min(this.#earliestMs, lateMs), this.#oldestMs);
    for (let s = 0; s < timesMs.length; s++) {
      const timeMs = timesMs[s]!;
      if (timeMs >= earliestMs && timeMs <= this.#latestMs) return true;
    }
    return false;
  }

  #mayActivate(series: number, samples: number): boolean {
    const { activeSeriesMax, activeSeriesPerMetricMax } = this.#limits;
    if (activeSeriesMax === 0 && activeSeriesPerMetricMax === 0) return true;
    return this.#fits(this.#head.metricOf(series), samples, this.#head.labelsOf(series));
  }

  /** Whether one more series may become active; refuses the samples when not. */
  #fits(metricPair: number, samples: number, labels: CanonicalLabels): boolean {
    const { activeSeriesMax, activeSeriesPerMetricMax } = this.#limits;
    if (activeSeriesMax > 0 && this.#head.activeCount(this.#minute) >= activeSeriesMax) {
      refuse(this.#outcome, 'per_user_series_limit', samples, () =>
        seriesLimit('per-user', activeSeriesMax, labels),
      );
      return false;
    }
    if (activeSeriesPerMetricMax === 0 || metricPair === NONE) return true;
    if (this.#head.index.seriesWith(metricPair) < activeSeriesPerMetricMax) return true;
    const active = this.#activeOf(metricPair);
    if (active >= activeSeriesPerMetricMax) {
      refuse(this.#outcome, 'per_metric_series_limit', samples, () =>
        seriesLimit('per-metric', activeSeriesPerMetricMax, labels),
      );
      return false;
    }
    this.#metricCounts.set(metricPair, active + 1);
    return true;
  }

  /** Active series of a metric: counted once a minute, then kept up to date by those let in. */
  #activeOf(metricPair: number): number {
    if (this.#metricCountsMinute !== this.#minute) {
      this.#metricCounts.clear();
      this.#metricCountsMinute = this.#minute;
    }
    const known = this.#metricCounts.get(metricPair);
    if (known !== undefined) return known;
    const head = this.#head;
    let active = 0;
    for (const series of head.index.seriesOf(metricPair)) if (head.isActive(series, this.#minute)) active++;
    return active;
  }

  /** Pair numbers have changed. */
  forgetMetricCounts(): void {
    this.#metricCounts.clear();
  }
}

function nothingYet(): AppendOutcome {
  return { appended: 0, histograms: 0, exemplars: 0, newSeries: 0, refusals: [] };
}

function metricOf({ names, values }: CanonicalLabels): string {
  return values[names.indexOf(METRIC_NAME)]!;
}

/** The labels of a row, decoded from a copy: text decoders don't take memory that is shared. */
function wireLabels({ bytes, labelsFrom, labelsTo }: WriteColumns, row: number): WireLabels {
  const own = bytes.slice(labelsFrom[row]!, labelsTo[row]!);
  return decodeLabels(own, 0, own.length);
}
