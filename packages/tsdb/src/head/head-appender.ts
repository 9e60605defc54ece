// Takes write requests into the head and the log.
//
// For each series of a request:
// 1. it is found by its label bytes; when they are new, they are decoded, checked and brought into
//    canonical form, under which the series may be known already;
// 2. a series that isn't active must fit under the limits of active series;
// 3. each sample is checked against the clock and the series' newest sample, appended, and logged.
// What is refused is counted by reason and doesn't keep the rest from being stored.

import type { Clock } from '@ampere/platform';
import type { Appender, AppendOutcome, WriteColumns } from '@ampere/series';
import { TsdbError } from '../errors.ts';
import type { SeriesLimits } from '../options.ts';
import type { WalWriter } from '../wal/wal-writer.ts';
import { ActiveSeries } from './active-series.ts';
import { type Head, OTHER_VALUE, OUT_OF_ORDER, STORED } from './head.ts';
import { type CanonicalLabels, canonicalLabels, decodeLabels } from './label-set.ts';
import {
  histogramsUnsupported,
  labelFault,
  otherValue,
  outOfOrder,
  refuse,
  seriesLimit,
  tooFarInFuture,
  tooOld,
} from './refusals.ts';
import { UNKNOWN_SERIES } from './series-keys.ts';

/** Times beyond ±2^52 ms can't be encoded exactly; that is 140,000 years either way. */
const TIME_MS_MAX = 2 ** 52;

export class HeadAppender implements Appender {
  readonly #head: Head;
  readonly #wal: WalWriter;
  readonly #clock: Clock;
  readonly #limitsNow: () => SeriesLimits;
  readonly #backlogBytesMax: number;
  #nextWalNumber: number;
  /** Of the request at hand. */
  #limits: SeriesLimits;
  #earliestMs = 0;
  #latestMs = 0;
  #minute = 0;
  #outcome: AppendOutcome = nothingYet();
  /** Exact active counts of metrics that may be at their limit, for the current minute: metric pair to count. */
  readonly #metricCounts = new Map<number, number>();
  #metricCountsMinute = 0;

  constructor(
    head: Head,
    wal: WalWriter,
    clock: Clock,
    limitsNow: () => SeriesLimits,
    backlogBytesMax: number,
    nextWalNumber: number,
  ) {
    this.#head = head;
    this.#wal = wal;
    this.#clock = clock;
    this.#limitsNow = limitsNow;
    this.#limits = limitsNow();
    this.#backlogBytesMax = backlogBytesMax;
    this.#nextWalNumber = nextWalNumber;
  }

