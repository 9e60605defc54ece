// How a request gets in: identity first, permission second, and neither looks at what exists.
//
// 1. The head is authenticated before the body is read: form, key, clock, scope.
// 2. The body is read within its limit and hashed.
// 3. The signature is verified over head and hash.
// 4. The principal is authorised for the action on the resource.
//
// Whether the resource exists is asked by the caller, after all this: who may not look learns nothing.

import type { CredentialStore, WorkspaceDirectory, WorkspaceEntry } from '@ampere/contracts';
import { type AttachedPolicy, type AuthorisationContext, authorise, type Principal } from '@ampere/iam';
import type { Clock } from '@ampere/platform';
import type { AuthenticationRefusal, Authenticator, ExpectedScope } from './authenticator.ts';
import { authorisationContext } from './authorisation-context.ts';
import type { BodyBudget } from './body-budget.ts';
import { type Exchange, RefusedError } from './exchange.ts';
import { accessDenied } from './refusals.ts';
import { readBody } from './request-body.ts';

/** The ARN of a workspace, with its id; those of what is in a workspace begin otherwise. */
const WORKSPACE_ARN = /^arn:[^:]*:aps:[^:]*:[^:]*:workspace\/(.+)$/s;

/** A request whose sender is known for certain. */
export interface Identified {
  readonly principal: Principal;
  readonly body: Uint8Array;
}

/** What a call or the owner of its resource adds to the question whether it is allowed. */
export interface PermissionFacts {
  readonly conditionKeys?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Of resources that aren't workspaces. */
  readonly resourcePolicy?: AttachedPolicy | undefined;
  readonly resourceTags?: ReadonlyMap<string, string> | undefined;
}

export class Admission {
  readonly #authenticator: Authenticator;
  readonly #credentials: CredentialStore;
  readonly #workspaces: WorkspaceDirectory;
  readonly #budget: BodyBudget;
  readonly #clock: Clock;
  readonly #onRefused: (reason: string) => void;

  constructor(init: {
    authenticator: Authenticator;
    /** Told which keys were used. */
    credentials: CredentialStore;
    workspaces: WorkspaceDirectory;
    budget: BodyBudget;
    clock: Clock;
    /** Told the AWS error type of each refusal of identity or permission. */
    onRefused: (reason: string) => void;
  }) {
    this.#authenticator = init.authenticator;
    this.#credentials = init.credentials;
    this.#workspaces = init.workspaces;
    this.#budget = init.budget;
    this.#clock = init.clock;
    this.#onRefused = init.onRefused;
  }

  /** Steps 1 to 3. `scope` where it isn't AMP's. Throws RefusedError. */
  async identify(exchange: Exchange, bodyBytesMax: number, scope?: ExpectedScope): Promise<Identified> {
    const head = {
      method: exchange.method,
      target: exchange.target.originForm,
      rawHeaders: exchange.request.rawHeaders,
    };
    const begun = this.#authenticator.begin(head, scope);
    const identity = begun instanceof Promise ? await begun : begun;
    if (identity.kind === 'refused') throw this.#refused(identity);
    exchange.accessKeyId = identity.accessKeyId;
    const { bytes, sha256Hex } = await readBody(exchange, bodyBytesMax, this.#budget);
    const refused = identity.finish(sha256Hex);
    if (refused !== undefined) throw this.#refused(refused);
    exchange.principalArn = identity.principal.arn;
    if (identity.accessKeyId !== undefined)
      this.#credentials.used?.(identity.accessKeyId, scope?.service ?? 'aps');
    return { principal: identity.principal, body: bytes };
  }

  /** The body of a request that carries no identity, or one of its own in there. Throws RefusedError. */
  async readUnidentified(exchange: Exchange, bodyBytesMax: number): Promise<Uint8Array> {
    return (await readBody(exchange, bodyBytesMax, this.#budget)).bytes;
  }

  /** Step 4. Throws RefusedError. */
  permit(
    exchange: Exchange,
    principal: Principal,
    action: string,
    resourceArn: string,
    facts: PermissionFacts = {},
  ): void {
    const workspace = this.#workspaceOf(resourceArn);
    const resourceTags = workspace?.tags ?? facts.resourceTags ?? this.#workspaces.tagsOf(resourceArn);
    const decision = authorise(
      principal,
      action,
      resourceArn,
      this.#context(exchange, principal, resourceTags, facts.conditionKeys),
      workspace?.resourcePolicy ?? facts.resourcePolicy,
    );
    if (decision.allowed) return;
    this.#onRefused('AccessDeniedException');
    throw new RefusedError(accessDenied(decision.message));
  }

  /** The workspace that an ARN is exactly the ARN of. */
  #workspaceOf(resourceArn: string): WorkspaceEntry | undefined {
    const workspaceId = WORKSPACE_ARN.exec(resourceArn)?.[1];
    const found = workspaceId === undefined ? undefined : this.#workspaces.find(workspaceId);
    return found?.arn === resourceArn ? found : undefined;
  }

  #refused({ refusal }: AuthenticationRefusal): RefusedError {
    this.#onRefused(refusal.type);
    return new RefusedError(refusal);
  }

  #context(
    exchange: Exchange,
    principal: Principal,
    resourceTags: ReadonlyMap<string, string> | undefined,
    conditionKeys: ReadonlyMap<string, readonly string[]> | undefined,
  ): AuthorisationContext {
    const { socket } = exchange.request;
    return authorisationContext({
      principal,
      nowMs: this.#clock.nowMs(),
      remoteAddress: socket.remoteAddress,
      encrypted: 'encrypted' in socket && socket.encrypted === true,
      userAgent: exchange.header('user-agent'),
      resourceTags,
      conditionKeys,
      scope: exchange.connection.scope,
    });
  }
}
