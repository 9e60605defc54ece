// query and query_range. The order of the checks is Prometheus', since it decides which of several
// faults is told.

import { type Expr, ParseError, type QueryResult, type QueryValue, type ValueType } from '@ampere/promql';
import { deadlineOf } from '../deadline.ts';
import { type Answer, type ReadContext, TRUNCATED } from '../endpoint.ts';
import { badData, invalidParameter } from '../prometheus-error.ts';
import { rangeLimitText } from '../range-limit.ts';
import { queryData } from '../result-json.ts';
import { FormatError, parseDurationNs } from '../times.ts';
import { openQuerier } from './open-querier.ts';

/** Prometheus' bound on the steps of a range query, one point more is still allowed. */
const RESOLUTION_MAX = 11_000;
/** Memory that one query's columns may take at once; what a machine can bear, no quota of the service. */
const COLUMN_BYTES_MAX = 1 << 30;
/** How many warnings and how many infos an answer shows. */
const ANNOTATIONS_MAX = 10;

const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  none: 'none',
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};

export function query(context: ReadContext): Answer {
  const { parameters } = context;
  const limit = parameters.limit();
  const timeMs = parameters.timeOr('time', Math.floor(context.clock.nowMs()));
  const checkAlive = deadlineOf(context);
  const lookbackDeltaMs = lookbackDelta(context);
  const expr = parseQuery(context);
  const times = { startMs: timeMs, endMs: timeMs, stepMs: 0 };
  return execute(context, { expr, times, lookbackDeltaMs, checkAlive, limit });
}

