// What an audit learns of a call of a management API: of AMP's own and of the services beside it alike.

import type { Principal } from '@ampere/iam';

/** One call that ended, with its answer or refusal. */
export interface ManagementCall {
  readonly requestId: string;
  /** When it began, milliseconds since 1970. */
  readonly startedAtMs: number;
  /** As in the credential scope: `aps`, `iam`. */
  readonly service: string;
  /** For example `CreateWorkspace`. */
  readonly operation: string;
  readonly readOnly: boolean;
  /** Undefined for a call that may be anonymous and was. */
  readonly principal: Principal | undefined;
  readonly accessKeyId: string | undefined;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** Whether it came over TLS. */
  readonly encrypted: boolean;
  /** The host that the client asked. */
  readonly host: string | undefined;
  /** What the action was checked on. */
  readonly resourceArns: readonly string[];
  /** What was asked for; owned by the receiver of the record. */
  readonly request: ManagementRequest;
  readonly status: number;
  /** The answer's members when it was carried out, without secrets; undefined when there are none. */
  readonly answer: unknown;
  /** Why it was refused; undefined when it was carried out. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

export type ManagementRequest =
  /** Of AMP's API: path members decoded, query string and body as received. */
  | {
      readonly kind: 'rest';
      readonly pathParameters: ReadonlyMap<string, string>;
      readonly search: string;
      readonly body: Uint8Array;
    }
  /** Of a service beside it: its members without secrets, or null. */
  | { readonly kind: 'members'; readonly members: unknown };

/** Told of every management call whose sender was known, or that may be anonymous, right before it is answered. */
export type ManagementCallListener = (call: ManagementCall) => void;
