import type { Limits, WorkspaceLimits } from '@ampere/limits';
import type { Clock, Disk, Random } from '@ampere/platform';
import { type FsyncPolicy, type SeriesLimits, Tsdb } from '@ampere/tsdb';
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
  return ({ tenantId, folder }) =>
    Tsdb.open({
      ...shared,
      folder,
      limits: seriesLimits(limits.forWorkspace(tenantId)),
      log: ({ level, message, fields }) => log(level, message, { ...fields, workspace: tenantId }),
    });
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
