// The tenants of this engine and their folders.
//
//   <dataDir>/workspaces/<id>/tsdb/            the database
//   <dataDir>/workspaces/<id>/metadata.json    metric metadata
//   <dataDir>/workspaces/<id>/ha.json          elected replicas
//   <dataDir>/workspaces/.deleted-<id>-<time>/ what is left of a deleted tenant until it is removed
//
// 1. Start: leftovers of deletions are removed in the background, every other folder is opened, a few at
//    a time. One that can't be opened doesn't stop the others: its requests are refused, and it is tried
//    again now and then when it is asked for.
// 2. Create: make the folder durable, open. Harmless when the tenant is there.
// 3. Delete: take it off the list (from here on nobody reaches it), let its requests end, close, rename,
//    remove. A crash before the rename leaves the tenant whole, as the control plane is still deleting
//    and will ask again; after it, the start removes the rest.
//
// Creation and deletion of one tenant wait for each other.

import type { Clock, Disk } from '@ampere/platform';
import { HaTracker } from '../ha/ha-tracker.ts';
import { errorFields, type Log } from '../log.ts';
import { DeletedFolders } from './deleted-folders.ts';
import { MetadataStore } from './metadata-store.ts';
import type { OpenStorage } from './storage.ts';
import { Tenant } from './tenant.ts';
import type { TenantSettings } from './tenant-settings.ts';

const OPENING_AT_ONCE = 4;
const RETRY_OPEN_MS = 10_000;

/** Ids become folder names, so nothing that means something in a path is allowed. */
const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** An id that can't be a tenant's. The text is fit for the client. */
export class TenantIdError extends Error {
  constructor() {
    super(
      'tenant id must be 1 to 128 letters, digits, hyphens or underscores, and begin with a letter or digit',
    );
    this.name = 'TenantIdError';
  }
}

export interface TenantsOptions {
  readonly dataDir: string;
  readonly settings: TenantSettings;
  readonly openStorage: OpenStorage;
  /** How long the data of deleted tenants stay on disk, where nobody reaches them; 0 by default. */
  readonly keepDeletedMs?: number | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when a tenant's data is gone, so that its metrics go too. */
  readonly onDeleted?: (tenantId: string) => void;
  /** Called when a tenant's database is open, at the start or later. */
  readonly onOpened?: (tenant: Tenant) => void;
}

/** `failed`: its folder is there and can't be opened. */
export type TenantLookup =
  | { readonly kind: 'found'; readonly tenant: Tenant }
  | { readonly kind: 'failed' }
  | { readonly kind: 'unknown' };

export class Tenants {
  readonly #options: TenantsOptions;
  readonly #folder: string;
  readonly #tenants = new Map<string, Tenant>();
  /** Tenants that could not be opened, with the time from which to try again. */
  readonly #failed = new Map<string, number>();
  /** The last thing under way for a tenant. */
  readonly #operations = new Map<string, Promise<void>>();
  readonly #deleted: DeletedFolders;
  #isClosed = false;

  private constructor(options: TenantsOptions) {
    this.#options = options;
    this.#folder = `${options.dataDir}/workspaces`;
    const { keepDeletedMs = 0, disk, clock, log } = options;
    this.#deleted = new DeletedFolders({ folder: this.#folder, keepMs: keepDeletedMs, disk, clock, log });
  }

  /** Opens every tenant that is there. */
  static async open(options: TenantsOptions): Promise<Tenants> {
    const tenants = new Tenants(options);
    await tenants.#openAll();
    return tenants;
  }

  find(tenantId: string): TenantLookup {
    const tenant = this.#tenants.get(tenantId);
    if (tenant !== undefined) return { kind: 'found', tenant };
    const retryAtMs = this.#failed.get(tenantId);
    if (retryAtMs === undefined) return { kind: 'unknown' };
    if (retryAtMs <= this.#options.clock.monotonicMs() && !this.#isClosed) {
      this.#failed.set(tenantId, Number.POSITIVE_INFINITY);
      void this.#inTurn(tenantId, () => this.#openOrRemember(tenantId));
    }
    return { kind: 'failed' };
  }

  /** Those that are open. */
  all(): IterableIterator<Tenant> {
    return this.#tenants.values();
  }

