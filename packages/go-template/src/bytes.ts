// Go's strings are bytes; JavaScript's are UTF-16. Inside this package every string of a template or
// of its data is a *byte string*: one character (0 to 255) a byte, so that len, slice, index, ordering,
// columns in error texts and broken UTF-8 come out as in Go. Text is encoded on the way in
// (`bytesOf`) and decoded once on the way out (`textOf`).

const NOT_ASCII = /[^\x00-\x7f]/;
export const REPLACEMENT_RUNE = 0xfffd;
export const RUNE_MAX = 0x10ffff;

/** The UTF-8 bytes of a text; lone surrogates become U+FFFD. */
export function bytesOf(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** The text of UTF-8 bytes; bad ones become U+FFFD. */
export function textOf(bytes: string): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

export interface Rune {
  /** The code point, U+FFFD for a bad byte. */
  readonly code: number;
  /** Bytes it takes: 1 for a bad byte, 0 at the end. */
  readonly size: number;
}

const END: Rune = { code: -1, size: 0 };
const BAD: Rune = { code: REPLACEMENT_RUNE, size: 1 };

/** The rune at a byte position; code -1 at the end. */
export function runeAt(bytes: string, at: number): Rune {
  if (at >= bytes.length) return END;
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { code: first, size: 1 };
  if (first < 0xc2 || first > 0xf4) return BAD;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (at + size > bytes.length) return BAD;
  let code = first & (0x7f >> size);
  for (let i = 1; i < size; i++) {
    const next = bytes.charCodeAt(at + i);
    if ((next & 0xc0) !== 0x80) return BAD;
    code = (code << 6) | (next & 0x3f);
  }
  // Longer than needed, a surrogate, or beyond Unicode.
  if (size === 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) return BAD;
  if (size === 4 && (code < 0x10000 || code > RUNE_MAX)) return BAD;
  return { code, size };
}

/** The bytes of one rune; what is no code point becomes U+FFFD. */
export function bytesOfRune(code: number): string {
  const bad = code < 0 || code > RUNE_MAX || (code >= 0xd800 && code <= 0xdfff);
  return bytesOf(String.fromCodePoint(bad ? REPLACEMENT_RUNE : code));
}

/** How many runes there are, each bad byte counted as one. */
export function runeCount(bytes: string): number {
  if (!NOT_ASCII.test(bytes)) return bytes.length;
  let count = 0;
  for (let at = 0; at < bytes.length; at += runeAt(bytes, at).size) count++;
  return count;
}

/** The bytes of the first `count` runes. */
export function firstRunes(bytes: string, count: number): string {
  let at = 0;
  for (let left = count; left > 0 && at < bytes.length; left--) at += runeAt(bytes, at).size;
  return bytes.slice(0, at);
}

const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

export function isLetter(code: number): boolean {
  return code >= 0 && LETTER.test(String.fromCodePoint(code));
}

export function isDigit(code: number): boolean {
  return code >= 0 && DIGIT.test(String.fromCodePoint(code));
}

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII blank. */
export function isPrintable(code: number): boolean {
  if (code < 0x80) return code >= 0x20 && code < 0x7f;
  return PRINTABLE.test(String.fromCodePoint(code));
}
