// Reads the name and labels of a series as they stand in an exposition:
//
//   name                       name{a="b",c="d",}                {"utf-8 name",a="b","utf 8"="c"}
//
// `scanSeries` finds where they end, checking their form; `readSeries` makes label pairs of the text.
import { METRIC_NAME } from '@ampere/series';
import { ExpositionError } from './entry.ts';

/** The end of the series that begins at `from`. @throws ExpositionError */
export function scanSeries(text: string, from: number): number {
  return walk(text, from, undefined);
}

/** Name (as `__name__`) and labels in the order of the text. @throws ExpositionError */
export function readSeries(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  walk(text, 0, pairs);
  return pairs;
}

function walk(text: string, from: number, pairs: [string, string][] | undefined): number {
  let at = from;
  let named = false;
  if (isNameStart(text.charCodeAt(at))) {
    const end = nameEnd(text, at, true);
    pairs?.push([METRIC_NAME, text.slice(at, end)]);
    named = true;
    at = end;
    const brace = skipBlanks(text, at);
    if (text[brace] !== '{') return at;
    at = brace;
  }
  if (text[at] !== '{') throw wrong(text, at, 'a metric name or {');
  at = skipBlanks(text, at + 1);
  while (text[at] !== '}') {
    let name: string;
    let quoted = false;
    if (text[at] === '"') {
      const end = stringEnd(text, at);
      name = unquote(text.slice(at + 1, end - 1));
      quoted = true;
      at = skipBlanks(text, end);
    } else {
      const end = nameEnd(text, at, false);
      if (end === at) throw wrong(text, at, 'a label name');
      name = text.slice(at, end);
      at = skipBlanks(text, end);
    }
    if (quoted && !named && text[at] !== '=') {
      pairs?.push([METRIC_NAME, name]);
      named = true;
    } else {
      if (text[at] !== '=') throw wrong(text, at, '"="');
      at = skipBlanks(text, at + 1);
      if (text[at] !== '"') throw wrong(text, at, 'a label value');
      const end = stringEnd(text, at);
      pairs?.push([name, unquote(text.slice(at + 1, end - 1))]);
      at = skipBlanks(text, end);
    }
    if (text[at] === ',') at = skipBlanks(text, at + 1);
    else if (text[at] !== '}') throw wrong(text, at, '"," or "}"');
  }
  if (!named) throw wrong(text, at, 'a metric name');
  return at + 1;
}

export function skipBlanks(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 58;
}

function nameEnd(text: string, from: number, isMetric: boolean): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    const digit = code >= 48 && code <= 57;
    if (!(isNameStart(code) && (isMetric || code !== 58)) && !(digit && at > from)) return at;
    at++;
  }
}

/** After the closing quote of the string that begins at `from`; strings don't go over lines. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '"') return at + 1;
    else if (char === '\n') break;
  }
  throw wrong(text, from, 'a closed string');
}

/** The three escapes of the format; any other backslash stands for itself. */
export function unquote(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([\\"n])/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

export function wrong(text: string, at: number, expected: string): ExpositionError {
  const rest = text.slice(at, at + 40).split('\n', 1)[0]!;
  return new ExpositionError(`expected ${expected}, got ${JSON.stringify(rest)}`);
}
