import type { WorkspaceDirectory, WorkspaceEntry } from '@ampere/contracts';
import type { AttachedPolicy } from '@ampere/iam';
import type { NamedResource, ResourceNames } from './resource-names.ts';

/** What the data plane asks of workspaces, in memory; `put` and `remove` follow each committed change. */
export class MemoryDirectory implements WorkspaceDirectory {
  readonly #names: ResourceNames;
  readonly #readTags: (resource: NamedResource) => ReadonlyMap<string, string>;
  readonly #entries = new Map<string, WorkspaceEntry>();

  /** @param readTags of what isn't a workspace, from the disk. */
  constructor(names: ResourceNames, readTags: (resource: NamedResource) => ReadonlyMap<string, string>) {
    this.#names = names;
    this.#readTags = readTags;
  }

  find(workspaceId: string): WorkspaceEntry | undefined {
    return this.#entries.get(workspaceId);
  }

  arnOf(workspaceId: string): string {
    return this.#names.workspace(workspaceId);
  }

  tagsOf(resourceArn: string): ReadonlyMap<string, string> | undefined {
    const resource = this.#names.find(resourceArn);
    if (resource?.kind === 'workspace') return this.find(resource.id)?.tags;
    return resource && this.#readTags(resource);
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
