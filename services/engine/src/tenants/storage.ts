import type { Appender, Querier } from '@ampere/series';

/** What the engine asks of one tenant's database. `Tsdb` of @ampere/tsdb is one. */
export interface TenantStorage {
  appender(): Appender;
  querier(): Querier;
  close(): Promise<void>;
}

/** Opens the database in a folder, which is made when it is missing. */
export type OpenStorage = (options: { tenantId: string; folder: string }) => Promise<TenantStorage>;
