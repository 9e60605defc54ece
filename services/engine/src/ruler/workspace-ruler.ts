// The rules of one workspace: its namespaces read, its groups evaluated when they are due.
//
// 1. `setNamespaces` puts what is in force in the place of what was. Files are read in steps between which the
//    thread does other things; only those that changed are read, and of several changes in a row the last.
// 2. A file that can't be used (the control plane has checked it, so this is a fault of ours or of an older
//    version) leaves the one before it running and is reported; the others aren't touched.
// 3. The first files after a start look for the state of their alerts in the workspace's own data.
// 4. A round holds the workspace, so that its database isn't closed under it, and is given up when it closes.

import type { RulesNamespaceFile, WorkspaceLogs } from '@ampere/contracts';
import type { Clock } from '@ampere/platform';
import {
  definitionText,
  type EvaluatedGroup,
  parseRuleFileInSteps,
  RuleFileError,
  type RuleOptions,
  RuleSchedule,
} from '@ampere/rules';
import type { Querier } from '@ampere/series';
import { errorFields, type Log } from '../log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { RoundQueue } from './round-queue.ts';
import type { RulerMetrics } from './ruler-metrics.ts';
import type { TenantRuleHost } from './tenant-rule-host.ts';
import { explainRule, type WhyQuestion, type WhyReport } from './why.ts';

export interface WorkspaceRulerOptions {
  readonly tenant: Pick<Tenant, 'id' | 'hold' | 'release' | 'closing'>;
  readonly host: TenantRuleHost;
  readonly options: RuleOptions;
  readonly querier: () => Querier;
  /** How far back an instant selector looks. */
  readonly lookbackMs: number;
  readonly queue: RoundQueue;
  readonly metrics: RulerMetrics;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of rules that fail. */
  readonly workspaceLogs?: Pick<WorkspaceLogs, 'workspaceLog'> | undefined;
}

export class WorkspaceRuler {
  readonly #setting: WorkspaceRulerOptions;
  readonly #schedule: RuleSchedule;
  readonly #files = new Map<string, Uint8Array>();
  /** What is wrong with files that could not be used. */
  readonly #faults = new Map<string, string>();
  #wanted: readonly RulesNamespaceFile[] | undefined;
  #isLoading = false;
  #isFirst = true;
  #isStopped = false;

  constructor(setting: WorkspaceRulerOptions) {
    this.#setting = setting;
    const { host, clock, options, tenant } = setting;
    this.#schedule = new RuleSchedule({
      host,
      clock,
      options,
      runRound: (round, ended, group) => this.#run(round, ended, group),
    });
    tenant.closing.addEventListener('abort', () => this.stop(), { once: true });
    if (tenant.closing.aborted) this.stop();
  }

  /** By namespace and name. */
  get groups(): EvaluatedGroup[] {
    return this.#schedule.groups;
  }

  /** Namespaces that could not be used, with the reason. */
  get faults(): ReadonlyMap<string, string> {
    return this.#faults;
  }

  explain(question: WhyQuestion): WhyReport {
    return explainRule(question, this.#setting);
  }

  setNamespaces(namespaces: readonly RulesNamespaceFile[]): void {
    this.#wanted = namespaces;
    if (this.#isLoading || this.#isStopped) return;
    this.#isLoading = true;
    this.#setting.tenant.hold();
    this.#setting.queue.add(this.#load(), (error) => {
      this.#isLoading = false;
      this.#setting.tenant.release();
      if (error !== undefined) this.#logBug('reading rules failed', error);
    });
  }

  /** No round begins any more, and one under way is given up. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#schedule.stop();
  }

  *#load(): Generator<void, void> {
    const isRestoring = this.#isFirst && this.#hasFormerState();
    this.#isFirst = false;
    while (this.#wanted !== undefined && !this.#isStopped) {
      const namespaces = this.#wanted;
      this.#wanted = undefined;
      const names = new Set(namespaces.map(({ name }) => name));
      for (const name of this.#files.keys()) if (!names.has(name)) this.#remove(name);
      for (const namespace of namespaces) yield* this.#read(namespace, isRestoring);
    }
  }

  #remove(name: string): void {
    this.#files.delete(name);
    this.#faults.delete(name);
    this.#schedule.setFile(name, []);
  }

  *#read({ name, data }: RulesNamespaceFile, isRestoring: boolean): Generator<void, void> {
    const known = this.#files.get(name);
    if (known !== undefined && Buffer.compare(known, data) === 0) return;
    try {
      const text = definitionText(data, (inner) => /(^|\n)\s*groups\s*:/.test(inner));
      const groups = yield* parseRuleFileInSteps(text);
      if (this.#isStopped) return;
      this.#schedule.setFile(name, groups, isRestoring);
      this.#files.set(name, data);
      this.#faults.delete(name);
    } catch (error) {
      if (!(error instanceof RuleFileError)) throw error;
      this.#faults.set(name, error.message);
      const { log, tenant } = this.#setting;
      log('error', 'a rule groups namespace can not be used; what was there before stays', {
        workspace: tenant.id,
        namespace: name,
        problems: error.problems.length,
      });
    }
  }

  #hasFormerState(): boolean {
    const { host, clock, options } = this.#setting;
    return host.hasForStates(clock.nowMs() - options.outageToleranceMs, clock.nowMs());
  }

  #run(round: Generator<void, void>, ended: () => void, group: EvaluatedGroup): void {
    const { tenant, queue, metrics, host } = this.#setting;
    const lastMs = group.lastEvaluationMs;
    tenant.hold();
    queue.add(round, (error) => {
      void this.#commit(host).finally(() => tenant.release());
      if (error !== undefined) this.#logBug('a round of rules failed', error);
      if (group.lastEvaluationMs !== lastMs) {
        metrics.observe(tenant.id, group);
        this.#tellOwner(group);
      }
      metrics.missed(tenant.id, group.takeMissed());
      ended();
    });
  }

  async #commit(host: TenantRuleHost): Promise<void> {
    try {
      await host.commit();
    } catch (error) {
      const { log, tenant } = this.#setting;
      log('error', 'what rules wrote could not be made durable', {
        workspace: tenant.id,
        ...errorFields(error),
      });
    }
  }

  /** What the owner's log group has of each rule that failed in the last round. */
  #tellOwner({ group: { name: group }, file: namespace, rules }: EvaluatedGroup): void {
    const { tenant, workspaceLogs } = this.#setting;
    for (const { run, lastError } of rules) {
      if (lastError === '') continue;
      const { name } = run.rule;
      workspaceLogs?.workspaceLog(tenant.id, {
        level: 'warn',
        component: 'ruler',
        message: `Evaluating rule failed, name=${name}, group=${group}, namespace=${namespace}, err=${lastError}`,
        fields: { name, group, namespace },
      });
    }
  }

  #logBug(message: string, error: unknown): void {
    this.#setting.log('error', message, { workspace: this.#setting.tenant.id, ...errorFields(error) });
  }
}
