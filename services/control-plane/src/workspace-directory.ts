import type { WorkspaceDirectory, WorkspaceEntry } from '@ampere/contracts';
import type { AttachedPolicy } from '@ampere/iam';
import type { ResourceNames } from './resource-names.ts';

/** What the data plane asks of workspaces, in memory; `put` and `remove` follow each committed change. */
export class MemoryDirectory implements WorkspaceDirectory {
  readonly #names: ResourceNames;
  readonly #entries = new Map<string, WorkspaceEntry>();

  constructor(names: ResourceNames) {
    this.#names = names;
  }

  find(workspaceId: string): WorkspaceEntry | undefined {
    return this.#entries.get(workspaceId);
  }

  arnOf(workspaceId: string): string {
    return this.#names.workspace(workspaceId);
  }

  put(
    workspaceId: string,
    status: WorkspaceEntry['status'],
    tags: ReadonlyMap<string, string>,
    resourcePolicy: AttachedPolicy | undefined,
  ): void {
    const arn = this.arnOf(workspaceId);
    this.#entries.set(workspaceId, { workspaceId, arn, status, tags, resourcePolicy });
  }

  remove(workspaceId: string): void {
    this.#entries.delete(workspaceId);
  }
}
