// Floats, integers and booleans read as Go reads them.

import { quote } from './quote.ts';

const DECIMAL = /^[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?$/;
const HEX = /^([+-]?)0[xX]([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?\d+)$/;
const MISPLACED_UNDERSCORE = /_(?!\d)|(?<!\d)_/;
const MISPLACED_HEX_UNDERSCORE = /_(?![0-9a-fA-F])|(?<![0-9a-fA-FxX])_/;

/** `strconv.ParseFloat(text, 64)`; undefined where Go reports an error (a value out of range too). */
export function parseGoFloat(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    if (!text.includes('_')) return finite(Number(text));
    return MISPLACED_UNDERSCORE.test(text) ? undefined : finite(Number(text.replaceAll('_', '')));
  }
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinity !== null) return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const hex = HEX.exec(text);
  if (hex === null || MISPLACED_HEX_UNDERSCORE.test(text)) return undefined;
  const whole = hex[2]!.replaceAll('_', '');
  const fraction = (hex[3] ?? '').replaceAll('_', '');
  if (whole === '' && fraction === '') return undefined;
  let mantissa = 0;
  for (const digit of whole + fraction) mantissa = mantissa * 16 + Number.parseInt(digit, 16);
  const value = mantissa * 2 ** (Number(hex[4]) - 4 * fraction.length);
  return finite(hex[1] === '-' ? -value : value);
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

export type GoIntegerResult = { readonly value: number } | { readonly error: string };

/** `strconv.Atoi` and `strconv.ParseInt(text, 10, 64)`, whose name is in the error text. Past 2^53 the value is rounded. */
export function parseGoInteger(text: string, goFunction: 'Atoi' | 'ParseInt'): GoIntegerResult {
  const problem = (what: string) => ({ error: `strconv.${goFunction}: parsing ${quote(text)}: ${what}` });
  if (!/^[+-]?\d+$/.test(text)) return problem('invalid syntax');
  // Digits beyond those of the largest integer can't be in range, so the exact check stays cheap.
  const digits = text.replace(/^[+-]?0*(?=\d)/, '');
  if (digits.length > 19) return problem('value out of range');
  const exact = BigInt(digits);
  const negative = text.startsWith('-');
  if (exact > (negative ? 2n ** 63n : 2n ** 63n - 1n)) return problem('value out of range');
  return { value: negative ? -Number(exact) : Number(exact) };
}

/** `strconv.ParseBool`; undefined where Go reports an error. */
export function parseGoBoolean(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  return undefined;
}
