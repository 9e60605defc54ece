// Numbers and strings as bytes of JSON, written into memory that the caller has made room in. This is
// the hot path of large answers: free functions over `(bytes, at, value)` that return the next `at`.
//
// A float is printed as Prometheus prints it in samples: the shortest digits that read back to the same
// float, without exponent between 1e-6 and 1e21. JavaScript's own text differs only in a one-digit
// exponent (`1e-7`, Go: `1e-07`), so that is the fallback. Most samples don't need it:
//
// 1. A whole number below 2^53 is printed digit by digit.
// 2. If `value * 1000` is whole and below 1e15, and divided by 1000 gives `value` again, then value is
//    the float nearest to a decimal of at most 15 digits. No two such decimals share a float, so this
//    decimal without its trailing zeros is the shortest text. The same with 1e6.

const ZERO = 0x30;
const MINUS = 0x2d;
const DOT = 0x2e;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The most bytes that `putFloat` and `putTimestamp` write. */
export const NUMBER_BYTES_MAX = 32;

/** The two digits of 0 … 99 one after another. */
const DIGIT_PAIRS = new Uint8Array(200);
for (let i = 0; i < 100; i++) {
  DIGIT_PAIRS[2 * i] = ZERO + Math.floor(i / 10);
  DIGIT_PAIRS[2 * i + 1] = ZERO + (i % 10);
}

/** Writes a sample's value without quotes, at most NUMBER_BYTES_MAX bytes. */
export function putFloat(bytes: Uint8Array, at: number, value: number): number {
  if (value - value !== 0) return putAscii(bytes, at, infiniteText(value));
  if (value < 0) {
    bytes[at++] = MINUS;
    value = -value;
  } else if (value === 0 && Object.is(value, -0)) {
    bytes[at++] = MINUS;
  }
  if (Math.floor(value) === value) {
    if (value <= Number.MAX_SAFE_INTEGER) return putWhole(bytes, at, value);
  } else if (value < 1e9) {
    const thousandths = value * 1e3;
    if (Math.floor(thousandths) === thousandths && thousandths / 1e3 === value) {
      return putDecimal(bytes, at, thousandths, 3);
    }
    const millionths = value * 1e6;
    if (Math.floor(millionths) === millionths && millionths < 1e15 && millionths / 1e6 === value) {
      return putDecimal(bytes, at, millionths, 6);
    }
  }
  return putAscii(bytes, at, positiveText(value));
}

/** The text of a value in samples: `0.25`, `1e-07`, `NaN`, `-Inf`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return infiniteText(value);
  return value < 0 || Object.is(value, -0) ? `-${positiveText(-value)}` : positiveText(value);
}

function infiniteText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function positiveText(value: number): string {
  const text = String(value);
  return value < 1e-6 ? text.replace(/e-(\d)$/, 'e-0$1') : text;
}

/** The text of a scalar result, which never has an exponent. */
export function plainFloatText(value: number): string {
  const text = floatText(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const digits = parts[2]! + (parts[3] ?? '');
  const exponent = Number(parts[4]);
  const plain = exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}${digits}` : digits.padEnd(exponent + 1, '0');
  return parts[1]! + plain;
}

/** Seconds from milliseconds, with three decimals or none. At most NUMBER_BYTES_MAX bytes. */
export function putTimestamp(bytes: Uint8Array, at: number, timeMs: number): number {
  if (timeMs < 0) {
    bytes[at++] = MINUS;
    timeMs = -timeMs;
  }
  const seconds = Math.floor(timeMs / 1000);
  const rest = timeMs - seconds * 1000;
  at = putWhole(bytes, at, seconds);
  if (rest === 0) return at;
  bytes[at++] = DOT;
  return putPadded(bytes, at, rest, 3);
}

/** Writes a whole number from 0 to 2^53. */
export function putWhole(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value;
    return at + 1;
  }
  if (value < 1e9) return putPadded(bytes, at, value, digitsOf(value));
  const high = Math.floor(value / 1e9);
  at = putPadded(bytes, at, high, digitsOf(high));
  return putPadded(bytes, at, value - high * 1e9, 9);
}

/** How many digits a whole number below 1e9 has. */
function digitsOf(value: number): number {
  if (value < 1e4) return value < 1e2 ? (value < 10 ? 1 : 2) : value < 1e3 ? 3 : 4;
  if (value < 1e6) return value < 1e5 ? 5 : 6;
  return value < 1e8 ? (value < 1e7 ? 7 : 8) : 9;
}

/** Writes the last `width` digits of a whole number below 1e9. */
function putPadded(bytes: Uint8Array, at: number, value: number, width: number): number {
  let rest = value | 0;
  let end = at + width;
  while (end - at >= 2) {
    const quotient = (rest / 100) | 0;
    const pair = 2 * (rest - quotient * 100);
    bytes[--end] = DIGIT_PAIRS[pair + 1]!;
    bytes[--end] = DIGIT_PAIRS[pair]!;
    rest = quotient;
  }
  if (end > at) bytes[at] = ZERO + (rest % 10);
  return at + width;
}

/** Writes `scaled / 10^decimals`, which is no whole number, without trailing zeros. */
function putDecimal(bytes: Uint8Array, at: number, scaled: number, decimals: 3 | 6): number {
  const scale = decimals === 3 ? 1e3 : 1e6;
  const whole = Math.floor(scaled / scale);
  at = putWhole(bytes, at, whole);
  bytes[at++] = DOT;
  at = putPadded(bytes, at, scaled - whole * scale, decimals);
  while (bytes[at - 1] === ZERO) at--;
  return at;
}

/** Writes a text that is known to be ASCII and to need no escapes. */
export function putAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** Writes a JSON string with its quotes; at most 6 bytes a character and 2. A lone surrogate becomes U+FFFD. */
export function putString(bytes: Uint8Array, at: number, text: string): number {
  bytes[at++] = QUOTE;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (unit >= 0x20 && unit !== QUOTE && unit !== BACKSLASH) bytes[at++] = unit;
      else at = putEscape(bytes, at, unit);
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      let code = unit;
      if ((unit & 0xf800) === 0xd800) {
        const next = text.charCodeAt(i + 1);
        if (unit < 0xdc00 && (next & 0xfc00) === 0xdc00) {
          at = putFourBytes(bytes, at, 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00));
          i++;
          continue;
        }
        code = 0xfffd;
      }
      bytes[at++] = 0xe0 | (code >> 12);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
    }
  }
  bytes[at++] = QUOTE;
  return at;
}

function putFourBytes(bytes: Uint8Array, at: number, code: number): number {
  bytes[at] = 0xf0 | (code >> 18);
  bytes[at + 1] = 0x80 | ((code >> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((code >> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (code & 0x3f);
  return at + 4;
}

function putEscape(bytes: Uint8Array, at: number, unit: number): number {
  switch (unit) {
    case QUOTE:
      return putAscii(bytes, at, '\\"');
    case BACKSLASH:
      return putAscii(bytes, at, '\\\\');
    case 0x0a:
      return putAscii(bytes, at, '\\n');
    case 0x0d:
      return putAscii(bytes, at, '\\r');
    case 0x09:
      return putAscii(bytes, at, '\\t');
    default:
      return putAscii(bytes, at, `\\u${unit.toString(16).padStart(4, '0')}`);
  }
}
