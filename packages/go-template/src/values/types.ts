// Go's types and values, as far as templates can meet them.
//
// A value is one of ours all the way down: never a JavaScript object of the host, so no name in a
// template can reach a prototype, a getter or a function that wasn't put there. Fields are found by
// a type's list, methods and map entries in Map objects.
//
// An interface is never a wrapper here: a value kept in an `interface {}` is the value itself, and
// only a nil interface is a value of its own (`NIL`). `INVALID` is reflect's zero Value, the result
// of an expression that has none; it prints as `<no value>`.

import type { CallContext } from '../functions/call-context.ts';

export type Kind =
  | 'invalid'
  | 'bool'
  | 'int'
  | 'uint'
  | 'float'
  | 'complex'
  | 'string'
  | 'map'
  | 'slice'
  | 'struct'
  | 'time'
  | 'pointer'
  | 'interface'
  | 'reflect';

export interface GoField {
  readonly name: string;
  readonly type: GoType;
}

/** A function or method that templates can call. */
export interface GoFunction {
  readonly params: readonly GoType[];
  /** The last parameter may be repeated or left out; its type in `params` is that of one argument. */
  readonly isVariadic: boolean;
  /** How many values Go's method returns, errors aside; templates refuse to call any but those with 1. */
  readonly resultCount: number;
  /** Arguments have the declared types. Throws FunctionError. */
  readonly call: (args: readonly GoValue[], context: CallContext) => GoValue;
}

/** A method gets its receiver, pointers followed, as the first argument. */
export type GoMethods = ReadonlyMap<string, GoFunction>;

const NO_METHODS: GoMethods = new Map();

export class GoType {
  /** As `%T` prints it. */
  readonly name: string;
  readonly kind: Kind;
  /** Declared under a name, so not interchangeable with another type of the same shape. */
  readonly isNamed: boolean;
  /** Of maps (whose keys are strings), slices and pointers. */
  readonly elem: GoType | undefined;
  readonly fields: readonly GoField[];
  readonly methods: GoMethods;
  /** What `String()` gives, for types that have it. */
  readonly stringer: ((value: GoValue) => string) | undefined;
  /** What `GoString()` gives. */
  readonly goStringer: ((value: GoValue) => string) | undefined;
  readonly bits: number;

  constructor(
    name: string,
    kind: Kind,
    options: {
      isNamed?: boolean;
      elem?: GoType;
      fields?: readonly GoField[];
      methods?: GoMethods;
      stringer?: (value: GoValue) => string;
      goStringer?: (value: GoValue) => string;
      bits?: number;
    } = {},
  ) {
    this.name = name;
    this.kind = kind;
    this.isNamed = options.isNamed ?? false;
    this.elem = options.elem;
    this.fields = options.fields ?? [];
    this.methods = options.methods ?? NO_METHODS;
    this.stringer = options.stringer;
    this.goStringer = options.goStringer;
    this.bits = options.bits ?? 64;
  }
}

export type GoValue =
  | { readonly kind: 'invalid'; readonly type: GoType }
  | { readonly kind: 'interface'; readonly type: GoType }
  | { readonly kind: 'bool'; readonly type: GoType; readonly bool: boolean }
  | { readonly kind: 'int' | 'uint'; readonly type: GoType; readonly int: bigint }
  | { readonly kind: 'float'; readonly type: GoType; readonly float: number }
  | { readonly kind: 'complex'; readonly type: GoType; readonly re: number; readonly im: number }
  | { readonly kind: 'string'; readonly type: GoType; readonly bytes: string }
  | { readonly kind: 'map'; readonly type: GoType; readonly entries: ReadonlyMap<string, GoValue> }
  | { readonly kind: 'slice'; readonly type: GoType; readonly items: readonly GoValue[] }
  | { readonly kind: 'struct'; readonly type: GoType; readonly values: readonly GoValue[] }
  | { readonly kind: 'time'; readonly type: GoType; readonly unixNs: bigint }
  | { readonly kind: 'pointer'; readonly type: GoType; readonly target: GoValue | undefined };

// Unnamed and predeclared types exist once, so that identity of types is identity of objects.
const basic = (name: string, kind: Kind, bits = 64) => new GoType(name, kind, { isNamed: true, bits });

