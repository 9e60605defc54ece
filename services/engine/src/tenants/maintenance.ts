// Has the workspaces' databases do what is to be done over time: move the head into blocks, compact
// them, forget what is past the retention (each database knows its own).
//
// 1. A pass goes over the open workspaces one after another, in the order of their ids.
// 2. The first pass begins with the engine, each next one a minute (or what is set) after the last has ended, so that
//    passes never overlap.
// 3. A workspace is held while it is its turn, as by a request; its deletion, and the engine's stop, end the
//    turn early and wait for that. One that was deleted or closed since the pass began is passed over.
// 4. What fails is logged and counted, and tried again by the next pass.

import type { Counter, Registry, Vec } from '@ampere/metrics';
import { assert, type Clock, type Timer } from '@ampere/platform';
import { errorFields, type Log } from '../log.ts';
import type { Tenant } from './tenant.ts';
import type { Tenants } from './tenants.ts';

const INTERVAL_MS = 60 * 1000;

export interface MaintenanceOptions {
  readonly tenants: Pick<Tenants, 'all' | 'find'>;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
  /** From the end of a pass to the beginning of the next; a minute when undefined. */
  readonly intervalMs?: number | undefined;
  /** Called at the end of each pass. */
  readonly onPassEnd?: () => void;
}

export class Maintenance {
  readonly #options: MaintenanceOptions;
  readonly #runs: Vec<Counter>;
  readonly #failures: Vec<Counter>;
  readonly #lastPassSeconds: { set(value: number): void };
  readonly #stopping = new AbortController();
  #timer: Timer | undefined;
  #pass: Promise<void> = Promise.resolve();
  #isStarted = false;

  constructor(options: MaintenanceOptions) {
    const { registry } = options;
    this.#options = options;
    this.#runs = registry.counterVec(
      'ampere_maintenance_runs_total',
      'Times that a workspace was looked after: blocks, compaction, retention.',
      { labels: ['workspace'] },
    );
    this.#failures = registry.counterVec(
      'ampere_maintenance_failures_total',
      'Times that something of it failed.',
      { labels: ['workspace'] },
    );
    this.#lastPassSeconds = registry.gauge(
      'ampere_maintenance_last_pass_timestamp_seconds',
      'When all workspaces were last looked after.',
    );
  }

  /** Begins the first pass; once. */
  start(): void {
    assert(!this.#isStarted, 'maintenance is started twice');
    this.#isStarted = true;
    this.#pass = this.#runPass();
  }

  /** Ends what is under way early and waits for that. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer?.cancel();
    await this.#pass;
  }

  /** Looks after one workspace once what is under way has ended. */
  soon(tenant: Tenant): void {
    this.#pass = this.#pass.then(async () => {
      const lookup = this.#options.tenants.find(tenant.id);
      if (!this.#isStopped && lookup.kind === 'found' && lookup.tenant === tenant) {
        await this.#lookAfter(tenant);
      }
    });
  }

  /** Forgets a workspace that is gone. */
  removeWorkspace(workspaceId: string): void {
    for (const vec of [this.#runs, this.#failures]) vec.remove('workspace', workspaceId);
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #runPass(): Promise<void> {
    const { tenants, clock } = this.#options;
    const inOrder = [...tenants.all()].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const tenant of inOrder) {
      if (this.#isStopped) return;
      const lookup = tenants.find(tenant.id);
      if (lookup.kind === 'found' && lookup.tenant === tenant) await this.#lookAfter(tenant);
    }
    if (this.#isStopped) return;
    this.#options.onPassEnd?.();
    this.#lastPassSeconds.set(clock.nowMs() / 1000);
    this.#timer = clock.after(this.#options.intervalMs ?? INTERVAL_MS, () => {
      this.#pass = this.#runPass();
    });
  }

  async #lookAfter(tenant: Tenant): Promise<void> {
    tenant.hold();
    try {
      const signal = AbortSignal.any([this.#stopping.signal, tenant.closing]);
      await tenant.tsdb.maintain(this.#options.clock.nowMs(), signal);
      this.#runs.with(tenant.id).inc();
    } catch (error) {
      this.#failures.with(tenant.id).inc();
      this.#options.log('error', 'the maintenance of a workspace failed; it is tried again', {
        workspace: tenant.id,
        ...errorFields(error),
      });
    } finally {
      tenant.release();
    }
  }
}
