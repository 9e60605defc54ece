import type { ActiveQueryView, QueryRecord } from '../../queries/query-directory.ts';
import { type Answer, answer, type StateContext } from '../endpoint.ts';
import { smallValue } from '../json-writer.ts';
import { PrometheusError } from '../prometheus-error.ts';

/** The latest time that has a text, milliseconds from 1970. */
const DATE_MS_MAX = 8.64e15;

/** Ours: the queries that run or wait, the last ones and the most expensive ones of the workspace. */
export function queries({ queries }: StateContext): Answer {
  return answer(
    smallValue({
      active: queries.active().map(shownActive),
      last: queries.last().map(shownRecord),
      slowest: queries.slowest().map(shownRecord),
    }),
  );
}

/** Ours: ends a query of the workspace that runs or waits. */
export function cancelQuery({ queries, pathLabel }: StateContext): Answer {
  if (!queries.cancel(pathLabel)) throw new PrometheusError('not_found', 'no such query is running');
  return answer(smallValue({ id: pathLabel, canceled: true }));
}

function shownActive({ arrivedAtMs, ...rest }: ActiveQueryView) {
  return { ...rest, arrivedAt: timeText(arrivedAtMs) };
}

function shownRecord({ workspaceId: _, arrivedAtMs, startMs, endMs, ...rest }: QueryRecord) {
  return { ...rest, arrivedAt: timeText(arrivedAtMs), start: timeText(startMs), end: timeText(endMs) };
}

/** Null for times without a text: remote read may ask from and to the ends of time. */
function timeText(timeMs: number): string | null {
  return Math.abs(timeMs) <= DATE_MS_MAX ? new Date(timeMs).toISOString() : null;
}
