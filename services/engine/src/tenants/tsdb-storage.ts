import type { Limits, WorkspaceLimits } from '@ampere/limits';
import type { Clock, Disk, Random } from '@ampere/platform';
import { type FsyncPolicy, PageCache, type SeriesLimits, Tsdb } from '@ampere/tsdb';
import type { Log } from '../log.ts';
import type { OpenStorage } from './storage.ts';

export interface TsdbStorageOptions {
  readonly limits: Pick<Limits, 'forWorkspace'>;
  readonly fsync: FsyncPolicy;
  readonly exemplarsMax?: number | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Opens tenants' databases as those of @ampere/tsdb, each under its workspace's limits. */
export function tsdbStorage(options: TsdbStorageOptions): OpenStorage {
  const { limits, log, ...shared } = options;
  const cache = new PageCache();
  return ({ tenantId, folder }) => {
    return Tsdb.open({
      ...shared,
      cache,
      folder,
      limits: seriesLimitsNow(limits, tenantId),
      retentionMs: () => limits.forWorkspace(tenantId).retentionMs,
      log: ({ level, message, fields }) => log(level, message, { ...fields, workspace: tenantId }),
    });
  };
}

/** Made anew only when they changed: it is asked for every write. */
function seriesLimitsNow(limits: TsdbStorageOptions['limits'], tenantId: string): () => SeriesLimits {
  let from = limits.forWorkspace(tenantId);
  let made = seriesLimits(from);
  return () => {
    const now = limits.forWorkspace(tenantId);
    if (now !== from) [from, made] = [now, seriesLimits(now)];
    return made;
  };
}

function seriesLimits(limits: WorkspaceLimits): SeriesLimits {
  return {
    labelsPerSeriesMax: limits.labelsPerSeriesMax,
    labelNameBytesMax: limits.labelNameBytesMax,
    labelValueBytesMax: limits.labelValueBytesMax,
    activeSeriesMax: limits.activeSeriesMax,
    activeSeriesPerMetricMax: limits.activeSeriesPerMetricMax,
    sampleMaxAgeMs: limits.sampleAgeMaxMs,
    sampleMaxFutureMs: limits.sampleFutureMaxMs,
    outOfOrderWindowMs: limits.outOfOrderWindowMs,
  };
}
