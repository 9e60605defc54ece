export type { PublishForWorkspace } from './alertmanager/notification-delivery.ts';
export { Engine, type EngineOptions } from './engine.ts';
export type { EngineSettings } from './engine-settings.ts';
export { type LocalEngineOptions, openLocalEngine } from './local-engine.ts';
export type { Log, LogLevel } from './log.ts';
export {
  type BuildInfo,
  type PromQl,
  promQl,
  QueryApi,
  type QueryApiOptions,
} from './query-api/index.ts';
export type { OpenStorage, StorageStats, TenantStorage } from './tenants/storage.ts';
export type { Tenant } from './tenants/tenant.ts';
export { EngineWorker, type EngineWorkerOptions } from './transport/engine-worker.ts';
export { HttpEngineClient } from './transport/http-engine-client.ts';
export { EngineUnavailableError } from './transport/port-client.ts';
