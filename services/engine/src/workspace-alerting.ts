// Rules and alert managers of all workspaces, as the engine carries them.

import type { EngineRequest, EngineResponse, RulesNamespaceFile } from '@ampere/contracts';
import { AlertManagers, type AlertManagersOptions } from './alertmanager/alert-managers.ts';
import { handleAlertManagerRequest } from './alertmanager/api.ts';
import type { Alerting } from './engine.ts';
import { Ruler, type RulerOptions } from './ruler/ruler.ts';
import type { Tenant } from './tenants/tenant.ts';

export type WorkspaceAlertingOptions = AlertManagersOptions & Omit<RulerOptions, 'send'>;

export class WorkspaceAlerting implements Alerting {
  readonly #ruler: Ruler;
  readonly #alertManagers: AlertManagers;

  constructor(options: WorkspaceAlertingOptions) {
    this.#alertManagers = new AlertManagers(options);
    this.#ruler = new Ruler({
      ...options,
      send: (workspaceId, alerts) => this.#alertManagers.take(workspaceId, alerts),
    });
  }

  handle(request: EngineRequest, tenant: Tenant): Promise<EngineResponse> {
    return handleAlertManagerRequest(request, this.#alertManagers.of(tenant.id));
  }

  rulesChanged(id: string, namespaces: readonly RulesNamespaceFile[], tenant: Tenant | undefined): void {
    this.#ruler.rulesChanged(id, namespaces, tenant);
  }

  alertManagerChanged(id: string, definition: Uint8Array | undefined, tenant: Tenant | undefined): void {
    this.#alertManagers.definitionChanged(id, definition, tenant);
  }

  tenantOpened(tenant: Tenant): void {
    this.#ruler.tenantOpened(tenant);
    this.#alertManagers.tenantOpened(tenant);
  }

  removeWorkspace(workspaceId: string): void {
    this.#ruler.removeWorkspace(workspaceId);
    this.#alertManagers.removeWorkspace(workspaceId);
  }

  async stop(): Promise<void> {
    this.#ruler.stop();
    await this.#alertManagers.stop();
  }
}
