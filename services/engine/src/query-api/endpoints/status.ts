import { parseGoInteger } from '@ampere/go-text';
import type { TsdbStatus } from '@ampere/tsdb';
import { type Answer, answer, type StateContext } from '../endpoint.ts';
import { arrayOf, type JsonProducer, smallValue } from '../json-writer.ts';
import { badData } from '../prometheus-error.ts';

/** Prometheus' default for the lists of status/tsdb. */
const TSDB_LIST_DEFAULT = 10;
/** Ours, so that an answer stays small. */
const TSDB_LIST_MAX = 10_000;
/** What Prometheus says of a head without samples; doubles can't hold these. */
const MAX_INT64 = '9223372036854775807';
const MIN_INT64 = '-9223372036854775808';
const DAY_MS = 24 * 3600 * 1000;

export function buildInfo(context: StateContext): Answer {
  return answer(smallValue(context.buildInfo));
}

/** Prometheus' members; those that would tell of the machine or of Go's runtime are empty. */
export function runtimeInfo({ clock, tenant, serverStartMs }: StateContext): Answer {
  const started = new Date(serverStartMs).toISOString();
  return answer(
    smallValue({
      startTime: started,
      CWD: '',
      hostname: '',
      serverTime: new Date(clock.nowMs()).toISOString(),
      reloadConfigSuccess: true,
      lastConfigTime: started,
      corruptionCount: 0,
      goroutineCount: 0,
      GOMAXPROCS: 0,
      GOMEMLIMIT: 0,
      GOGC: '',
      GODEBUG: '',
      storageRetention: `${Math.round(tenant.limits.retentionMs / DAY_MS)}d`,
    }),
  );
}

export function tsdb({ parameters, tenant }: StateContext): Answer {
  const text = parameters.first('limit');
  let limit = TSDB_LIST_DEFAULT;
  if (text !== '') {
    const result = parseGoInteger(text, 'Atoi');
    if ('error' in result || result.value < 1) throw badData('limit must be a positive number');
    limit = Math.min(result.value, TSDB_LIST_MAX);
  }
  return answer(tsdbStatus(tenant.tsdb.status(limit)));
}

function tsdbStatus(status: TsdbStatus): JsonProducer {
  return function* (writer) {
    writer.raw(`{"headStats":{"numSeries":${status.seriesCount},"numLabelPairs":${status.labelPairCount}`);
    writer.raw(`,"chunkCount":${status.chunkCount},"minTime":${status.minTimeMs ?? MAX_INT64}`);
    writer.raw(`,"maxTime":${status.maxTimeMs ?? MIN_INT64}}`);
    const lists = [
      'seriesCountByMetricName',
      'labelValueCountByLabelName',
      'memoryInBytesByLabelName',
      'seriesCountByLabelValuePair',
    ] as const;
    for (const list of lists) {
      writer.raw(`,"${list}":`);
      yield* arrayOf(status[list], (into, entry) => into.value(entry))(writer);
    }
    writer.raw('}');
  };
}
