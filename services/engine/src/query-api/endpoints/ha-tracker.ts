import { type Answer, answer, type StateContext } from '../endpoint.ts';
import { smallValue } from '../json-writer.ts';

/** Ours: which replica of each cluster is taken. */
export function haTracker({ tenant }: StateContext): Answer {
  const clusters = tenant.ha.clusters().map(({ cluster, replica, electedAtMs, receivedAtMs }) => ({
    cluster,
    replica,
    electedAt: new Date(electedAtMs).toISOString(),
    receivedAt: receivedAtMs === undefined ? null : new Date(receivedAtMs).toISOString(),
  }));
  return answer(smallValue({ clusters }));
}
