// Values of number, duration and string tokens. Faults are told as texts without a position.

import { DurationError, parseDuration as durationOf, quote } from '@ampere/go-text';
import { textOfBytes } from './text-of-bytes.ts';

/** A literal that the lexer took but that has no value; the parser adds the position. */
export class LiteralError extends Error {}

/**
 * A number as Go reads it: decimal, hexadecimal (`0x1f`), octal (`017`), `_` between digits, Inf, NaN.
 * A whole number is tried first, so that `010` is eight and `08` eight too.
 */
export function parseNumber(text: string): number {
  const plain = text.replaceAll('_', '').toLowerCase();
  if (plain === 'inf') return Number.POSITIVE_INFINITY;
  if (plain === 'nan') return Number.NaN;
  const fault = (why: string) =>
    new LiteralError(`error parsing number: strconv.ParseFloat: parsing ${quote(text)}: ${why}`);
  // Underscores stand between digits, or behind the prefix.
  if (/[^\da-f]_(?<!^0x_)|_(?![\da-f])/i.test(text)) throw fault('invalid syntax');
  if (plain.startsWith('0x')) {
    if (!/^0x[0-9a-f]+$/.test(plain)) throw fault('invalid syntax');
    const whole = BigInt(plain);
    // Beyond 64 bits Go tries a hexadecimal float, which must have an exponent.
    if (whole > 0x7fffffffffffffffn) throw fault('invalid syntax');
    return Number(whole);
  }
  if (/^0[0-7]+$/.test(plain)) {
    const whole = BigInt(`0o${plain}`);
    if (whole <= 0x7fffffffffffffffn) return Number(whole);
  }
  const value = Number(plain);
  if (Number.isNaN(value)) throw fault('invalid syntax');
  if (!Number.isFinite(value)) throw fault('value out of range');
  return value;
}

/** Milliseconds of a duration such as `1h30m`: whole numbers with units that get smaller. */
export function parseDuration(text: string): number {
  try {
    return durationOf(text);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new LiteralError(error.message);
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Value of a quoted string that the lexer has checked, given as bytes with its quotes. */
export function unquote(quoted: string): string {
  const body = quoted.slice(1, -1);
  if (quoted[0] === '`' || !body.includes('\\')) return textOfBytes(body);
  const bytes = body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs,
    (_, hex?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      const point = short ?? long;
      if (point !== undefined) {
        return Buffer.from(String.fromCodePoint(Number.parseInt(point, 16))).toString('latin1');
      }
      return SIMPLE_ESCAPES[letter!] ?? letter!;
    },
  );
  return textOfBytes(bytes);
}

/** Whether text may be a label's or metric's name: any valid Unicode that is not empty. */
export function isValidName(name: string): boolean {
  return name !== '' && !/\p{Cs}/u.test(name);
}
