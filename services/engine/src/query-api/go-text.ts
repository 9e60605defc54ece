// How Go reads and prints the small things that error texts and parameters are made of: floats,
// integers, booleans, quoted strings, durations. Prometheus' answers show Go's habits, clients rely on
// them, so they are kept to the letter.
//
// A byte that is no UTF-8 is carried through our strings as the lone surrogate U+DC00 + byte (see
// parameters.ts); Go prints such a byte as `\xNN`, and so does `quote`.

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

const SHORT_ESCAPES = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);
const NOT_PLAIN = /[\\"]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** `strconv.Quote`, which is also the verb `%q`. */
export function quote(text: string): string {
  return `"${text.replace(NOT_PLAIN, (char) => SHORT_ESCAPES.get(char) ?? escapeRune(char.codePointAt(0)!))}"`;
}

function escapeRune(code: number): string {
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code - 0xdc00, 2)}`;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

/** `time.Duration.String()` of a whole number of milliseconds: `768h0m0s`, `1.5s`, `20ms`. */
export function formatGoDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  const sign = durationMs < 0 ? '-' : '';
  const totalMs = Math.abs(durationMs);
  if (totalMs < 1000) return `${sign}${totalMs}ms`;
  const hours = Math.floor(totalMs / 3_600_000);
  const minutes = Math.floor(totalMs / 60_000) % 60;
  const seconds = (totalMs % 60_000) / 1000;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}
