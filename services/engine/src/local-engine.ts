// The engine with everything it is made of: databases, PromQL, the query API.

import { Limits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import type { Clock, Disk, Random } from '@ampere/platform';
import { evaluate, type EngineOptions as PromQlOptions, STABLE_LANGUAGE } from '@ampere/promql';
import type { NotificationDelivery } from './alertmanager/notification-delivery.ts';
import { Engine } from './engine.ts';
import type { EngineSettings } from './engine-settings.ts';
import type { Log } from './log.ts';
import { promQl, QueryApi } from './query-api/index.ts';
import { tsdbStorage } from './tenants/tsdb-storage.ts';
import { WorkspaceAlerting } from './workspace-alerting.ts';

/** Prometheus' own defaults. */
const PROMQL_OPTIONS: PromQlOptions = {
  lookbackDeltaMs: 5 * 60_000,
  subqueryStepMs: 60_000,
  delayedNameRemoval: false,
  typeAndUnitLabels: false,
};

export interface LocalEngineOptions extends EngineSettings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly delivery: NotificationDelivery;
}

/** Opens all storage; the engine that comes out runs in this thread. */
export function openLocalEngine(options: LocalEngineOptions): Promise<Engine> {
  const { dataDir, fsync, exemplarsMax, buildInfo, slowQueryMs, publicUrl, disk, clock, random, log } =
    options;
  const limits = new Limits(options.limits);
  const registry = new Registry();
  const promql = promQl(evaluate, PROMQL_OPTIONS, STABLE_LANGUAGE);
  const alerting = new WorkspaceAlerting({
    dataDir,
    promql,
    publicUrl,
    delivery: options.delivery,
    registry,
    disk,
    clock,
    random,
    log,
  });
  return Engine.open({
    dataDir,
    limits,
    openStorage: tsdbStorage({ limits, fsync, exemplarsMax, disk, clock, random, log }),
    queryApi: new QueryApi({ clock, promql, buildInfo, slowQueryMs, log, registry }),
    alerting,
    registry,
    disk,
    clock,
    log,
  });
}
