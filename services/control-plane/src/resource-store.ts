// Scrapers and anomaly detectors in the database: resources with an id, of which there may be any number.
//
// The content is JSON whose type the kind decides. Detectors go with their workspace, by the foreign key;
// tags are taken away by whoever removes a resource. Every change is made inside a transaction and told to
// `onChange` once it is on disk.
import type { Clock } from '@ampere/platform';
import type { Statement } from 'better-sqlite3';
import type { Inputs } from './api/inputs.ts';
import type { Store } from './store.ts';

type DetectorInput = Inputs['PutAnomalyDetector'];

/** A step of scraping that is logged. */
export type ScraperComponent = 'SERVICE_DISCOVERY' | 'COLLECTOR' | 'EXPORTER';

/** The content of each kind. */
export interface ResourceContents {
  readonly scraper: {
    readonly alias?: string | undefined;
    readonly statusCode: 'ACTIVE' | 'CREATION_FAILED' | 'UPDATE_FAILED';
    readonly statusReason?: string | undefined;
    /** In base64, as it was sent last. */
    readonly configurationBlob: string;
    /** The last good one; undefined while there was none. */
    readonly configurationInForce?: string | undefined;
    readonly source: Inputs['CreateScraper']['source'];
    readonly workspaceArn: string;
    readonly roleConfiguration?: Inputs['CreateScraper']['roleConfiguration'];
    readonly logging?:
      | {
          readonly logGroupArn: string;
          readonly components: readonly {
            readonly type: ScraperComponent;
            readonly options?: readonly (readonly [string, string])[] | undefined;
          }[];
          readonly modifiedAtMs: number;
        }
      | undefined;
  };
  readonly anomalydetector: {
    readonly alias: string;
    readonly evaluationIntervalInSeconds: number;
    readonly missingDataAction?: DetectorInput['missingDataAction'];
    readonly configuration: DetectorInput['configuration'];
    /** Lists, so that no name has a meaning. */
    readonly labels: readonly (readonly [string, string])[];
  };
}

export type ResourceKind = keyof ResourceContents;

export interface StoredResource<K extends ResourceKind> {
  readonly id: string;
  /** Order of creation; the key by which lists are paged. */
  readonly position: number;
  readonly content: ResourceContents[K];
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

interface Row {
  position: number;
  resource_id: string;
  content: string;
  created_at_ms: number;
  modified_at_ms: number;
}

export class ResourceStore {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onChange: (kind: ResourceKind, id: string) => void;
  readonly #find: Statement<[ResourceKind, string | null, string], Row>;
  readonly #all: Statement<[ResourceKind, string | null], Row>;
  readonly #insert: Statement<[ResourceKind, string | null, string, string, number, number], never>;
  readonly #replace: Statement<[string, number, string], never>;
  readonly #remove: Statement<[string], never>;

  constructor(store: Store, clock: Clock, onChange: (kind: ResourceKind, id: string) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onChange = onChange;
    const of = 'FROM resources WHERE kind = ? AND workspace_id IS ?';
    this.#find = store.prepare(`SELECT * ${of} AND resource_id = ?`);
    this.#all = store.prepare(`SELECT * ${of} ORDER BY position`);
    this.#insert = store.prepare(
      `INSERT INTO resources (kind, workspace_id, resource_id, content, created_at_ms, modified_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#replace = store.prepare(
      'UPDATE resources SET content = ?, modified_at_ms = ? WHERE resource_id = ?',
    );
    this.#remove = store.prepare('DELETE FROM resources WHERE resource_id = ?');
  }

  /** @param workspaceId undefined for kinds that belong to the account. */
  find<K extends ResourceKind>(
    kind: K,
    workspaceId: string | undefined,
    id: string,
  ): StoredResource<K> | undefined {
    const row = this.#find.get(kind, workspaceId ?? null, id);
    return row && fromRow(row);
  }

  /** Oldest first. There are as many as the bound of their kind allows. */
  all<K extends ResourceKind>(kind: K, workspaceId: string | undefined): StoredResource<K>[] {
    return this.#all.all(kind, workspaceId ?? null).map((row) => fromRow<K>(row));
  }

  insert<K extends ResourceKind>(
    kind: K,
    workspaceId: string | undefined,
    id: string,
    content: ResourceContents[K],
  ): void {
    const nowMs = Math.round(this.#clock.nowMs());
    this.#insert.run(kind, workspaceId ?? null, id, JSON.stringify(content), nowMs, nowMs);
    this.#changed(kind, id);
  }

  replace<K extends ResourceKind>(kind: K, id: string, content: ResourceContents[K]): void {
    this.#replace.run(JSON.stringify(content), Math.round(this.#clock.nowMs()), id);
    this.#changed(kind, id);
  }

  remove(kind: ResourceKind, id: string): void {
    this.#remove.run(id);
    this.#changed(kind, id);
  }

  #changed(kind: ResourceKind, id: string): void {
    this.#store.afterCommit(() => this.#onChange(kind, id));
  }
}

function fromRow<K extends ResourceKind>(row: Row): StoredResource<K> {
  return {
    id: row.resource_id,
    position: row.position,
    content: JSON.parse(row.content),
    createdAtMs: row.created_at_ms,
    modifiedAtMs: row.modified_at_ms,
  };
}
