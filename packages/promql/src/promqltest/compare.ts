// What a query gave against what the script expects. Each check returns null or what is wrong.

import type { FloatHistogram, QueryValue } from '../engine/types.ts';
import { compactHistogram, histogramLiteral, sameBounds } from '../histogram/index.ts';
import type { EvalCommand, Expectations, TextTest } from './script.ts';
import type { SequenceValue } from './series-line.ts';

type Fault = string | null;

const EPSILON = 1e-6;
const SMALLEST_NORMAL = 2.2250738585072014e-308;

/** Equal up to a relative error of 1e-6; NaN equals NaN, infinities only themselves. */
export function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true;
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < EPSILON * SMALLEST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < EPSILON;
}

export function checkAnnotations(
  expected: Expectations,
  warnings: readonly string[],
  infos: readonly string[],
): Fault {
  if (expected.noWarn && warnings.length > 0) return `unexpected warnings: ${warnings.join('; ')}`;
  if (expected.noInfo && infos.length > 0) return `unexpected infos: ${infos.join('; ')}`;
  return checkTexts('warning', expected.warn, warnings) ?? checkTexts('info', expected.info, infos);
}

function checkTexts(what: string, expected: readonly TextTest[], actual: readonly string[]): Fault {
  if (expected.length === 0) return null;
  if (actual.length === 0) return `expected a ${what}, there is none`;
  for (const wanted of expected) {
    if (!actual.some((text) => passes(wanted, text))) {
      return `no ${what} like ${describe(wanted)}, there is: ${actual.join('; ')}`;
    }
  }
  const unexpected = actual.find((text) => !expected.some((wanted) => passes(wanted, text)));
  return unexpected === undefined ? null : `unexpected ${what}: ${unexpected}`;
}

export function checkFailure(expected: TextTest, message: string): Fault {
  return passes(expected, message) ? null : `expected failure ${describe(expected)}, got: ${message}`;
}

function passes(wanted: TextTest, text: string): boolean {
  if (wanted === null) return true;
  return 'exact' in wanted ? wanted.exact === text : wanted.pattern.test(text);
}

function describe(wanted: TextTest): string {
  if (wanted === null) return 'any';
  return 'exact' in wanted ? JSON.stringify(wanted.exact) : String(wanted.pattern);
}

export function checkValue(command: EvalCommand, value: QueryValue): Fault {
  const { expected } = command;
  switch (value.type) {
    case 'string':
      return value.value === expected.string ? null : `got string ${JSON.stringify(value.value)}`;
    case 'scalar':
      if (expected.scalar === undefined) return `got the scalar ${value.value}`;
      return almostEqual(expected.scalar, value.value)
        ? null
        : `expected ${expected.scalar}, got ${value.value}`;
    case 'vector': {
      const got = value.labels.map((labels, i) => ({
        key: labels.key,
        points: [pointOf(value.timeMs, value.values[i]!, value.histograms?.[i])],
      }));
      return checkSeries(expected, got, { startMs: value.timeMs, endMs: value.timeMs, stepMs: 1 });
    }
    case 'matrix': {
      for (let i = 1; i < value.labels.length; i++) {
        if (value.labels[i - 1]!.compare(value.labels[i]!) > 0) return 'the matrix is not sorted by labels';
      }
      const got = value.columns.map((columns, i) => ({
        key: value.labels[i]!.key,
        points: Array.from({ length: columns.length }, (_, j) =>
          pointOf(columns.timesMs[j]!, columns.values[j]!, columns.histograms?.[j]),
        ),
      }));
      return checkSeries(expected, got, command.pointsMs ?? command);
    }
  }
}

interface Point {
  readonly timeMs: number;
  readonly value: number;
  readonly histogram: FloatHistogram | undefined;
}

function pointOf(timeMs: number, value: number, histogram: FloatHistogram | undefined): Point {
  return { timeMs, value, histogram };
}

function checkSeries(
  expected: Expectations,
  got: readonly { readonly key: string; readonly points: readonly Point[] }[],
  times: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
): Fault {
  if (expected.scalar !== undefined) return `expected the scalar ${expected.scalar}, got series`;
  const wanted = new Map(expected.series.map((series, i) => [series.labels.key, { series, position: i }]));
  const seen = new Set<string>();
  for (const [position, { key, points }] of got.entries()) {
    const entry = wanted.get(key);
    if (entry === undefined) return `unexpected series ${key}: ${points.map(describePoint).join(' ')}`;
    if (seen.has(key)) return `series ${key} twice`;
    seen.add(key);
    if (expected.ordered && entry.position !== position) return `${key} is at position ${position}`;
    const fault = checkPoints(entry.series.values, points, times);
    if (fault !== null) return `${key}: ${fault} in ${points.map(describePoint).join(' ')}`;
  }
  for (const key of wanted.keys()) if (!seen.has(key)) return `series ${key} is missing`;
  return null;
}

function describePoint({ timeMs, value, histogram }: Point): string {
  return `${histogram === undefined ? value : histogramLiteral(histogram)}@${timeMs}`;
}

function checkPoints(
  wanted: readonly SequenceValue[],
  got: readonly Point[],
  { startMs, endMs, stepMs }: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
): Fault {
  let at = 0;
  for (const [i, value] of wanted.entries()) {
    const timeMs = startMs + i * stepMs;
    if (timeMs > endMs) return 'more points are expected than the times give';
    if (value.kind === 'gap') continue;
    const point = got[at++];
    if (point === undefined) return `no point at ${timeMs}`;
    if (point.timeMs !== timeMs) return `a point at ${point.timeMs} instead of ${timeMs}`;
    if (value.kind === 'histogram') {
      if (point.histogram === undefined) return `a float instead of a histogram at ${timeMs}`;
      if (!sameHistogram(value.histogram, point.histogram, value.hintSet)) {
        return `expected ${histogramLiteral(value.histogram)}, got ${histogramLiteral(point.histogram)}`;
      }
    } else if (point.histogram !== undefined) {
      return `a histogram instead of a float at ${timeMs}`;
    } else if (value.kind === 'float' && !almostEqual(value.value, point.value)) {
      return `expected ${value.value} at ${timeMs}, got ${point.value}`;
    }
  }
  return at === got.length ? null : `${got.length} points instead of ${at}`;
}

function sameHistogram(wanted: FloatHistogram, got: FloatHistogram, hintMatters: boolean): boolean {
  const [a, b] = [compactHistogram(wanted), compactHistogram(got)];
  const sameList = (x: Float64Array, y: Float64Array) =>
    x.length === y.length && x.every((value, i) => almostEqual(value, y[i]!));
  return (
    a.schema === b.schema &&
    almostEqual(a.count, b.count) &&
    almostEqual(a.sum, b.sum) &&
    sameBounds(a.customValues, b.customValues) &&
    a.zeroThreshold === b.zeroThreshold &&
    almostEqual(a.zeroCount, b.zeroCount) &&
    JSON.stringify([a.positiveSpans, a.negativeSpans]) ===
      JSON.stringify([b.positiveSpans, b.negativeSpans]) &&
    sameList(a.positiveBuckets, b.positiveBuckets) &&
    sameList(a.negativeBuckets, b.negativeBuckets) &&
    (!hintMatters || a.counterReset === b.counterReset)
  );
}
