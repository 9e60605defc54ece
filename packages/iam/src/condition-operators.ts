// The operators of conditions: what each takes from the policy, and when a value of the request meets
// one of the values that the policy names.
//
// An operator and its opposite (StringEquals, StringNotEquals) are one test and a flag; the flag, the
// set operators and missing keys are condition.ts's.
//
// Values of the policy that an operator can't compare with (a word for a number, an address that is
// none) are refused when the policy is read: a Deny that silently never applies helps nobody. Values of
// the request that can't be compared meet nothing.

import type { AccessRequest } from './access-request.ts';
import { ArnPattern, splitArn } from './arn-pattern.ts';
import type { ConditionKey } from './condition-key.ts';
import { ipRangeContains, parseIpAddress, parseIpRange } from './ip-range.ts';
import { parsePolicyDate } from './policy-date.ts';
import { legacyError } from './policy-error.ts';
import { Template, tokenise } from './template.ts';

/** The values that a policy names under one operator and key. */
export interface ValueTest {
  /** Keys of the variables in the values. */
  readonly keys: readonly ConditionKey[];
  /** Whether a value of the request meets one of the policy's. */
  matches(value: string, request: AccessRequest): boolean;
}

export interface TestSyntax {
  /** Whether `${…}` are variables. */
  readonly variables: boolean;
  /** What a comparison with a variable that can't be resolved gives. */
  readonly ifUnresolved: boolean;
}

export interface Operator {
  readonly negated: boolean;
  /** @throws PolicyError for a value that the operator doesn't take. */
  compile(values: readonly string[], syntax: TestSyntax): ValueTest;
}

const NO_KEYS: readonly ConditionKey[] = [];

class TextTest implements ValueTest {
  readonly keys: readonly ConditionKey[];
  readonly #templates: readonly Template[];
  readonly #folded: boolean;
  readonly #ifUnresolved: boolean;

