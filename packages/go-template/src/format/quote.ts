// Go's string and character literals: writing them (strconv.Quote and its kin, for `%q` and error
// texts) and reading them (strconv.Unquote). Everything is byte strings (see bytes.ts).

import { bytesOfRune, isPrintable, REPLACEMENT_RUNE, RUNE_MAX, runeAt } from '../bytes.ts';

const NAMED = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x0b, '\\v'],
]);

/** `"…"` with escapes for what can't be printed; with `ascii` also for everything beyond ASCII. */
export function quote(bytes: string, ascii = false): string {
  let out = '"';
  for (let at = 0; at < bytes.length; ) {
    const { code, size } = runeAt(bytes, at);
    if (code === REPLACEMENT_RUNE && size === 1) out += `\\x${hex(bytes.charCodeAt(at), 2)}`;
    else out += escapeRune(code, '"', ascii);
    at += size;
  }
  return `${out}"`;
}

/** `'…'` of one rune. */
export function quoteRune(code: number, ascii = false): string {
  const bad = code < 0 || code > RUNE_MAX || (code >= 0xd800 && code <= 0xdfff);
  return `'${escapeRune(bad ? REPLACEMENT_RUNE : code, "'", ascii)}'`;
}

/** Go's `%#U`: `U+0071 'q'`. */
export function describeRune(code: number): string {
  const name = `U+${hex(code, 4).toUpperCase()}`;
  return isPrintable(code) ? `${name} '${bytesOfRune(code)}'` : name;
}

/** Whether a text can stand between backquotes on one line. */
export function canBackquote(bytes: string): boolean {
  for (let at = 0; at < bytes.length; ) {
    const { code, size } = runeAt(bytes, at);
    at += size;
    if (size > 1) {
      if (code === 0xfeff) return false;
    } else if (
      code === REPLACEMENT_RUNE ||
      (code < 0x20 && code !== 0x09) ||
      code === 0x60 ||
      code === 0x7f
    ) {
      return false;
    }
  }
  return true;
}

function escapeRune(code: number, mark: string, ascii: boolean): string {
  if (code === mark.charCodeAt(0) || code === 0x5c) return `\\${String.fromCharCode(code)}`;
  if (code < 0x80 || !ascii) if (isPrintable(code)) return bytesOfRune(code);
  const named = NAMED.get(code);
  if (named !== undefined) return named;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

const ESCAPES = new Map([
  ['a', 0x07],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
  ['\\', 0x5c],
]);
const HEX_LENGTHS = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

interface Unquoted {
  /** A rune, or a single byte for `\x` and octal escapes. */
  readonly code: number;
  readonly isByte: boolean;
  /** Position behind it. */
  readonly next: number;
}

/** The character or escape at a position of a literal, undefined when it is malformed. */
export function unquoteChar(bytes: string, at: number, mark: string): Unquoted | undefined {
  const { code, size } = runeAt(bytes, at);
  if (size === 0 || code === mark.charCodeAt(0)) return undefined;
  if (code !== 0x5c) return { code, isByte: false, next: at + size };
  const letter = bytes[at + 1] ?? '';
  const named = ESCAPES.get(letter);
  if (named !== undefined) return { code: named, isByte: false, next: at + 2 };
  const hexLength = HEX_LENGTHS.get(letter);
  if (hexLength !== undefined) {
    const digits = bytes.slice(at + 2, at + 2 + hexLength);
    if (digits.length < hexLength || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
    const value = Number.parseInt(digits, 16);
    const isByte = letter === 'x';
    if (!isByte && (value > RUNE_MAX || (value >= 0xd800 && value <= 0xdfff))) return undefined;
    return { code: value, isByte, next: at + 2 + hexLength };
  }
  const octal = /^[0-7]{3}/.exec(bytes.slice(at + 1, at + 4));
  if (octal !== null) {
    const value = Number.parseInt(octal[0], 8);
    return value > 255 ? undefined : { code: value, isByte: true, next: at + 4 };
  }
  return letter === mark ? { code: mark.charCodeAt(0), isByte: false, next: at + 2 } : undefined;
}

/** What a `"…"` or backquoted literal says, undefined when it is malformed. */
export function unquote(literal: string): string | undefined {
  const mark = literal[0];
  const end = literal.length - 1;
  if (end < 1 || literal[end] !== mark) return undefined;
  if (mark === '`') return literal.slice(1, end).replaceAll('\r', '');
  let out = '';
  for (let at = 1; at < end; ) {
    if (literal[at] === '\n') return undefined;
    const found = unquoteChar(literal, at, '"');
    if (found === undefined || found.next > end) return undefined;
    // A bad byte is kept as it is: decoding it to U+FFFD is for `%q` alone.
    if (literal[at] !== '\\') out += literal.slice(at, found.next);
    else out += found.isByte ? String.fromCharCode(found.code) : bytesOfRune(found.code);
    at = found.next;
  }
  return out;
}
