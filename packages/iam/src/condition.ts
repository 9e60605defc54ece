// One line of a Condition block: operator, key, values.
//
// How it is decided (IAM user guide, "Condition operators" and "Set operators"):
//
// 1. `Null` asks whether the key is missing, nothing else.
// 2. A missing key: true with IfExists and with ForAllValues, false with ForAnyValue; otherwise false,
//    but true for a negated operator. For the two set operators a key with nothing but empty values is
//    missing too.
// 3. A key with values: a value meets the line when it matches one of the policy's values, or, negated,
//    none of them. ForAllValues wants all values of the request to meet it, ForAnyValue one. Without
//    a set operator one matching value is enough, and a negated operator is the exact opposite of that.
//
// A variable that can't be resolved matches nothing; but in an Allow, a negated operator takes it for a
// match, so that what is unknown never gives access.

import type { AccessRequest } from './access-request.ts';
import { type ConditionKey, conditionKey } from './condition-key.ts';
import { findOperator, requiredBoolean, type ValueTest } from './condition-operators.ts';
import { syntaxError } from './policy-error.ts';

type Quantifier = 'one' | 'all' | 'any';

export interface ConditionSyntax {
  readonly variables: boolean;
  readonly effect: 'Allow' | 'Deny';
}

export interface Condition {
  readonly key: ConditionKey;
  /** Of its values. */
  readonly variableKeys: readonly ConditionKey[];
  holds(request: AccessRequest): boolean;
}

/**
 * Compiles one line. `operatorName` is as the policy has it: `ForAnyValue:StringLikeIfExists`.
 *
 * @throws PolicyError for an unknown operator or a value that it doesn't take.
 */
export function compileCondition(
  operatorName: string,
  keyName: string,
  values: readonly string[],
  syntax: ConditionSyntax,
): Condition {
  const key = conditionKey(keyName);
  let name = operatorName;
  let quantifier: Quantifier = 'one';
  if (name.startsWith('ForAllValues:')) quantifier = 'all';
  if (name.startsWith('ForAnyValue:')) quantifier = 'any';
  if (quantifier !== 'one') name = name.slice(name.indexOf(':') + 1);
  if (name === 'Null') return new NullCondition(key, values);
  const ifExists = name.endsWith('IfExists');
  if (ifExists) name = name.slice(0, -'IfExists'.length);
  const operator = findOperator(name);
  if (operator === undefined)
    throw syntaxError(`there is no condition operator ${JSON.stringify(operatorName)}`);
  const { negated } = operator;
  const test = operator.compile(values, {
    variables: syntax.variables,
    ifUnresolved: negated && syntax.effect === 'Allow',
  });
  return new ComparingCondition({ key, test, negated, quantifier, ifExists });
}

class NullCondition implements Condition {
  readonly key: ConditionKey;
  readonly variableKeys: readonly ConditionKey[] = [];
  readonly #wanted: readonly string[];

  constructor(key: ConditionKey, values: readonly string[]) {
    this.key = key;
    this.#wanted = values.map(requiredBoolean);
  }

  holds(request: AccessRequest): boolean {
    const values = request.values(this.key);
    return this.#wanted.includes(String(values === undefined || values.length === 0));
  }
}

class ComparingCondition implements Condition {
  readonly key: ConditionKey;
  readonly variableKeys: readonly ConditionKey[];
  readonly #test: ValueTest;
  readonly #negated: boolean;
  readonly #quantifier: Quantifier;
  readonly #ifExists: boolean;

  constructor(init: {
    key: ConditionKey;
    test: ValueTest;
    negated: boolean;
    quantifier: Quantifier;
    ifExists: boolean;
  }) {
    this.key = init.key;
    this.variableKeys = init.test.keys;
    this.#test = init.test;
    this.#negated = init.negated;
    this.#quantifier = init.quantifier;
    this.#ifExists = init.ifExists;
  }

  holds(request: AccessRequest): boolean {
    const values = request.values(this.key);
    if (values === undefined || this.#isMissing(values)) {
      if (this.#ifExists || this.#quantifier === 'all') return true;
      return this.#quantifier === 'one' && this.#negated;
    }
    if (this.#quantifier === 'one') return this.#someMatches(values, request) !== this.#negated;
    const wantsAll = this.#quantifier === 'all';
    for (const value of values) {
      if ((this.#test.matches(value, request) !== this.#negated) !== wantsAll) return !wantsAll;
    }
    return wantsAll;
  }

  #isMissing(values: readonly string[]): boolean {
    return values.length === 0 || (this.#quantifier !== 'one' && values.every((value) => value === ''));
  }

  #someMatches(values: readonly string[], request: AccessRequest): boolean {
    for (const value of values) if (this.#test.matches(value, request)) return true;
    return false;
  }
}
