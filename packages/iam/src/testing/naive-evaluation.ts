// A second evaluator for the property tests: policies as JSON, regular expressions, everything worked out
// anew each time, in the words of the user guide. Shares no code with the one under test. It knows what
// random-policies.ts makes, not the whole language.

type Json = Readonly<Record<string, unknown>>;

export interface NaivePolicy {
  readonly version: string;
  readonly statements: readonly Json[];
}

export interface NaiveRequest {
  readonly principal: { kind: string; arn: string; accountId: string; roleArn: string | undefined };
  readonly action: string;
  readonly resource: string;
  /** With the principal's keys; names in lower case. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

export interface NaivePolicies {
  readonly identity: readonly NaivePolicy[];
  readonly resource: NaivePolicy | undefined;
  readonly boundary: NaivePolicy | undefined;
  readonly session: readonly NaivePolicy[] | undefined;
}

export function naivelyAllowed(policies: NaivePolicies, request: NaiveRequest): boolean {
  const { principal } = request;
  const all = [
    ...policies.identity,
    ...(policies.resource === undefined ? [] : [policies.resource]),
    ...(policies.boundary === undefined ? [] : [policies.boundary]),
    ...(policies.session ?? []),
  ];
  if (all.some((policy) => effects(policy, request).some(([effect]) => effect === 'Deny'))) return false;
  const allows = (list: readonly NaivePolicy[]) => list.some((policy) => effects(policy, request).length > 0);
  const bounded =
    (policies.boundary === undefined || allows([policies.boundary])) &&
    (policies.session === undefined || allows(policies.session));
  const identity = principal.kind === 'root' || allows(policies.identity);
  const named =
    policies.resource === undefined ? [] : effects(policies.resource, request).map(([, how]) => how);
  if (request.resource.split(':')[4] !== principal.accountId) return identity && named.length > 0 && bounded;
  return named.includes('direct') || ((identity || named.includes('role')) && bounded);
}

/** Effect and naming of each statement that applies. */
function effects(policy: NaivePolicy, request: NaiveRequest): [unknown, string][] {
  return policy.statements
    .filter((statement) => fits(policy.version, statement, request))
    .map((statement): [unknown, string] => [statement['Effect'], naming(statement, request)])
    .filter(([, how]) => how !== 'not');
}

function naming(statement: Json, { principal }: NaiveRequest): string {
  const positive = (element: unknown) => {
    if (element === '*') return 'direct';
    const names = list((element as Json)['AWS']) as string[];
    if (names.includes('*') || names.includes(principal.arn)) return 'direct';
    if (principal.roleArn !== undefined && names.includes(principal.roleArn)) return 'role';
    if (!names.includes(principal.accountId)) return 'not';
    return principal.kind === 'root' ? 'direct' : 'account';
  };
  if ('Principal' in statement) return positive(statement['Principal']);
  if (!('NotPrincipal' in statement)) return 'direct';
  const how = positive(statement['NotPrincipal']);
  const excepted = statement['Effect'] === 'Deny' ? how === 'direct' : how !== 'not';
  return excepted ? 'not' : 'direct';
}

function fits(version: string, statement: Json, request: NaiveRequest): boolean {
  const cautious = statement['Effect'] === 'Allow';
  const actions = list(statement['Action'] ?? statement['NotAction']) as string[];
  const actionListed = actions.some((action) => wild(action, 'i').test(request.action));
  if (actionListed === 'NotAction' in statement) return false;
  const resources = list(statement['Resource'] ?? statement['NotResource']) as string[];
  const negated = 'NotResource' in statement;
  const resourceListed = resources.some((resource) =>
    arnFits(resource, request.resource, version, request, negated && cautious),
  );
  if (resourceListed === negated) return false;
  for (const [operator, keys] of Object.entries((statement['Condition'] ?? {}) as Json))
    for (const [key, values] of Object.entries(keys as Json))
      if (!conditionHolds(operator, key, list(values).map(String), version, cautious, request)) return false;
  return true;
}

function conditionHolds(
  operator: string,
  key: string,
  wanted: readonly string[],
  version: string,
  cautious: boolean,
  request: NaiveRequest,
): boolean {
  const [, set, name, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator)!;
  const actual = request.context[key.toLowerCase()];
  if (name === 'Null') return wanted.includes(actual === undefined ? 'true' : 'false');
  const negated = name!.includes('Not');
  const nothing = actual === undefined || (set !== undefined && actual.every((value) => value === ''));
  if (nothing) return ifExists !== undefined || set === 'ForAllValues' || (set === undefined && negated);
  const base = name!.replace('Not', '');
  const meets = (value: string) =>
    wanted.some((one) => compare(base, one, value, version, negated && cautious, request));
  if (set === 'ForAllValues') return actual.every((value) => meets(value) !== negated);
  if (set === 'ForAnyValue') return actual.some((value) => meets(value) !== negated);
  return actual.some(meets) !== negated;
}

function compare(
  base: string,
  wanted: string,
  actual: string,
  version: string,
  ifUnresolved: boolean,
  request: NaiveRequest,
): boolean {
  const number = (text: string) => (base.startsWith('Date') ? Date.parse(text) : Number.parseFloat(text));
  if (/^(?:Numeric|Date)/.test(base)) {
    const [a, b] = [number(actual), number(wanted)];
    if (base.endsWith('LessThan')) return a < b;
    if (base.endsWith('LessThanEquals')) return a <= b;
    if (base.endsWith('GreaterThan')) return a > b;
    if (base.endsWith('GreaterThanEquals')) return a >= b;
    return a === b;
  }
  if (base === 'Bool') return actual === wanted;
  if (base === 'IpAddress') {
    const [net, bits = '32'] = wanted.split('/');
    const asNumber = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const size = 2 ** (32 - Number(bits));
    return Math.floor(asNumber(net!) / size) === Math.floor(asNumber(actual) / size);
  }
  if (base.startsWith('Arn')) return arnFits(wanted, actual, version, request, ifUnresolved);
  const source = expanded(wanted, version, request, base === 'StringLike');
  if (source === undefined) return ifUnresolved;
  return new RegExp(`^${source}$`, base === 'StringEqualsIgnoreCase' ? 'is' : 's').test(actual);
}

function arnFits(
  pattern: string,
  actual: string,
  version: string,
  request: NaiveRequest,
  ifUnresolved: boolean,
): boolean {
  if (pattern === '*') return true;
  const cut = (text: string) => {
    const parts = text.replace(/\$\{[^}]*\}/g, (found) => found.replaceAll(':', '\u0001')).split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')].map((part) => part.replaceAll('\u0001', ':'));
  };
  const [wanted, got] = [cut(pattern), cut(actual)];
  if (got.length < 6 || !actual.startsWith('arn:')) return false;
  return wanted.every((segment, i) => {
    const source = expanded(segment, version, request, true);
    return source === undefined ? ifUnresolved : new RegExp(`^${source}$`, 's').test(got[i]!);
  });
}

/** The source of a regular expression; undefined when a variable has no value. */
function expanded(
  text: string,
  version: string,
  request: NaiveRequest,
  wildcards: boolean,
): string | undefined {
  const parts = version === '2012-10-17' ? text.split(/(\$\{[^}]*\})/) : [text];
  let source = '';
  for (const part of parts) {
    const variable = version === '2012-10-17' ? /^\$\{([^,}]*)(?:, '(.*)')?\}$/.exec(part) : null;
    if (variable === null) source += wildcards ? wildSource(part) : escaped(part);
    else {
      const values = request.context[variable[1]!.toLowerCase()] ?? [];
      const value = values.length === 1 ? values[0] : variable[2];
      if (/^[*?$]$/.test(variable[1]!)) source += escaped(variable[1]!);
      else if (value === undefined) return undefined;
      else source += escaped(value);
    }
  }
  return source;
}

function wild(pattern: string, flags: string): RegExp {
  return new RegExp(`^${wildSource(pattern)}$`, `s${flags}`);
}

function wildSource(pattern: string): string {
  return [...pattern].map((char) => (char === '*' ? '.*' : char === '?' ? '.' : escaped(char))).join('');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
