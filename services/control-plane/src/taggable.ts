// The kinds of resources that carry tags, and under which name the tags of each are kept.
import {
  fieldInvalid,
  RESOURCE_TYPES,
  resourceNotFound,
  rulesNamespaceResource,
  workspaceNotFound,
} from './errors.ts';
import type { NamedResource } from './resource-names.ts';
import type { ResourceStore } from './resource-store.ts';
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

/** How the tags of a scraper are kept. */
export function scraperTagged(scraperId: string): NamedResource {
  return { kind: 'scraper', id: scraperId };
}

/** How the tags of an anomaly detector are kept. */
export function detectorTagged(workspaceId: string, id: string): NamedResource {
  return { kind: 'anomalydetector', id: `${workspaceId}/${id}` };
}

interface TaggableParts {
  readonly workspaces: WorkspaceStore;
  readonly namespaces: RulesNamespaceStore;
  readonly resources: ResourceStore;
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
      const [workspaceId, name] = parted(id);
      if (namespaces.find(workspaceId, name) === undefined) {
        throw resourceNotFound('Rule groups namespace not found.', rulesNamespaceResource(workspaceId, name));
      }
    },
  ],
  [
    'scraper',
    (id, { resources }) => {
      if (resources.find('scraper', undefined, id) === undefined) {
        throw resourceNotFound('Scraper not found.', {
          resourceId: id,
          resourceType: RESOURCE_TYPES.scraper,
        });
      }
    },
  ],
  [
    'anomalydetector',
    (id, { resources }) => {
      const [workspaceId, detectorId] = parted(id);
      if (resources.find('anomalydetector', workspaceId, detectorId) === undefined) {
        throw resourceNotFound('Anomaly detector not found.', {
          resourceId: id,
          resourceType: RESOURCE_TYPES.anomalyDetector,
        });
      }
    },
  ],
]);

/** Ids of workspaces have no slash; names of what is in them may. */
function parted(id: string): [workspaceId: string, name: string] {
  const slash = id.indexOf('/');
  return slash < 0 ? [id, ''] : [id.slice(0, slash), id.slice(slash + 1)];
}

/** @throws ApiError when the resource can't have tags or doesn't exist. */
export function requireTaggable(resource: NamedResource, parts: TaggableParts): void {
  const require = TAGGABLE.get(resource.kind);
  if (require === undefined) {
    const kinds = [...TAGGABLE.keys()].join(', ');
    throw fieldInvalid('resourceArn', `Member must be the ARN of a resource that can be tagged: ${kinds}`);
  }
  require(resource.id, parts);
}
