// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
// Policies, principals and requests for the property tests, out of few enough words that they often meet.

import type { Random } from '@ampere/platform';
import type { Principal } from '../principal.ts';
import { ACCOUNT, ANN, BOB_ELSEWHERE, OTHER_ACCOUNT, SESSION } from './fixtures.ts';
import type { NaivePolicies, NaivePolicy, NaiveRequest } from './naive-evaluation.ts';

type Json = Record<string, unknown>;

export interface RandomCase {
  readonly principal: Principal;
  readonly request: NaiveRequest;
  /** As the caller of `authorise` has it: without the keys of the principal. */
  readonly context: ReadonlyMap<string, readonly string[]>;
  readonly policies: NaivePolicies;
}

const ROOT: Principal = {
  kind: 'root',
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  accountId: ACCOUNT,
  userId: ACCOUNT,
};
const PRINCIPALS: readonly Principal[] = [ROOT, ANN, SESSION, BOB_ELSEWHERE];
const ACTIONS = ['aps:RemoteWrite', 'aps:QueryMetrics', 'aps:DeleteWorkspace'];
const ACTION_PATTERNS = ['*', 'aps:*', 'APS:remotewrite', 'aps:Query*', 'aps:*e*e*', 'aps:?elete*', 'iam:*'];
const RESOURCES = ['ws-1', 'ws-2', 'ws-storage'].map(
  (id) => `arn:aws:aps:us-east-1:${ACCOUNT}:workspace/${id}`,
);
const RESOURCE_PATTERNS = [
  '*',
  ...RESOURCES,
  'arn:aws:aps:*:*:workspace/ws-?',
  `arn:aws:aps:*:${ACCOUNT}:*s*s*`,
  'arn:*:aps:us*:*:workspace/*',
  'arn:aws:aps:*ws-1:*',
  'arn:aws:aps:*:*:workspace/ws-${aws:PrincipalTag/team}',
  'arn:aws:aps:*:*:workspace/*${aws:ResourceTag/id}',
  "arn:aws:aps:*:*:workspace/${aws:ResourceTag/none, 'ws-2'}",
  'arn:aws:aps:*:*:workspace/${aws:username}*',
  'arn:aws:aps:*:*:workspace/${*}',
];
const TEXTS = ['', 'a', 'A', 'ab', 'a*', '1', '2'];
const TEXT_PATTERNS = [
  ...TEXTS,
  'a?',
  '*',
  '?*',
  '${aws:ResourceTag/id}',
  '${aws:RequestTag/id}',
  '${aws:username}',
  "${aws:username, 'a'}*",
  'b${$}',
];
const DATES = ['2026-01-01T00:00:00Z', '2026-06-01T12:00:00Z', '2027-01-01T00:00:00+02:00'];
const ADDRESSES = ['10.0.0.1', '10.1.0.1', '192.168.1.1'];
const ARNS = [ANN.arn, BOB_ELSEWHERE.arn, String(SESSION.roleArn), RESOURCES[0]!];

