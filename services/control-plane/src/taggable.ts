import { fieldInvalid, resourceNotFound, rulesNamespaceResource, workspaceNotFound } from './errors.ts';
import type { NamedResource } from './resource-names.ts';
import type { RulesNamespaceStore } from './rules-namespace-store.ts';
import type { WorkspaceStore } from './workspace-store.ts';

/** How the tags of a workspace are kept. */
export function workspaceResource(workspaceId: string): NamedResource {
  return { kind: 'workspace', id: workspaceId };
}

/** How the tags of a rule groups namespace are kept. */
export function namespaceTagged(workspaceId: string, name: string): NamedResource {
  return { kind: 'rulegroupsnamespace', id: `${workspaceId}/${name}` };
}

interface TaggableParts {
  readonly workspaces: WorkspaceStore;
  readonly namespaces: RulesNamespaceStore;
}

/** The kinds of resources that carry tags, by their name in ARNs; each entry throws when `id` isn't there. */
const TAGGABLE: ReadonlyMap<string, (id: string, parts: TaggableParts) => void> = new Map([
  [
    'workspace',
    (id, { workspaces }) => {
      if (workspaces.find(id) === undefined) throw workspaceNotFound(id);
    },
  ],
  [
    'rulegroupsnamespace',
    (id, { namespaces }) => {
      // Ids of workspaces have no slash; names may.
      const slash = id.indexOf('/');
      const [workspaceId, name] = slash < 0 ? [id, ''] : [id.slice(0, slash), id.slice(slash + 1)];
      if (namespaces.find(workspaceId, name) === undefined) {
        throw resourceNotFound('Rule groups namespace not found.', rulesNamespaceResource(workspaceId, name));
      }
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
