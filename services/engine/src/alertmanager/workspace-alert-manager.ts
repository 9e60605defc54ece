// The alert manager of one workspace: its definition, its state on disk, its notifications.
//
// 1. `setDefinition` reads the definition. The first one starts the alert manager with the state of its former
//    life; another one replaces the configuration, and groups are made anew; none stops it.
// 2. A definition that can't be used (the control plane has checked it) leaves the one before it in force.
// 3. Alerts of the ruler and of clients are posted; those that come before the state was read wait for it.
// 4. When the workspace closes, nothing is sent any more and the state is written.

import {
  Alertmanager,
  type AlertmanagerDefinition,
  type AlertmanagerLimits,
  DEFINITION_LIMITS,
  DefinitionError,
  type FlushRecord,
  type Notification,
  type NotifyOutcome,
  type PostedAlert,
  parseDefinition,
} from '@ampere/alertmanager';
import type { WorkspaceLogs } from '@ampere/contracts';
import { ALERTMANAGER_FUNCTIONS, parseTemplates } from '@ampere/go-template';
import { TokenBucket } from '@ampere/limits';
import type { Clock, Disk, Random } from '@ampere/platform';
import { definitionText, type SentAlert } from '@ampere/rules';
import { errorFields, type Log } from '../log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type AlertManagerMetrics, alertLimitOf } from './alert-manager-metrics.ts';
import type { Deliver, NotificationDelivery } from './notification-delivery.ts';
import { NotificationRecord } from './notification-record.ts';
import { StateFiles } from './state-files.ts';

/** Alerts of the ruler that wait for the state to be read. */
const WAITING_MAX = 10_000;

export interface WorkspaceAlertManagerOptions {
  readonly tenant: Pick<Tenant, 'id' | 'limits' | 'usage' | 'closing' | 'hold' | 'release'>;
  /** `<workspace>/alertmanager`. */
  readonly folder: string;
  /** Where clients reach its API. */
  readonly externalUrl: string;
  readonly delivery: NotificationDelivery;
  readonly metrics: AlertManagerMetrics;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The owner's log group. */
  readonly workspaceLogs?: Pick<WorkspaceLogs, 'workspaceLog'> | undefined;
}

/** An alert manager that runs. */
export interface RunningAlertManager {
  readonly manager: Alertmanager;
  readonly definition: AlertmanagerDefinition;
  readonly startedMs: number;
}

export class WorkspaceAlertManager {
  readonly record = new NotificationRecord();
  /** Calls of its API. */
  readonly tokens: TokenBucket;
  readonly #options: WorkspaceAlertManagerOptions;
  readonly #files: StateFiles;
  #running: RunningAlertManager | undefined;
  #deliver: Deliver | undefined;
  #waiting: PostedAlert[] = [];
  #turn: Promise<void> = Promise.resolve();
  /** A definition was set that may not be in force yet. */
  #isWanted = false;
  #isStopped = false;

  constructor(options: WorkspaceAlertManagerOptions) {
    this.#options = options;
    const { folder, disk, clock, log, tenant } = options;
    this.#files = new StateFiles({ folder, disk, clock, log });
    this.tokens = new TokenBucket(() => tenant.limits.alertManagerCalls, clock);
    const stop = () => {
      tenant.hold();
      void this.stop().finally(() => tenant.release());
    };
    tenant.closing.addEventListener('abort', stop, { once: true });
  }

  /** Undefined while there is no definition in force. */
  get running(): RunningAlertManager | undefined {
    return this.#running;
  }

