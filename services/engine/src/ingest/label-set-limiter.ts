// Limits on the active series that carry certain labels, as the owner of a workspace sets them.
//
// 1. A series counts for every label set all of whose labels it has; one that has none of them counts for
//    the empty label set, if there is one. It is active for five minutes after its last sample.
// 2. A series that isn't active yet is refused when one of its label sets is full. Those that are active go
//    on. A limit of 0 only counts.
// 3. Series are known by their label bytes. What is known is forgotten when the limits change and at a
//    restart, and counted anew as samples come.
//
// A workspace without such limits pays nothing.
import type { LabelSetLimit } from '@ampere/contracts';
import type { Clock } from '@ampere/platform';
import { readLabelRun } from '@ampere/remote-write';
import type { Refusal, WriteColumns } from '@ampere/series';

const ACTIVE_MINUTES = 5;
const EXAMPLE_LENGTH_MAX = 200;

/** What is used of a limit. */
export interface LabelSetUsage {
  /** As `{a="b"}`; `{}` for the rest. */
  readonly labelSet: string;
  /** 0: only counted. */
  readonly limit: number;
  readonly activeSeries: number;
}

interface Bucket {
  readonly limit: LabelSetLimit;
  readonly text: string;
  active: number;
}

interface KnownSeries {
  readonly buckets: readonly Bucket[];
  minute: number;
}

export class LabelSetLimiter {
  readonly #clock: Clock;
  #buckets: readonly Bucket[] = [];
  readonly #known = new Map<string, KnownSeries>();
  #sweptMinute = 0;

  constructor(clock: Clock, limits: readonly LabelSetLimit[]) {
    this.#clock = clock;
    this.set(limits);
  }

  set(limits: readonly LabelSetLimit[]): void {
    this.#known.clear();
    this.#buckets = limits.map((limit) => ({ limit, text: labelSetText(limit), active: 0 }));
  }

  usage(): LabelSetUsage[] {
    this.#sweep(this.#minute());
    return this.#buckets.map(({ limit, text, active }) => ({
      labelSet: text,
      limit: limit.activeSeriesMax,
      activeSeries: active,
    }));
  }

  /** The columns without the series that are refused; the same ones when none is. */
  apply(columns: WriteColumns): { readonly columns: WriteColumns; readonly refusals: Refusal[] } {
    if (this.#buckets.length === 0) return { columns, refusals: [] };
    const minute = this.#minute();
    this.#sweep(minute);
    const refusedBy = new Map<number, Bucket>();
    for (let i = 0; i < columns.seriesCount; i++) {
      const bucket = this.#admit(columns, i, minute);
      if (bucket !== undefined) refusedBy.set(i, bucket);
    }
    if (refusedBy.size === 0) return { columns, refusals: [] };
    return { columns: withoutSeries(columns, refusedBy), refusals: refusalsOf(columns, refusedBy) };
  }

  /** The label set that has no room for a series; undefined: it is let through. */
  #admit({ bytes, labelsFrom, labelsTo }: WriteColumns, i: number, minute: number): Bucket | undefined {
    const [from, to] = [labelsFrom[i]!, labelsTo[i]!];
    const key = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
    const known = this.#known.get(key);
    if (known !== undefined) {
      known.minute = minute;
      return undefined;
    }
    const labels = readLabelRun(bytes, from, to);
    const has = ({ limit }: Bucket): boolean => {
      for (const [name, value] of limit.labelSet) if (labels.get(name) !== value) return false;
      return limit.labelSet.size > 0;
    };
    let buckets = this.#buckets.filter(has);
    if (buckets.length === 0) buckets = this.#buckets.filter(({ limit }) => limit.labelSet.size === 0);
    const full = buckets.find(
      ({ limit, active }) => limit.activeSeriesMax > 0 && active >= limit.activeSeriesMax,
    );
    if (full !== undefined) return full;
    for (const bucket of buckets) bucket.active++;
    this.#known.set(key, { buckets, minute });
    return undefined;
  }

  #sweep(minute: number): void {
    if (minute === this.#sweptMinute) return;
    this.#sweptMinute = minute;
    for (const [key, series] of this.#known) {
      if (series.minute > minute - ACTIVE_MINUTES) continue;
      for (const bucket of series.buckets) bucket.active--;
      this.#known.delete(key);
    }
  }

  #minute(): number {
    return Math.floor(this.#clock.monotonicMs() / 60_000);
  }
}

function refusalsOf(columns: WriteColumns, refusedBy: ReadonlyMap<number, Bucket>): Refusal[] {
  const refusals = new Map<Bucket, Refusal>();
  const { firstSample, bytes, labelsFrom, labelsTo } = columns;
  for (const [i, bucket] of refusedBy) {
    let refusal = refusals.get(bucket);
    if (refusal === undefined) {
      const labels = readLabelRun(bytes, labelsFrom[i]!, labelsTo[i]!);
      const pairs = [...labels.withoutMetricName()].map(
        ([name, value]) => `${name}=${JSON.stringify(value)}`,
      );
      refusal = {
        reason: 'per_labelset_series_limit',
        samples: 0,
        message: `per-labelset series limit of ${bucket.limit.activeSeriesMax} exceeded (labelSet: ${bucket.text}), please contact administrator to raise it`,
        example: `${labels.metricName}{${pairs.join(', ')}}`.slice(0, EXAMPLE_LENGTH_MAX),
      };
      refusals.set(bucket, refusal);
    }
    refusal.samples += firstSample[i + 1]! - firstSample[i]!;
    for (const histogram of columns.histograms) if (histogram.series === i) refusal.samples++;
  }
  return [...refusals.values()];
}

function withoutSeries(columns: WriteColumns, without: ReadonlyMap<number, unknown>): WriteColumns {
  const { seriesCount, firstSample, timesMs, valueWords, startsMs } = columns;
  const kept: number[] = [];
  const newIndex = new Map<number, number>();
  for (let i = 0; i < seriesCount; i++) {
    if (without.has(i)) continue;
    newIndex.set(i, kept.length);
    kept.push(i);
  }
  const first = new Uint32Array(kept.length + 1);
  const times = new Float64Array(columns.sampleCount);
  const words = new Uint32Array(2 * columns.sampleCount);
  const starts = startsMs === undefined ? undefined : new Float64Array(columns.sampleCount);
  let samples = 0;
  for (const [at, i] of kept.entries()) {
    const [from, to] = [firstSample[i]!, firstSample[i + 1]!];
    times.set(timesMs.subarray(from, to), samples);
    words.set(valueWords.subarray(2 * from, 2 * to), 2 * samples);
    starts?.set(startsMs!.subarray(from, to), samples);
    samples += to - from;
    first[at + 1] = samples;
  }
  const moved = <T extends { readonly series: number }>(entries: readonly T[]): T[] =>
    entries.flatMap((entry) => {
      const series = newIndex.get(entry.series);
      return series === undefined ? [] : [{ ...entry, series }];
    });
  return {
    bytes: columns.bytes,
    seriesCount: kept.length,
    labelsFrom: Uint32Array.from(kept, (i) => columns.labelsFrom[i]!),
    labelsTo: Uint32Array.from(kept, (i) => columns.labelsTo[i]!),
    firstSample: first,
    sampleCount: samples,
    timesMs: times,
    valueWords: words,
    startsMs: starts,
    histograms: moved(columns.histograms),
    exemplars: moved(columns.exemplars),
  };
}

function labelSetText({ labelSet }: LabelSetLimit): string {
  return `{${[...labelSet].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}
