// Carries workspaces from CREATING to ACTIVE and from DELETING to gone.
//
// 1. An operation writes the status and, once that is on disk, calls `start`; its answer doesn't wait.
// 2. CREATING: the engine makes the tenant, then the status is ACTIVE, or CREATION_FAILED when the
//    engine refused; the reason is logged.
// 3. DELETING: the engine removes the tenant, then the workspace goes with all that is in it and all
//    tags. A failure is logged and tried again, later each time, until it works.
// 4. A status that can't be written is tried again the same way. What was under way when the process
//    ended is taken up by `resume`: the engine's calls are harmless when repeated.
import type { WorkspaceBackend } from '@ampere/contracts';
import type { Clock, Timer } from '@ampere/platform';
import type { Log } from './log.ts';
import type { ResourceStore } from './resource-store.ts';
import type { RulesNamespaceStore } from './rules-namespace-store.ts';
import type { Store } from './store.ts';
import type { TagStore } from './tag-store.ts';
import { detectorTagged, namespaceTagged, workspaceResource } from './taggable.ts';
import type { WorkspaceStore } from './workspace-store.ts';

const RETRY_FIRST_MS = 1000;
const RETRY_LONGEST_MS = 60_000;

export interface LifecycleParts {
  readonly store: Store;
  readonly workspaces: WorkspaceStore;
  readonly tags: TagStore;
  readonly namespaces: RulesNamespaceStore;
  readonly resources: ResourceStore;
  readonly backend: WorkspaceBackend;
  readonly clock: Clock;
  readonly log: Log;
}

export class WorkspaceLifecycle {
  readonly #parts: LifecycleParts;
  readonly #running = new Set<Promise<void>>();
  readonly #retries = new Set<Timer>();
  #stopping = false;

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
  }

  /** Takes up everything that an earlier process left unfinished. */
  resume(): void {
    for (const workspaceId of this.#parts.workspaces.unfinished()) this.start(workspaceId);
  }

  /** Begins to bring a workspace in CREATING or DELETING to the end of that. */
  start(workspaceId: string): void {
    this.#attempt(workspaceId, 0);
  }

  /** Waits for what is under way; what waits for another try is left to the next `resume`. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#retries) timer.cancel();
    this.#retries.clear();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #attempt(workspaceId: string, failures: number): void {
    const work = this.#step(workspaceId)
      .catch((error: unknown) => this.#retryLater(workspaceId, failures, error))
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async #step(workspaceId: string): Promise<void> {
    const status = this.#parts.workspaces.find(workspaceId)?.status;
    if (status === 'CREATING') await this.#create(workspaceId);
    if (status === 'DELETING') await this.#delete(workspaceId);
  }

  async #create(workspaceId: string): Promise<void> {
    const { store, workspaces, backend, log } = this.#parts;
    let outcome: 'ACTIVE' | 'CREATION_FAILED' = 'ACTIVE';
    try {
      await backend.createTenant(workspaceId);
    } catch (error) {
      // An engine that stops refuses too; that says nothing about the workspace.
      if (this.#stopping) return;
      log.error({ workspaceId, err: error }, 'creating the workspace failed');
      outcome = 'CREATION_FAILED';
    }
    store.transaction(() => workspaces.setStatus(workspaceId, outcome));
  }

  async #delete(workspaceId: string): Promise<void> {
    const { store, workspaces, tags, namespaces, resources, backend } = this.#parts;
    await backend.deleteTenant(workspaceId);
    store.transaction(() => {
      tags.removeAll(workspaceResource(workspaceId));
      for (const name of namespaces.names(workspaceId)) tags.removeAll(namespaceTagged(workspaceId, name));
      for (const { id } of resources.all('anomalydetector', workspaceId)) {
        tags.removeAll(detectorTagged(workspaceId, id));
      }
      workspaces.remove(workspaceId);
    });
  }

  #retryLater(workspaceId: string, failures: number, error: unknown): void {
    const delayMs = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** failures);
    this.#parts.log.error(
      { workspaceId, err: error, failures: failures + 1, delayMs },
      'a workspace is stuck between two statuses; trying again',
    );
    if (this.#stopping) return;
    const timer = this.#parts.clock.after(delayMs, () => {
      this.#retries.delete(timer);
      this.#attempt(workspaceId, failures + 1);
    });
    this.#retries.add(timer);
  }
}
