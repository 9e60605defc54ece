// Floating-point numbers as Go's strconv writes them, digit for digit, and reads them.
//
// JavaScript's own toFixed, toExponential and toPrecision round ties away from zero and stop at 100
// digits; Go rounds the exact binary value half to even with any precision. So:
//
// 1. A float is taken apart into mantissa and exponent, and its exact decimal digits are made with
//    BigInt. Shortest digits come from JavaScript, whose algorithm gives the same ones.
// 2. The digits are rounded to what the verb asks for.
// 3. They are laid out with (`e`), without (`f`) or depending on the size with an exponent (`g`).

import { textOf } from '../bytes.ts';
import { FunctionError } from '../errors.ts';
import { quote } from './quote.ts';

/** Digits d1d2d3… with the point after `point` of them: 0.d1d2d3… × 10^point. */
interface Decimal {
  digits: string;
  point: number;
}

const buffer = new DataView(new ArrayBuffer(8));

function mantissaOf(value: number): { mantissa: bigint; exponent: number } {
  buffer.setFloat64(0, value);
  const bits = buffer.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

/** All the digits of a positive number. */
function exactDecimal(value: number): Decimal {
  const { mantissa, exponent } = mantissaOf(value);
  if (mantissa === 0n) return { digits: '', point: 0 };
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return { digits, point: digits.length };
  }
  // m / 2^k = m × 5^k / 10^k.
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return { digits, point: digits.length + exponent };
}

function shortestDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const text = value.toExponential();
  const e = text.indexOf('e');
  return { digits: text.slice(0, e).replace('.', ''), point: Number(text.slice(e + 1)) + 1 };
}

/** Keeps `count` digits, rounding half to even. */
function rounded(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count >= digits.length) return decimal;
  if (count < 0) return { digits: '', point: 0 };
  const next = digits.charCodeAt(count) - 48;
  const isTie = next === 5 && /^0*$/.test(digits.slice(count + 1));
  const isOdd = count > 0 && (digits.charCodeAt(count - 1) - 48) % 2 === 1;
  const kept = digits.slice(0, count);
  if (next < 5 || (isTie && !isOdd)) return { digits: kept, point };
  const up = (BigInt(kept === '' ? '0' : kept) + 1n).toString().padStart(count, '0');
  return up.length > count ? { digits: up, point: point + 1 } : { digits: up, point };
}

/**
 * Go's strconv.FormatFloat of 64 bits. `precision` −1: as few digits as read back equal. The sign
 * is only written when negative; infinities are `+Inf` and `-Inf`.
 */
export function formatFloat(value: number, verb: string, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (verb === 'b') {
    const { mantissa, exponent } = mantissaOf(magnitude);
    return `${sign}${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
  }
  if (verb === 'x' || verb === 'X') {
    const text = `${sign}${hexFloat(magnitude, precision)}`;
    return verb === 'X' ? text.toUpperCase() : text;
  }
  const isShortest = precision < 0;
  const all = isShortest ? shortestDecimal(magnitude) : exactDecimal(magnitude);
  switch (verb) {
    case 'e':
    case 'E':
      return (
        sign + exponential(rounded(all, isShortest ? all.digits.length : precision + 1), verb, precision)
      );
    case 'f':
      return sign + plain(rounded(all, isShortest ? all.digits.length : all.point + precision), precision);
    default: {
      const asked = precision === 0 ? 1 : precision;
      const decimal = isShortest ? all : rounded(all, asked);
      const digits = decimal.digits.replace(/0+$/, '');
      const trimmed = { digits, point: digits === '' ? 0 : decimal.point };
      return sign + general(trimmed, verb, isShortest ? -1 : asked);
    }
  }
}

function general(decimal: Decimal, verb: string, precision: number): string {
  const { digits, point } = decimal;
  let threshold = precision;
  if (threshold > digits.length && digits.length >= point) threshold = digits.length;
  if (precision < 0) threshold = 6;
  const exponent = point - 1;
  if (digits !== '' && (exponent < -4 || exponent >= Math.max(threshold, 1))) {
    return exponential(decimal, verb === 'G' ? 'E' : 'e', digits.length - 1);
  }
  return plain(decimal, Math.max(digits.length - point, 0));
}

function exponential(decimal: Decimal, verb: string, precision: number): string {
  const { digits, point } = decimal;
  const exponent = digits === '' ? 0 : point - 1;
  const places = precision < 0 ? Math.max(digits.length - 1, 0) : precision;
  const fraction = digits.slice(1, places + 1).padEnd(places, '0');
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits[0] ?? '0'}${places > 0 ? `.${fraction}` : ''}${verb}${exponent < 0 ? '-' : '+'}${size}`;
}

function plain(decimal: Decimal, precision: number): string {
  const { digits, point } = decimal;
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const places = precision < 0 ? Math.max(digits.length - point, 0) : precision;
  if (places === 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, places)) + digits;
  return `${whole}.${fraction.slice(0, places).padEnd(places, '0')}`;
}

