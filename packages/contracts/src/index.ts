export type {
  ApiResponse,
  ControlPlane,
  ControlPlaneRequest,
  CredentialStore,
  Credentials,
  OperationMatch,
  RouteResult,
  WorkspaceBackend,
  WorkspaceDirectory,
  WorkspaceEntry,
} from './control-plane.ts';
export type { EngineBody, EngineClient, EngineRequest, EngineResponse } from './engine.ts';
