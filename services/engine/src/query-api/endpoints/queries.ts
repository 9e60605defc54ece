import { type Answer, answer, type StateContext } from '../endpoint.ts';
import { smallValue } from '../json-writer.ts';
import { PrometheusError } from '../prometheus-error.ts';

/** Ours: the queries that run or wait, the last ones and the most expensive ones of the workspace. */
export function queries({ queries }: StateContext): Answer {
  return answer(smallValue({ active: queries.active(), last: queries.last(), slowest: queries.slowest() }));
}

/** Ours: ends a query of the workspace that runs or waits. */
export function cancelQuery({ queries, pathLabel }: StateContext): Answer {
  if (!queries.cancel(pathLabel)) throw new PrometheusError('not_found', 'no such query is running');
  return answer(smallValue({ id: pathLabel, canceled: true }));
}
