// One workspace's half of the engine: its database, its metadata, its elected replicas, its limits.
//
// Whoever works on it holds it; closing waits until nobody does. Limits are asked for each time, because
// they change while the server runs.

import type { LabelSetLimit } from '@ampere/contracts';
import { TokenBucket, type WorkspaceLimits } from '@ampere/limits';
import { assert, type Clock } from '@ampere/platform';
import type { Querier } from '@ampere/series';
import type { HaTracker } from '../ha/ha-tracker.ts';
import { LabelSetLimiter } from '../ingest/label-set-limiter.ts';
import { NO_RULES } from '../query-api/no-rules.ts';
import type { RuleSource } from '../query-api/tenant.ts';
import { WorkspaceUsage } from '../usage/workspace-usage.ts';
import type { MetadataStore } from './metadata-store.ts';
import type { TenantStorage } from './storage.ts';

export class Tenant {
  readonly id: string;
  readonly tsdb: TenantStorage;
  readonly metadata: MetadataStore;
  readonly ha: HaTracker;
  /** Samples and metadata entries that may be written. */
  readonly ingestionTokens: TokenBucket;
  /** Limits on series with certain labels. */
  readonly labelSets: LabelSetLimiter;
  /** What it uses of its limits. */
  readonly usage: WorkspaceUsage;
  /** Replaced when the workspace has rules. */
  rules: RuleSource = NO_RULES;
  readonly #limitsNow: () => WorkspaceLimits;
  readonly #closing = new AbortController();
  #inFlight = 0;
  #whenIdle: (() => void)[] = [];

  constructor(
    id: string,
    parts: {
      tsdb: TenantStorage;
      metadata: MetadataStore;
      ha: HaTracker;
      limitsNow: () => WorkspaceLimits;
      limitsPerLabelSet?: readonly LabelSetLimit[];
      clock: Clock;
    },
  ) {
    this.id = id;
    this.tsdb = parts.tsdb;
    this.metadata = parts.metadata;
    this.ha = parts.ha;
    this.#limitsNow = parts.limitsNow;
    this.ingestionTokens = new TokenBucket(() => {
      const { ingestionSamplesPerSecond, ingestionBurstSamples } = this.limits;
      return { perSecond: ingestionSamplesPerSecond, burst: ingestionBurstSamples };
    }, parts.clock);
    this.labelSets = new LabelSetLimiter(parts.clock, parts.limitsPerLabelSet ?? []);
    this.usage = new WorkspaceUsage({
      ...parts,
      ingestionTokens: this.ingestionTokens,
      labelSets: this.labelSets,
    });
  }

  /** Those in force now. */
  get limits(): WorkspaceLimits {
    return this.#limitsNow();
  }

  /** A fresh reading of the database, to be closed by whoever asked for it. */
  querier(): Querier {
    return this.tsdb.querier();
  }

  /** Aborted when it is about to close: long work that holds it should end. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Keeps the database open until `release`; every request holds its tenant. */
  hold(): void {
    this.#inFlight++;
  }

  release(): void {
    this.#inFlight--;
    assert(this.#inFlight >= 0, `tenant ${this.id} was released more often than held`);
    if (this.#inFlight > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Waits for the requests that hold it, then closes. Nobody may take hold of it any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#inFlight > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    try {
      await this.metadata.close();
    } finally {
      await this.tsdb.close();
    }
  }
}