export function queryRange(context: ReadContext): Answer {
  const { parameters, promql, tenant } = context;
  const limit = parameters.limit();
  const startMs = parameters.time('start');
  const endMs = parameters.time('end');
  if (endMs < startMs) throw invalidParameter('end', 'end timestamp must not be before start time');
  const stepNs = parameters.durationNs('step');
  const stepMs = Math.trunc(stepNs / 1e6);
  // Steps are whole milliseconds. What is left of a shorter one is none (Prometheus: a division by zero).
  if (stepNs <= 0 || (stepMs === 0 && endMs - startMs <= RESOLUTION_MAX * (stepNs / 1e6))) {
    throw invalidParameter(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if (Math.trunc(((endMs - startMs) * 1e6) / stepNs) > RESOLUTION_MAX) {
    throw badData(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  const checkAlive = deadlineOf(context);
  const lookbackDeltaMs = lookbackDelta(context);
  const expr = parseQuery(context);
  const type = promql.typeOf(expr);
  if (type !== 'scalar' && type !== 'vector') {
    const text = `invalid expression type "${TYPE_NAMES[type]}" for range query, must be Scalar or instant Vector`;
    throw invalidParameter('query', text);
  }
  const { queryTimeRangeMs } = tenant.limits;
  if (queryTimeRangeMs > 0 && endMs - startMs > queryTimeRangeMs) {
    const text = rangeLimitText(endMs - startMs, queryTimeRangeMs);
    context.report.notes.push({ limit: 'query_time_range', message: text, example: context.report.query });
    throw badData(text);
  }
  return execute(context, { expr, times: { startMs, endMs, stepMs }, lookbackDeltaMs, checkAlive, limit });
}

/** Parses the parameter `query`. Throws PrometheusError. */
export function parseQuery({ parameters, promql, report }: ReadContext): Expr {
  report.query = parameters.first('query');
  try {
    return promql.parse(report.query);
  } catch (error) {
    if (error instanceof ParseError) throw invalidParameter('query', error.message);
    throw error;
  }
}

/** 0 and less mean the engine's own. */
function lookbackDelta({ parameters, promql }: ReadContext): number {
  const text = parameters.first('lookback_delta');
  if (text === '') return promql.options.lookbackDeltaMs;
  try {
    const lookbackMs = Math.trunc(parseDurationNs(text) / 1e6);
    return lookbackMs > 0 ? lookbackMs : promql.options.lookbackDeltaMs;
  } catch (error) {
    if (error instanceof FormatError)
      throw badData(`error parsing lookback delta duration: ${error.message}`);
    throw error;
  }
}

interface Execution {
  readonly expr: Expr;
  readonly times: { readonly startMs: number; readonly endMs: number; readonly stepMs: number };
  readonly lookbackDeltaMs: number;
  readonly checkAlive: () => void;
  readonly limit: number;
}

function execute(context: ReadContext, execution: Execution): Answer {
  const { clock, promql, report, tenant, parameters } = context;
  const { expr, times, lookbackDeltaMs, checkAlive, limit } = execution;
  Object.assign(report, times);
  checkAlive();
  const preparedMs = clock.monotonicMs();
  const opened = openQuerier(context, { lookbackDeltaMs, stepMs: times.stepMs, checkAlive });
  const samplesMax = tenant.limits.querySamplesMax;
  const wantedStats = parameters.first('stats');
  const request = {
    expr,
    text: report.query,
    ...times,
    lookbackDeltaMs,
    samplesMax,
    bytesMax: COLUMN_BYTES_MAX,
    countsSteps: wantedStats === 'all',
    checkAlive,
  };
  let result: QueryResult;
  try {
    result = promql.evaluate(opened.querier, request, promql.options);
  } catch (error) {
    // Duration expressions are worked out only here, and are a part of the text all the same.
    if (error instanceof ParseError) throw invalidParameter('query', error.message);
    opened.note(error);
    throw error;
  } finally {
    opened.close();
  }
  report.samples = result.stats.totalQueryableSamples;
  report.peakSamples = result.stats.peakSamples;
  report.series = result.stats.seriesRead;
  const stats = wantedStats === '' ? undefined : statsOf(context, times, preparedMs, result);
  const value = truncated(result.value, limit);
  const warnings = value === result.value ? result.warnings : [...result.warnings, TRUNCATED];
  return {
    data: queryData(value, stats),
    warnings: atMost(warnings, 'warning'),
    infos: atMost(result.infos, 'info'),
  };
}

/** Prometheus' statistics, times in seconds. What it measures apart and we do together is 0. */
function statsOf(
  context: ReadContext,
  { startMs, stepMs }: Execution['times'],
  preparedMs: number,
  { stats, stepSamples }: QueryResult,
) {
  const { clock, arrivedMs, queuedMs } = context;
  const nowMs = clock.monotonicMs();
  const evaluationSeconds = (nowMs - preparedMs) / 1000;
  return {
    timings: {
      evalTotalTime: evaluationSeconds,
      resultSortTime: 0,
      queryPreparationTime: (preparedMs - arrivedMs - queuedMs) / 1000,
      innerEvalTime: evaluationSeconds,
      execQueueTime: queuedMs / 1000,
      execTotalTime: (nowMs - arrivedMs) / 1000,
    },
    samples: {
      ...(stepSamples === undefined
        ? {}
        : {
            totalQueryableSamplesPerStep: Array.from(stepSamples, (samples, step) => [
              (startMs + step * stepMs) / 1000,
              samples,
            ]),
          }),
      totalQueryableSamples: stats.totalQueryableSamples,
      peakSamples: stats.peakSamples,
    },
  };
}

/** The same value when nothing is cut off. */
function truncated(value: QueryValue, limit: number): QueryValue {
  if (limit === 0 || value.type === 'scalar' || value.type === 'string') return value;
  if (value.labels.length <= limit) return value;
  const labels = value.labels.slice(0, limit);
  return value.type === 'vector'
    ? { ...value, labels, values: value.values.subarray(0, limit) }
    : { ...value, labels, columns: value.columns.slice(0, limit) };
}

function atMost(texts: readonly string[], kind: 'warning' | 'info'): readonly string[] {
  if (texts.length <= ANNOTATIONS_MAX) return texts;
  const omitted = texts.length - ANNOTATIONS_MAX;
  return [...texts.slice(0, ANNOTATIONS_MAX), `${omitted} more ${kind} annotations omitted`];
}
