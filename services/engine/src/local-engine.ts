// The engine with everything it is made of: databases, PromQL, the query API.

import type { FinishedQuery, WorkspaceLogs } from '@ampere/contracts';
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

/** What the owner of a workspace sees in the log group: evaluations, not look-ups of labels. */
const LOGGED_ENDPOINTS: readonly string[] = ['query', 'query_range'];

function finishedQuery({ samples, ...record }: QueryRecord): FinishedQuery {
  const { workspaceId, query, startMs, endMs, stepMs, durationMs, outcome, principalArn, requestId } = record;
  return {
    workspaceId,
    query,
    startMs,
    endMs,
    stepMs,
    samplesProcessed: samples,
    durationMs,
    outcome,
    principalArn,
    requestId,
  };
}

export interface LocalEngineOptions extends EngineSettings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told of every query that has ended. */
  readonly onQueryFinished?: (record: QueryRecord) => void;
  readonly delivery: NotificationDelivery;
  /** Told what the owners of workspaces may want to know. */
  readonly workspaceLogs?: WorkspaceLogs | undefined;
}

/** Opens all storage; the engine that comes out runs in this thread. */
export function openLocalEngine(options: LocalEngineOptions): Promise<Engine> {
  const { dataDir, fsync, buildInfo, queries, publicUrl, disk, clock, random, log, workspaceLogs } = options;
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
    openStorage: tsdbStorage({ limits: settings, fsync, disk, clock, random, log }),
    queryApi: new QueryService({
      clock,
      promql,
      buildInfo,
      slowQueryMs: queries.slowLogMs,
      timeoutMs: queries.timeoutMs,
      log,
      registry,
      ...(queries.threads > 0 ? { makeRunner: startQueryThreads({ ...queries, clock, log }) } : {}),
      onQueryFinished: (record) => {
        options.onQueryFinished?.(record);
        if (LOGGED_ENDPOINTS.includes(record.endpoint)) workspaceLogs?.onQueryFinished(finishedQuery(record));
      },
    }),
    alerting,
    registry,
    disk,
    clock,
    log,
  });
}
