// Applies a range function to every series of a range vector.
//
// 1. The scalar arguments are evaluated over all steps.
// 2. Each series comes decoded once, as columns that hold the samples of all windows.
// 3. A window slides over the columns; at each step the function's kernel is called with it.
// 4. Series of floats alone (nearly all) take the short way; one with histograms has them split from
//    its floats, or is given to a kernel that takes both, as the function's table entry says.

import { assert } from '@ampere/platform';
import { Labels, METRIC_NAME } from '@ampere/series';
import type { CallExpr } from '../../parser/ast.ts';
import { withNamesDropped } from '../drop-names.ts';
import { argumentPosition, hasOneName } from '../expr-analysis.ts';
import { type Evaluation, originOf, referenceTimeMs, unwrapParens } from '../query-context.ts';
import { histogramWeight } from '../sample-weight.ts';
import { ABSENT, FLOAT, type SeriesSink, StepSeries } from '../step-series.ts';
import type { FloatHistogram } from '../types.ts';
import { extendedKernel, extendedMargins } from './extended.ts';
import type { RangeFunction, RangeNotes } from './range-functions.ts';
import { type RangeColumns, type RangeExpr, streamRanges } from './range-source.ts';
import { Window } from './window.ts';

const NO_MARGINS = { beforeMs: 0, afterMs: 0 };

/** Whether an expression can be a range function's argument. */
export function asRange(expr: CallExpr): RangeExpr | undefined {
  for (const arg of expr.args) {
    const inner = unwrapParens(arg);
    if (inner.kind === 'matrix-selector' || inner.kind === 'subquery') return inner;
  }
  return undefined;
}

export function streamRangeFunction(
  ev: Evaluation,
  call: CallExpr,
  func: RangeFunction,
  sink: SeriesSink,
): void {
  const range = asRange(call);
  assert(range !== undefined, `${call.func.name} without a range vector`);
  if (func.keepsName) runOverRanges(ev, call, range, func, sink);
  else withNamesDropped(ev, hasOneName(range), (into) => runOverRanges(ev, call, range, func, into), sink);
}

/** The series of an `absent_over_time`: 1 where no series of the range has a sample. */
export function streamAbsentOverTime(
  ev: Evaluation,
  call: CallExpr,
  func: RangeFunction,
  labels: Labels,
  sink: SeriesSink,
): void {
  const range = asRange(call);
  assert(range !== undefined, 'absent_over_time without a range vector');
  const absent = new StepSeries(labels, ev.steps.count);
  absent.kinds.fill(FLOAT);
  absent.values.fill(1);
  runOverRanges(ev, call, range, func, (series) => {
    for (let step = 0; step < series.kinds.length; step++) {
      if (series.kinds[step] !== ABSENT) absent.kinds[step] = ABSENT;
    }
  });
  if (!absent.isEmpty) sink(absent);
}

function runOverRanges(
  ev: Evaluation,
  call: CallExpr,
  range: RangeExpr,
  func: RangeFunction,
  sink: SeriesSink,
): void {
  const scalars = scalarArguments(ev, call);
  const runner = new Runner(ev, call, range, func, scalars);
  const margins = extendedMargins(ev, range, call.func.name) ?? NO_MARGINS;
  streamRanges(ev, range, margins, (labels, dropName, columns) => {
    if (runner.run(labels, columns)) {
      runner.series.dropName = dropName;
      sink(runner.series);
    }
  });
}

function scalarArguments(ev: Evaluation, call: CallExpr): Float64Array[] {
  const scalars: Float64Array[] = [];
  for (const arg of call.args) {
    const inner = unwrapParens(arg);
    if (inner.kind !== 'matrix-selector' && inner.kind !== 'subquery') scalars.push(ev.scalar(arg));
  }
  return scalars;
}

class Runner {
  /** The result of the last `run`; reused. */
  readonly series: StepSeries;
  readonly #ev: Evaluation;
  readonly #func: RangeFunction;
  readonly #scalars: readonly Float64Array[];
  readonly #notes: RangeNotes;
  readonly #window: Window;
  readonly #firstEndMs: number;
  readonly #stepMs: number;
  readonly #extended: ReturnType<typeof extendedKernel>;
  /** The metric that was last looked at for being a counter. */
  #counterSeen = '';

