import type { Counter, Registry, Vec } from '@ampere/metrics';
import type { Tenants } from '../tenants/tenants.ts';
import type { HaOutcome } from './ha-filter.ts';

/** What is counted of deduplication. */
export class HaMetrics {
  readonly #deduplicated: Vec<Counter>;
  readonly #incomplete: Vec<Counter>;

  constructor(registry: Registry) {
    this.#deduplicated = registry.counterVec(
      'ampere_ha_deduplicated_samples_total',
      'Samples dropped because their replica is not the elected one of its cluster.',
      { labels: ['workspace'] },
    );
    this.#incomplete = registry.counterVec(
      'ampere_ha_incomplete_samples_total',
      'Samples taken as they are because they have one label of a replicated pair and lack the other.',
      { labels: ['missing', 'workspace'] },
    );
  }

  count(outcome: HaOutcome, workspaceId: string): void {
    const { deduplicated, withoutReplica, withoutCluster } = outcome;
    if (deduplicated > 0) this.#deduplicated.with(workspaceId).inc(deduplicated);
    if (withoutReplica > 0) this.#incomplete.with('__replica__', workspaceId).inc(withoutReplica);
    if (withoutCluster > 0) this.#incomplete.with('cluster', workspaceId).inc(withoutCluster);
  }

  /** Forgets a workspace that is gone. */
  removeWorkspace(workspaceId: string): void {
    for (const vec of [this.#deduplicated, this.#incomplete]) vec.remove('workspace', workspaceId);
  }
}

/** Registers what the trackers know, read when metrics are asked for. */
export function registerHaState(registry: Registry, tenants: Tenants): void {
  registry.counterCallback(
    'ampere_ha_elections_total',
    'Elections of a replica, first ones and take-overs.',
    ['workspace'],
    (report) => {
      for (const { id, ha } of tenants.all()) report(ha.electionsMade, id);
    },
  );
  registry.gaugeCallback(
    'ampere_ha_elected_replica_timestamp_seconds',
    'When the elected replica of a cluster was last heard of; 0 since the start.',
    ['workspace', 'cluster', 'replica'],
    (report) => {
      for (const { id, ha } of tenants.all()) {
        for (const { cluster, replica, receivedAtMs } of ha.clusters()) {
          report((receivedAtMs ?? 0) / 1000, id, cluster, replica);
        }
      }
    },
  );
}
