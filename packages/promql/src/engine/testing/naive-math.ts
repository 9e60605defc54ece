// The plain definitions behind testing/naive.ts.

import type { Sample } from './naive.ts';

export interface RangeTimes {
  /** The range is (start, end]. */
  readonly startMs: number;
  readonly endMs: number;
  /** When the function is evaluated. */
  readonly timeMs: number;
  readonly scalars: readonly number[];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
}

/** The least or greatest; NaN only when there is nothing else. */
function extreme(values: readonly number[], pick: (...values: number[]) => number): number {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.length === 0 ? Number.NaN : pick(...numbers);
}

function quantile(q: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort((a, b) => {
    if (Number.isNaN(a)) return -1;
    if (Number.isNaN(b)) return 1;
    return a - b || (a === b ? 0 : a < b ? -1 : 1);
  });
  const rank = q * (sorted.length - 1);
  const below = Math.floor(rank);
  const share = rank - below;
  return sorted[below]! * (1 - share) + sorted[Math.min(below + 1, sorted.length - 1)]! * share;
}

/** rate, increase and delta. */
function extrapolated(name: string, samples: readonly Sample[], times: RangeTimes): number {
  const first = samples[0]!;
  const last = samples.at(-1)!;
  let change = last.value - first.value;
  if (name !== 'delta') {
    for (const [i, sample] of samples.entries()) {
      if (i > 0 && sample.value < samples[i - 1]!.value) change += samples[i - 1]!.value;
    }
  }
  const sampled = (last.timeMs - first.timeMs) / 1000;
  const interval = sampled / (samples.length - 1);
  let before = (first.timeMs - times.startMs) / 1000;
  let after = (times.endMs - last.timeMs) / 1000;
  if (before >= 1.1 * interval) before = interval / 2;
  if (after >= 1.1 * interval) after = interval / 2;
  if (name !== 'delta' && change > 0 && first.value >= 0) {
    before = Math.min(before, (sampled * first.value) / change);
  }
  change *= (sampled + before + after) / sampled;
  return name === 'rate' ? change / ((times.endMs - times.startMs) / 1000) : change;
}

function line(samples: readonly Sample[], originMs: number): { slope: number; intercept: number } {
  const first = samples[0]!.value;
  if (samples.every(({ value }) => value === first)) {
    return Number.isFinite(first)
      ? { slope: 0, intercept: first }
      : { slope: Number.NaN, intercept: Number.NaN };
  }
  const xs = samples.map(({ timeMs }) => (timeMs - originMs) / 1000);
  const ys = samples.map(({ value }) => value);
  const xMean = mean(xs);
  const yMean = mean(ys);
  const slope = sum(xs.map((x, i) => (x - xMean) * (ys[i]! - yMean))) / sum(xs.map((x) => (x - xMean) ** 2));
  return { slope, intercept: yMean - slope * xMean };
}

/** Undefined: no result. */
export function overTime(name: string, samples: readonly Sample[], times: RangeTimes): number | undefined {
  const values = samples.map(({ value }) => value);
  const last = samples.at(-1);
  const previous = samples.at(-2);
  switch (name) {
    case 'sum_over_time':
      return sum(values);
    case 'avg_over_time':
      return mean(values);
    case 'min_over_time':
      return extreme(values, Math.min);
    case 'max_over_time':
      return extreme(values, Math.max);
    case 'count_over_time':
      return values.length;
    case 'present_over_time':
      return 1;
    case 'last_over_time':
      return last!.value;
    case 'first_over_time':
      return values[0];
    case 'ts_of_first_over_time':
      return samples[0]!.timeMs / 1000;
    case 'ts_of_last_over_time':
      return last!.timeMs / 1000;
    case 'ts_of_min_over_time':
    case 'ts_of_max_over_time': {
      const wanted = extreme(values, name.includes('min') ? Math.min : Math.max);
      if (Number.isNaN(wanted)) return last!.timeMs / 1000;
      return samples.findLast(({ value }) => value === wanted)!.timeMs / 1000;
    }
    case 'stdvar_over_time':
      return variance(values);
    case 'stddev_over_time':
      return Math.sqrt(variance(values));
    case 'quantile_over_time':
      return quantile(times.scalars[0]!, values);
    case 'mad_over_time': {
      const median = quantile(0.5, values);
      return quantile(
        0.5,
        values.map((value) => Math.abs(value - median)),
      );
    }
    case 'changes':
      return values.filter((value, i) => i > 0 && !sameValue(value, values[i - 1]!)).length;
    case 'resets':
      return values.filter((value, i) => i > 0 && value < values[i - 1]!).length;
    default:
  }
  if (previous === undefined) return undefined;
  switch (name) {
    case 'rate':
    case 'increase':
    case 'delta':
      return extrapolated(name, samples, times);
    case 'irate': {
      const change = last!.value < previous.value ? last!.value : last!.value - previous.value;
      return change / ((last!.timeMs - previous.timeMs) / 1000);
    }
    case 'idelta':
      return last!.value - previous.value;
    case 'deriv':
      return line(samples, samples[0]!.timeMs).slope;
    case 'predict_linear': {
      const { slope, intercept } = line(samples, times.timeMs);
      return slope * times.scalars[0]! + intercept;
    }
    case 'double_exponential_smoothing': {
      const [smoothing, trend] = times.scalars as [number, number];
      let level = values[0]!;
      let slope = values[1]! - values[0]!;
      for (let i = 1; i < values.length; i++) {
        const next = smoothing * values[i]! + (1 - smoothing) * (level + slope);
        slope = trend * (next - level) + (1 - trend) * slope;
        level = next;
      }
      return level;
    }
    default:
      throw new Error(`naive: ${name}`);
  }
}

