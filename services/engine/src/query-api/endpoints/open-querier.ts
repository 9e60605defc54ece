import { TooManySamplesError } from '@ampere/promql';
import type { Querier } from '@ampere/series';
import type { EnforcedLimit } from '../../usage/workspace-usage.ts';
import type { ReadContext } from '../endpoint.ts';
import { ByteLimitError, MeteredQuerier } from '../metered-querier.ts';
import { RangeLimitError, RangeLimitedQuerier } from '../range-limit.ts';

export interface OpenedQuerier {
  /** Refuses what goes over the workspace's limits, and looks whether the query is still wanted. */
  readonly querier: Querier;
  /** Puts an error that comes of a limit into the report. */
  note(error: unknown): void;
  /** Closes it and puts what was read into the report. */
  close(): void;
}

/** Opens a reading of the workspace for one query, under its limits. */
export function openQuerier(
  { tenant, report }: ReadContext,
  query: { readonly lookbackDeltaMs: number; readonly stepMs: number; readonly checkAlive: () => void },
): OpenedQuerier {
  const { queryTimeRangeMs, queryBytesMax } = tenant.limits;
  // Every day of a range has its own allowance, a part of a day a whole one.
  const days = query.stepMs === 0 ? 1 : Math.max(1, Math.ceil((report.endMs - report.startMs) / DAY_MS));
  const metered = new MeteredQuerier(tenant.tsdb.querier(), queryBytesMax * days, query.checkAlive);
  return {
    querier:
      queryTimeRangeMs > 0
        ? new RangeLimitedQuerier(metered, queryTimeRangeMs, query.lookbackDeltaMs)
        : metered,
    note: (error) => {
      const limit = limitOf(error);
      if (limit !== undefined)
        report.notes.push({ limit, message: (error as Error).message, example: report.query });
    },
    close: () => {
      report.chunkBytes = metered.chunkBytes;
      metered.close();
    },
  };
}

const DAY_MS = 24 * 3600 * 1000;

function limitOf(error: unknown): EnforcedLimit | undefined {
  if (error instanceof RangeLimitError) return 'query_time_range';
  if (error instanceof ByteLimitError) return 'query_bytes';
  return error instanceof TooManySamplesError ? 'query_samples' : undefined;
}
