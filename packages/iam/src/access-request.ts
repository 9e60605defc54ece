import { splitArn } from './arn-pattern.ts';
import type { ConditionKey } from './condition-key.ts';
import { type Principal, principalValues } from './principal.ts';

/** Facts of the request that policies may ask for, by condition key (`aws:SourceIp`, `aws:ResourceTag/team`). */
export type AuthorisationContext = ReadonlyMap<string, readonly string[]>;

/** One question to the policies: may this principal do this, here, now. */
export class AccessRequest {
  readonly principal: Principal;
  readonly action: string;
  /** Actions are compared without regard to case. */
  readonly actionFolded: string;
  readonly resource: string;
  /** Undefined when the resource is no ARN: `*`, for actions that have none. */
  readonly resourceSegments: readonly string[] | undefined;
  readonly #context: AuthorisationContext;
  #folded: Map<string, readonly string[]> | undefined;
  readonly #parsed: { parse: unknown; text: string; value: unknown }[] = [];

  constructor(init: {
    principal: Principal;
    action: string;
    resource: string;
    context: AuthorisationContext;
  }) {
    this.principal = init.principal;
    this.action = init.action;
    this.actionFolded = init.action.toLowerCase();
    this.resource = init.resource;
    this.resourceSegments = splitArn(init.resource);
    this.#context = init.context;
  }

  /**
   * The values of a key; undefined when the request hasn't it. What the principal itself says goes
   * before the context. Of two tags that differ in case alone, the one spelled as in the policy counts,
   * otherwise the first.
   */
  values(key: ConditionKey): readonly string[] | undefined {
    return (
      principalValues(this.principal, key) ?? this.#context.get(key.name) ?? this.#fold().get(key.folded)
    );
  }

  /** The value of a key that has exactly one. */
  singleValue(key: ConditionKey): string | undefined {
    const values = this.values(key);
    return values?.length === 1 ? values[0] : undefined;
  }

  /** `parse(text)`, once for a request: a hundred policies may ask for the same address or time. */
  parsed<T>(text: string, parse: (text: string) => T): T {
    for (const known of this.#parsed) {
      if (known.parse === parse && known.text === text) return known.value as T;
    }
    const value = parse(text);
    this.#parsed.push({ parse, text, value });
    return value;
  }

  #fold(): Map<string, readonly string[]> {
    if (this.#folded === undefined) {
      this.#folded = new Map();
      for (const [name, values] of this.#context) {
        const folded = name.toLowerCase();
        if (!this.#folded.has(folded)) this.#folded.set(folded, values);
      }
    }
    return this.#folded;
  }
}