  get callsPerSecondMax(): number {
    return this.#options.tenant.limits.alertManagerCalls.perSecond;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Resolves when the definition is in force, or was found unusable. */
  setDefinition(data: Uint8Array | undefined): Promise<void> {
    this.#isWanted = data !== undefined;
    this.#turn = this.#turn
      .then(() => this.#apply(data))
      .catch((error: unknown) => {
        const { log, tenant } = this.#options;
        log('error', 'an alert manager definition could not be put into force', {
          workspace: tenant.id,
          ...errorFields(error),
        });
      });
    return this.#turn;
  }

  /** Resolves when the definition that was set last is in force, or was found unusable. */
  settled(): Promise<void> {
    return this.#turn;
  }

  /** Alerts of the workspace's rules. */
  take(alerts: readonly SentAlert[]): void {
    const posted = alerts.map(postedAlert);
    if (this.#running !== undefined) this.#post(posted);
    else if (this.#isWanted && this.#waiting.length + posted.length <= WAITING_MAX)
      this.#waiting.push(...posted);
  }

  /** Throws AlertmanagerError (400) when some were refused; the others are stored all the same. */
  post(manager: Alertmanager, alerts: readonly PostedAlert[]): void {
    this.#options.metrics.received(this.#options.tenant.id, alerts.length);
    this.#files.noteAlerts();
    manager.post(alerts);
  }

  /** Resolves when the silences as they are now are on disk. Rejects with DiskError. */
  saveSilences(): Promise<void> {
    return this.#files.write('silences');
  }

  /** Nothing is sent after this. Resolves when the state is on disk. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#turn = this.#turn.then(() => this.#end());
    return this.#turn;
  }

  async #apply(data: Uint8Array | undefined): Promise<void> {
    if (this.#isStopped) return;
    if (data === undefined) {
      await this.#end();
      this.#waiting = [];
      return;
    }
    const definition = this.#read(data);
    if (definition === undefined) return;
    const { delivery, externalUrl } = this.#options;
    this.#deliver = delivery.prepare({ workspaceId: this.#options.tenant.id, definition, externalUrl });
    if (this.#running !== undefined) {
      this.#running.manager.applyConfig(definition.config);
      this.#running = { ...this.#running, definition };
      return;
    }
    const restore = await this.#files.read();
    if (this.#isStopped) return;
    const { clock, random, tenant } = this.#options;
    const manager = new Alertmanager({
      config: definition.config,
      clock,
      random,
      notify: (notification, signal) => this.#notify(notification, signal),
      limits: limitsOf(tenant),
      restore,
      onFlush: (flush) => {
        this.record.noteFlush(flush);
        this.#options.metrics.flushed(tenant.id, flush);
        this.#tellOwner(flush);
        // What was said is written at once; a failure is tried again and logged by the files.
        if (flush.deliveries.some(({ ok }) => ok)) void this.#saveNotifications();
      },
      onLimit: (reason) => {
        const limit = alertLimitOf(reason);
        this.#options.metrics.limited(tenant.id, limit);
        tenant.usage.note(limit, 1, reason);
        this.#options.workspaceLogs?.workspaceLog(tenant.id, {
          level: 'warn',
          component: 'alertmanager',
          message: `Alert or group is not taken, err=${reason}`,
          fields: {},
        });
      },
    });
    this.#files.attach(() => manager.snapshot());
    tenant.usage.alertManager = () => ({
      alerts: manager.alerts().length,
      groups: manager.groups().length,
    });
    this.#running = { manager, definition, startedMs: clock.nowMs() };
    this.#post(this.#waiting.splice(0));
  }

  #read(data: Uint8Array): AlertmanagerDefinition | undefined {
    const { log, tenant } = this.#options;
    const text = definitionText(data, (inner) => inner.includes('alertmanager_config'));
    try {
      // Quotas, account and receivers were checked when it was put; a stricter configuration since then
      // doesn't take a definition out of force.
      return parseDefinition(new TextEncoder().encode(text), {
        accountId: null,
        receivers: 'all',
        limits: { ...DEFINITION_LIMITS, definitionBytes: 0, templates: 0, inhibitRules: 0, routes: 0 },
        checkTemplate: (name, template) => {
          parseTemplates([{ name, text: template }], { functions: ALERTMANAGER_FUNCTIONS });
        },
      });
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      log('error', 'an alert manager definition can not be used; the one before it stays', {
        workspace: tenant.id,
        error: error.message,
      });
      return undefined;
    }
  }

  #post(alerts: readonly PostedAlert[]): void {
    if (this.#running === undefined || alerts.length === 0) return;
    try {
      this.post(this.#running.manager, alerts);
    } catch (error) {
      // Of rules only: a label that Alertmanager 0.25 doesn't take.
      const { log, tenant } = this.#options;
      log('warn', 'alerts of rules were refused', { workspace: tenant.id, ...errorFields(error) });
    }
  }

  async #notify(notification: Notification, signal: AbortSignal): Promise<NotifyOutcome> {
    const delivered = await this.#deliver!(notification, signal);
    this.record.noteAttempt(notification, delivered);
    return delivered.outcome;
  }

  /** What the owner's log group has of each notification that failed. */
  #tellOwner({ receiver, groupKey, deliveries }: FlushRecord): void {
    for (const { ok, integration, attempts, reason } of deliveries) {
      if (ok) continue;
      const name = `${integration.kind}[${integration.index}]`;
      this.#options.workspaceLogs?.workspaceLog(this.#options.tenant.id, {
        level: 'error',
        component: 'alertmanager',
        message: `Notify for alerts failed, receiver=${receiver}, integration=${name}, attempts=${attempts}, err=${reason}`,
        fields: { receiver, groupKey },
      });
    }
  }

  async #saveNotifications(): Promise<void> {
    try {
      await this.#files.write('notifications');
    } catch (error) {
      const { log, tenant } = this.#options;
      log('error', 'what was notified could not be written; a crash may repeat it', {
        workspace: tenant.id,
        ...errorFields(error),
      });
    }
  }

  async #end(): Promise<void> {
    this.#running?.manager.stop();
    this.#options.tenant.usage.alertManager = undefined;
    await this.#files.close();
    this.#running = undefined;
  }
}

/** Read anew each time, because an operator may change them. */
function limitsOf(tenant: Pick<Tenant, 'limits'>): AlertmanagerLimits {
  return {
    get alerts() {
      return tenant.limits.activeAlertsMax;
    },
    get alertsBytes() {
      return tenant.limits.alertsBytesMax;
    },
    get groups() {
      return tenant.limits.alertAggregationGroupsMax;
    },
  };
}

function postedAlert(alert: SentAlert): PostedAlert {
  return {
    labels: Object.fromEntries(alert.labels),
    annotations: Object.fromEntries(alert.annotations),
    generatorUrl: alert.generatorUrl,
    startsAtMs: alert.startsAtMs,
    endsAtMs: alert.endsAtMs,
  };
}
