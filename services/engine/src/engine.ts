// The engine in this thread: finds the tenant and the handler of each request.
//
//   /api/v1/push               ingest/push.ts
//   /prometheus/api/v1/…       the query API
//   /alertmanager/…            the alert manager
//
// A request holds its tenant until its answer is complete, a streamed one included, so that a database is
// not closed under a reader. Whatever a handler throws becomes a 500 with the request id, and a stack in
// the log; it never reaches the caller.

import type {
  EngineBody,
  EngineClient,
  EngineRequest,
  EngineResponse,
  RulesNamespaceFile,
  WorkspaceSettings,
} from '@ampere/contracts';
import type { Limits, LimitsData } from '@ampere/limits';
import type { Counter, Registry } from '@ampere/metrics';
import type { Clock, Disk } from '@ampere/platform';
import { HaMetrics, registerHaState } from './ha/ha-metrics.ts';
import { PushHandler } from './ingest/push.ts';
import { PushMetrics } from './ingest/push-metrics.ts';
import { errorFields, type Log } from './log.ts';
import { apiError } from './responses.ts';
import { BlockImportHandler } from './tenants/block-import.ts';
import { Maintenance } from './tenants/maintenance.ts';
import type { OpenStorage } from './tenants/storage.ts';
import { registerStorageMetrics } from './tenants/storage-metrics.ts';
import type { Tenant } from './tenants/tenant.ts';
import { TenantSettings } from './tenants/tenant-settings.ts';
import { Tenants } from './tenants/tenants.ts';
import { registerUsageMetrics } from './usage/usage-metrics.ts';

const PUSH_PATH = '/api/v1/push';
const IMPORT_PATH = '/api/v1/import';
const QUERY_PREFIX = '/prometheus/api/v1/';
const ALERT_MANAGER_PREFIX = '/alertmanager/';

interface Handler {
  handle(request: EngineRequest, tenant: Tenant): Promise<EngineResponse>;
}

/** Answers everything below `/prometheus/api/v1/`, unknown endpoints included. */
export interface QueryApi extends Handler {
  /** Ends the queries of a workspace that is about to go. */
  endWorkspace?(tenantId: string): void;
  /** Its data is gone. */
  forgetWorkspace?(tenantId: string): void;
  /** Ends all queries and whatever they run on. */
  stop?(): Promise<void>;
}

/** Carries out rules and alerts, and answers everything below `/alertmanager/`. */
export interface Alerting extends Handler {
  /** `tenant` is undefined while its database isn't open. */
  rulesChanged(id: string, namespaces: readonly RulesNamespaceFile[], tenant: Tenant | undefined): void;
  alertManagerChanged(id: string, definition: Uint8Array | undefined, tenant: Tenant | undefined): void;
  tenantOpened(tenant: Tenant): void;
  removeWorkspace(workspaceId: string): void;
  /** Resolves when nothing of it is under way and its state is on disk. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  readonly dataDir: string;
  readonly limits: Limits;
  /** The limits with what owners set over them; shared with `openStorage`. */
  readonly settings?: TenantSettings;
  readonly openStorage: OpenStorage;
  readonly queryApi: QueryApi;
  /** Without, rules and alert managers aren't carried out. */
  readonly alerting?: Alerting;
  /** Whether Remote-Write 2.0 makes zero samples where it says that counters began; by default it doesn't. */
  readonly createdZeroSamples?: boolean | undefined;
  /** Where the engine and those it was handed register their metrics. */
  readonly registry: Registry;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
  /** How long after one look at all workspaces' blocks the next begins; a minute when undefined. */
  readonly maintenanceIntervalMs?: number | undefined;
  /** How long the data of deleted workspaces stay on disk; 0 by default. */
  readonly keepDeletedMs?: number | undefined;
}

export class Engine implements EngineClient {
  readonly #options: EngineOptions;
  readonly #settings: TenantSettings;
  readonly #tenants: Tenants;
  readonly #maintenance: Maintenance;
  readonly #push: PushHandler;
  readonly #import: BlockImportHandler;
  readonly #failures: Counter;
  #isStopping = false;

