export type { AwsService, AwsServiceCall, AwsServiceError, AwsServiceRequest } from './aws-service.ts';
export type {
  ApiResponse,
  ControlPlane,
  ControlPlaneRequest,
  CredentialStore,
  Credentials,
  LabelSetLimit,
  OperationMatch,
  RouteResult,
  WorkspaceBackend,
  WorkspaceDirectory,
  WorkspaceEntry,
  WorkspaceSettings,
  WorkspaceSettingsListener,
} from './control-plane.ts';
export type { DefinitionListener, RulesNamespaceFile } from './definitions.ts';
export type { EngineBody, EngineClient, EngineRequest, EngineResponse } from './engine.ts';
export type { ManagementCall, ManagementCallListener, ManagementRequest } from './management-call.ts';
export type { ScraperAssignment, ScraperListener, ScraperLogging } from './scrapers.ts';
export type {
  FinishedQuery,
  WorkspaceLogging,
  WorkspaceLoggingListener,
  WorkspaceLogRecord,
  WorkspaceLogs,
} from './workspace-logs.ts';
