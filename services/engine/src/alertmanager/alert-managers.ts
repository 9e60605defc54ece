// The alert managers of all workspaces. What is in force is remembered for each, because a workspace's folder
// may be opened later than its definition is told.

import type { WorkspaceLogs } from '@ampere/contracts';
import type { Registry } from '@ampere/metrics';
import type { Clock, Disk, Random } from '@ampere/platform';
import type { SentAlert } from '@ampere/rules';
import type { Log } from '../log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { AlertManagerMetrics } from './alert-manager-metrics.ts';
import type { NotificationDelivery } from './notification-delivery.ts';
import { WorkspaceAlertManager } from './workspace-alert-manager.ts';

export interface AlertManagersOptions {
  readonly dataDir: string;
  readonly publicUrl: string;
  readonly delivery: NotificationDelivery;
  readonly registry: Registry;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The owner's log group. */
  readonly workspaceLogs?: Pick<WorkspaceLogs, 'workspaceLog'> | undefined;
}

export class AlertManagers {
  readonly #options: AlertManagersOptions;
  readonly #metrics: AlertManagerMetrics;
  readonly #definitions = new Map<string, Uint8Array | undefined>();
  readonly #workspaces = new Map<string, WorkspaceAlertManager>();
  #isStopped = false;

  constructor(options: AlertManagersOptions) {
    this.#options = options;
    this.#metrics = new AlertManagerMetrics(options.registry);
  }

  /** `tenant` is undefined while its database isn't open. */
  definitionChanged(
    workspaceId: string,
    definition: Uint8Array | undefined,
    tenant: Tenant | undefined,
  ): void {
    // The last word on a workspace that is gone.
    if (tenant === undefined && definition === undefined) this.#definitions.delete(workspaceId);
    else this.#definitions.set(workspaceId, definition);
    if (tenant !== undefined) this.tenantOpened(tenant);
  }

  /** The workspace's alert manager begins, or goes on with what was changed. */
  tenantOpened(tenant: Tenant): void {
    if (!this.#definitions.has(tenant.id) || this.#isStopped) return;
    const definition = this.#definitions.get(tenant.id);
    let workspace = this.#workspaces.get(tenant.id);
    if (workspace === undefined) {
      if (definition === undefined) return;
      workspace = this.#make(tenant);
      this.#workspaces.set(tenant.id, workspace);
    }
    void workspace.setDefinition(definition);
  }

  /** Undefined when the workspace never had a definition since the start. */
  of(workspaceId: string): WorkspaceAlertManager | undefined {
    return this.#workspaces.get(workspaceId);
  }

  /** Takes alerts of rules; without an alert manager nobody wants them. */
  take(workspaceId: string, alerts: readonly SentAlert[]): void {
    this.#workspaces.get(workspaceId)?.take(alerts);
  }

  /** Forgets a workspace that is gone. */
  removeWorkspace(workspaceId: string): void {
    this.#definitions.delete(workspaceId);
    this.#workspaces.delete(workspaceId);
    this.#metrics.removeWorkspace(workspaceId);
  }

  /** Resolves when nothing is sent any more and all state is on disk. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#workspaces.values()].map((workspace) => workspace.stop()));
  }

  #make(tenant: Tenant): WorkspaceAlertManager {
    const { dataDir, publicUrl, ...shared } = this.#options;
    return new WorkspaceAlertManager({
      ...shared,
      tenant,
      folder: `${dataDir}/workspaces/${tenant.id}/alertmanager`,
      externalUrl: `${publicUrl}/workspaces/${tenant.id}/alertmanager`,
      metrics: this.#metrics,
    });
  }
}
