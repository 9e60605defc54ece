// Function calls: which function is done where.
//
// Most functions of an instant vector change each series in place as it streams by. Those that must
// see all series of a step (sort, absent, scalar, histogram_quantile, info) gather what they need.

import { assert } from '@ampere/platform';
import { Labels } from '@ampere/series';
import type { CallExpr, Expr } from '../../parser/ast.ts';
import { withNamesDropped } from '../drop-names.ts';
import { hasOneName } from '../expr-analysis.ts';
import { argument, type Evaluation, unwrapParens } from '../query-context.ts';
import { RANGE_FUNCTIONS } from '../range/range-functions.ts';
import { asRange, streamAbsentOverTime, streamRangeFunction } from '../range/stream-range-function.ts';
import { streamSelector } from '../selector.ts';
import { ABSENT, FLOAT, type SeriesSink, StepSeries } from '../step-series.ts';
import { absentLabels, streamAbsent } from './absent.ts';
import { BUCKET_FUNCTIONS, streamBucketFunction } from './bucket-functions.ts';
import { DATE_FUNCTIONS } from './dates.ts';
import { HISTOGRAM_FUNCTIONS, mapHistograms } from './histogram-functions.ts';
import { streamInfo } from './info.ts';
import { streamLabelJoin, streamLabelReplace } from './label-functions.ts';
import { clamp, MATH_FUNCTIONS, maxOf, minOf, roundTo } from './math.ts';
import { streamSorted } from './sort.ts';

export function streamCall(ev: Evaluation, call: CallExpr, sink: SeriesSink): void {
  const { name } = call.func;
  const range = RANGE_FUNCTIONS.get(name);
  if (range !== undefined) {
    if (name !== 'absent_over_time') {
      streamRangeFunction(ev, call, range, sink);
      return;
    }
    const source = asRange(call)!;
    const labels = source.kind === 'matrix-selector' ? absentLabels(source.selector.matchers) : Labels.EMPTY;
    streamAbsentOverTime(ev, call, range, labels, sink);
    return;
  }
  const math = MATH_FUNCTIONS.get(name);
  if (math !== undefined) {
    mapFloats(ev, argument(call.args, 0), math, sink);
    return;
  }
  const date = DATE_FUNCTIONS.get(name);
  if (date !== undefined) {
    streamDates(ev, call, date, sink);
    return;
  }
  const histogram = HISTOGRAM_FUNCTIONS.get(name);
  if (histogram !== undefined) {
    mapHistograms(ev, argument(call.args, 0), histogram, sink);
    return;
  }
  if (BUCKET_FUNCTIONS.has(name)) {
    streamBucketFunction(ev, call, sink);
    return;
  }
  switch (name) {
    case 'round':
      streamRound(ev, call, sink);
      return;
    case 'clamp':
    case 'clamp_min':
    case 'clamp_max':
      streamClamp(ev, call, sink);
      return;
    case 'timestamp':
      streamTimestamp(ev, argument(call.args, 0), sink);
      return;
    case 'vector':
      streamVector(ev, argument(call.args, 0), sink);
      return;
    case 'absent':
      streamAbsent(ev, argument(call.args, 0), sink);
      return;
    case 'sort':
    case 'sort_desc':
    case 'sort_by_label':
    case 'sort_by_label_desc':
      streamSorted(ev, call, sink);
      return;
    case 'label_replace':
      streamLabelReplace(ev, call, sink);
      return;
    case 'label_join':
      streamLabelJoin(ev, call, sink);
      return;
    case 'info':
      streamInfo(ev, call, sink);
      return;
    default:
      assert(false, `function ${name} is not known to the engine`);
  }
}

export function scalarCall(ev: Evaluation, call: CallExpr): Float64Array {
  const { query, steps } = ev;
  switch (call.func.name) {
    case 'pi':
      return filled(ev, Math.PI);
    case 'time':
      return Float64Array.from({ length: steps.count }, (_, step) => steps.timeMs(step) / 1000);
    case 'start':
      return filled(ev, query.startMs / 1000);
    case 'end':
      return filled(ev, query.endMs / 1000);
    case 'step':
      return filled(ev, query.stepMs / 1000);
    case 'range':
      return filled(ev, (query.endMs - query.startMs) / 1000);
    case 'scalar':
      return scalarOf(ev, argument(call.args, 0));
    case 'min_of':
    case 'max_of': {
      const left = ev.scalar(argument(call.args, 0));
      const right = ev.scalar(argument(call.args, 1));
      const choose = call.func.name === 'min_of' ? minOf : maxOf;
      return left.map((value, step) => choose(value, right[step]!));
    }
    default:
      assert(false, `function ${call.func.name} is not known to the engine`);
  }
}

