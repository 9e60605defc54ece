// Strings and characters in quotes as Go writes them.
//
// Text that came from bytes which are no UTF-8 is kept with lone surrogates: U+DC80 + (byte − 0x80)
// for each bad byte, so that it can be told from good text and is written back as `\xNN`.

const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

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