/** Kind of value by key; `texts` may have several. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'aws:ResourceTag/id': TEXTS,
  'aws:RequestTag/id': TEXTS,
  'aws:TagKeys': TEXTS,
  'aws:size': ['0', '1', '2.5', '-1'],
  'aws:CurrentTime': DATES,
  'aws:SecureTransport': ['true', 'false'],
  'aws:SourceIp': ADDRESSES,
  'aws:SourceArn': ARNS,
};

export class RandomPolicies {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  case(): RandomCase {
    const principal = this.#pick(PRINCIPALS);
    const context = new Map<string, readonly string[]>();
    for (const [key, values] of Object.entries(KEYS)) {
      if (this.#chance(3)) continue;
      const count = key === 'aws:TagKeys' ? this.#random.integer(4) : 1;
      context.set(
        key,
        Array.from({ length: count }, () => this.#pick(values)),
      );
    }
    // An empty list of values is a missing key to some operators only; kept for the table tests.
    if (context.get('aws:TagKeys')?.length === 0) context.delete('aws:TagKeys');
    return {
      principal,
      context,
      request: {
        principal: { ...principal, roleArn: principal.roleArn },
        action: this.#pick(ACTIONS),
        resource: this.#pick(RESOURCES),
        context: { ...folded(context), ...principalKeys(principal) },
      },
      policies: {
        identity: Array.from({ length: this.#random.integer(3) }, () => this.policy(false)),
        resource: this.#chance(2) ? this.policy(true) : undefined,
        boundary: this.#chance(4) ? this.policy(false) : undefined,
        session: this.#chance(4) ? [this.policy(false)] : undefined,
      },
    };
  }

  policy(named: boolean): NaivePolicy {
    const version = this.#chance(5) ? '2008-10-17' : '2012-10-17';
    return {
      version,
      statements: Array.from({ length: 1 + this.#random.integer(3) }, () => this.statement(named)),
    };
  }

  statement(named: boolean, effect = this.#chance(4) ? 'Deny' : 'Allow'): Json {
    const statement: Json = { Effect: effect };
    statement[this.#chance(6) ? 'NotAction' : 'Action'] = this.#oneOrMore(ACTION_PATTERNS);
    statement[this.#chance(6) ? 'NotResource' : 'Resource'] = this.#oneOrMore(RESOURCE_PATTERNS);
    if (named) statement[this.#chance(6) ? 'NotPrincipal' : 'Principal'] = this.#principals();
    if (this.#chance(2)) statement['Condition'] = this.#condition();
    return statement;
  }

  #principals(): unknown {
    if (this.#chance(6)) return '*';
    const names = PRINCIPALS.filter((principal) => principal.kind !== 'root').map(
      (principal) => principal.arn,
    );
    return { AWS: this.#oneOrMore([...names, String(SESSION.roleArn), ACCOUNT, OTHER_ACCOUNT, '*']) };
  }

  #condition(): Json {
    const condition: Json = {};
    for (let left = 1 + this.#random.integer(2); left > 0; left--) {
      const key = this.#pick(Object.keys(KEYS));
      const [operators, values] = operatorsFor(key);
      const set = this.#pick(['', '', 'ForAllValues:', 'ForAnyValue:']);
      const operator = `${set}${this.#pick(operators)}${this.#chance(5) ? 'IfExists' : ''}`;
      condition[operator] = { [this.#chance(4) ? key.toUpperCase() : key]: this.#oneOrMore(values) };
    }
    if (this.#chance(8))
      condition['Null'] = { [this.#pick(Object.keys(KEYS))]: this.#pick(['true', 'false']) };
    return condition;
  }

  #oneOrMore<T>(items: readonly T[]): T | T[] {
    if (this.#chance(2)) return this.#pick(items);
    return Array.from({ length: 1 + this.#random.integer(3) }, () => this.#pick(items));
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random.integer(items.length)]!;
  }

  #chance(oneIn: number): boolean {
    return this.#random.integer(oneIn) === 0;
  }
}

const ORDER = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'];
const TEXT = ['Equals', 'NotEquals', 'EqualsIgnoreCase', 'NotEqualsIgnoreCase', 'Like', 'NotLike'];

function operatorsFor(key: string): [readonly string[], readonly string[]] {
  const prefixed = (kind: string, names: readonly string[]) => names.map((name) => `${kind}${name}`);
  if (key === 'aws:size') return [prefixed('Numeric', ORDER), ['0', '1', '2', '-1.0']];
  if (key === 'aws:CurrentTime') return [prefixed('Date', ORDER), DATES];
  if (key === 'aws:SecureTransport') return [['Bool'], ['true', 'false']];
  if (key === 'aws:SourceIp')
    return [
      ['IpAddress', 'NotIpAddress'],
      [...ADDRESSES, '10.0.0.0/8', '10.0.0.0/15', '0.0.0.0/0'],
    ];
  if (key === 'aws:SourceArn')
    return [
      prefixed('Arn', ['Equals', 'NotEquals', 'Like', 'NotLike']),
      [...ARNS, '*', 'arn:aws:iam::*:user/*'],
    ];
  return [prefixed('String', TEXT), TEXT_PATTERNS];
}

function folded(context: ReadonlyMap<string, readonly string[]>): Record<string, readonly string[]> {
  return Object.fromEntries([...context].map(([key, values]) => [key.toLowerCase(), values]));
}

function principalKeys(principal: Principal): Record<string, readonly string[]> {
  const keys: Record<string, readonly string[]> = {};
  if (principal.kind === 'user') keys['aws:username'] = [principal.arn.split('/').at(-1)!];
  for (const [name, value] of principal.tags ?? []) keys[`aws:principaltag/${name}`] = [value];
  return keys;
}
