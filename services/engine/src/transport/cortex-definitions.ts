// Rules and alert manager definitions for an engine elsewhere, through Cortex' configuration API.
//
// 1. Of one workspace one change after another is carried over; of those that wait only the last counts.
// 2. A namespace is removed and then set group by group, because that is how the API has it. JSON is sent,
//    which is YAML too. Groups of one name are replaced in place by Cortex, so evaluation goes on.
// 3. What fails is reported; the next change, or the next start, carries everything over again.

import type { RulesNamespaceFile } from '@ampere/contracts';
import { printExpr } from '@ampere/promql';
import { definitionText, parseRuleFile, type Rule, type RuleGroup } from '@ampere/rules';

/** One request to the far engine; resolves to the status. */
export type SendDefinition = (method: string, path: string, tenant: string, body: string) => Promise<number>;

export class CortexDefinitions {
  readonly #send: SendDefinition;
  readonly #onFailure: (error: unknown) => void;
  readonly #wanted = new Map<string, () => Promise<void>>();
  readonly #running = new Map<string, Promise<void>>();
  /** Names of namespaces that were set, by workspace. */
  readonly #known = new Map<string, Set<string>>();

  constructor(send: SendDefinition, onFailure: (error: unknown) => void) {
    this.#send = send;
    this.#onFailure = onFailure;
  }

  rulesChanged(workspaceId: string, namespaces: readonly RulesNamespaceFile[]): void {
    this.#later(`${workspaceId} rules`, () => this.#setRules(workspaceId, namespaces));
  }

  alertManagerChanged(workspaceId: string, definition: Uint8Array | undefined): void {
    this.#later(`${workspaceId} alert manager`, async () => {
      const text = definition && definitionText(definition, (inner) => inner.includes('alertmanager_config'));
      await this.#request(text === undefined ? 'DELETE' : 'POST', '/api/v1/alerts', workspaceId, text ?? '');
    });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #later(key: string, work: () => Promise<void>): void {
    this.#wanted.set(key, work);
    if (!this.#running.has(key)) this.#running.set(key, this.#work(key));
  }

  async #work(key: string): Promise<void> {
    for (;;) {
      const work = this.#wanted.get(key);
      this.#wanted.delete(key);
      if (work === undefined) break;
      try {
        await work();
      } catch (error) {
        this.#onFailure(error);
      }
    }
    this.#running.delete(key);
  }

  async #setRules(workspaceId: string, namespaces: readonly RulesNamespaceFile[]): Promise<void> {
    const gone = this.#known.get(workspaceId) ?? new Set<string>();
    const names = new Set(namespaces.map(({ name }) => name));
    for (const name of gone) {
      if (!names.has(name)) await this.#request('DELETE', pathOf(name), workspaceId, '');
    }
    this.#known.set(workspaceId, names);
    for (const { name, data } of namespaces) {
      const text = definitionText(data, (inner) => inner.includes('groups'));
      await this.#request('DELETE', pathOf(name), workspaceId, '');
      for (const group of parseRuleFile(text)) {
        await this.#request('POST', pathOf(name), workspaceId, JSON.stringify(groupJson(group)));
      }
    }
  }

  async #request(method: string, path: string, tenant: string, body: string): Promise<void> {
    const status = await this.#send(method, path, tenant, body);
    if (status >= 300 && status !== 404)
      throw new Error(`the engine answered ${status} to ${method} ${path}`);
  }
}

function pathOf(namespace: string): string {
  return `/api/v1/rules/${encodeURIComponent(namespace)}`;
}

function groupJson({ name, intervalMs, queryOffsetMs, limit, rules }: RuleGroup): unknown {
  return {
    name,
    ...(intervalMs === 0 ? {} : { interval: `${intervalMs}ms` }),
    ...(queryOffsetMs === undefined ? {} : { query_offset: `${queryOffsetMs}ms` }),
    ...(limit === 0 ? {} : { limit }),
    rules: rules.map(ruleJson),
  };
}

function ruleJson(rule: Rule): unknown {
  const expr = printExpr(rule.expr);
  const labels = Object.fromEntries(rule.labels);
  if (rule.kind === 'recording') return { record: rule.name, expr, labels };
  return {
    alert: rule.name,
    expr,
    ...(rule.forMs === 0 ? {} : { for: `${rule.forMs}ms` }),
    ...(rule.keepFiringForMs === 0 ? {} : { keep_firing_for: `${rule.keepFiringForMs}ms` }),
    labels,
    annotations: Object.fromEntries(rule.annotations),
  };
}
