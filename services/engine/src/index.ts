export { Engine, type EngineOptions, type QueryApi } from './engine.ts';
export type { EngineSettings } from './engine-settings.ts';
export type { Log, LogLevel } from './log.ts';
export type { OpenStorage, StorageStats, TenantStorage } from './tenants/storage.ts';
export type { Tenant } from './tenants/tenant.ts';
export { EngineWorker, type EngineWorkerOptions } from './transport/engine-worker.ts';
export { HttpEngineClient } from './transport/http-engine-client.ts';
export { EngineUnavailableError } from './transport/port-client.ts';
