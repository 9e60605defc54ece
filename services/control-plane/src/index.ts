export { type Account, AccountError, type AccountOptions } from './account.ts';
export { type ControlPlaneOptions, type LocalControlPlane, openControlPlane } from './control-plane.ts';
export type {
  AlertManagerReading,
  DefinitionReaders,
  RuleFileReading,
  ScrapeConfigurationReading,
} from './definition-readers.ts';
export type { Log } from './log.ts';
export { type OperationRoute, operationRoutes } from './operation-routes.ts';
export { StoreError } from './store.ts';
