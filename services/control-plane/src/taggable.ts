import { fieldInvalid, workspaceNotFound } from './errors.ts';
import type { NamedResource } from './resource-names.ts';
import type { WorkspaceStore } from './workspace-store.ts';

/** How the tags of a workspace are kept. */
export function workspaceResource(workspaceId: string): NamedResource {
  return { kind: 'workspace', id: workspaceId };
}

interface TaggableParts {
  readonly workspaces: WorkspaceStore;
}

/** The kinds of resources that carry tags, by their name in ARNs; each entry throws when `id` isn't there. */
const TAGGABLE: ReadonlyMap<string, (id: string, parts: TaggableParts) => void> = new Map([
  [
    'workspace',
    (id, { workspaces }) => {
      if (workspaces.find(id) === undefined) throw workspaceNotFound(id);
    },
  ],
]);

/** @throws ApiError when the resource can't have tags or doesn't exist. */
export function requireTaggable(resource: NamedResource, parts: TaggableParts): void {
  const require = TAGGABLE.get(resource.kind);
  if (require === undefined) {
    const kinds = [...TAGGABLE.keys()].join(', ');
    throw fieldInvalid('resourceArn', `Member must be the ARN of a resource that can be tagged: ${kinds}`);
  }
  require(resource.id, parts);
}