export const BOOL = basic('bool', 'bool');
export const INT = basic('int', 'int');
export const INT64 = basic('int64', 'int');
export const UINT8 = basic('uint8', 'uint', 8);
export const UINT64 = basic('uint64', 'uint');
export const FLOAT64 = basic('float64', 'float');
export const COMPLEX128 = basic('complex128', 'complex');
export const STRING = basic('string', 'string');
/** `interface {}`: takes every value. */
export const ANY = new GoType('interface {}', 'interface');
/** reflect.Value: what the built-in functions take; unlike ANY it also takes no value at all. */
export const REFLECT_VALUE = new GoType('reflect.Value', 'reflect', { isNamed: true });
const INVALID_TYPE = new GoType('<nil>', 'invalid');

export const INVALID: GoValue = { kind: 'invalid', type: INVALID_TYPE };
export const NIL: GoValue = { kind: 'interface', type: ANY };

/** The unnamed map from strings to a type. */
export const mapOf = (elem: GoType) => new GoType(`map[string]${elem.name}`, 'map', { elem });
/** The unnamed slice of a type. */
export const sliceOf = (elem: GoType) => new GoType(`[]${elem.name}`, 'slice', { elem });
export const pointerTo = (elem: GoType) => new GoType(`*${elem.name}`, 'pointer', { elem });

export const STRING_MAP = mapOf(STRING);
export const ANY_MAP = mapOf(ANY);
export const STRINGS = sliceOf(STRING);
export const BYTES = sliceOf(UINT8);

/** Whether a value of `from` can stand where `to` is asked for, by Go's rule. */
export function isAssignable(from: GoType, to: GoType): boolean {
  if (from === to || to.kind === 'interface' || to.kind === 'reflect') return true;
  if (from.kind !== to.kind || (from.isNamed && to.isNamed)) return false;
  return sameShape(from, to);
}

function sameShape(a: GoType, b: GoType): boolean {
  if (a.kind !== b.kind || a.elem === undefined || b.elem === undefined) return false;
  return a.elem === b.elem || (!a.elem.isNamed && !b.elem.isNamed && sameShape(a.elem, b.elem));
}

/** Whether nil can be passed for a type. */
export function canBeNil(type: GoType): boolean {
  return ['interface', 'reflect', 'pointer', 'map', 'slice'].includes(type.kind);
}

/** Whether Go's `==` is defined for a type. */
export function isComparable(type: GoType): boolean {
  if (type.kind === 'map' || type.kind === 'slice') return false;
  return type.fields.every((field) => isComparable(field.type));
}

export function zeroOf(type: GoType): GoValue {
  switch (type.kind) {
    case 'bool':
      return { kind: 'bool', type, bool: false };
    case 'int':
    case 'uint':
      return { kind: type.kind, type, int: 0n };
    case 'float':
      return { kind: 'float', type, float: 0 };
    case 'complex':
      return { kind: 'complex', type, re: 0, im: 0 };
    case 'string':
      return { kind: 'string', type, bytes: '' };
    case 'map':
      return { kind: 'map', type, entries: new Map() };
    case 'slice':
      return { kind: 'slice', type, items: [] };
    case 'struct':
      return { kind: 'struct', type, values: type.fields.map((field) => zeroOf(field.type)) };
    case 'time':
      return { kind: 'time', type, unixNs: ZERO_TIME_NS };
    case 'pointer':
      return { kind: 'pointer', type, target: undefined };
    case 'interface':
      return NIL;
    case 'invalid':
    case 'reflect':
      return INVALID;
  }
}

/** Go's zero time, 1 January of year 1, counted from 1970. */
export const ZERO_TIME_NS = -62_135_596_800n * 1_000_000_000n;

/** Follows pointers to what they point to; a nil pointer stays. */
export function indirect(value: GoValue): GoValue {
  let at = value;
  while (at.kind === 'pointer' && at.target !== undefined) at = at.target;
  return at;
}

export function isNil(value: GoValue): boolean {
  return value.kind === 'interface' || (value.kind === 'pointer' && value.target === undefined);
}

/** What `if`, `with`, `and`, `or` and `not` take for true. */
export function isTrue(value: GoValue): boolean {
  switch (value.kind) {
    case 'invalid':
    case 'interface':
      return false;
    case 'bool':
      return value.bool;
    case 'int':
    case 'uint':
      return value.int !== 0n;
    case 'float':
      return value.float !== 0;
    case 'complex':
      return value.re !== 0 || value.im !== 0;
    case 'string':
      return value.bytes.length > 0;
    case 'map':
      return value.entries.size > 0;
    case 'slice':
      return value.items.length > 0;
    case 'struct':
    case 'time':
      return true;
    case 'pointer':
      return value.target !== undefined;
  }
}
