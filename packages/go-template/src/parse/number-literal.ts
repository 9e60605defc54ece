// Number and character constants: one literal may be an int, a float and a complex at once, and the
// place where it stands decides. By itself it is an int unless it is written as a float.

import { FunctionError } from '../errors.ts';
import { parseFloat64 } from '../format/float.ts';
import { quote, unquoteChar } from '../format/quote.ts';
import { goFloat, goInt } from '../values/construct.ts';
import { COMPLEX128 } from '../values/types.ts';
import type { NumberOperand } from './nodes.ts';

const INT_MIN = -(1n << 63n);
const INT_MAX = (1n << 63n) - 1n;
const UINT_MAX = (1n << 64n) - 1n;

/** A literal as a number; a string is the complaint. */
export function readCharConstant(literal: string, at: number): NumberOperand | string {
  const char = unquoteChar(literal, 1, "'");
  if (char === undefined) return 'invalid syntax';
  if (literal.slice(char.next) !== "'") return `malformed character constant: ${literal}`;
  return ofInt(literal, at, BigInt(char.code));
}

export function readComplex(literal: string, at: number): NumberOperand | string {
  const split = /^([+-]?(?:[^+\-eEpP]|[eEpP][+-]?)+)([+-].*)i$/.exec(literal);
  const re = split === null ? undefined : floatOf(split[1]!);
  const im = split === null ? undefined : floatOf(split[2]!);
  if (re === undefined || im === undefined) return 'syntax error scanning complex number';
  return ofComplex(literal, at, re, im);
}

export function readNumber(literal: string, at: number): NumberOperand | string {
  if (literal.endsWith('i')) {
    const im = floatOf(literal.slice(0, -1));
    if (im !== undefined) return ofComplex(literal, at, 0, im);
  }
  const whole = integerOf(literal);
  const isUint = whole !== undefined && whole >= 0n && whole <= UINT_MAX && !/^[+-]/.test(literal);
  if (whole !== undefined && whole >= INT_MIN && whole <= INT_MAX) return ofInt(literal, at, whole);
  if (whole !== undefined && isUint) {
    const base = { kind: 'number', at, literal, complex: undefined, value: undefined } as const;
    return { ...base, int: undefined, uint: whole, float: Number(whole) };
  }
  const float = floatOf(literal);
  if (float === undefined) return `illegal number syntax: ${quote(literal)}`;
  if (!/[.eEpP]/.test(literal)) return `integer overflow: ${quote(literal)}`;
  return ofFloat(literal, at, float, undefined);
}

function ofInt(literal: string, at: number, int: bigint): NumberOperand {
  return {
    kind: 'number',
    at,
    literal,
    int,
    uint: int >= 0n ? int : undefined,
    float: Number(int),
    complex: undefined,
    value: goInt(int),
  };
}

function ofFloat(
  literal: string,
  at: number,
  float: number,
  complex: NumberOperand['complex'],
): NumberOperand {
  // A float that happens to be whole can stand for an integer too.
  const whole = Number.isInteger(float) && Math.abs(float) < 2 ** 64 ? BigInt(float) : undefined;
  const int = whole !== undefined && whole >= INT_MIN && whole <= INT_MAX ? whole : undefined;
  const uint = whole !== undefined && whole >= 0n ? whole : undefined;
  const value =
    complex === undefined ? goFloat(float) : ({ kind: 'complex', type: COMPLEX128, ...complex } as const);
  return { kind: 'number', at, literal, int, uint, float, complex, value };
}

function ofComplex(literal: string, at: number, re: number, im: number): NumberOperand {
  const complex = { re, im };
  if (im === 0) return ofFloat(literal, at, re, complex);
  const value = { kind: 'complex', type: COMPLEX128, re, im } as const;
  return { kind: 'number', at, literal, int: undefined, uint: undefined, float: undefined, complex, value };
}

function floatOf(text: string): number | undefined {
  // Words that parseFloat64 knows aren't numbers in a template.
  if (!/\d/.test(text)) return undefined;
  try {
    return parseFloat64(text);
  } catch (error) {
    if (error instanceof FunctionError) return undefined;
    throw error;
  }
}

const INTEGER =
  /^([+-]?)(?:0x(?<hex>[0-9a-f]+)|0o?(?<octal>[0-7]+)|0b(?<binary>[01]+)|(?<decimal>0|[1-9]\d*))$/i;

/** Go's strconv.ParseInt with base 0, without a bound. */
function integerOf(literal: string): bigint | undefined {
  // Underscores separate digits, and only where the base is written or the number is decimal.
  const separated = /^[+-]?(0[xob]?_?)?[0-9a-f]+(_[0-9a-f]+)*$/i.test(literal);
  const text = separated ? literal.replaceAll('_', '') : literal;
  const groups = INTEGER.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { hex, octal, binary, decimal } = groups;
  const size =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : octal !== undefined
        ? BigInt(`0o${octal}`)
        : binary !== undefined
          ? BigInt(`0b${binary}`)
          : BigInt(decimal!);
  return text.startsWith('-') ? -size : size;
}
