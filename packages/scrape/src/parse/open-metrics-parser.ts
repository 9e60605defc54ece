// OpenMetrics 1.0: like the text format with `# EOF` at the end, timestamps in seconds, units, and
// exemplars behind ` # `, which are checked for their beginning only and not kept.
import { type EntryKind, ExpositionError, type ExpositionParser } from './entry.ts';
import { readFloat } from './number.ts';
import { scanSeries, unquote, wrong } from './series-text.ts';

const COMMENT = /^# (HELP|TYPE|UNIT) ("(?:[^"\\]|\\.)*"|[^ ]+)(?: (.*))?$/;
const TYPES: readonly string[] = [
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
];

export class OpenMetricsParser implements ExpositionParser {
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
    if (this.#at >= input.length) throw new ExpositionError('data does not end with # EOF');
    const from = this.#at;
    const newline = input.indexOf('\n', from);
    const end = newline === -1 ? input.length : newline;
    this.#at = end + 1;
    if (input[from] !== '#') {
      if (newline === -1) throw new ExpositionError('data does not end with # EOF');
      this.#readSample(from, end);
      return 'sample';
    }
    const line = input.slice(from, end);
    if (line === '# EOF') {
      if (this.#at < input.length) throw new ExpositionError('unexpected data after # EOF');
      return 'end';
    }
    const comment = COMMENT.exec(line);
    if (comment === null) throw wrong(input, from, 'a comment of HELP, TYPE, UNIT or EOF');
    return this.#readComment(comment);
  }

  #readComment([, kind, family, text = '']: RegExpExecArray): EntryKind {
    this.family = family![0] === '"' ? unquote(family!.slice(1, -1)) : family!;
    this.text = text;
    if (kind === 'UNIT') {
      if (text !== '' && !this.family.endsWith(`_${text}`)) {
        throw new ExpositionError(
          `unit ${JSON.stringify(text)} not a suffix of metric ${JSON.stringify(this.family)}`,
        );
      }
      return 'unit';
    }
    if (kind === 'HELP') {
      this.text = unquote(text);
      return 'help';
    }
    if (!TYPES.includes(text)) throw new ExpositionError(`invalid metric type ${JSON.stringify(text)}`);
    return 'type';
  }

  #readSample(from: number, end: number): void {
    const input = this.#input;
    const seriesEnd = scanSeries(input, from);
    this.seriesText = input.slice(from, seriesEnd);
    const exemplar = input.indexOf(' # ', seriesEnd);
    const valuesEnd = exemplar === -1 || exemplar > end ? end : exemplar;
    if (valuesEnd < end && input[valuesEnd + 3] !== '{') throw wrong(input, valuesEnd + 3, 'an exemplar');
    if (input[seriesEnd] !== ' ') throw wrong(input, seriesEnd, 'a blank before the value');
    const [value, time, ...more] = input.slice(seriesEnd + 1, valuesEnd).split(' ');
    const number = readFloat(value!);
    if (number === undefined) throw wrong(input, seriesEnd, 'a value');
    if (more.length > 0) throw wrong(input, seriesEnd, 'a newline after the timestamp');
    const seconds = time === undefined ? undefined : readFloat(time);
    if (time !== undefined && !Number.isFinite(seconds)) throw wrong(time, 0, 'a timestamp');
    this.value = number;
    this.timeMs = seconds === undefined ? undefined : Math.trunc(seconds * 1000);
  }
}