  constructor(
    values: readonly string[],
    syntax: TestSyntax,
    options: { wildcards: boolean; folded: boolean },
  ) {
    const { variables } = syntax;
    this.#templates = values.map(
      (value) => new Template(tokenise(value, { variables, wildcards: options.wildcards }), options.folded),
    );
    this.#folded = options.folded;
    this.#ifUnresolved = syntax.ifUnresolved;
    this.keys = this.#templates.flatMap((template) => template.keys);
  }

  matches(value: string, request: AccessRequest): boolean {
    const text = this.#folded ? value.toLowerCase() : value;
    for (const template of this.#templates)
      if (template.matches(text, request, this.#ifUnresolved)) return true;
    return false;
  }
}

class ArnTest implements ValueTest {
  readonly keys: readonly ConditionKey[];
  readonly #patterns: readonly ArnPattern[];
  readonly #ifUnresolved: boolean;

  constructor(values: readonly string[], syntax: TestSyntax) {
    this.#patterns = values.map(
      (value) => new ArnPattern(value, { variables: syntax.variables, wildcards: true }),
    );
    this.#ifUnresolved = syntax.ifUnresolved;
    this.keys = this.#patterns.flatMap((pattern) => pattern.keys);
  }

  matches(value: string, request: AccessRequest): boolean {
    const segments = splitArn(value);
    if (segments === undefined) return false;
    for (const pattern of this.#patterns)
      if (pattern.matches(segments, request, this.#ifUnresolved)) return true;
    return false;
  }
}

/** Compares numbers, or dates as milliseconds. */
class OrderTest implements ValueTest {
  readonly keys = NO_KEYS;
  readonly #wanted: readonly number[];
  readonly #parse: (text: string) => number | undefined;
  readonly #compare: (value: number, wanted: number) => boolean;

  constructor(
    values: readonly string[],
    parse: (text: string) => number | undefined,
    compare: (value: number, wanted: number) => boolean,
  ) {
    this.#wanted = values.map((value) => parse(value) ?? refuse(value, 'a number or date'));
    this.#parse = parse;
    this.#compare = compare;
  }

  matches(value: string, request: AccessRequest): boolean {
    const number = request.parsed(value, this.#parse);
    return number !== undefined && this.#wanted.some((wanted) => this.#compare(number, wanted));
  }
}

class IpTest implements ValueTest {
  readonly keys = NO_KEYS;
  readonly #ranges: readonly ReturnType<typeof requiredRange>[];

  constructor(values: readonly string[]) {
    this.#ranges = values.map(requiredRange);
  }

  matches(value: string, request: AccessRequest): boolean {
    const address = request.parsed(value, parseIpAddress);
    if (address === undefined) return false;
    for (const range of this.#ranges) if (ipRangeContains(range, address)) return true;
    return false;
  }
}

class BooleanTest implements ValueTest {
  readonly keys = NO_KEYS;
  readonly #wanted: readonly string[];

  constructor(values: readonly string[]) {
    this.#wanted = values.map(requiredBoolean);
  }

  matches(value: string): boolean {
    return this.#wanted.includes(value.toLowerCase());
  }
}

/** Both sides are base64; the bytes are compared. */
class BinaryTest implements ValueTest {
  readonly keys = NO_KEYS;
  readonly #wanted: readonly string[];

  constructor(values: readonly string[]) {
    this.#wanted = values.map((value) => canonicalBase64(value) ?? refuse(value, 'base64'));
  }

  matches(value: string): boolean {
    const canonical = canonicalBase64(value);
    return canonical !== undefined && this.#wanted.includes(canonical);
  }
}

/** `true` or `false` in lower case, of a value of Bool or Null. */
export function requiredBoolean(value: string): string {
  const folded = value.toLowerCase();
  return folded === 'true' || folded === 'false' ? folded : refuse(value, 'true or false');
}

function requiredRange(value: string) {
  return parseIpRange(value) ?? refuse(value, 'an address or a CIDR range');
}

function refuse(value: string, wanted: string): never {
  throw legacyError(`the condition value ${JSON.stringify(value)} is not ${wanted}`);
}

function canonicalBase64(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64').toString('base64');
}

function parseNumber(text: string): number | undefined {
  return /^[-+]?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?$/.test(text) ? Number(text) : undefined;
}

const OPERATORS = new Map<string, Operator>();

function define(name: string, compile: Operator['compile']): void {
  OPERATORS.set(name, { negated: false, compile });
}

function defineWithOpposite(name: string, opposite: string, compile: Operator['compile']): void {
  define(name, compile);
  OPERATORS.set(opposite, { negated: true, compile });
}

function defineOrder(kind: 'Numeric' | 'Date', parse: (text: string) => number | undefined): void {
  const order = (compare: (value: number, wanted: number) => boolean) => (values: readonly string[]) =>
    new OrderTest(values, parse, compare);
  defineWithOpposite(
    `${kind}Equals`,
    `${kind}NotEquals`,
    order((value, wanted) => value === wanted),
  );
  define(
    `${kind}LessThan`,
    order((value, wanted) => value < wanted),
  );
  define(
    `${kind}LessThanEquals`,
    order((value, wanted) => value <= wanted),
  );
  define(
    `${kind}GreaterThan`,
    order((value, wanted) => value > wanted),
  );
  define(
    `${kind}GreaterThanEquals`,
    order((value, wanted) => value >= wanted),
  );
}

const exact = { wildcards: false, folded: false };
const exactFolded = { wildcards: false, folded: true };
const like = { wildcards: true, folded: false };
defineWithOpposite(
  'StringEquals',
  'StringNotEquals',
  (values, syntax) => new TextTest(values, syntax, exact),
);
defineWithOpposite(
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  (values, syntax) => new TextTest(values, syntax, exactFolded),
);
defineWithOpposite('StringLike', 'StringNotLike', (values, syntax) => new TextTest(values, syntax, like));
// AWS gives ArnEquals and ArnLike one meaning.
for (const kind of ['Equals', 'Like'])
  defineWithOpposite(`Arn${kind}`, `ArnNot${kind}`, (values, syntax) => new ArnTest(values, syntax));
defineOrder('Numeric', parseNumber);
defineOrder('Date', parsePolicyDate);
defineWithOpposite('IpAddress', 'NotIpAddress', (values) => new IpTest(values));
define('Bool', (values) => new BooleanTest(values));
define('BinaryEquals', (values) => new BinaryTest(values));

/** The operator of that name, without set operator and IfExists; `Null` is not among them. */
export function findOperator(name: string): Operator | undefined {
  return OPERATORS.get(name);
}
