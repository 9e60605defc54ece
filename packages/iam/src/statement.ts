import type { AccessRequest } from './access-request.ts';
import type { ArnPattern } from './arn-pattern.ts';
import type { Condition } from './condition.ts';
import type { ConditionKey } from './condition-key.ts';
import type { Glob } from './glob.ts';
import { NAMED_DIRECT, type Naming, type PrincipalElement } from './principal-element.ts';

/** What a statement of a policy says, ready to be asked. */
export interface StatementInit {
  /** Place in the document, from 0. */
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** In lower case. */
  readonly actions: readonly Glob[];
  readonly notAction: boolean;
  /** Undefined in a trust policy, whose resource is the role. */
  readonly resources: readonly ArnPattern[] | undefined;
  readonly notResource: boolean;
  /** Undefined in policies that are attached to a principal. */
  readonly principals: PrincipalElement | undefined;
  readonly conditions: readonly Condition[];
}

export class Statement {
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** Keys of conditions and of variables. */
  readonly contextKeys: readonly ConditionKey[];
  readonly #actions: readonly Glob[];
  readonly #notAction: boolean;
  readonly #resources: readonly ArnPattern[] | undefined;
  readonly #notResource: boolean;
  readonly #principals: PrincipalElement | undefined;
  readonly #conditions: readonly Condition[];

  constructor(init: StatementInit) {
    this.index = init.index;
    this.sid = init.sid;
    this.effect = init.effect;
    this.#actions = init.actions;
    this.#notAction = init.notAction;
    this.#resources = init.resources;
    this.#notResource = init.notResource;
    this.#principals = init.principals;
    this.#conditions = init.conditions;
    this.contextKeys = [
      ...(init.resources ?? []).flatMap((resource) => resource.keys),
      ...init.conditions.flatMap((condition) => [condition.key, ...condition.variableKeys]),
    ];
  }

  concernsAction(actionFolded: string): boolean {
    return this.#actions.some((action) => action.matches(actionFolded)) !== this.#notAction;
  }

  /** How closely its Principal names the caller; directly when it has none. */
  naming(request: AccessRequest): Naming {
    return this.#principals?.naming(request.principal, this.effect) ?? NAMED_DIRECT;
  }

  /** Whether resource and conditions fit; action and principal are asked for before. */
  applies(request: AccessRequest): boolean {
    if (this.#resources !== undefined && this.#listsResource(request) === this.#notResource) return false;
    for (const condition of this.#conditions) if (!condition.holds(request)) return false;
    return true;
  }

  #listsResource(request: AccessRequest): boolean {
    // What a variable that can't be resolved stands for is unknown, and never gives access.
    const ifUnresolved = this.#notResource && this.effect === 'Allow';
    for (const resource of this.#resources!) {
      if (resource.matches(request.resourceSegments, request, ifUnresolved)) return true;
    }
    return false;
  }
}
