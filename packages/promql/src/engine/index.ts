// The engine's entry: from a parsed query to its result.

import { Labels, SampleColumns } from '@ampere/series';
import type { Expr, ValueType } from '../parser/ast.ts';
import { typeOf } from '../parser/check.ts';
import { resolveDurations } from '../parser/resolve-durations.ts';
import { Annotations } from './annotations.ts';
import { Budget } from './budget.ts';
import { findCommonParts } from './common-parts.ts';
import { QueryError } from './errors.ts';
import { Evaluator } from './evaluator.ts';
import { statisticsSelectors } from './histogram-statistics.ts';
import type { QueryContext } from './query-context.ts';
import { turnsOf, unwrapParens } from './query-context.ts';
import { streamRanges } from './range/range-source.ts';
import { ABSENT, HISTOGRAM, SeriesMerger, type StepSeries, withoutMetadata } from './step-series.ts';
import { Steps } from './steps.ts';
import type {
  EngineOptions,
  Evaluate,
  FloatHistogram,
  MatrixValue,
  QueryRequest,
  QueryValue,
  VectorValue,
} from './types.ts';

export const evaluate: Evaluate = (querier, request, options) => {
  const { startMs, endMs, stepMs } = request;
  const expr = resolveDurations(request.expr, { stepMs, rangeMs: endMs - startMs });
  const annotations = new Annotations(request.text ?? '');
  const steps = new Steps(startMs, endMs, stepMs);
  const budget = new Budget({
    samplesMax: request.samplesMax,
    bytesMax: request.bytesMax ?? 0,
    checkAlive: request.checkAlive ?? (() => {}),
    stepsCounted: request.countsSteps === true ? steps.count : 0,
  });
  const statistics = statisticsSelectors(expr);
  const query: QueryContext = {
    querier,
    options,
    annotations,
    turns: turnsOf(expr),
    budget,
    lookbackDeltaMs: request.lookbackDeltaMs ?? options.lookbackDeltaMs,
    statisticsSelectors: statistics,
    // What a part passes on is kept as one number, not by steps.
    commonParts: budget.stepSamples === null ? findCommonParts(expr, statistics) : new Map(),
    startMs,
    endMs,
    stepMs,
  };
  const evaluator = new Evaluator(query, steps);
  const value = evaluateValue(evaluator, expr, request, options);
  const { stats, stepSamples } = budget;
  const { warnings, infos } = annotations;
  return { value, warnings, infos, stats, ...(stepSamples === null ? {} : { stepSamples }) };
};

const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  none: 'none',
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};

function evaluateValue(
  evaluator: Evaluator,
  expr: Expr,
  request: QueryRequest,
  options: EngineOptions,
): QueryValue {
  const type = typeOf(expr);
  const timeMs = request.endMs;
  if (request.stepMs === 0) {
    switch (type) {
      case 'scalar':
        return { type: 'scalar', timeMs, value: evaluator.scalar(expr)[0]! };
      case 'string':
        return { type: 'string', timeMs, value: evaluator.text(expr) };
      case 'matrix':
        return matrixAt(evaluator, expr, options);
      default:
        return vectorOf(timeMs, finalSeries(evaluator, expr, options));
    }
  }
  if (type === 'scalar') return scalarMatrix(evaluator, expr);
  if (type === 'vector') {
    return matrixOf(evaluator.steps, finalSeries(evaluator, expr, options), evaluator.query.budget);
  }
  throw new QueryError(
    `invalid expression type "${TYPE_NAMES[type]}" for range query, must be Scalar or instant Vector`,
  );
}

/** The series of the answer, without the names whose removal was put off till now. */
function finalSeries(evaluator: Evaluator, expr: Expr, options: EngineOptions): StepSeries[] {
  const all = evaluator.collect(expr);
  if (!options.delayedNameRemoval) return all;
  const merger = new SeriesMerger();
  for (const series of all) {
    if (series.dropName) series.labels = withoutMetadata(series.labels);
    merger.add(series);
  }
  return merger.series;
}

