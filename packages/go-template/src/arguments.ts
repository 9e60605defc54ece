// Which values fit which parameters. A result that is a string is the complaint.

import { nodeText, type Operand } from './parse/nodes.ts';
import { goBytes, goFloat, goInt } from './values/construct.ts';
import { canBeNil, type GoType, type GoValue, INVALID, isAssignable, zeroOf } from './values/types.ts';

/** A constant where a type is asked for: `1` fits an int and a float, `"x"` only a string. */
export function constantFor(
  type: GoType,
  operand: Operand & { kind: 'bool' | 'string' | 'number' },
): GoValue | string {
  const text = nodeText(operand);
  switch (type.kind) {
    case 'bool':
      return operand.kind === 'bool'
        ? { kind: 'bool', type, bool: operand.bool }
        : `expected bool; found ${text}`;
    case 'string':
      if (operand.kind !== 'string' || operand.value.kind !== 'string')
        return `expected string; found ${text}`;
      return goBytes(operand.value.bytes, type);
    case 'int':
      if (operand.kind !== 'number' || operand.int === undefined) return `expected integer; found ${text}`;
      return goInt(operand.int, type);
    case 'uint':
      if (operand.kind !== 'number' || operand.uint === undefined) {
        return `expected unsigned integer; found ${text}`;
      }
      return goInt(operand.uint, type);
    case 'float':
      if (operand.kind !== 'number' || operand.float === undefined) return `expected float; found ${text}`;
      return { ...goFloat(operand.float), type };
    default:
      return `can't handle ${text} for arg of type ${type.name}`;
  }
}

/** A value where a type is asked for: as it is, or what it points to. */
export function validated(value: GoValue, type: GoType | undefined): GoValue | string {
  if (value.kind === 'invalid') {
    if (type === undefined || type.kind === 'reflect') return INVALID;
    return canBeNil(type) ? zeroOf(type) : `invalid value; expected ${type.name}`;
  }
  if (type === undefined || isAssignable(value.type, type)) return value;
  if (value.kind === 'pointer' && isAssignable(value.type.elem!, type)) {
    return value.target ?? `dereference of nil pointer of type ${type.name}`;
  }
  return `wrong type for value; expected ${type.name}; got ${value.type.name}`;
}
