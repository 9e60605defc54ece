// Forgets samples that are older than their workspace's retention.
//
// 1. A pass goes over the open workspaces one after another, in the order of their ids, and truncates
//    each to now less its retention; 0 keeps everything.
// 2. The first pass begins with the engine, each next one an hour after the last has ended, so that
//    passes never overlap.
// 3. A workspace is held while it is truncated, as by a request: deletion waits for that. One that was
//    deleted or closed since the pass began is passed over.
// 4. What fails is logged and counted, and tried again by the next pass.

import type { Counter, Registry, Vec } from '@ampere/metrics';
import { assert, type Clock, type Timer } from '@ampere/platform';
import { errorFields, type Log } from '../log.ts';
import type { Tenant } from './tenant.ts';
import type { Tenants } from './tenants.ts';

/** Samples outlive their retention by so much at most, as long as the disk works. */
const INTERVAL_MS = 3600 * 1000;

export interface RetentionOptions {
  readonly tenants: Pick<Tenants, 'all' | 'find'>;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
}

export class Retention {
  readonly #options: RetentionOptions;
  readonly #runs: Vec<Counter>;
  readonly #failures: Vec<Counter>;
  readonly #lastPassSeconds: { set(value: number): void };
  #timer: Timer | undefined;
  #pass: Promise<void> = Promise.resolve();
  #isStarted = false;
  #isStopped = false;

  constructor(options: RetentionOptions) {
    const { registry } = options;
    this.#options = options;
    this.#runs = registry.counterVec(
      'ampere_retention_runs_total',
      'Times that samples older than the retention were removed.',
      { labels: ['workspace'] },
    );
    this.#failures = registry.counterVec(
      'ampere_retention_failures_total',
      'Times that samples older than the retention could not be removed.',
      { labels: ['workspace'] },
    );
    this.#lastPassSeconds = registry.gauge(
      'ampere_retention_last_pass_timestamp_seconds',
      'When retention last went over all workspaces.',
    );
  }

  /** Begins the first pass; once. */
  start(): void {
    assert(!this.#isStarted, 'retention is started twice');
    this.#isStarted = true;
    this.#pass = this.#runPass();
  }

  /** Begins no other truncation and waits for the one under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#pass;
  }

  /** Forgets a workspace that is gone. */
  removeWorkspace(workspaceId: string): void {
    for (const vec of [this.#runs, this.#failures]) vec.remove('workspace', workspaceId);
  }

  async #runPass(): Promise<void> {
    const { tenants, clock } = this.#options;
    const inOrder = [...tenants.all()].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const tenant of inOrder) {
      if (this.#isStopped) return;
      const lookup = tenants.find(tenant.id);
      if (lookup.kind === 'found' && lookup.tenant === tenant) await this.#truncate(tenant);
    }
    if (this.#isStopped) return;
    this.#lastPassSeconds.set(clock.nowMs() / 1000);
    this.#timer = clock.after(INTERVAL_MS, () => {
      this.#pass = this.#runPass();
    });
  }

  async #truncate(tenant: Tenant): Promise<void> {
    const { retentionMs } = tenant.limits;
    if (retentionMs === 0) return;
    tenant.hold();
    try {
      await tenant.tsdb.truncate(this.#options.clock.nowMs() - retentionMs);
      this.#runs.with(tenant.id).inc();
    } catch (error) {
      this.#failures.with(tenant.id).inc();
      this.#options.log('error', 'samples older than the retention could not be removed', {
        workspace: tenant.id,
        ...errorFields(error),
      });
    } finally {
      tenant.release();
    }
  }
}
