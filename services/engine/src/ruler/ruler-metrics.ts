import type { Counter, Registry, Vec } from '@ampere/metrics';
import type { EvaluatedGroup } from '@ampere/rules';

/** What the evaluation of rules counts. */
export class RulerMetrics {
  readonly #rounds: Vec<Counter>;
  readonly #missed: Vec<Counter>;
  readonly #evaluations: Vec<Counter>;
  readonly #failures: Vec<Counter>;
  readonly #seconds: Vec<Counter>;

  constructor(registry: Registry) {
    const of = (name: string, help: string) => registry.counterVec(name, help, { labels: ['workspace'] });
    this.#rounds = of('ampere_rule_group_rounds_total', 'Rounds of rule groups.');
    this.#missed = of('ampere_rule_group_rounds_missed_total', 'Rounds that were skipped or given up.');
    this.#evaluations = of('ampere_rule_evaluations_total', 'Rules evaluated.');
    this.#failures = of('ampere_rule_evaluation_failures_total', 'Rules whose evaluation failed.');
    this.#seconds = of('ampere_rule_evaluation_seconds_total', 'Time spent on evaluating rules.');
  }

  observe(workspaceId: string, group: EvaluatedGroup): void {
    this.#rounds.with(workspaceId).inc();
    this.#evaluations.with(workspaceId).inc(group.rules.length);
    const failed = group.rules.filter(({ health }) => health === 'err').length;
    if (failed > 0) this.#failures.with(workspaceId).inc(failed);
    this.#seconds.with(workspaceId).inc(group.evaluationDurationMs / 1000);
  }

  missed(workspaceId: string, rounds: number): void {
    if (rounds > 0) this.#missed.with(workspaceId).inc(rounds);
  }

  removeWorkspace(workspaceId: string): void {
    for (const vec of [this.#rounds, this.#missed, this.#evaluations, this.#failures, this.#seconds])
      vec.remove('workspace', workspaceId);
  }
}
