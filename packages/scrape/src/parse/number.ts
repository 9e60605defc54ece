const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const WORDS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
]);

/** A float as Go's ParseFloat reads it, without hexadecimal and underscores; undefined when it is none. */
export function readFloat(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const unsigned = /^[-+]/.test(text) ? text.slice(1) : text;
  const word = WORDS.get(unsigned.toLowerCase());
  if (word === undefined || (Number.isNaN(word) && unsigned !== text)) return undefined;
  return text[0] === '-' ? -word : word;
}
