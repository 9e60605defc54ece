import { availableParallelism } from 'node:os';
import { EngineWorker, type PublishForWorkspace } from '@ampere/engine';
import type { Logger } from 'pino';
import manifest from '../package.json' with { type: 'json' };
import type { Configuration } from './configuration/configuration.ts';
import { urlOf } from './configuration/listen-address.ts';
import type { WorkspaceLogWriter } from './log-groups/workspace-log-writer.ts';

/**
 * `version` is that of the Prometheus whose language and API this is: clients such as Grafana choose
 * their features by it. What we are stands in the other fields.
 */
const BUILD_INFO = {
  version: '3.5.0',
  revision: `ampere-${manifest.version}`,
  branch: 'HEAD',
  buildUser: 'ampere',
  buildDate: '',
  goVersion: `node ${process.version}`,
};

export interface EngineSurroundings {
  readonly logger: Logger;
  readonly workspaceLogs: WorkspaceLogWriter;
  readonly publish: PublishForWorkspace;
  /** Called when the thread has ended by itself: nothing can be stored or asked any more. */
  readonly onEnd: () => void;
}

/** Starts the engine thread; resolves when the storage of every workspace is open. */
export function startEngine(
  configuration: Configuration,
  { logger, workspaceLogs, publish, onEnd }: EngineSurroundings,
): Promise<EngineWorker> {
  return EngineWorker.start({
    entry: new URL('./engine-worker.mjs', import.meta.url),
    settings: {
      dataDir: configuration.dataFolder,
      limits: configuration.limits,
      fsync: configuration.walFsync,
      exemplarsMax: configuration.exemplarsMax,
      createdZeroSamples: configuration.createdZeroSamples,
      maintenanceIntervalMs: configuration.maintenanceIntervalMs,
      keepDeletedMs: configuration.keepDeletedMs,
      buildInfo: BUILD_INFO,
      queries: {
        ...configuration.queries,
        threads: configuration.queries.threads ?? Math.max(1, availableParallelism() - 1),
        entry: new URL('./query-worker.mjs', import.meta.url).href,
      },
      publicUrl: configuration.publicUrl ?? urlOf(configuration.listen),
      outbound: configuration.outgoing.outbound,
    },
    log: (level, message, fields) => logger[level](fields ?? {}, message),
    workspaceLogs,
    onQueryFinished: (record) => workspaceLogs.onQueryFinished(record),
    publish,
    onExit: (error) => {
      logger.fatal({ err: error }, 'the engine has ended; the server stops so that it can be started afresh');
      onEnd();
    },
  });
}
