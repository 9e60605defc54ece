// The functions that every Go template has.

import { FunctionError } from '../errors.ts';
import { sprint, sprintf, sprintln } from '../format/printf.ts';
import {
  bytesArg,
  goBool,
  goBytes,
  goFunction,
  goInt,
  goSlice,
  variadicFunction,
} from '../values/construct.ts';
import {
  ANY,
  type GoFunction,
  type GoValue,
  INVALID,
  indirect,
  isAssignable,
  isNil,
  isTrue,
  REFLECT_VALUE,
  STRING,
  UINT8,
  zeroOf,
} from '../values/types.ts';
import type { CallContext } from './call-context.ts';
import { equalsAny, isLess, isLessOrEqual } from './compare.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';

export type FunctionMap = ReadonlyMap<string, GoFunction>;

const ONE = [REFLECT_VALUE];
const TWO = [REFLECT_VALUE, REFLECT_VALUE];

/** Text of arguments as an action would print them. */
function textOfArguments(context: CallContext, args: readonly GoValue[]): string {
  const [only] = args;
  if (args.length === 1 && only?.kind === 'string') return only.bytes;
  const shown = args.map((arg) => {
    const target = arg.kind === 'pointer' && !isNil(arg) ? indirect(arg) : arg;
    const isNothing = target.kind === 'invalid' || target.kind === 'interface';
    return isNothing ? goBytes('<no value>') : target;
  });
  return sprint(context, shown);
}

const escaper = (escapeText: (bytes: string) => string) =>
  variadicFunction([ANY], (args, context) => {
    const text = textOfArguments(context, args);
    context.spendBytes(text.length * 6);
    const escaped = escapeText(text);
    context.checkSize(escaped.length);
    return goBytes(escaped);
  });

function length(value: GoValue): GoValue {
  const target = indirect(value);
  switch (target.kind) {
    case 'string':
      return goInt(target.bytes.length);
    case 'slice':
      return goInt(target.items.length);
    case 'map':
      return goInt(target.entries.size);
    case 'invalid':
      throw new FunctionError('reflect: call of reflect.Value.Type on zero Value');
    default:
      if (isNil(target)) throw new FunctionError('len of nil pointer');
      throw new FunctionError(`len of type ${target.type.name}`);
  }
}

/** A position within 0 to `max`. */
function position(index: GoValue, max: number): number {
  if (index.kind === 'int' || index.kind === 'uint') {
    if (index.int < 0n || index.int > BigInt(max))
      throw new FunctionError(`index out of range: ${index.int}`);
    return Number(index.int);
  }
  if (index.kind === 'invalid' || index.kind === 'interface') {
    throw new FunctionError('cannot index slice/array with nil');
  }
  throw new FunctionError(`cannot index slice/array with type ${index.type.name}`);
}

function mapKey(key: GoValue): string {
  if (key.kind === 'invalid' || key.kind === 'interface') {
    throw new FunctionError('value is nil; should be of type string');
  }
  if (key.kind !== 'string' || !isAssignable(key.type, STRING)) {
    throw new FunctionError(`value has type ${key.type.name}; should be string`);
  }
  return key.bytes;
}

function index(item: GoValue, keys: readonly GoValue[]): GoValue {
  if (item.kind === 'invalid' || item.kind === 'interface') throw new FunctionError('index of untyped nil');
  return keys.reduce((holder, key) => {
    const target = indirect(holder);
    if (isNil(target)) throw new FunctionError('index of nil pointer');
    return indexOne(target, key);
  }, item);
}

function indexOne(item: GoValue, key: GoValue): GoValue {
  switch (item.kind) {
    case 'slice': {
      const found = item.items[position(key, item.items.length)];
      if (found === undefined) throw new FunctionError('reflect: slice index out of range');
      return found;
    }
    case 'string': {
      const code = item.bytes.charCodeAt(position(key, item.bytes.length));
      if (Number.isNaN(code)) throw new FunctionError('reflect: string index out of range');
      return goInt(code, UINT8);
    }
    case 'map':
      return item.entries.get(mapKey(key)) ?? zeroOf(item.type.elem!);
    default:
      throw new FunctionError(`can't index item of type ${item.type.name}`);
  }
}

function slice(context: CallContext, item: GoValue, indexes: readonly GoValue[]): GoValue {
  if (item.kind === 'invalid' || item.kind === 'interface') throw new FunctionError('slice of untyped nil');
  if (indexes.length > 3) throw new FunctionError(`too many slice indexes: ${indexes.length}`);
  if (item.kind !== 'string' && item.kind !== 'slice') {
    throw new FunctionError(`can't slice item of type ${item.type.name}`);
  }
  if (item.kind === 'string' && indexes.length === 3) {
    throw new FunctionError('cannot 3-index slice a string');
  }
  const size = item.kind === 'string' ? item.bytes.length : item.items.length;
  const places = indexes.map((one) => position(one, size));
  const [from = 0, to = size, capacity = size] = places;
  if (from > to) throw new FunctionError(`invalid slice index: ${from} > ${to}`);
  if (to > capacity) throw new FunctionError(`invalid slice index: ${to} > ${capacity}`);
  if (item.kind === 'string') return goBytes(item.bytes.slice(from, to), item.type);
  context.spend(to - from);
  return goSlice(item.items.slice(from, to), item.type);
}

/** No value that a template can reach is a function. */
function call(callee: GoValue): never {
  if (callee.kind === 'invalid' || callee.kind === 'interface') throw new FunctionError('call of nil');
  throw new FunctionError(`non-function of type ${callee.type.name}`);
}

/** `and` and `or` without their short cut; the executor has its own way for them. */
const lastOrFirst = (stopAt: boolean) => (args: readonly GoValue[]) =>
  args.find((arg) => isTrue(arg) === stopAt) ?? args.at(-1) ?? INVALID;

export const BUILTINS: FunctionMap = new Map<string, GoFunction>([
  ['and', variadicFunction(TWO, lastOrFirst(false))],
  ['or', variadicFunction(TWO, lastOrFirst(true))],
  ['not', goFunction(ONE, ([value]) => goBool(!isTrue(value!)))],
  ['len', goFunction(ONE, ([value]) => length(value!))],
  ['index', variadicFunction(TWO, ([item, ...keys]) => index(item!, keys))],
  ['slice', variadicFunction(TWO, ([item, ...indexes], context) => slice(context, item!, indexes))],
  ['call', variadicFunction(TWO, ([callee]) => call(callee!))],
  ['print', variadicFunction([ANY], (args, context) => goBytes(sprint(context, args)))],
  ['println', variadicFunction([ANY], (args, context) => goBytes(sprintln(context, args)))],
  [
    'printf',
    variadicFunction([STRING, ANY], ([format, ...args], context) =>
      goBytes(sprintf(context, bytesArg(format), args)),
    ),
  ],
  ['html', escaper(escapeHtml)],
  ['js', escaper(escapeJs)],
  ['urlquery', escaper(escapeQuery)],
  ['eq', variadicFunction(TWO, ([a, ...rest], context) => goBool(equalsAny(context, a!, rest)))],
  ['ne', goFunction(TWO, ([a, b], context) => goBool(!equalsAny(context, a!, [b!])))],
  ['lt', goFunction(TWO, ([a, b]) => goBool(isLess(a!, b!)))],
  ['le', goFunction(TWO, ([a, b], context) => goBool(isLessOrEqual(context, a!, b!)))],
  ['gt', goFunction(TWO, ([a, b], context) => goBool(!isLessOrEqual(context, a!, b!)))],
  ['ge', goFunction(TWO, ([a, b]) => goBool(!isLess(a!, b!)))],
]);