/** `0x1.8p+01`: the mantissa in hex digits, `precision` of them behind the point. */
function hexFloat(magnitude: number, precision: number): string {
  if (magnitude === 0) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  let { mantissa, exponent } = mantissaOf(magnitude);
  const shift = 53 - mantissa.toString(2).length;
  mantissa <<= BigInt(shift);
  exponent += 52 - shift;
  if (precision >= 0 && precision < 13) {
    const dropped = BigInt(4 * (13 - precision));
    const rest = mantissa & ((1n << dropped) - 1n);
    const half = 1n << (dropped - 1n);
    mantissa >>= dropped;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    mantissa <<= dropped;
    if (mantissa >> 53n > 0n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const hex = mantissa.toString(16);
  const fraction =
    precision < 0 ? hex.slice(1).replace(/0+$/, '') : hex.slice(1, precision + 1).padEnd(precision, '0');
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `0x${hex[0]}${fraction === '' ? '' : `.${fraction}`}p${exponent < 0 ? '-' : '+'}${size}`;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const HEX = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?\d+)$/i;

/** Whether underscores stand only between digits, or between a base prefix and a digit. */
function underscoresFit(text: string): boolean {
  const unsigned = text.replace(/^[+-]/, '');
  const isHex = /^0x/i.test(unsigned);
  const digits = /^0[xob]/i.test(unsigned) ? `0${unsigned.slice(2)}` : unsigned;
  return !(isHex ? /(^|[^0-9a-f])_|_([^0-9a-f]|$)/i : /(^|[^0-9])_|_([^0-9]|$)/).test(digits);
}

/** Go's strconv.ParseFloat of 64 bits. Throws FunctionError with its text. */
export function parseFloat64(text: string): number {
  const word = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(text);
  if (word !== null) {
    const isNan = word[2]!.toLowerCase() === 'nan';
    if (isNan && word[1] === '') return Number.NaN;
    if (!isNan) return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const digits = text.includes('_') && underscoresFit(text) ? text.replaceAll('_', '') : text;
  const hex = HEX.exec(digits);
  if (hex === null && !DECIMAL.test(digits)) {
    throw new FunctionError(`strconv.ParseFloat: parsing ${textOf(quote(text))}: invalid syntax`);
  }
  const value = hex === null ? Number(digits) : hexValue(hex);
  if (value === undefined) {
    throw new FunctionError(`strconv.ParseFloat: parsing ${textOf(quote(text))}: invalid syntax`);
  }
  if (!Number.isFinite(value)) {
    throw new FunctionError(`strconv.ParseFloat: parsing ${textOf(quote(text))}: value out of range`);
  }
  return value;
}

/** Undefined without a digit. Long mantissas keep what a float can tell apart. */
function hexValue(match: RegExpExecArray): number | undefined {
  const [, sign, whole, fraction = '', exponentText] = match;
  const all = `${whole}${fraction}`;
  if (all === '') return undefined;
  const exponent = Math.max(-100_000, Math.min(100_000, Number(exponentText))) - 4 * fraction.length;
  const mantissa = BigInt(`0x${all}`);
  const value = scaled(mantissa, exponent);
  return sign === '-' ? -value : value;
}

/** mantissa × 2^exponent, rounded once, half to even. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const length = mantissa.toString(2).length;
  // The lowest bit that a double of this size can hold.
  const lowest = Math.max(length + exponent - 53, -1074);
  const drop = lowest - exponent;
  if (drop <= 0) return Number(mantissa) * 2 ** exponent;
  const rest = mantissa & ((1n << BigInt(drop)) - 1n);
  const half = 1n << BigInt(drop - 1);
  let kept = mantissa >> BigInt(drop);
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++;
  return Number(kept) * 2 ** lowest;
}
