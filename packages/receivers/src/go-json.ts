// JSON as Go's encoder writes it, so that what receivers get is the same byte for byte: `<`, `>`, `&` and the
// two line separators are escaped, backspace and form feed have no short form, and a line break ends it.

export function goJson(value: unknown): string {
  const text = JSON.stringify(value).replace(/\\(u....|.)|[<>&\u2028\u2029]/g, (found) => {
    if (found === '\\b') return '\\u0008';
    if (found === '\\f') return '\\u000c';
    return found.startsWith('\\') ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `${text}\n`;
}

/** A map's entries in the order of their keys' bytes, as Go writes them. */
export function sortedRecord(entries: Iterable<readonly [string, string]>): Record<string, string> {
  const sorted = [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  // A name such as `10` would move to the front of an object; label names never begin with a digit.
  return Object.fromEntries(sorted);
}
