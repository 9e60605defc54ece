import type { Clock } from '@ampere/platform';
import { QueryCanceledError, QueryTimeoutError } from '@ampere/promql';

/** How long a query may take when it doesn't say less itself. */
export const QUERY_TIMEOUT_MS = 2 * 60 * 1000;

/** A function that throws once the time is over or the client is gone. */
export function deadline(clock: Clock, timeoutMs: number, signal: AbortSignal | undefined): () => void {
  const endMs = clock.monotonicMs() + Math.min(timeoutMs, QUERY_TIMEOUT_MS);
  return () => {
    if (signal?.aborted) throw new QueryCanceledError('query was canceled in expression evaluation');
    if (clock.monotonicMs() >= endMs) throw new QueryTimeoutError('query timed out in expression evaluation');
  };
}