function filled(ev: Evaluation, value: number): Float64Array {
  return new Float64Array(ev.steps.count).fill(value);
}

/** The value of the one float that is there; NaN for none and for more. */
function scalarOf(ev: Evaluation, vector: Expr): Float64Array {
  const out = filled(ev, Number.NaN);
  const counts = new Uint8Array(ev.steps.count);
  ev.stream(vector, (series) => {
    for (let step = 0; step < counts.length; step++) {
      if (series.kinds[step] !== FLOAT) continue;
      out[step] = counts[step] === 0 ? series.values[step]! : Number.NaN;
      counts[step] = 1;
    }
  });
  return out;
}

/** Applies a function to every float; histograms are left out. */
function mapFloats(ev: Evaluation, vector: Expr, func: (value: number) => number, sink: SeriesSink): void {
  const produce = (into: SeriesSink) => {
    ev.stream(vector, (series) => {
      const { kinds, values } = series;
      let any = false;
      for (let step = 0; step < kinds.length; step++) {
        if (kinds[step] === FLOAT) {
          values[step] = func(values[step]!);
          any = true;
        } else {
          kinds[step] = ABSENT;
        }
      }
      ev.query.budget.work(kinds.length);
      if (any) into(series);
    });
  };
  withNamesDropped(ev, hasOneName(vector), produce, sink);
}

/** As `mapFloats`, with the step at hand; a step that `keeps` refuses is left out. */
function mapFloatsAtSteps(
  ev: Evaluation,
  vector: Expr,
  keeps: (step: number) => boolean,
  func: (value: number, step: number) => number,
  sink: SeriesSink,
): void {
  const produce = (into: SeriesSink) => {
    ev.stream(vector, (series) => {
      const { kinds, values } = series;
      let any = false;
      for (let step = 0; step < kinds.length; step++) {
        if (kinds[step] === FLOAT && keeps(step)) {
          values[step] = func(values[step]!, step);
          any = true;
        } else {
          kinds[step] = ABSENT;
        }
      }
      if (any) into(series);
    });
  };
  withNamesDropped(ev, hasOneName(vector), produce, sink);
}

function streamRound(ev: Evaluation, call: CallExpr, sink: SeriesSink): void {
  const nearest = call.args.length > 1 ? ev.scalar(call.args[1]!) : filled(ev, 1);
  const apply = (value: number, step: number) => roundTo(value, nearest[step]!);
  mapFloatsAtSteps(ev, argument(call.args, 0), () => true, apply, sink);
}

function streamClamp(ev: Evaluation, call: CallExpr, sink: SeriesSink): void {
  const { name } = call.func;
  const bound = ev.scalar(argument(call.args, 1));
  const least = name === 'clamp_max' ? filled(ev, Number.NEGATIVE_INFINITY) : bound;
  let most = bound;
  if (name === 'clamp_min') most = filled(ev, Number.POSITIVE_INFINITY);
  if (name === 'clamp') most = ev.scalar(argument(call.args, 2));
  const keeps = (step: number) => !(most[step]! < least[step]!);
  const apply = (value: number, step: number) => clamp(value, least[step]!, most[step]!);
  mapFloatsAtSteps(ev, argument(call.args, 0), keeps, apply, sink);
}

/** Of a selector the time of the sample that was taken, of everything else the time of the step. */
function streamTimestamp(ev: Evaluation, vector: Expr, sink: SeriesSink): void {
  const inner = unwrapParens(vector);
  const produce = (into: SeriesSink) => {
    if (inner.kind === 'vector-selector') {
      streamSelector(ev, inner, into, 'seconds');
      return;
    }
    ev.stream(inner, (series) => {
      for (let step = 0; step < series.kinds.length; step++) {
        if (series.kinds[step] !== ABSENT) series.setFloat(step, ev.steps.timeMs(step) / 1000);
      }
      into(series);
    });
  };
  withNamesDropped(ev, hasOneName(inner), produce, sink);
}

function streamVector(ev: Evaluation, scalar: Expr, sink: SeriesSink): void {
  const series = new StepSeries(Labels.EMPTY, ev.steps.count);
  series.kinds.fill(FLOAT);
  series.values.set(ev.scalar(scalar));
  sink(series);
}

/** Without an argument the date of each step. */
function streamDates(
  ev: Evaluation,
  call: CallExpr,
  func: (seconds: number) => number,
  sink: SeriesSink,
): void {
  if (call.args.length > 0) {
    mapFloats(ev, call.args[0]!, func, sink);
    return;
  }
  const series = new StepSeries(Labels.EMPTY, ev.steps.count);
  for (let step = 0; step < ev.steps.count; step++)
    series.setFloat(step, func(Math.trunc(ev.steps.timeMs(step) / 1000)));
  sink(series);
}
