// Checks the input of an operation against the API's description, and puts it into the form of code.
//
// 1. `takeMembers` makes JSON values of the request; ajv checks them against the operation's schemas.
// 2. What ajv finds is told in the service's words. Of each member only the first constraint that it
//    breaks counts, and members are told in the description's order. Members inside others are named by
//    their path: `destinations.1.member.logGroupArn`, counted from 1. A map is told as a whole, with all
//    constraints of its keys or values.
// 3. Maps become Maps, base64 becomes bytes.
//
// Lengths count code points. Validators are compiled when their operation is first called.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { DESCRIBED, type OperationName, resolved, SCHEMAS, type Schema } from './description.ts';
import { type RawInput, takeMembers } from './raw-input.ts';

/** A member that breaks a constraint. */
export interface Violation {
  /** Path of the member. */
  readonly name: string;
  /** Without the member's name: `Member must …`. */
  readonly message: string;
  /** The whole text, where the service's isn't `Invalid <name>: <message>`. */
  readonly text?: string;
}

/** Values by member; members that are absent or bad are left out. */
export type InputValues = Readonly<Record<string, unknown>>;

const ajv = new Ajv({ allErrors: true, strict: false, verbose: true });
ajv.addFormat('int32', { type: 'number', validate: Number.isSafeInteger });
ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
ajv.addFormat('double', { type: 'number', validate: Number.isFinite });
// An annotation by default.
ajv.removeKeyword('contentEncoding');
ajv.addKeyword({
  keyword: 'contentEncoding',
  type: 'string',
  validate: (_encoding: string, text: string) => Buffer.from(text, 'base64').toString('base64') === text,
});
ajv.addKeyword({
  keyword: 'x-reserved-prefix',
  type: 'object',
  validate: (prefix: string, map: object) =>
    !Object.keys(map).some((key) => key.toLowerCase().startsWith(prefix)),
});
ajv.addSchema({ $id: 'amp', components: { schemas: SCHEMAS } });

const validators = new Map<OperationName, ValidateFunction>();

function validatorOf(operation: OperationName): ValidateFunction {
  let validator = validators.get(operation);
  if (validator === undefined) {
    validator = ajv.compile(rooted(schemaOf(operation)));
    validators.set(operation, validator);
  }
  return validator;
}

function schemaOf(operation: OperationName): Schema {
  const { members } = DESCRIBED[operation];
  return {
    type: 'object',
    required: members.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(members.map(({ name, schema }) => [name, schema])),
  };
}

