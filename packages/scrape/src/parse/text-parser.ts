// Prometheus' text format 0.0.4, and 1.0.0 which has quoted names: a line is a sample, a comment that says
// something (`# HELP`, `# TYPE`), another comment, or empty.
import { type EntryKind, ExpositionError, type ExpositionParser } from './entry.ts';
import { readFloat } from './number.ts';
import { scanSeries, skipBlanks, unquote, wrong } from './series-text.ts';

const COMMENT = /^#[ \t]+(HELP|TYPE)[ \t]+("(?:[^"\\]|\\.)*"|[^ \t]+)(?:[ \t]+(.*))?$/;
const TYPES: readonly string[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

export class TextParser implements ExpositionParser {
  seriesText = '';
  value = 0;
  timeMs: number | undefined;
  family = '';
  text = '';
  readonly #input: string;
  #at = 0;

  constructor(input: string) {
    this.#input = input;
  }

  next(): EntryKind {
    const input = this.#input;
    while (this.#at < input.length) {
      const from = skipBlanks(input, this.#at);
      const newline = input.indexOf('\n', from);
      const end = newline === -1 ? input.length : newline;
      this.#at = end + 1;
      if (from === end) continue;
      if (input[from] !== '#') {
        this.#readSample(from, end);
        return 'sample';
      }
      const comment = COMMENT.exec(input.slice(from, end));
      if (comment !== null) return this.#readComment(comment);
    }
    return 'end';
  }

  #readComment([, kind, family, text = '']: RegExpExecArray): EntryKind {
    this.family = family![0] === '"' ? unquote(family!.slice(1, -1)) : family!;
    if (kind === 'HELP') {
      this.text = text.replace(/\\([\\n])/g, (_, char: string) => (char === 'n' ? '\n' : char));
      return 'help';
    }
    const type = text.trim();
    if (!TYPES.includes(type)) throw new ExpositionError(`invalid metric type ${JSON.stringify(type)}`);
    this.text = type === 'untyped' ? 'unknown' : type;
    return 'type';
  }

  #readSample(from: number, end: number): void {
    const input = this.#input;
    const seriesEnd = scanSeries(input, from);
    this.seriesText = input.slice(from, seriesEnd);
    const [value, time, ...more] = input
      .slice(seriesEnd, end)
      .trim()
      .split(/[ \t]+/);
    const number = value === undefined ? undefined : readFloat(value);
    if (number === undefined) throw wrong(input, seriesEnd, 'a value');
    if (more.length > 0) throw wrong(input, seriesEnd, 'a newline after the timestamp');
    if (time !== undefined && !/^-?\d{1,15}$/.test(time)) throw wrong(time, 0, 'a timestamp');
    this.value = number;
    this.timeMs = time === undefined ? undefined : Number(time);
  }
}