  private constructor(
    options: EngineOptions,
    parts: { settings: TenantSettings; tenants: Tenants; maintenance: Maintenance; push: PushHandler },
  ) {
    const { registry } = options;
    const { settings, tenants, maintenance, push } = parts;
    this.#options = options;
    this.#settings = settings;
    this.#tenants = tenants;
    this.#maintenance = maintenance;
    this.#import = new BlockImportHandler(options);
    this.#push = push;
    this.#failures = registry.counter(
      'ampere_engine_failures_total',
      'Requests that failed for a fault of the engine.',
    );
    registerStorageMetrics(registry, tenants);
    registerHaState(registry, tenants);
    registerUsageMetrics(registry, tenants);
    registry.gaugeCallback(
      'ampere_engine_workspaces',
      'Workspaces by state of their storage.',
      ['state'],
      (report) => {
        report(tenants.openCount, 'open');
        report(tenants.failedCount, 'failed');
      },
    );
  }

  /** Opens all storage and is ready to serve. */
  static async open(options: EngineOptions): Promise<Engine> {
    const pushMetrics = new PushMetrics(options.registry);
    const haMetrics = new HaMetrics(options.registry);
    const settings = options.settings ?? new TenantSettings(options.limits);
    const tenants = await Tenants.open({
      ...options,
      settings,
      onDeleted: (tenantId) => {
        pushMetrics.removeWorkspace(tenantId);
        haMetrics.removeWorkspace(tenantId);
        maintenance.removeWorkspace(tenantId);
        options.queryApi.forgetWorkspace?.(tenantId);
        options.alerting?.removeWorkspace(tenantId);
        settings.remove(tenantId);
      },
      onOpened: (tenant) => options.alerting?.tenantOpened(tenant),
    });
    const { clock, log, createdZeroSamples } = options;
    const push = new PushHandler({ metrics: pushMetrics, haMetrics, clock, log, createdZeroSamples });
    const maintenance = new Maintenance({
      ...options,
      intervalMs: options.maintenanceIntervalMs,
      tenants,
      onPassEnd: () => push.releaseIdle(),
    });
    maintenance.start();
    return new Engine(options, { settings, tenants, maintenance, push });
  }

  async request(request: EngineRequest): Promise<EngineResponse> {
    if (this.#isStopping)
      return apiError(503, 'unavailable', 'the server is stopping', { 'retry-after': '5' });
    const handler = this.#handlerOf(request.path);
    if (handler === undefined) return apiError(404, 'not_found', 'unknown path');
    const lookup = this.#tenants.find(request.tenant);
    if (lookup.kind === 'unknown') return apiError(404, 'not_found', 'no such workspace');
    if (lookup.kind === 'failed') {
      const text = "the workspace's storage can not be opened; see the server's log";
      return apiError(503, 'unavailable', text, { 'retry-after': '10' });
    }
    const { tenant } = lookup;
    tenant.hold();
    let isStreaming = false;
    try {
      const response = await handler.handle(request, tenant);
      if (response.body instanceof Uint8Array) return response;
      isStreaming = true;
      return { ...response, body: this.#held(response.body, tenant, request) };
    } catch (error) {
      this.#logFailure(error, request);
      return apiError(500, 'internal', `internal error, request id ${request.requestId}`);
    } finally {
      if (!isStreaming) tenant.release();
    }
  }

  createTenant(tenant: string): Promise<void> {
    return this.#tenants.create(tenant);
  }

  deleteTenant(tenant: string): Promise<void> {
    const deleted = this.#tenants.delete(tenant);
    // No new one comes any more.
    this.#options.queryApi.endWorkspace?.(tenant);
    return deleted;
  }

  /** Counts from now on: the next write sees the limits, and what is past its retention goes. */
  settingsChanged(workspaceId: string, settings: WorkspaceSettings): void {
    this.#settings.set(workspaceId, settings);
    const lookup = this.#tenants.find(workspaceId);
    if (lookup.kind !== 'found') return;
    lookup.tenant.labelSets.set(settings.limitsPerLabelSet);
    this.#maintenance.soon(lookup.tenant);
  }

  rulesChanged(workspaceId: string, namespaces: readonly RulesNamespaceFile[]): void {
    const lookup = this.#tenants.find(workspaceId);
    const tenant = lookup.kind === 'found' ? lookup.tenant : undefined;
    this.#options.alerting?.rulesChanged(workspaceId, namespaces, tenant);
  }

  alertManagerChanged(workspaceId: string, definition: Uint8Array | undefined): void {
    const lookup = this.#tenants.find(workspaceId);
    const tenant = lookup.kind === 'found' ? lookup.tenant : undefined;
    this.#options.alerting?.alertManagerChanged(workspaceId, definition, tenant);
  }

  async setLimits(limits: LimitsData): Promise<void> {
    this.#options.limits.replace(limits);
  }

  async metricsText(): Promise<string> {
    return this.#options.registry.text();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#options.queryApi.stop?.();
    await this.#options.alerting?.stop();
    await this.#maintenance.stop();
    await this.#tenants.close();
  }

  #handlerOf(path: string): Handler | undefined {
    if (path === PUSH_PATH) return this.#push;
    if (path === IMPORT_PATH) return this.#import;
    if (path.startsWith(QUERY_PREFIX)) return this.#options.queryApi;
    return path.startsWith(ALERT_MANAGER_PREFIX) ? this.#options.alerting : undefined;
  }

  #logFailure(error: unknown, request: EngineRequest): void {
    this.#failures.inc();
    this.#options.log('error', 'a request failed', {
      requestId: request.requestId,
      workspace: request.tenant,
      method: request.method,
      path: request.path,
      ...errorFields(error),
    });
  }

  /** The body, with the tenant held until it ends, fails or is no longer wanted. */
  #held(body: Exclude<EngineBody, Uint8Array>, tenant: Tenant, request: EngineRequest): EngineBody {
    const fail = (error: unknown) => this.#logFailure(error, request);
    const held = new HeldBody(body, () => tenant.release(), fail);
    // A client that is gone never asks for the rest.
    request.signal?.addEventListener('abort', () => void held.return().catch(fail), { once: true });
    if (request.signal?.aborted === true) void held.return().catch(fail);
    return held;
  }
}

/** A streamed body that says once when it is over. */
class HeldBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #onFailure: (error: unknown) => void;
  #onEnd: (() => void) | undefined;

  constructor(source: AsyncIterable<Uint8Array>, onEnd: () => void, onFailure: (error: unknown) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#onEnd = onEnd;
    this.#onFailure = onFailure;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const result = await this.#source.next();
      if (result.done === true) this.#end();
      return result;
    } catch (error) {
      this.#end();
      this.#onFailure(error);
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    try {
      await this.#source.return?.();
    } finally {
      this.#end();
    }
    return { done: true, value: undefined };
  }

  #end(): void {
    this.#onEnd?.();
    this.#onEnd = undefined;
  }
}