/** References are to the one document. */
function rooted(schema: Schema): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, member]) => [
    name,
    member.$ref === undefined ? member : { $ref: `amp${member.$ref}` },
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** Reads and checks all members of an operation's input. */
export function readInput(
  operation: OperationName,
  raw: RawInput,
): { readonly input: InputValues; readonly violations: readonly Violation[] } {
  const { members } = DESCRIBED[operation];
  const taken = takeMembers(members, raw);
  const validate = validatorOf(operation);
  const good = validate(taken);
  const violations = good ? [] : violationsOf(schemaOf(operation), validate.errors ?? []);
  const input: Record<string, unknown> = {};
  const bad = new Set(violations.map(({ name }) => name.split('.', 1)[0]));
  for (const { name, schema } of members) {
    const value = taken[name];
    if (value !== undefined && !bad.has(name)) input[name] = inCode(schema, value);
  }
  return { input, violations };
}

function violationsOf(schema: Schema, errors: readonly ErrorObject[]): Violation[] {
  const first = new Map<string, Violation>();
  for (const error of errors) {
    const violation = violationOf(schema, error);
    if (violation !== undefined && !first.has(violation.name)) first.set(violation.name, violation);
  }
  const order = Object.keys(schema.properties!);
  const rank = ({ name }: Violation) => order.indexOf(name.split('.', 1)[0]!);
  return [...first.values()].sort((a, b) => rank(a) - rank(b));
}

/** Undefined for what only sums up others. */
function violationOf(root: Schema, error: ErrorObject): Violation | undefined {
  const { instancePath, keyword, params, data } = error;
  // What is wrong with a key is told with the map.
  if (error.propertyName !== undefined && keyword !== 'propertyNames') return undefined;
  const { name, schema, inMap } = locate(root, instancePath);
  if (inMap !== undefined) {
    const value = resolved(inMap.additionalProperties!);
    return {
      name,
      message:
        keyword === 'type' ? 'Map value must be a string' : `Map value must satisfy ${constraints(value)}`,
    };
  }
  if (keyword === 'required') {
    const inside = name === '' ? '' : `${name}.`;
    return { name: inside + String(params['missingProperty']), message: 'Member must not be null' };
  }
  if (data === null) return { name, message: 'Member must not be null' };
  const message = messageOf(keyword, schema, error.schema);
  const emptyText = keyword === 'minProperties' ? schema['x-empty-text'] : undefined;
  return emptyText === undefined
    ? { name, message }
    : { name, message, text: `Invalid ${name}, ${emptyText}` };
}

/** The member at a path of ajv's, by the service's way to name it; inside a map it is the map. */
function locate(root: Schema, path: string): { name: string; schema: Schema; inMap: Schema | undefined } {
  let schema = root;
  let name = '';
  for (const escaped of path.split('/').slice(1)) {
    const { items, properties, additionalProperties } = schema;
    if (additionalProperties !== undefined) return { name, schema, inMap: schema };
    const step = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    if (items !== undefined) {
      name += `.${Number(step) + 1}.member`;
      schema = resolved(items);
    } else {
      name += name === '' ? step : `.${step}`;
      schema = resolved(properties![step]!);
    }
  }
  return { name, schema, inMap: undefined };
}

function messageOf(keyword: string, schema: Schema, bound: unknown): string {
  switch (keyword) {
    case 'minLength':
    case 'minItems':
      return boundText('length', 'greater', bound);
    case 'maxLength':
    case 'maxItems':
      return boundText('length', 'less', bound);
    case 'minimum':
      return boundText('value', 'greater', bound);
    case 'maximum':
      return boundText('value', 'less', bound);
    case 'minProperties':
    case 'maxProperties':
      if (schema['x-union'] !== true)
        return boundText('length', keyword === 'minProperties' ? 'greater' : 'less', bound);
      return `Member must have exactly one of its members set: ${Object.keys(schema.properties!).join(', ')}`;
    case 'pattern':
      return patternText(schema);
    case 'enum':
      return `Member must satisfy enum value set: [${schema.enum!.join(', ')}]`;
    case 'propertyNames':
      return `Map keys must satisfy ${constraints(resolved(schema.propertyNames!))}`;
    case 'x-reserved-prefix':
      return `Map keys must not begin with the reserved prefix ${String(bound)}`;
    default:
      return `Member must be ${kindText(schema)}`;
  }
}

function kindText({ type, contentEncoding, additionalProperties }: Schema): string {
  switch (type) {
    case 'string':
      return contentEncoding === undefined ? 'a string' : 'base64-encoded';
    case 'integer':
      return 'an integer';
    case 'array':
      return 'a list';
    case 'object':
      return additionalProperties === undefined ? 'a structure' : 'a map';
    default:
      return `a ${type}`;
  }
}

function boundText(what: 'length' | 'value', side: 'greater' | 'less', bound: unknown): string {
  return `Member must have ${what} ${side} than or equal to ${String(bound)}`;
}

/** The service prints patterns without the anchors that a description must have. */
function patternText({ pattern, 'x-pattern-text': text }: Schema): string {
  return `Member must satisfy regular expression pattern: ${text ?? pattern!.slice(1, -1)}`;
}

/** All constraints of a map's keys or values in the order in which the service lists them. */
function constraints(schema: Schema): string {
  const { type, maxLength, minLength = 0, pattern, items } = schema;
  if (type === 'array') return constraints(resolved(items!));
  const texts: string[] = [];
  if (maxLength !== undefined) texts.push(boundText('length', 'less', maxLength));
  if (maxLength !== undefined || minLength > 0) texts.push(boundText('length', 'greater', minLength));
  if (pattern !== undefined) texts.push(patternText(schema));
  return `constraint: [${texts.join(', ')}]`;
}

/** A good value in the form that handlers get. */
function inCode(schema: Schema, value: unknown): unknown {
  const { contentEncoding, items, additionalProperties, properties } = resolved(schema);
  if (contentEncoding !== undefined) return Buffer.from(value as string, 'base64');
  if (items !== undefined) return (value as unknown[]).map((member) => inCode(items, member));
  if (additionalProperties !== undefined) {
    const entries = Object.entries(value as object);
    return new Map(entries.map(([key, member]) => [key, inCode(additionalProperties, member)]));
  }
  if (properties === undefined) return value;
  return Object.fromEntries(
    Object.entries(value as object).map(([name, member]) => [name, inCode(properties[name]!, member)]),
  );
}
