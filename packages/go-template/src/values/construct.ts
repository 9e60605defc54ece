// How data for templates is built. Texts are given as JavaScript strings and encoded here.

import { assert } from '@ampere/platform';
import { bytesOf } from '../bytes.ts';
import {
  BOOL,
  FLOAT64,
  type GoField,
  type GoFunction,
  GoType,
  type GoValue,
  INT,
  INT64,
  STRING,
  STRING_MAP,
  STRINGS,
} from './types.ts';

export function goBool(bool: boolean): GoValue {
  return { kind: 'bool', type: BOOL, bool };
}

/** An int; `type` is for the other integer types. */
export function goInt(int: number | bigint, type: GoType = INT): GoValue {
  const whole = BigInt(int);
  const isUnsigned = type.kind === 'uint';
  const wrapped = isUnsigned ? BigInt.asUintN(type.bits, whole) : BigInt.asIntN(type.bits, whole);
  return { kind: isUnsigned ? 'uint' : 'int', type, int: wrapped };
}

export function goInt64(int: number | bigint): GoValue {
  return goInt(int, INT64);
}

export function goFloat(float: number): GoValue {
  return { kind: 'float', type: FLOAT64, float };
}

export function goString(text: string, type: GoType = STRING): GoValue {
  return { kind: 'string', type, bytes: bytesOf(text) };
}

/** A string of a byte string (see bytes.ts): for functions that compute with bytes. */
export function goBytes(bytes: string, type: GoType = STRING): GoValue {
  return { kind: 'string', type, bytes };
}

/** `map[string]string`, or the named type of that shape. */
export function goStringMap(
  entries: Iterable<readonly [string, string]>,
  type: GoType = STRING_MAP,
): GoValue {
  const map = new Map<string, GoValue>();
  for (const [name, text] of entries) map.set(bytesOf(name), goString(text));
  return { kind: 'map', type, entries: map };
}

/** A map with string keys whose values have the type's element type. */
export function goMap(entries: Iterable<readonly [string, GoValue]>, type: GoType): GoValue {
  assert(type.kind === 'map', `${type.name} is no map type`);
  const map = new Map<string, GoValue>();
  for (const [name, value] of entries) map.set(bytesOf(name), value);
  return { kind: 'map', type, entries: map };
}

export function goSlice(items: readonly GoValue[], type: GoType): GoValue {
  assert(type.kind === 'slice', `${type.name} is no slice type`);
  return { kind: 'slice', type, items };
}

export function goStrings(texts: readonly string[]): GoValue {
  return { kind: 'slice', type: STRINGS, items: texts.map((text) => goString(text)) };
}

/** A struct: one value for each field of the type, in their order. */
export function goStruct(type: GoType, values: readonly GoValue[]): GoValue {
  assert(type.kind === 'struct', `${type.name} is no struct type`);
  assert(type.fields.length === values.length, `${type.name} has ${type.fields.length} fields`);
  return { kind: 'struct', type, values };
}

export function goPointer(type: GoType, target: GoValue | undefined): GoValue {
  assert(type.kind === 'pointer', `${type.name} is no pointer type`);
  return { kind: 'pointer', type, target };
}

/** A struct type under a name. */
export function structType(
  name: string,
  fields: readonly GoField[],
  methods: ReadonlyMap<string, GoFunction> = new Map(),
): GoType {
  return new GoType(name, 'struct', { isNamed: true, fields, methods });
}

/** A function with as many arguments as `params`. */
export function goFunction(params: readonly GoType[], call: GoFunction['call']): GoFunction {
  return { params, isVariadic: false, resultCount: 1, call };
}

/** A function whose last parameter may be repeated or left out. */
export function variadicFunction(params: readonly GoType[], call: GoFunction['call']): GoFunction {
  return { params, isVariadic: true, resultCount: 1, call };
}

// What functions take out of arguments whose types the executor has checked.

export function bytesArg(value: GoValue | undefined): string {
  assert(value?.kind === 'string', `a string is expected, not ${value?.kind}`);
  return value.bytes;
}

export function itemsArg(value: GoValue | undefined): readonly GoValue[] {
  assert(value?.kind === 'slice', `a slice is expected, not ${value?.kind}`);
  return value.items;
}

export function intArg(value: GoValue | undefined): bigint {
  assert(value?.kind === 'int' || value?.kind === 'uint', `an integer is expected, not ${value?.kind}`);
  return value.int;
}
