// Numbers, strings and durations written as Go writes them, because the texts of the HTTP API and of
// error messages are compared with Prometheus' letter by letter.
//
// Text that came from bytes which are no UTF-8 is kept with lone surrogates: U+DC80 + (byte − 0x80)
// for each bad byte, so that it can be told from good text and written back as `\xNN`.

const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/** Go's `strconv.FormatFloat(value, 'f', -1, 64)`: shortest digits that read back equal, no exponent. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = String(value);
  const e = text.indexOf('e');
  return e < 0 ? text : withoutExponent(text.slice(0, e), Number(text.slice(e + 1)));
}

/** Go's `%g` / `%v` of a float: an exponent below 1e-4 and from 1e21 on. */
export function formatFloatG(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || !Number.isFinite(value) || (magnitude >= 1e-4 && magnitude < 1e21)) {
    return formatFloat(value);
  }
  const text = value.toExponential();
  const e = text.indexOf('e');
  const exponent = text.slice(e + 2);
  return `${text.slice(0, e)}e${text[e + 1]}${exponent.length < 2 ? `0${exponent}` : exponent}`;
}

/** Go's `%.<digits>f`, exact also where JavaScript's toFixed turns to exponents. */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return formatFloat(value);
  if (Math.abs(value) < 1e21) {
    const text = value.toFixed(digits);
    return Object.is(value, -0) ? `-${text}` : text;
  }
  return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
}

function withoutExponent(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const unsigned = sign === '' ? mantissa : mantissa.slice(1);
  const point = unsigned.indexOf('.');
  const digits = point < 0 ? unsigned : unsigned.slice(0, point) + unsigned.slice(point + 1);
  const position = (point < 0 ? unsigned.length : point) + exponent;
  if (position <= 0) return `${sign}0.${'0'.repeat(-position)}${digits}`;
  if (position >= digits.length) return sign + digits + '0'.repeat(position - digits.length);
  return `${sign}${digits.slice(0, position)}.${digits.slice(position)}`;
}

/** Go's `strconv.Quote`, the `%q` of a string. */
export function quote(text: string): string {
  let out = '"';
  for (const character of text) out += escapeIn(character, '"');
  return `${out}"`;
}

/** Go's `%q` of a rune: in single quotes. */
export function quoteRune(character: string): string {
  return `'${escapeIn(character, "'")}'`;
}

/** Go's `%#U` of a rune: `U+0071 'q'`. */
export function describeRune(character: string): string {
  const hex = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return UNPRINTABLE.test(character) ? `U+${hex}` : `U+${hex} '${character}'`;
}

function escapeIn(character: string, quoteMark: string): string {
  if (character === quoteMark || character === '\\') return `\\${character}`;
  const code = character.codePointAt(0)!;
  if (code >= 0x20 && code < 0x7f) return character;
  switch (character) {
    case '\x07':
      return '\\a';
    case '\b':
      return '\\b';
    case '\f':
      return '\\f';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    case '\v':
      return '\\v';
  }
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (!UNPRINTABLE.test(character)) return character;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd';
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Text of UTF-8 bytes given as a string of one character a byte; bad bytes become lone surrogates. */
export function textOfBytes(bytes: string): string {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  const whole = buffer.toString('utf8');
  if (!whole.includes('\ufffd')) return whole;
  let out = '';
  for (let i = 0; i < buffer.length; ) {
    const length = sequenceLength(buffer, i);
    if (length === 0) out += String.fromCharCode(0xdc00 + buffer[i]!);
    else out += buffer.toString('utf8', i, i + length);
    i += length || 1;
  }
  return out;
}

/** Bytes of the UTF-8 sequence at `from`, 0 when there is no whole and good one. */
function sequenceLength(buffer: Uint8Array, from: number): number {
  const first = buffer[from]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || from + length > buffer.length) return 0;
  for (let i = 1; i < length; i++) if ((buffer[from + i]! & 0xc0) !== 0x80) return 0;
  const second = buffer[from + 1]!;
  // Overlong forms, surrogates, and what lies above U+10FFFF.
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}

const UNITS: readonly (readonly [string, number, boolean])[] = [
  ['y', 365 * 86_400_000, true],
  ['w', 7 * 86_400_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1_000, false],
  ['ms', 1, false],
];

/** Prometheus' duration text (`1h30m`, `0s`) of whole milliseconds; a fraction is cut off. */
export function formatDuration(durationMs: number): string {
  let rest = Math.trunc(durationMs);
  if (rest === 0) return '0s';
  let out = '';
  if (rest < 0) {
    out = '-';
    rest = -rest;
  }
  for (const [unit, unitMs, onlyWhole] of UNITS) {
    // Years and weeks are only used when nothing remains; days carry the rest.
    if (onlyWhole && rest % unitMs !== 0) continue;
    const count = Math.floor(rest / unitMs);
    if (count === 0) continue;
    out += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return out;
}