  constructor(
    ev: Evaluation,
    call: CallExpr,
    range: RangeExpr,
    func: RangeFunction,
    scalars: readonly Float64Array[],
  ) {
    const modifiers = range.kind === 'subquery' ? range : range.selector;
    this.series = new StepSeries(Labels.EMPTY, ev.steps.count, true);
    this.#ev = ev;
    this.#func = func;
    this.#scalars = scalars;
    const arg = call.args.find((candidate) => unwrapParens(candidate) === range) ?? range;
    this.#notes = {
      annotations: ev.query.annotations,
      metric: '',
      position: originOf(ev.query, call, argumentPosition(call, arg)),
      firstPosition: originOf(ev.query, call, argumentPosition(call, call.args[0]!)),
    };
    this.#window = new Window(range.rangeMs);
    this.#firstEndMs = referenceTimeMs(ev.query, modifiers, ev.steps.startMs);
    this.#stepMs = modifiers.at === undefined ? ev.steps.stepMs : 0;
    this.#extended = extendedKernel(ev, range, call.func.name);
  }

  /** Whether the function has a value at any step; it is then in `series`. */
  run(labels: Labels, columns: RangeColumns): boolean {
    const { series } = this;
    series.labels = labels;
    series.histograms = null;
    this.#notes.metric = labels.get(METRIC_NAME);
    this.#window.reset();
    const extended = this.#extended;
    let any: boolean;
    if (extended !== null)
      any = extended(columns, series, this.#window, this.#firstEndMs, this.#stepMs, this.#notes);
    else if (columns.histograms === null) any = this.#runFloats(columns);
    else any = this.#runMixed(columns);
    if (any && this.#func.expectsCounter) this.#expectCounter(labels);
    return any;
  }

  #runFloats(columns: RangeColumns): boolean {
    const { kinds, values: out } = this.series;
    const { timesMs, values, length } = columns;
    const window = this.#window;
    const func = this.#func;
    const kernel = func.floats;
    const { budget } = this.#ev.query;
    if (func.needsDrops) window.findDrops(values, length);
    let passedOn = 0;
    let any = false;
    for (let step = 0; step < kinds.length; step++) {
      window.advance(timesMs, length, this.#firstEndMs + step * this.#stepMs);
      const count = window.to - window.from;
      kinds[step] = ABSENT;
      if (count === 0) continue;
      passedOn += count;
      if (budget.stepSamples !== null) budget.passedOnAt(step, count);
      budget.work(count);
      this.#setParameters(step);
      if (func.checkParameters !== null) func.checkParameters(window, this.#notes);
      if (count < func.floatsMin) continue;
      kinds[step] = FLOAT;
      out[step] = kernel(timesMs, values, window);
      any = true;
    }
    budget.passedOn(passedOn);
    return any;
  }

  #setParameters(step: number): void {
    const window = this.#window;
    window.evaluationMs = this.#ev.steps.timeMs(step);
    if (this.#scalars.length > 0) window.parameter = this.#scalars[0]![step]!;
    if (this.#scalars.length > 1) window.secondParameter = this.#scalars[1]![step]!;
  }

  #runMixed(columns: RangeColumns): boolean {
    const policy = this.#func.histograms;
    return policy.kind === 'merged' ? this.#runMerged(columns, policy.kernel) : this.#runSplit(columns);
  }

  #runMerged(columns: RangeColumns, kernel: (c: RangeColumns, w: Window, n: RangeNotes) => unknown): boolean {
    const window = this.#window;
    let any = false;
    for (let step = 0; step < this.series.kinds.length; step++) {
      window.advance(columns.timesMs, columns.length, this.#firstEndMs + step * this.#stepMs);
      this.series.kinds[step] = ABSENT;
      if (window.from === window.to) continue;
      this.#passOn(step, weightOf(columns, window));
      this.#ev.query.budget.work(window.to - window.from);
      any =
        this.#store(step, kernel(columns, window, this.#notes) as number | FloatHistogram | undefined) || any;
    }
    return any;
  }

  #runSplit(columns: RangeColumns): boolean {
    const split = splitByType(columns);
    const floats = this.#window;
    const histograms = new Window(floats.rangeMs);
    const func = this.#func;
    const policy = func.histograms;
    if (func.needsDrops) floats.findDrops(split.values, split.values.length);
    let any = false;
    for (let step = 0; step < this.series.kinds.length; step++) {
      const endMs = this.#firstEndMs + step * this.#stepMs;
      floats.advance(split.floatTimesMs, split.floatTimesMs.length, endMs);
      histograms.advance(split.histogramTimesMs, split.histogramTimesMs.length, endMs);
      this.series.kinds[step] = ABSENT;
      const floatCount = floats.to - floats.from;
      const histogramCount = histograms.to - histograms.from;
      if (floatCount + histogramCount === 0) continue;
      this.#passOn(step, floatCount + weightOfRun(split.histograms, histograms));
      this.#ev.query.budget.work(floatCount + histogramCount);
      this.#setParameters(step);
      if (func.checkParameters !== null) func.checkParameters(floats, this.#notes);
      if (floatCount > 0 && histogramCount > 0) {
        if (policy.kind === 'alone') {
          this.#notes.annotations.mixedFloatsHistograms(this.#notes.metric, this.#notes.position);
          continue;
        }
        this.#notes.annotations.histogramIgnoredInMixedRange(this.#notes.metric, this.#notes.position);
      }
      if (floatCount > 0) {
        if (floatCount < func.floatsMin) continue;
        any = this.#store(step, func.floats(split.floatTimesMs, split.values, floats)) || any;
      } else if (policy.kind === 'alone' && histogramCount >= policy.samplesMin) {
        const result = policy.kernel(split.histogramTimesMs, split.histograms, histograms, this.#notes);
        any = this.#store(step, result) || any;
      }
    }
    return any;
  }

  #passOn(step: number, samples: number): void {
    const { budget } = this.#ev.query;
    budget.passedOn(samples);
    if (budget.stepSamples !== null) budget.passedOnAt(step, samples);
  }

  #store(step: number, result: number | FloatHistogram | undefined): boolean {
    if (result === undefined) return false;
    if (typeof result === 'number') this.series.setFloat(step, result);
    else this.series.setHistogram(step, result);
    return true;
  }

  #expectCounter(labels: Labels): void {
    const { metric, annotations, position } = this.#notes;
    const { typeAndUnitLabels } = this.#ev.query.options;
    // Without type labels it depends on the name alone, which most often is that of the series before.
    if (metric === '' || (metric === this.#counterSeen && !typeAndUnitLabels)) return;
    if (!this.series.kinds.includes(FLOAT)) return;
    this.#counterSeen = metric;
    if (typeAndUnitLabels) {
      const type = labels.get('__type__');
      if (type !== 'counter' && type !== 'histogram')
        annotations.possibleNonCounterLabel(metric, type, position);
    } else if (!/_(total|sum|count|bucket)$/.test(metric)) {
      annotations.possibleNonCounter(metric, position);
    }
  }
}

interface SplitColumns {
  readonly floatTimesMs: Float64Array;
  readonly values: Float64Array;
  readonly histogramTimesMs: Float64Array;
  readonly histograms: readonly FloatHistogram[];
}

function splitByType(columns: RangeColumns): SplitColumns {
  const floatTimesMs: number[] = [];
  const values: number[] = [];
  const histogramTimesMs: number[] = [];
  const histograms: FloatHistogram[] = [];
  for (let i = 0; i < columns.length; i++) {
    const histogram = columns.histograms?.[i];
    if (histogram === undefined) {
      floatTimesMs.push(columns.timesMs[i]!);
      values.push(columns.values[i]!);
    } else {
      histogramTimesMs.push(columns.timesMs[i]!);
      histograms.push(histogram);
    }
  }
  return {
    floatTimesMs: Float64Array.from(floatTimesMs),
    values: Float64Array.from(values),
    histogramTimesMs: Float64Array.from(histogramTimesMs),
    histograms,
  };
}

function weightOf(columns: RangeColumns, window: Window): number {
  let weight = 0;
  for (let i = window.from; i < window.to; i++) {
    const histogram = columns.histograms?.[i];
    weight += histogram === undefined ? 1 : histogramWeight(histogram);
  }
  return weight;
}

function weightOfRun(histograms: readonly FloatHistogram[], window: Window): number {
  let weight = 0;
  for (let i = window.from; i < window.to; i++) weight += histogramWeight(histograms[i]!);
  return weight;
}
