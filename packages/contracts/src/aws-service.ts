// AWS APIs beside AMP's that are served at `/` of the same address, told apart by the service of the
// credential scope: iam, sts, sns (query protocol, XML), servicequotas, cloudtrail (JSON 1.1).
//
// A call goes the way of every other: which call is it → whose is it → is it allowed → carry it out.

import type { AttachedPolicy, Principal } from '@ampere/iam';
import type { ApiResponse } from './control-plane.ts';

export interface AwsServiceRequest {
  readonly method: string;
  /** Query string as received, without `?`. */
  readonly search: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly requestId: string;
  /** Where the client connected from. */
  readonly sourceIp: string;
}

/** A call of an API with what authorisation needs to know; carried back into `execute`. */
export interface AwsServiceCall {
  /** For example `CreateUser`. */
  readonly operation: string;
  /** For example `iam:CreateUser`; undefined for what everybody may call (`GetCallerIdentity`). */
  readonly action: string | undefined;
  /** What the action is checked on, each of them; `*` where the API knows no resource. */
  readonly resourceArns: readonly string[];
  /** Condition keys of the call itself (`sns:Protocol`), lower-case. */
  readonly conditionKeys: ReadonlyMap<string, readonly string[]>;
  /** May come without a signature, because it carries a proof of its own (a web identity token, a confirmation token). */
  readonly mayBeAnonymous: boolean;
  /** Changes nothing; for the audit. */
  readonly readOnly: boolean;
  /** The request's members for the audit, without secrets; null when it has none. */
  readonly auditParameters: unknown;
}

/** A refusal in the terms of AWS' APIs. */
export interface AwsServiceError {
  readonly status: number;
  /** For example `NoSuchEntity`. */
  readonly code: string;
  /** For the client. */
  readonly message: string;
}

export interface AwsService {
  /** As in the credential scope. */
  readonly name: string;
  /**
   * Reads which call it is; looks at no stored state but for what belongs to the ARN of a resource that the
   * request names otherwise. `principal` is the caller, for calls about oneself; undefined without a signature.
   */
  route(
    request: AwsServiceRequest,
    principal?: Principal,
  ): AwsServiceCall | { readonly error: AwsServiceError };
  /** What the owner of a resource grants or denies others; undefined when there is nothing. */
  policyOf(resourceArn: string): AttachedPolicy | undefined;
  /** Tags of a resource, for `aws:ResourceTag/…`; undefined when it has none or isn't there. */
  tagsOf?(resourceArn: string): ReadonlyMap<string, string> | undefined;
  /**
   * Validates and carries out; every refusal is an ApiResponse in the API's error form. `principal` is undefined
   * only when the call may be anonymous and is. Throws only on our own faults.
   */
  execute(
    call: AwsServiceCall,
    request: AwsServiceRequest,
    principal: Principal | undefined,
  ): Promise<ApiResponse>;
  /** Writes a refusal that others decided on in the API's error form. */
  formError(error: AwsServiceError, requestId: string): ApiResponse;
}
