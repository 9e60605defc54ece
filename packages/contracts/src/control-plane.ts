// What the gateway asks of the control plane: whose key is this, which operation is that, carry it out.

import type { AttachedPolicy, Principal } from '@ampere/iam';
import type { LimitsData } from '@ampere/limits';

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
  /**
   * A session of a role for somebody who has no key here and was identified otherwise; undefined when there
   * is no such role.
   */
  roleSession?(roleArn: string, sessionName: string): Principal | undefined;
  /** Told when a key was used for a service, and its signature was right. */
  used?(accessKeyId: string, service: string): void;
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
  /** For the audit, where the body isn't JSON or holds secrets: the answer's members without them. */
  readonly auditElements?: unknown;
  /** For the audit, of a refusal whose form isn't that of AMP's API. */
  readonly auditError?: { readonly code: string; readonly message: string };
}

export interface ControlPlane {
  /** Finds the operation on the raw, still encoded path. Looks at no stored state. */
  route(method: string, rawPath: string): RouteResult;
  /** Condition keys of the request itself: `aws:RequestTag/…` and `aws:TagKeys` of what makes or changes tags. */
  conditionKeys?(request: Omit<ControlPlaneRequest, 'principal'>): ReadonlyMap<string, readonly string[]>;
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
  /** What its owner grants or denies to others; undefined when there is none. */
  readonly resourcePolicy: AttachedPolicy | undefined;
}

export interface WorkspaceDirectory {
  /** Answered from memory: it is asked on every data-plane request. */
  find(workspaceId: string): WorkspaceEntry | undefined;
  /** Tags of the resource that an ARN names, of whatever kind; from memory for workspaces. */
  tagsOf(resourceArn: string): ReadonlyMap<string, string> | undefined;
  /** The ARN a workspace of that id has or would have; needs no look-up. */
  arnOf(workspaceId: string): string;
}

/** A limit on active series; a label set takes the series that carry all of its labels. */
export interface LabelSetLimit {
  /** Empty: all series that no other label set of the workspace takes. */
  readonly labelSet: ReadonlyMap<string, string>;
  /** 0 is no limit: the series are only counted. */
  readonly activeSeriesMax: number;
}

/** What holds for the data of one workspace, the limits' defaults filled in. */
export interface WorkspaceSettings {
  /** How long samples are kept; 0 is without end. */
  readonly retentionMs: number;
  readonly limitsPerLabelSet: readonly LabelSetLimit[];
}

/** Whoever keeps a workspace's data to its settings. */
export interface WorkspaceSettingsListener {
  /**
   * Called with settings that are on disk. A workspace that it is never called for keeps to its limits;
   * one that is deleted is left to the engine's own deletion.
   */
  settingsChanged(workspaceId: string, settings: WorkspaceSettings): void;
}

/** What the control plane asks of the engine when workspaces come and go. */
export interface WorkspaceBackend {
  createTenant(tenant: string): Promise<void>;
  deleteTenant(tenant: string): Promise<void>;
  /** Has other limits in force from now on. */
  setLimits(limits: LimitsData): Promise<void>;
}
