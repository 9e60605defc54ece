// What the engine takes and gives.

import type { FloatHistogram, Labels, Querier, SampleColumns } from '@ampere/series';
import type { Expr } from '../parser/ast.ts';

export type { FloatHistogram } from '@ampere/series';

export interface EngineOptions {
  /** How far back an instant selector looks. Prometheus' default is 5 minutes. */
  readonly lookbackDeltaMs: number;
  /** Step of subqueries that name none. */
  readonly subqueryStepMs: number;
  /** Keep `__name__` until the end of the query (Prometheus' feature flag promql-delayed-name-removal). */
  readonly delayedNameRemoval: boolean;
  /** Labels `__type__` and `__unit__` (feature flag type-and-unit-labels). */
  readonly typeAndUnitLabels: boolean;
}

export interface QueryRequest {
  readonly expr: Expr;
  /** The query's text, for the line and column of annotations; without it a query counts as one line. */
  readonly text?: string;
  /** Instant query: both are the evaluation time and the step is 0. */
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly lookbackDeltaMs?: number;
  /** Samples in memory at once; 0 for no limit. */
  readonly samplesMax: number;
  /** Memory of the columns that are held at once; 0 or left out for no limit. */
  readonly bytesMax?: number;
  /** Whether samples are counted for each step as well. */
  readonly countsSteps?: boolean;
  /** Called now and then; throws (QueryTimeoutError, QueryCanceledError) to end the evaluation. */
  readonly checkAlive?: () => void;
}

export type QueryValue = ScalarValue | StringValue | VectorValue | MatrixValue;
export interface ScalarValue {
  readonly type: 'scalar';
  readonly timeMs: number;
  readonly value: number;
}
export interface StringValue {
  readonly type: 'string';
  readonly timeMs: number;
  readonly value: string;
}

/** One sample for each series, all at `timeMs`. */
export interface VectorValue {
  readonly type: 'vector';
  readonly timeMs: number;
  readonly labels: readonly Labels[];
  readonly values: Float64Array;
  /** Native histograms by index; null when there is none. */
  readonly histograms: readonly (FloatHistogram | undefined)[] | null;
}

/**
 * Sorted by labels. The columns belong to the receiver, but series that have a sample at every step
 * share their `timesMs`, which must not be written.
 */
export interface MatrixValue {
  readonly type: 'matrix';
  readonly labels: readonly Labels[];
  readonly columns: readonly SampleColumns<FloatHistogram>[];
}

export interface QueryStats {
  /** Samples read from storage and passed on, as Prometheus' totalQueryableSamples counts them. */
  totalQueryableSamples: number;
  /** The most samples held at once. */
  peakSamples: number;
  /** Series read from storage. */
  seriesRead: number;
}

export interface QueryResult {
  readonly value: QueryValue;
  /** Texts as Prometheus writes them (`PromQL warning: … (1:5)`), without duplicates. */
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  readonly stats: QueryStats;
  /** The part of totalQueryableSamples of each step, when that was asked for. */
  readonly stepSamples?: Float64Array;
}

/** Evaluates a parsed query. Throws QueryError kinds of errors.ts; anything else is a bug of ours. */
export type Evaluate = (querier: Querier, request: QueryRequest, options: EngineOptions) => QueryResult;