  get openCount(): number {
    return this.#tenants.size;
  }

  /** Tenants whose folder can't be opened. */
  get failedCount(): number {
    return this.#failed.size;
  }

  async create(tenantId: string): Promise<void> {
    assertTenantId(tenantId);
    await this.#inTurn(tenantId, async () => {
      if (this.#tenants.has(tenantId)) return;
      await this.#options.disk.makeFolder(`${this.#folder}/${tenantId}`);
      await this.#options.disk.syncFolder(this.#folder);
      await this.#openOne(tenantId);
    });
  }

  async delete(tenantId: string): Promise<void> {
    assertTenantId(tenantId);
    const tenant = this.#tenants.get(tenantId);
    this.#tenants.delete(tenantId);
    this.#failed.delete(tenantId);
    await this.#inTurn(tenantId, async () => {
      // A creation that was under way when the deletion was asked for has put one there since.
      const open = tenant ?? this.#tenants.get(tenantId);
      this.#tenants.delete(tenantId);
      this.#failed.delete(tenantId);
      try {
        await open?.close();
      } catch (error) {
        // What could not be flushed is about to be removed anyway.
        this.#options.log('warn', 'storage of a deleted workspace did not close', {
          workspace: tenantId,
          ...errorFields(error),
        });
      }
      await this.#deleted.take(tenantId);
      this.#options.onDeleted?.(tenantId);
    });
  }

  /** Closes every tenant once its requests have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#operations.values());
    const tenants = [...this.#tenants.values()];
    this.#tenants.clear();
    const outcomes = await Promise.allSettled(tenants.map((tenant) => tenant.close()));
    await this.#deleted.close();
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #openAll(): Promise<void> {
    const { disk, log } = this.#options;
    await disk.makeFolder(this.#folder);
    const names = await disk.list(this.#folder);
    for (const name of names) {
      if (DeletedFolders.isOne(name)) this.#deleted.resume(name);
    }
    const ids = names.filter((name) => TENANT_ID.test(name));
    let next = 0;
    const openInSequence = async (): Promise<void> => {
      while (next < ids.length) await this.#openOrRemember(ids[next++]!);
    };
    await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openInSequence));
    log('info', 'workspaces opened', { opened: this.#tenants.size, failed: this.#failed.size });
  }

  async #openOrRemember(tenantId: string): Promise<void> {
    try {
      await this.#openOne(tenantId);
    } catch (error) {
      this.#failed.set(tenantId, this.#options.clock.monotonicMs() + RETRY_OPEN_MS);
      this.#options.log('error', 'storage of a workspace can not be opened', {
        workspace: tenantId,
        ...errorFields(error),
      });
    }
  }

  async #openOne(tenantId: string): Promise<void> {
    const { disk, clock, log, openStorage } = this.#options;
    const folder = `${this.#folder}/${tenantId}`;
    const limitsNow = () => this.#options.settings.forWorkspace(tenantId);
    const metadata = await MetadataStore.open({
      path: `${folder}/metadata.json`,
      limitsNow,
      disk,
      clock,
      log,
    });
    const ha = await HaTracker.open({ path: `${folder}/ha.json`, disk, clock, log });
    const tsdb = await openStorage({ tenantId, folder: `${folder}/tsdb` });
    this.#failed.delete(tenantId);
    const tenant = new Tenant(tenantId, {
      tsdb,
      metadata,
      ha,
      limitsNow,
      clock,
      limitsPerLabelSet: this.#options.settings.labelSetsOf(tenantId),
    });
    this.#tenants.set(tenantId, tenant);
    this.#options.onOpened?.(tenant);
  }

  /** Runs after whatever is under way for this tenant. */
  #inTurn(tenantId: string, operation: () => Promise<void>): Promise<void> {
    const before = this.#operations.get(tenantId) ?? Promise.resolve();
    const turn = before.then(operation);
    // Whoever comes next waits for the end, not for the success.
    const ended = turn
      .catch(() => {})
      .finally(() => {
        if (this.#operations.get(tenantId) === ended) this.#operations.delete(tenantId);
      });
    this.#operations.set(tenantId, ended);
    return turn;
  }
}

function assertTenantId(tenantId: string): void {
  if (!TENANT_ID.test(tenantId)) throw new TenantIdError();
}
