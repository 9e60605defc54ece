// The rules of all workspaces. What is in force is remembered for each workspace, because its database may be
// opened later than its rules are told.

import type { RulesNamespaceFile, WorkspaceLogs } from '@ampere/contracts';
import type { Registry } from '@ampere/metrics';
import type { Clock } from '@ampere/platform';
import { DEFAULT_RULE_OPTIONS, type RuleOptions, type SentAlert } from '@ampere/rules';
import { Labels } from '@ampere/series';
import type { Log } from '../log.ts';
import type { PromQl } from '../query-api/tenant.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { RoundQueue } from './round-queue.ts';
import { RulerMetrics } from './ruler-metrics.ts';
import { TenantRuleHost } from './tenant-rule-host.ts';
import { WorkspaceRuler } from './workspace-ruler.ts';

export interface RulerOptions {
  readonly promql: Pick<PromQl, 'evaluate' | 'options'>;
  /** Where clients reach the server, for the links of alerts. */
  readonly publicUrl: string;
  /** Takes what fires and what has resolved to the workspace's alert manager. */
  readonly send: (workspaceId: string, alerts: readonly SentAlert[]) => void;
  readonly workspaceLogs?: Pick<WorkspaceLogs, 'workspaceLog'> | undefined;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
}

export class Ruler {
  readonly #options: RulerOptions;
  readonly #queue: RoundQueue;
  readonly #metrics: RulerMetrics;
  readonly #namespaces = new Map<string, readonly RulesNamespaceFile[]>();
  readonly #workspaces = new Map<string, WorkspaceRuler>();
  #isStopped = false;

  constructor(options: RulerOptions) {
    this.#options = options;
    this.#queue = new RoundQueue(options.clock);
    this.#metrics = new RulerMetrics(options.registry);
  }

  /** `tenant` is undefined while its database isn't open. */
  rulesChanged(
    workspaceId: string,
    namespaces: readonly RulesNamespaceFile[],
    tenant: Tenant | undefined,
  ): void {
    // The last word on a workspace that is gone.
    if (tenant === undefined && namespaces.length === 0) this.#namespaces.delete(workspaceId);
    else this.#namespaces.set(workspaceId, namespaces);
    if (tenant !== undefined) this.tenantOpened(tenant);
  }

  /** The rules of a workspace begin, or go on with what was changed. */
  tenantOpened(tenant: Tenant): void {
    const namespaces = this.#namespaces.get(tenant.id);
    if (namespaces === undefined || this.#isStopped) return;
    let workspace = this.#workspaces.get(tenant.id);
    if (workspace === undefined) {
      if (namespaces.length === 0) return;
      workspace = this.#start(tenant);
      this.#workspaces.set(tenant.id, workspace);
      tenant.rules = workspace;
    }
    workspace.setNamespaces(namespaces);
  }

  /** Undefined when the workspace has no rules. */
  of(workspaceId: string): WorkspaceRuler | undefined {
    return this.#workspaces.get(workspaceId);
  }

  /** Forgets a workspace that is gone. */
  removeWorkspace(workspaceId: string): void {
    this.#workspaces.get(workspaceId)?.stop();
    this.#workspaces.delete(workspaceId);
    this.#namespaces.delete(workspaceId);
    this.#metrics.removeWorkspace(workspaceId);
  }

  /** No rule is evaluated after the one that is being evaluated. */
  stop(): void {
    this.#isStopped = true;
    for (const workspace of this.#workspaces.values()) workspace.stop();
  }

  #start(tenant: Tenant): WorkspaceRuler {
    const { promql, publicUrl, clock, log, send, workspaceLogs } = this.#options;
    const host = new TenantRuleHost({ tenant, promql, clock, send: (alerts) => send(tenant.id, alerts) });
    const options: RuleOptions = {
      ...DEFAULT_RULE_OPTIONS,
      // Read anew for each file, because an operator may change it.
      get intervalMinMs() {
        return tenant.limits.ruleEvaluationIntervalMs;
      },
      externalUrl: `${publicUrl}/workspaces/${tenant.id}`,
      externalLabels: Labels.EMPTY,
    };
    return new WorkspaceRuler({
      tenant,
      host,
      options,
      querier: () => tenant.querier(),
      lookbackMs: promql.options.lookbackDeltaMs,
      queue: this.#queue,
      metrics: this.#metrics,
      clock,
      log,
      workspaceLogs,
    });
  }
}
