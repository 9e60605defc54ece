import type { Limits, WorkspaceLimits } from '@ampere/limits';
import type { Clock, Disk, Random } from '@ampere/platform';
import { type FsyncPolicy, PageCache, type SeriesLimits, Tsdb } from '@ampere/tsdb';
import type { Log } from '../log.ts';
import type { OpenStorage } from './storage.ts';

export interface TsdbStorageOptions {
  readonly limits: Limits;
  readonly fsync: FsyncPolicy;
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
    const own = limits.forWorkspace(tenantId);
    return Tsdb.open({
      ...shared,
      cache,
      folder,
      limits: seriesLimits(own),
      retentionMs: own.retentionMs,
      log: ({ level, message, fields }) => log(level, message, { ...fields, workspace: tenantId }),
    });
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
  };
}
