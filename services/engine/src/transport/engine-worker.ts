// The engine in a thread of its own, so that no query or flush holds up the thread that has the sockets.

import { Worker } from 'node:worker_threads';
import type {
  EngineClient,
  EngineRequest,
  EngineResponse,
  RulesNamespaceFile,
  WorkspaceLogs,
  WorkspaceSettings,
} from '@ampere/contracts';
import type { LimitsData } from '@ampere/limits';
import type { PublishOutcome } from '@ampere/sns';
import type { PublishForWorkspace } from '../alertmanager/notification-delivery.ts';
import type { EngineSettings } from '../engine-settings.ts';
import { errorFields, type Log } from '../log.ts';
import type { QueryRecord } from '../queries/query-directory.ts';
import type { FromEngine } from './messages.ts';
import { EngineUnavailableError, PortClient } from './port-client.ts';
import { portOf } from './worker-host.ts';

export interface EngineWorkerOptions {
  /** The bundled src/worker-main.ts. */
  readonly entry: URL;
  readonly settings: EngineSettings;
  /** Takes the thread's log records. */
  readonly log: Log;
  /** Told what the owners of workspaces may want to know. */
  readonly workspaceLogs?: Pick<WorkspaceLogs, 'workspaceLog'>;
  /** Publishes for alert managers; its answer goes back to the thread. Never rejects for faults of the world. */
  readonly publish: PublishForWorkspace;
  /** Told of every query that has ended, whatever became of it. */
  readonly onQueryFinished?: (record: QueryRecord) => void;
  /** The thread ended without being asked to; every request has failed, and so will later ones. */
  readonly onExit: (error: Error) => void;
}

/** What the engine's thread finds in its workerData. */
export interface EngineStart extends EngineSettings {
  /** Whether somebody wants to hear of queries that have ended. */
  readonly reportsQueries: boolean;
}

function startOf({ settings, onQueryFinished }: EngineWorkerOptions): EngineStart {
  return { ...settings, reportsQueries: onQueryFinished !== undefined };
}

export class EngineWorker implements EngineClient {
  readonly #worker: Worker;
  readonly #options: EngineWorkerOptions;
  readonly #client: PortClient;
  readonly #exited: Promise<void>;
  #isStopping = false;

  private constructor(options: EngineWorkerOptions) {
    this.#options = options;
    this.#worker = new Worker(options.entry, { workerData: startOf(options) });
    this.#client = new PortClient(portOf(this.#worker));
    let cause: Error | undefined;
    this.#worker.on('error', (error: Error) => {
      cause = error;
    });
    this.#worker.on('message', (message: FromEngine) => {
      if (message.type === 'log') options.log(message.level, message.message, message.fields);
      else if (message.type === 'workspaceLog') {
        options.workspaceLogs?.workspaceLog(message.workspaceId, message.record);
      } else if (message.type === 'queryFinished') options.onQueryFinished?.(message.record);
      else if (message.type === 'publish') void this.#publish(message);
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        const why = cause === undefined ? `exit code ${code}` : cause.message;
        const error = new EngineUnavailableError(`the engine's thread has ended: ${why}`);
        this.#client.fail(error);
        if (!this.#isStopping) options.onExit(error);
        resolve();
      });
    });
  }

  async #publish({ id, workspaceId, message, identity }: Extract<FromEngine, { type: 'publish' }>) {
    let outcome: PublishOutcome;
    try {
      outcome = await this.#options.publish(workspaceId, message, identity);
    } catch (error) {
      this.#options.log('error', 'BUG: publishing failed', { workspace: workspaceId, ...errorFields(error) });
      outcome = { ok: false, retry: true, reason: 'internal error of the server' };
    }
    this.#worker.postMessage({ type: 'published', id, outcome });
  }

  /** Resolves when all storage is open; rejects when the thread can't get so far. */
  static async start(options: EngineWorkerOptions): Promise<EngineWorker> {
    let isReady = false;
    const engine = new EngineWorker({
      ...options,
      onExit: (error) => {
        if (isReady) options.onExit(error);
      },
    });
    await new Promise<void>((resolve, reject) => {
      const fail = (message: string): void => reject(new EngineUnavailableError(message));
      engine.#worker.on('message', (message: FromEngine) => {
        if (message.type === 'ready') resolve();
        else if (message.type === 'startFailed') fail(message.message);
      });
      engine.#worker.once('error', (error: Error) => fail(error.message));
      engine.#worker.once('exit', (code) => fail(`the engine's thread has ended: exit code ${code}`));
    });
    isReady = true;
    return engine;
  }

  request(request: EngineRequest): Promise<EngineResponse> {
    return this.#client.request(request);
  }

  createTenant(tenant: string): Promise<void> {
    return this.#client.createTenant(tenant);
  }

  deleteTenant(tenant: string): Promise<void> {
    return this.#client.deleteTenant(tenant);
  }

  settingsChanged(workspaceId: string, settings: WorkspaceSettings): void {
    this.#client.settingsChanged(workspaceId, settings);
  }

  rulesChanged(workspaceId: string, namespaces: readonly RulesNamespaceFile[]): void {
    this.#client.rulesChanged(workspaceId, namespaces);
  }

  alertManagerChanged(workspaceId: string, definition: Uint8Array | undefined): void {
    this.#client.alertManagerChanged(workspaceId, definition);
  }

  setLimits(limits: LimitsData): Promise<void> {
    return this.#client.setLimits(limits);
  }

  metricsText(): Promise<string> {
    return this.#client.metricsText();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    try {
      await this.#client.stop();
    } finally {
      await this.#worker.terminate();
      await this.#exited;
    }
  }
}
