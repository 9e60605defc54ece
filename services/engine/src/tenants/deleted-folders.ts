// What is left of deleted tenants: folders that nobody reads any more, removed at once or when they were kept for
// as long as the operator wants them.
//
//   <workspaces>/.deleted-<id>-<milliseconds since 1970, when it was deleted>/
//
// The time stands in the name, so a start knows it. Removing goes on in the background; what can't be removed is
// left for the next start.

import type { Clock, Disk, Timer } from '@ampere/platform';
import { errorFields, type Log } from '../log.ts';

const PREFIX = '.deleted-';

export interface DeletedFoldersOptions {
  /** The folder of all tenants. */
  readonly folder: string;
  /** How long the data of a deleted tenant stay on disk; 0 removes them at once. */
  readonly keepMs: number;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
}

export class DeletedFolders {
  readonly #options: DeletedFoldersOptions;
  readonly #removals = new Set<Promise<void>>();
  readonly #timers = new Set<Timer>();

  constructor(options: DeletedFoldersOptions) {
    this.#options = options;
  }

  static isOne(name: string): boolean {
    return name.startsWith(PREFIX);
  }

  /** Takes up what an earlier process left. */
  resume(name: string): void {
    this.#removeFrom(`${this.#options.folder}/${name}`, Number(/-(\d+)$/.exec(name)?.[1] ?? 0));
  }

  /** Takes a tenant's folder away, durably; harmless when there is none. */
  async take(tenantId: string): Promise<void> {
    const { disk, folder, clock } = this.#options;
    const from = `${folder}/${tenantId}`;
    if ((await disk.info(from)) === undefined) return;
    let deletedMs = Math.floor(clock.nowMs());
    const path = () => `${folder}/${PREFIX}${tenantId}-${deletedMs}`;
    while ((await disk.info(path())) !== undefined) deletedMs++;
    await disk.rename(from, path());
    await disk.syncFolder(folder);
    this.#removeFrom(path(), deletedMs);
  }

  /** Waits for removals under way; what is kept for now stays. */
  async close(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#removals);
  }

  #removeFrom(path: string, deletedMs: number): void {
    const { clock, keepMs } = this.#options;
    const waitMs = keepMs === 0 ? 0 : deletedMs + keepMs - clock.nowMs();
    if (waitMs <= 0) {
      this.#remove(path);
      return;
    }
    // A timer may end early: it can't wait for a month. And the clock may have been set.
    const timer = clock.after(waitMs, () => {
      this.#timers.delete(timer);
      this.#removeFrom(path, deletedMs);
    });
    this.#timers.add(timer);
  }

  #remove(path: string): void {
    const { disk, log } = this.#options;
    const removal = disk
      .remove(path)
      .catch((error: unknown) => {
        log('error', 'a deleted workspace could not be removed; the next start tries again', {
          path,
          ...errorFields(error),
        });
      })
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }
}