  /** Throws a TsdbError 'wal-unavailable', with nothing stored, while too much waits for the log. */
  append(columns: WriteColumns): AppendOutcome {
    this.#requireRoomInLog();
    this.#begin();
    const { bytes, labelsFrom, labelsTo, firstSample } = columns;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let i = 0; i < columns.seriesCount; i++) {
      const first = firstSample[i]!;
      const end = firstSample[i + 1]!;
      if (first === end) continue;
      let series = this.#head.keys.find(view, labelsFrom[i]!, labelsTo[i]!);
      if (series === UNKNOWN_SERIES) {
        series = this.#meet(columns, view, i);
        if (series === UNKNOWN_SERIES) continue;
      } else if (
        !this.#head.active.isActive(series, this.#minute) &&
        !this.#mayActivate(series, end - first)
      ) {
        continue;
      }
      this.#appendSamples(columns, series, first, end);
    }
    for (const { series } of columns.histograms) {
      refuse(this.#outcome, 'native_histogram_unsupported', 1, () =>
        histogramsUnsupported(decodeLabels(bytes, labelsFrom[series]!, labelsTo[series]!)),
      );
    }
    this.#wal.endRequest();
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
    this.#earliestMs = Math.max(
      this.#head.acceptFromMs,
      sampleMaxAgeMs > 0 ? nowMs - sampleMaxAgeMs : -TIME_MS_MAX,
      -TIME_MS_MAX,
    );
    this.#latestMs = sampleMaxFutureMs > 0 ? Math.min(nowMs + sampleMaxFutureMs, TIME_MS_MAX) : TIME_MS_MAX;
    this.#minute = ActiveSeries.minuteOf(this.#clock.monotonicMs());
    this.#outcome = nothingYet();
  }

  #appendSamples(columns: WriteColumns, series: number, first: number, end: number): void {
    const { timesMs, valueWords } = columns;
    const head = this.#head;
    const walNumber = head.table.walNumber[series]!;
    let appended = 0;
    for (let s = first; s < end; s++) {
      const timeMs = timesMs[s]!;
      if (!(timeMs >= this.#earliestMs && timeMs <= this.#latestMs)) {
        this.#refuseTime(timeMs, () => head.labelsOf(series));
        continue;
      }
      const low = valueWords[2 * s]!;
      const high = valueWords[2 * s + 1]!;
      const verdict = head.append(series, timeMs, low, high);
      if (verdict === STORED) this.#wal.sample(walNumber, timeMs, low, high);
      else if (verdict === OUT_OF_ORDER) {
        refuse(this.#outcome, 'sample_out_of_order', 1, () => outOfOrder(timeMs, head.labelsOf(series)));
        continue;
      } else if (verdict === OTHER_VALUE) {
        refuse(this.#outcome, 'new_value_for_timestamp', 1, () => otherValue(timeMs, head.labelsOf(series)));
        continue;
      }
      appended++;
    }
    if (appended === 0) return;
    this.#outcome.appended += appended;
    head.active.touch(series, this.#minute);
  }

  #refuseTime(timeMs: number, labels: () => CanonicalLabels): void {
    if (timeMs > this.#latestMs) {
      refuse(this.#outcome, 'sample_too_far_in_future', 1, () => tooFarInFuture(timeMs, labels()));
    } else {
      refuse(this.#outcome, 'sample_too_old', 1, () => tooOld(timeMs, labels()));
    }
  }

  /** Finds or makes the series of label bytes that are not known; refuses its samples when it can't be. */
  #meet(columns: WriteColumns, view: DataView, i: number): number {
    const head = this.#head;
    const from = columns.labelsFrom[i]!;
    const to = columns.labelsTo[i]!;
    const first = columns.firstSample[i]!;
    const end = columns.firstSample[i + 1]!;
    const wire = decodeLabels(columns.bytes, from, to);
    const fault = labelFault(wire, this.#limits);
    if (fault !== undefined) {
      refuse(this.#outcome, fault.reason, end - first, () => fault.text);
      return UNKNOWN_SERIES;
    }
    const labels = canonicalLabels(wire);
    const key = head.keyOf(labels);
    const known = head.keys.find(key.view, 0, key.length);
    if (known !== UNKNOWN_SERIES) {
      head.keys.addAlias(columns.bytes, view, from, to, known);
      const isActive = head.active.isActive(known, this.#minute);
      return isActive || this.#mayActivate(known, end - first) ? known : UNKNOWN_SERIES;
    }
    if (!this.#hasGoodTime(columns, first, end)) {
      for (let s = first; s < end; s++) this.#refuseTime(columns.timesMs[s]!, () => labels);
      return UNKNOWN_SERIES;
    }
    const metricPair = head.index
      .valuesOf('__name__')
      ?.pairs.get(labels.values[labels.names.indexOf('__name__')]!);
    if (!this.#fits(metricPair, end - first, labels)) return UNKNOWN_SERIES;

    const walNumber = this.#nextWalNumber++;
    const series = head.addSeries(labels, key, walNumber);
    this.#wal.series(walNumber, key.bytes, 0, key.length);
    const isCanonical =
      key.length === to - from && Buffer.compare(key.content(), columns.bytes.subarray(from, to)) === 0;
    if (!isCanonical) head.keys.addAlias(columns.bytes, view, from, to, series);
    this.#outcome.newSeries++;
    return series;
  }

  #hasGoodTime(columns: WriteColumns, first: number, end: number): boolean {
    for (let s = first; s < end; s++) {
      const timeMs = columns.timesMs[s]!;
      if (timeMs >= this.#earliestMs && timeMs <= this.#latestMs) return true;
    }
    return false;
  }

  #mayActivate(series: number, samples: number): boolean {
    const { activeSeriesMax, activeSeriesPerMetricMax } = this.#limits;
    if (activeSeriesMax === 0 && activeSeriesPerMetricMax === 0) return true;
    return this.#fits(this.#head.table.metric[series]!, samples, this.#head.labelsOf(series));
  }

  /** Whether one more series may become active; refuses the samples when not. */
  #fits(metricPair: number | undefined, samples: number, labels: CanonicalLabels): boolean {
    const { activeSeriesMax, activeSeriesPerMetricMax } = this.#limits;
    if (activeSeriesMax > 0 && this.#head.active.count(this.#minute) >= activeSeriesMax) {
      refuse(this.#outcome, 'per_user_series_limit', samples, () =>
        seriesLimit('per-user', activeSeriesMax, labels),
      );
      return false;
    }
    if (activeSeriesPerMetricMax === 0 || metricPair === undefined) return true;
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
    const { index, active } = this.#head;
    const series = new Uint32Array(index.seriesWith(metricPair));
    index.postings(metricPair, series, 0);
    return series.reduce((count, one) => count + (active.isActive(one, this.#minute) ? 1 : 0), 0);
  }

  /** Pair numbers have changed. */
  forgetMetricCounts(): void {
    this.#metricCounts.clear();
  }
}

function nothingYet(): AppendOutcome {
  return { appended: 0, histograms: 0, exemplars: 0, newSeries: 0, refusals: [] };
}
