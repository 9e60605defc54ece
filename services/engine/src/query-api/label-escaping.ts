// Prometheus 3's way to write any label name in old-style characters (`ValueEncodingEscaping` of
// prometheus/common): `U__` in front, `__` for an underscore, `_2e_` for the character U+002E.

const PREFIX = 'U__';
/** Six hexadecimal digits hold every code point. */
const ESCAPE = /^(?:[^_]|__|_[0-9a-fA-F]{1,6}_)*$/;

/** The name that is meant; a text that isn't escaped, or badly, means itself. */
export function unescapeLabelName(text: string): string {
  if (!text.startsWith(PREFIX)) return text;
  const escaped = text.slice(PREFIX.length);
  if (!ESCAPE.test(escaped)) return text;
  let valid = true;
  const name = escaped.replace(/__|_([0-9a-fA-F]+)_/g, (_, digits: string | undefined) => {
    if (digits === undefined) return '_';
    const code = Number.parseInt(digits, 16);
    if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return String.fromCodePoint(code);
    valid = false;
    return '';
  });
  return valid ? name : text;
}
