// Tells those who carry out what is configured: what a workspace's rules, alert manager, data and logs are,
// and what is to be scraped. All of it at the start, and what changed once it is on disk.
import type {
  DefinitionListener,
  ScraperListener,
  WorkspaceLoggingListener,
  WorkspaceSettingsListener,
} from '@ampere/contracts';
import type { Limits } from '@ampere/limits';
import type { ResourceNames } from './resource-names.ts';
import type { ResourceStore } from './resource-store.ts';
import type { RulesNamespaceStore } from './rules-namespace-store.ts';
import type { PartKind, WorkspacePartStore } from './workspace-part-store.ts';
import { effectiveSettings } from './workspace-settings.ts';

/** Each is optional: without, what it would be told is kept and has no effect. */
export interface Listeners {
  /** Of workspaces whose owners set some. */
  readonly settingsListener?: WorkspaceSettingsListener | undefined;
  readonly definitionListener?: DefinitionListener | undefined;
  readonly scraperListener?: ScraperListener | undefined;
  readonly loggingListener?: WorkspaceLoggingListener | undefined;
}

export interface ListenerParts {
  readonly parts: WorkspacePartStore;
  readonly namespaces: RulesNamespaceStore;
  readonly resources: ResourceStore;
  readonly limits: Limits;
  readonly names: ResourceNames;
}

export class ResourceListeners {
  readonly #listeners: Listeners;
  readonly #stores: ListenerParts;

  constructor(listeners: Listeners, stores: ListenerParts) {
    this.#listeners = listeners;
    this.#stores = stores;
  }

  /** Tells all there is. */
  start(): void {
    const { parts, namespaces, resources } = this.#stores;
    for (const kind of ['configuration', 'alert-manager-definition', 'logging', 'query-logging'] as const) {
      for (const workspaceId of parts.owners(kind)) this.partChanged(workspaceId, kind);
    }
    for (const workspaceId of namespaces.owners()) this.rulesChanged(workspaceId);
    for (const { id } of resources.all('scraper', undefined)) this.scraperChanged(id);
  }

  partChanged(workspaceId: string, kind: PartKind): void {
    const { settingsListener, definitionListener, loggingListener } = this.#listeners;
    const { parts, limits } = this.#stores;
    switch (kind) {
      case 'configuration':
        settingsListener?.settingsChanged(workspaceId, effectiveSettings(workspaceId, parts, limits));
        return;
      case 'alert-manager-definition': {
        const content = parts.find(workspaceId, kind)?.content;
        const base64 = content && (content.statusCode === 'ACTIVE' ? content.data : content.inForce);
        const data = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
        definitionListener?.alertManagerChanged(workspaceId, data);
        return;
      }
      case 'logging':
      case 'query-logging':
        loggingListener?.loggingChanged(workspaceId, {
          logGroupArn: parts.find(workspaceId, 'logging')?.content.logGroupArn,
          queries: (parts.find(workspaceId, 'query-logging')?.content.destinations ?? []).map(
            ({ logGroupArn, qspThreshold }) => ({ logGroupArn, samplesMin: qspThreshold }),
          ),
        });
        return;
      case 'resource-policy':
        return;
    }
  }

  rulesChanged(workspaceId: string): void {
    const { namespaces } = this.#stores;
    this.#listeners.definitionListener?.rulesChanged(
      workspaceId,
      namespaces.names(workspaceId).map((name) => ({ name, data: namespaces.data(workspaceId, name) })),
    );
  }

  /** All that was in force in a workspace isn't any more. */
  workspaceRemoved(workspaceId: string): void {
    const { definitionListener, loggingListener } = this.#listeners;
    definitionListener?.rulesChanged(workspaceId, []);
    definitionListener?.alertManagerChanged(workspaceId, undefined);
    loggingListener?.loggingChanged(workspaceId, { logGroupArn: undefined, queries: [] });
  }

  scraperChanged(scraperId: string): void {
    const { scraperListener } = this.#listeners;
    const content = this.#stores.resources.find('scraper', undefined, scraperId)?.content;
    const workspace = content && this.#stores.names.find(content.workspaceArn);
    if (content?.configurationInForce === undefined || workspace === undefined) {
      scraperListener?.scraperRemoved(scraperId);
      return;
    }
    const { logging } = content;
    scraperListener?.scraperChanged({
      scraperId,
      workspaceId: workspace.id,
      configuration: Buffer.from(content.configurationInForce, 'base64'),
      clusterArn: content.source.eksConfiguration?.clusterArn,
      logging: logging && {
        logGroupArn: logging.logGroupArn,
        components: logging.components.map(({ type }) => type),
      },
    });
  }
}