function vectorOf(timeMs: number, all: readonly StepSeries[]): VectorValue {
  const values = new Float64Array(all.length);
  let histograms: (FloatHistogram | undefined)[] | null = null;
  for (let i = 0; i < all.length; i++) {
    const series = all[i]!;
    values[i] = series.values[0]!;
    if (series.kinds[0] !== HISTOGRAM) continue;
    histograms ??= new Array(all.length).fill(undefined);
    histograms[i] = series.histogramAt(0);
  }
  return { type: 'vector', timeMs, labels: all.map((series) => series.labels), values, histograms };
}

/** Sorts in place; a million series take seconds, in which the query may be ended. */
function inLabelOrder(all: { readonly labels: Labels }[], budget: Budget): void {
  all.sort((a, b) => {
    budget.work(1);
    return a.labels.compare(b.labels);
  });
}

function matrixOf(steps: Steps, all: StepSeries[], budget: Budget): MatrixValue {
  inLabelOrder(all, budget);
  const times = Float64Array.from({ length: steps.count }, (_, step) => steps.timeMs(step));
  const columns = all.map((series) => columnsOf(series, times));
  return { type: 'matrix', labels: all.map((series) => series.labels), columns };
}

/** A series that is there at every step gives away its values and shares the times. */
function columnsOf(series: StepSeries, times: Float64Array): SampleColumns<FloatHistogram> {
  const column = new SampleColumns<FloatHistogram>(0);
  const { kinds, values, histograms } = series;
  if (kinds.includes(ABSENT)) {
    column.reserve(series.sampleCount());
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === ABSENT) continue;
      column.timesMs[column.length] = times[step]!;
      column.values[column.length] = values[step]!;
      if (kinds[step] === HISTOGRAM) {
        column.histograms ??= [];
        column.histograms[column.length] = series.histogramAt(step);
      }
      column.length++;
    }
    return column;
  }
  column.timesMs = times;
  column.values = values;
  column.words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  if (histograms !== null) {
    column.histograms = histograms.map((histogram, step) =>
      kinds[step] === HISTOGRAM ? histogram : undefined,
    );
  }
  column.length = kinds.length;
  return column;
}

function scalarMatrix(evaluator: Evaluator, expr: Expr): MatrixValue {
  const values = evaluator.scalar(expr);
  const column = new SampleColumns<FloatHistogram>(Math.max(1, values.length));
  for (let step = 0; step < values.length; step++) {
    column.timesMs[step] = evaluator.steps.timeMs(step);
    column.values[step] = values[step]!;
  }
  column.length = values.length;
  return { type: 'matrix', labels: [Labels.EMPTY], columns: [column] };
}

/** A range vector as the answer of an instant query: the samples themselves. */
function matrixAt(evaluator: Evaluator, expr: Expr, options: EngineOptions): MatrixValue {
  const range = unwrapParens(expr);
  if (range.kind !== 'matrix-selector' && range.kind !== 'subquery') {
    throw new QueryError(`a ${range.kind} can't be the answer of a query`);
  }
  const { budget } = evaluator.query;
  const found: { labels: Labels; columns: SampleColumns<FloatHistogram> }[] = [];
  streamRanges(evaluator, range, { beforeMs: 0, afterMs: 0 }, (labels, dropName, columns) => {
    const copy = new SampleColumns<FloatHistogram>(columns.length);
    for (let i = 0; i < columns.length; i++) {
      copy.timesMs[i] = columns.timesMs[i]!;
      copy.values[i] = columns.values[i]!;
    }
    copy.histograms = columns.histograms?.slice(0, columns.length) ?? null;
    copy.length = columns.length;
    budget.hold(columns.length);
    budget.passedOn(columns.length);
    if (budget.stepSamples !== null) budget.passedOnAt(0, columns.length);
    found.push({
      labels: dropName && options.delayedNameRemoval ? withoutMetadata(labels) : labels,
      columns: copy,
    });
  });
  inLabelOrder(found, budget);
  return {
    type: 'matrix',
    labels: found.map((series) => series.labels),
    columns: found.map((series) => series.columns),
  };
}
