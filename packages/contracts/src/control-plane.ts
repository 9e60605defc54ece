// What the gateway asks of the control plane: whose key is this, which operation is that, carry it out.

import type { Principal } from '@ampere/iam';

/** An access key as signature verification needs it. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials carry one, and the request must show the same. */
  readonly sessionToken?: string;
  /** When temporary credentials end, milliseconds since 1970. */
  readonly expiresAtMs?: number;
  readonly principal: Principal;
}

export interface CredentialStore {
  /** The key, or undefined when nobody has it or it is inactive. */
  find(accessKeyId: string): Credentials | undefined;
}

/** Where a method and raw path lead. */
export type RouteResult =
  | { readonly kind: 'operation'; readonly match: OperationMatch }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

/** An operation of the API with what authorisation needs to know; carried back into `execute`. */
export interface OperationMatch {
  /** For example `CreateWorkspace`. */
  readonly operation: string;
  /** For example `aps:CreateWorkspace`. */
  readonly action: string;
  /** What the action is checked on (reference: "Resource names"). */
  readonly resourceArn: string;
  /** Decoded path members by name. */
  readonly pathParameters: ReadonlyMap<string, string>;
}

export interface ControlPlaneRequest {
  readonly match: OperationMatch;
  /** Query string as received, without `?`. */
  readonly search: string;
  readonly body: Uint8Array;
  readonly principal: Principal;
  readonly requestId: string;
}

/** A finished answer. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ControlPlane {
  /** Finds the operation on the raw, still encoded path. Looks at no stored state. */
  route(method: string, rawPath: string): RouteResult;
  /** Validates and carries out; every refusal is an ApiResponse in the API's error form. Throws only on our own faults. */
  execute(request: ControlPlaneRequest): Promise<ApiResponse>;
  readonly credentials: CredentialStore;
  readonly workspaces: WorkspaceDirectory;
}

/** What the data plane needs to know of a workspace. */
export interface WorkspaceEntry {
  readonly workspaceId: string;
  readonly arn: string;
  readonly status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' | 'CREATION_FAILED';
  readonly tags: ReadonlyMap<string, string>;
}

export interface WorkspaceDirectory {
  /** Answered from memory: it is asked on every data-plane request. */
  find(workspaceId: string): WorkspaceEntry | undefined;
  /** The ARN a workspace of that id has or would have; needs no look-up. */
  arnOf(workspaceId: string): string;
}

/** What the control plane asks of the engine when workspaces come and go. */
export interface WorkspaceBackend {
  createTenant(tenant: string): Promise<void>;
  deleteTenant(tenant: string): Promise<void>;
}
