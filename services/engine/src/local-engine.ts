// The engine with everything it is made of: databases, PromQL, the query API.

import type { WorkspaceLogs } from '@ampere/contracts';
import { Limits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import type { Clock, Disk, Random } from '@ampere/platform';
import type { NotificationDelivery } from './alertmanager/notification-delivery.ts';
import { Engine } from './engine.ts';
import type { EngineSettings } from './engine-settings.ts';
import type { Log } from './log.ts';
import { languageOf } from './queries/language.ts';
import type { QueryRecord } from './queries/query-directory.ts';
import { QueryService } from './queries/query-service.ts';
import { startQueryThreads } from './queries/start-threads.ts';
import { TenantSettings } from './tenants/tenant-settings.ts';
import { tsdbStorage } from './tenants/tsdb-storage.ts';
import { WorkspaceAlerting } from './workspace-alerting.ts';

export interface LocalEngineOptions extends EngineSettings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told of every query that has ended. */
  readonly onQueryFinished?: (record: QueryRecord) => void;
  readonly delivery: NotificationDelivery;
  /** Told what the owners of workspaces may want to know. */
  readonly workspaceLogs?: Pick<WorkspaceLogs, 'workspaceLog'> | undefined;
}

/** Opens all storage; the engine that comes out runs in this thread. */
export function openLocalEngine(options: LocalEngineOptions): Promise<Engine> {
  const { dataDir, fsync, exemplarsMax, buildInfo, queries, publicUrl, disk, clock, random, log } = options;
  const { workspaceLogs } = options;
  const limits = new Limits(options.limits);
  const settings = new TenantSettings(limits);
  const registry = new Registry();
  const promql = languageOf(queries.experimental);
  const alerting = new WorkspaceAlerting({
    dataDir,
    promql,
    publicUrl,
    delivery: options.delivery,
    workspaceLogs,
    registry,
    disk,
    clock,
    random,
    log,
  });
  return Engine.open({
    dataDir,
    limits,
    settings,
    openStorage: tsdbStorage({ limits: settings, fsync, exemplarsMax, disk, clock, random, log }),
    queryApi: new QueryService({
      clock,
      promql,
      buildInfo,
      slowQueryMs: queries.slowLogMs,
      timeoutMs: queries.timeoutMs,
      log,
      registry,
      ...(queries.threads > 0 ? { makeRunner: startQueryThreads({ ...queries, clock, log }) } : {}),
      onQueryFinished: options.onQueryFinished,
    }),
    alerting,
    createdZeroSamples: options.createdZeroSamples,
    registry,
    disk,
    clock,
    log,
    maintenanceIntervalMs: options.maintenanceIntervalMs,
    keepDeletedMs: options.keepDeletedMs,
  });
}
