import type { Clock } from '@ampere/platform';
import { QueryCanceledError, QueryTimeoutError } from '@ampere/promql';
import type { ReadContext } from './endpoint.ts';
import type { Parameters } from './parameters.ts';

/** How long a query may take when neither it nor the operator says less. */
export const QUERY_TIMEOUT_MS = 2 * 60 * 1000;

/** What the parameter `timeout` leaves of the longest time. Throws PrometheusError. */
export function timeoutOf(parameters: Parameters, timeoutMaxMs: number): number {
  if (parameters.first('timeout') === '') return timeoutMaxMs;
  return Math.min(parameters.durationNs('timeout') / 1e6, timeoutMaxMs);
}

/** A function that throws once a time from now is over, or the signal says so. */
export function deadline(clock: Clock, timeoutMs: number, signal: AbortSignal): () => void {
  const endMs = clock.monotonicMs() + timeoutMs;
  return () => {
    if (signal.aborted) throw new QueryCanceledError('query was canceled in expression evaluation');
    if (clock.monotonicMs() >= endMs) throw new QueryTimeoutError('query timed out in expression evaluation');
  };
}

/** A function that throws once the time since the request came is over, or somebody ended the request. */
export function deadlineOf(context: ReadContext): () => void {
  const { clock, arrivedMs, parameters, timeoutMaxMs, checkWanted } = context;
  const endMs = arrivedMs + timeoutOf(parameters, timeoutMaxMs);
  return () => {
    checkWanted();
    if (clock.monotonicMs() >= endMs) throw new QueryTimeoutError('query timed out in expression evaluation');
  };
}
