import { type Answer, answer, type StateContext } from '../endpoint.ts';
import { smallValue } from '../json-writer.ts';

const timeText = (timeMs: number): string => new Date(timeMs).toISOString();

/** Ours: what the workspace uses of its limits, and what was last refused for each. */
export function limits({ tenant: { usage } }: StateContext): Answer {
  const { walBytes, blockBytes, memoryBytes, oldestSampleMs } = usage.storage();
  return answer(
    smallValue({
      limits: usage.limits().map(({ name, meaning, unit, limit, value, refused, lastRefusal }) => ({
        name,
        meaning,
        unit,
        limit: limit === 0 ? null : limit,
        value: value() ?? null,
        refused,
        lastRefusal:
          lastRefusal === undefined
            ? null
            : {
                time: timeText(lastRefusal.atMs),
                message: lastRefusal.message,
                example: lastRefusal.example,
              },
      })),
      labelSets: usage.labelSets().map(({ labelSet, limit, activeSeries }) => ({
        labelSet,
        limit: limit === 0 ? null : limit,
        activeSeries,
      })),
      discardedSamples: Object.fromEntries(usage.discardedSamples()),
      storage: {
        walBytes,
        blockBytes,
        memoryBytes,
        oldestSample: oldestSampleMs === undefined ? null : timeText(oldestSampleMs),
      },
    }),
  );
}
