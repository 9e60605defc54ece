// eq, ne, lt, le, gt, ge. Values of different basic kinds aren't unequal, they are an error: `1` and
// `1.0`, a number and a text. Signed and unsigned integers do compare.

import { textOf } from '../bytes.ts';
import { FunctionError } from '../errors.ts';
import { sprint } from '../format/printf.ts';
import { type GoValue, isComparable, isNil } from '../values/types.ts';
import type { CallContext } from './call-context.ts';

const BAD_TYPE = 'invalid type for comparison';
const BAD_PAIR = 'incompatible types for comparison';
const NO_ARGUMENT = 'missing argument for comparison';

const BASIC = new Set(['bool', 'int', 'uint', 'float', 'complex', 'string']);

/** Integers are one kind for comparing. */
function basicKind(value: GoValue): string | undefined {
  if (value.kind === 'uint') return 'int';
  return BASIC.has(value.kind) ? value.kind : undefined;
}

/** Whether the first equals any of the others. Throws FunctionError. */
export function equalsAny(context: CallContext, first: GoValue, others: readonly GoValue[]): boolean {
  if (others.length === 0) throw new FunctionError(NO_ARGUMENT);
  return others.some((other) => equals(context, first, other));
}

/** A time is a struct to Go. */
function goKind(value: GoValue): string {
  return value.kind === 'time' ? 'struct' : value.kind;
}

function isNothing(value: GoValue): boolean {
  return value.kind === 'invalid' || value.kind === 'interface';
}

function equals(context: CallContext, a: GoValue, b: GoValue): boolean {
  const kind = basicKind(a);
  if (kind !== basicKind(b)) {
    if (isNothing(a) || isNothing(b)) return false;
    throw new FunctionError(BAD_PAIR);
  }
  if (kind !== undefined) return sameBasic(a, b);
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  if (goKind(a) !== goKind(b)) {
    const shown = [a, b].map((value) => textOf(sprint(context, [value])));
    throw new FunctionError(`non-comparable types ${shown[0]}: ${a.type.name}, ${b.type.name}: ${shown[1]}`);
  }
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  if (!isComparable(b.type)) {
    throw new FunctionError(`non-comparable type ${textOf(sprint(context, [b]))}: ${b.type.name}`);
  }
  return a.type === b.type && sameParts(a, b);
}

function sameBasic(a: GoValue, b: GoValue): boolean {
  if (a.kind === 'bool' && b.kind === 'bool') return a.bool === b.bool;
  if (a.kind === 'float' && b.kind === 'float') return a.float === b.float;
  if (a.kind === 'string' && b.kind === 'string') return a.bytes === b.bytes;
  if (a.kind === 'complex' && b.kind === 'complex') return a.re === b.re && a.im === b.im;
  return isInteger(a) && isInteger(b) && a.int === b.int;
}

function isInteger(value: GoValue): value is GoValue & { kind: 'int' | 'uint' } {
  return value.kind === 'int' || value.kind === 'uint';
}

/** Go's == of two values of one type. */
function sameParts(a: GoValue, b: GoValue): boolean {
  if (a.kind === 'time' && b.kind === 'time') return a.unixNs === b.unixNs;
  if (a.kind === 'pointer' && b.kind === 'pointer') return a.target === b.target;
  if (a.kind === 'struct' && b.kind === 'struct') {
    return a.values.every((part, i) => {
      const other = b.values[i]!;
      return basicKind(part) === undefined ? sameParts(part, other) : sameBasic(part, other);
    });
  }
  return false;
}

/** Throws FunctionError for values that have no order, or not with each other. */
export function isLess(a: GoValue, b: GoValue): boolean {
  const kind = basicKind(a);
  const other = basicKind(b);
  if (kind === undefined || other === undefined) throw new FunctionError(BAD_TYPE);
  if (kind !== other) throw new FunctionError(BAD_PAIR);
  if (a.kind === 'float' && b.kind === 'float') return a.float < b.float;
  if (a.kind === 'string' && b.kind === 'string') return a.bytes < b.bytes;
  if (isInteger(a) && isInteger(b)) return a.int < b.int;
  throw new FunctionError(BAD_TYPE);
}

export function isLessOrEqual(context: CallContext, a: GoValue, b: GoValue): boolean {
  return isLess(a, b) || equals(context, a, b);
}
