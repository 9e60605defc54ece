// Reads the input of an operation out of a request and checks it against the operation's shapes.
//
// 1. Each member is taken from its place; null is the same as absent, unknown members are ignored.
// 2. Query members are text: integers are read from it, lists are repeated keys.
// 3. A value is checked for its type, then its length or range, then its pattern; the first constraint
//    that it breaks is its violation, in the service's words. Maps name all constraints of a bad key
//    or value, as the service does.
// 4. Members inside others are named by their path: `destinations.1.member.logGroupArn`, counted from 1.
//
// Lengths count code points. A pattern matches the whole value.
import type { Member, Members, Shape, StringShape } from './shape.ts';

/** A member that breaks a constraint. */
export interface Violation {
  /** Path of the member. */
  readonly name: string;
  /** Without the member's name: `Member must …`. */
  readonly message: string;
}

/** A request taken apart. */
export interface RawInput {
  /** Decoded. */
  readonly path: ReadonlyMap<string, string>;
  /** Decoded, each key with its values in the order of the request. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly body: object;
}

/** Values by member; members that are absent or bad are left out. */
export type InputValues = Readonly<Record<string, unknown>>;

/** Reads and checks all members of an operation's input. */
export function readInput(
  members: Members,
  raw: RawInput,
): { readonly input: InputValues; readonly violations: readonly Violation[] } {
  const violations: Violation[] = [];
  const input = readMembers(members, (name, member) => fromPlace(raw, name, member), '', violations);
  return { input, violations };
}

function fromPlace(raw: RawInput, name: string, member: Member): unknown {
  switch (member.place) {
    case 'path':
      return raw.path.get(name);
    case 'query':
      return fromQuery(member.shape, raw.query.get(name));
    case 'body':
      return ownMember(raw.body, name);
  }
}

function fromQuery(shape: Shape, values: readonly string[] | undefined): unknown {
  if (values === undefined || shape.type === 'list') return values;
  const [first] = values;
  if (shape.type === 'integer' && /^[-+]?\d{1,15}$/.test(first!)) return Number(first);
  return first;
}

function ownMember(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

function readMembers(
  members: Members,
  find: (name: string, member: Member) => unknown,
  prefix: string,
  violations: Violation[],
): InputValues {
  const values: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    const found = find(name, member);
    if (found !== undefined && found !== null) {
      const value = readValue(member.shape, found, prefix + name, violations);
      if (value !== undefined) values[name] = value;
    } else if (member.required) {
      violations.push({ name: prefix + name, message: 'Member must not be null' });
    }
  }
  return values;
}

/** The value in code's form; undefined, with a violation added, when it is bad. */
function readValue(shape: Shape, value: unknown, name: string, violations: Violation[]): unknown {
  const refuse = (message: string): undefined => {
    violations.push({ name, message });
  };
  switch (shape.type) {
    case 'string': {
      if (!isText(value)) return refuse('Member must be a string');
      const text = shape.trimmed === true ? value.trim() : value;
      const broken = brokenConstraint(shape, text);
      return broken === undefined ? text : refuse(broken);
    }
    case 'integer': {
      if (typeof value !== 'number' || !Number.isSafeInteger(value))
        return refuse('Member must be an integer');
      const broken = brokenBound('value', value, shape.min, shape.max);
      return broken === undefined ? value : refuse(broken);
    }
    case 'blob': {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
      return bytes?.toString('base64') === value ? bytes : refuse('Member must be base64-encoded');
    }
    case 'map': {
      if (!isObject(value)) return refuse('Member must be a map');
      const entries = Object.entries(value);
      const broken = brokenBound('length', entries.length, undefined, shape.lengthMax);
      if (broken !== undefined) return refuse(broken);
      return readMap(shape, entries, refuse);
    }
    case 'list': {
      if (!Array.isArray(value)) return refuse('Member must be a list');
      const broken = brokenBound('length', value.length, shape.lengthMin, shape.lengthMax);
      if (broken !== undefined) return refuse(broken);
      return value.map((member: unknown, at) =>
        readListMember(shape.member, member, `${name}.${at + 1}.member`, violations),
      );
    }
    case 'structure': {
      if (!isObject(value)) return refuse('Member must be a structure');
      return readMembers(shape.members, (member) => ownMember(value, member), `${name}.`, violations);
    }
  }
}

function readListMember(shape: Shape, value: unknown, name: string, violations: Violation[]): unknown {
  if (value !== null) return readValue(shape, value, name, violations);
  violations.push({ name, message: 'Member must not be null' });
  return undefined;
}

function readMap(
  shape: Extract<Shape, { type: 'map' }>,
  entries: readonly [string, unknown][],
  refuse: (message: string) => undefined,
): ReadonlyMap<string, string> | undefined {
  const map = new Map<string, string>();
  const reserved = shape.keyPrefixReserved?.toLowerCase();
  for (const [key, value] of entries) {
    if (brokenConstraint(shape.key, key) !== undefined) {
      return refuse(`Map keys must satisfy constraint: [${constraints(shape.key).join(', ')}]`);
    }
    if (reserved !== undefined && key.toLowerCase().startsWith(reserved)) {
      return refuse(`Map keys must not begin with the reserved prefix ${reserved}`);
    }
    if (!isText(value)) return refuse('Map value must be a string');
    if (brokenConstraint(shape.value, value) !== undefined) {
      return refuse(`Map value must satisfy constraint: [${constraints(shape.value).join(', ')}]`);
    }
    map.set(key, value);
  }
  return map;
}

/** A string that is text: a lone surrogate is no character and couldn't be stored or sent back. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brokenConstraint(shape: StringShape, text: string): string | undefined {
  const broken = brokenBound('length', codePoints(text), shape.lengthMin, shape.lengthMax);
  if (broken !== undefined) return broken;
  if (shape.pattern !== undefined && !wholeMatch(shape.pattern).test(text)) return patternText(shape.pattern);
  return undefined;
}

function brokenBound(
  what: 'length' | 'value',
  actual: number,
  min?: number,
  max?: number,
): string | undefined {
  if (min !== undefined && actual < min) return boundText(what, 'greater', min);
  if (max !== undefined && actual > max) return boundText(what, 'less', max);
  return undefined;
}

function boundText(what: 'length' | 'value', side: 'greater' | 'less', bound: number): string {
  return `Member must have ${what} ${side} than or equal to ${bound}`;
}

function patternText(pattern: string): string {
  return `Member must satisfy regular expression pattern: ${pattern}`;
}

/** All constraints of a string in the order in which the service lists them. */
function constraints(shape: StringShape): string[] {
  const texts: string[] = [];
  if (shape.lengthMax !== undefined) texts.push(boundText('length', 'less', shape.lengthMax));
  if (shape.lengthMin !== undefined) texts.push(boundText('length', 'greater', shape.lengthMin));
  if (shape.pattern !== undefined) texts.push(patternText(shape.pattern));
  return texts;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Compiled patterns; there are as many as shapes have, all of them constants of ours. */
const compiled = new Map<string, RegExp>();

function wholeMatch(pattern: string): RegExp {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    // The model escapes characters that need it nowhere, which the `u` flag doesn't take.
    const plain = pattern.replace(/\\([_#:])/g, '$1');
    regex = new RegExp(`^(?:${plain})$`, 'u');
    compiled.set(pattern, regex);
  }
  return regex;
}