function sameValue(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

type Plain = (value: number, scalars: readonly number[]) => number;

/** A function of one number, by name. */
export function plain(name: string): Plain {
  switch (name) {
    case 'ln':
      return Math.log;
    case 'sgn':
      return (value) => (value === 0 ? value : Math.sign(value));
    case 'deg':
      return (value) => value * (180 / Math.PI);
    case 'rad':
      return (value) => value * (Math.PI / 180);
    case 'round':
      return (value, [to = 1]) => Math.floor(value / to + 0.5) * to;
    case 'clamp':
      return (value, [least, most]) => atLeast(atMost(value, most!), least!);
    case 'clamp_min':
      return (value, [least]) => atLeast(value, least!);
    case 'clamp_max':
      return (value, [most]) => atMost(value, most!);
    default:
  }
  const date = DATES[name];
  if (date !== undefined) return (value) => dated(name, date, value);
  const math = (Math as unknown as Record<string, (value: number) => number>)[name];
  if (math === undefined) throw new Error(`naive: ${name}`);
  return math;
}

function atLeast(value: number, least: number): number {
  if (value === Number.POSITIVE_INFINITY || least === Number.POSITIVE_INFINITY)
    return Number.POSITIVE_INFINITY;
  return Math.max(value, least);
}

function atMost(value: number, most: number): number {
  return -atLeast(-value, -most);
}

const DATES: Readonly<Record<string, (date: Date) => number>> = {
  minute: (date) => date.getUTCMinutes(),
  hour: (date) => date.getUTCHours(),
  day_of_week: (date) => date.getUTCDay(),
  day_of_month: (date) => date.getUTCDate(),
  day_of_year: (date) =>
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - yearStart(date)) / 86_400_000 +
    1,
  days_in_month: (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
};

/** The calendar repeats every 400 years, which brings any time into the range of JavaScript's dates. */
function dated(name: string, date: (date: Date) => number, value: number): number {
  const period = 146_097n * 86_400n;
  const seconds = Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : 2n ** 63n;
  const periods = seconds / period;
  const result = date(new Date(Number(seconds - periods * period) * 1000));
  return name === 'year' ? result + 400 * Number(periods) : result;
}

function yearStart(date: Date): number {
  return Date.UTC(date.getUTCFullYear(), 0, 1);
}

/** Pairs of bound and cumulative count. */
export function histogramQuantileOf(q: number, buckets: readonly (readonly [number, number])[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const merged = new Map<number, number>();
  for (const [bound, count] of buckets) merged.set(bound, (merged.get(bound) ?? 0) + count);
  const sorted = [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
  let highest = sorted[0]![1];
  const lifted = sorted.map(([bound, count]): [number, number] => {
    if (!(count < highest)) highest = count;
    return [bound, highest];
  });
  const last = lifted.at(-1)!;
  if (last[0] !== Number.POSITIVE_INFINITY || lifted.length < 2 || last[1] === 0) return Number.NaN;
  const rank = q * last[1];
  // Halving, not from the start: it makes a difference among counts that are NaN.
  let index = 0;
  for (let end = lifted.length - 1; index < end; ) {
    const middle = Math.floor((index + end) / 2);
    if (lifted[middle]![1] >= rank) end = middle;
    else index = middle + 1;
  }
  if (index === lifted.length - 1) return lifted.at(-2)![0];
  const [bound, count] = lifted[index]!;
  if (index === 0 && bound <= 0) return bound;
  const [start, before] = index === 0 ? [0, 0] : lifted[index - 1]!;
  return start + ((bound - start) * (rank - before)) / (count - before);
}
