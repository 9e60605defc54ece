// A test script as a list of commands. The language is described in Prometheus' promql/promqltest; it
// goes by lines: a command, then its lines up to an empty one. `#` begins a comment line.

import { parseDuration, unquote } from '../parser/literals.ts';
import { parseFloatText, parseSeriesLine, ScriptError, type SeriesLine } from './series-line.ts';

export interface LoadCommand {
  readonly kind: 'load';
  readonly stepMs: number;
  readonly series: readonly SeriesLine[];
  /** Classic histograms are also loaded as native ones with custom buckets. */
  readonly withNhcb: boolean;
}

export interface ClearCommand {
  readonly kind: 'clear';
}

/** What a text must be; null: anything. */
export type TextTest = { readonly exact: string } | { readonly pattern: RegExp } | null;

export interface Expectations {
  fail: TextTest | undefined;
  readonly warn: TextTest[];
  readonly info: TextTest[];
  noWarn: boolean;
  noInfo: boolean;
  ordered: boolean;
  /** The answer is this text. */
  string: string | undefined;
  /** The answer is a scalar. */
  scalar: number | undefined;
  readonly series: SeriesLine[];
}

export interface EvalCommand {
  readonly kind: 'eval';
  readonly line: number;
  readonly query: string;
  readonly isRange: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly expected: Expectations;
  /** Times of the expected points of an instant query that gives a range vector. */
  readonly pointsMs: { readonly startMs: number; readonly endMs: number; readonly stepMs: number } | null;
}

export type Command = LoadCommand | ClearCommand | EvalCommand;

const INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/;
const RANGE = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/;
const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/;
const POINTS = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/;

export function parseScript(text: string): Command[] {
  const lines = text.split('\n').map((line) => (line.trim().startsWith('#') ? '' : line.trim()));
  const commands: Command[] = [];
  for (let i = 0; i < lines.length; ) {
    const first = lines[i]!;
    if (first === '') {
      i++;
      continue;
    }
    let end = i + 1;
    const word = first.split(/\s/)[0]!.toLowerCase();
    // `clear` has no lines of its own.
    if (word !== 'clear') while (end < lines.length && lines[end] !== '') end++;
    try {
      commands.push(parseCommand(word, lines.slice(i, end), i + 1));
    } catch (error) {
      if (error instanceof ScriptError) throw new ScriptError(`line ${i + 1}: ${error.message}`);
      throw error;
    }
    i = end;
  }
  return commands;
}

function parseCommand(word: string, lines: readonly string[], line: number): Command {
  if (word === 'clear') return { kind: 'clear' };
  if (word.startsWith('load')) return parseLoad(lines);
  if (word.startsWith('eval')) return parseEval(lines, line);
  throw new ScriptError(`invalid command: ${lines[0]}`);
}

function parseLoad([first, ...rest]: readonly string[]): LoadCommand {
  const match = /^load(_with_nhcb)?\s+(.+?)$/.exec(first!);
  if (match === null) throw new ScriptError(`invalid load command: ${first}`);
  // Lines with start timestamps (`…@st`) describe what this engine has no use for.
  const series = rest.filter((line) => !/^\S*@st(\s|$)/.test(line)).map(parseSeriesLine);
  return { kind: 'load', stepMs: parseDuration(match[2]!), series, withNhcb: match[1] !== undefined };
}

function parseEval([first, ...rest]: readonly string[], line: number): EvalCommand {
  const instant = INSTANT.exec(first!);
  const range = RANGE.exec(first!);
  const expected: Expectations = {
    fail: undefined,
    warn: [],
    info: [],
    noWarn: false,
    noInfo: false,
    ordered: false,
    string: undefined,
    scalar: undefined,
    series: [],
  };
  let pointsMs: EvalCommand['pointsMs'] = null;
  for (const text of rest) {
    const points = POINTS.exec(text);
    if (points !== null) {
      const [startMs, endMs, stepMs] = [points[1]!, points[2]!, points[3]!].map(parseDuration);
      pointsMs = { startMs: startMs!, endMs: endMs!, stepMs: stepMs! };
    } else parseExpectation(text, expected);
  }
  applyOldForm((instant ?? range)?.[1], expected);
  if (instant !== null) {
    const atMs = parseDuration(instant[2] ?? '0s');
    return {
      kind: 'eval',
      line,
      query: instant[3]!,
      isRange: false,
      startMs: atMs,
      endMs: atMs,
      stepMs: 0,
      expected,
      pointsMs,
    };
  }
  if (range === null) throw new ScriptError(`invalid eval command: ${first}`);
  const [startMs, endMs, stepMs] = [range[2]!, range[3]!, range[4]!].map(parseDuration);
  return {
    kind: 'eval',
    line,
    query: range[5]!,
    isRange: true,
    startMs: startMs!,
    endMs: endMs!,
    stepMs: stepMs!,
    expected,
    pointsMs,
  };
}

function applyOldForm(form: string | undefined, expected: Expectations): void {
  if (form === 'fail') expected.fail ??= null;
  else if (form === 'warn') expected.warn.push(null);
  else if (form === 'info') expected.info.push(null);
  else if (form === 'ordered') expected.ordered = true;
}

function parseExpectation(text: string, expected: Expectations): void {
  const old = /^expected_fail_(message|regexp)\s*(.*)$/.exec(text);
  if (old !== null) {
    expected.fail =
      old[1] === 'message' ? { exact: old[2]!.trim() } : { pattern: new RegExp(old[2]!.trim()) };
    return;
  }
  if (text.startsWith('expect string')) {
    expected.string = unquote(
      Buffer.from(text.slice('expect string'.length).trim(), 'utf8').toString('latin1'),
    );
    return;
  }
  if (text.split(' ')[0] === 'expect') {
    parseExpect(text, expected);
    return;
  }
  if (/^[+-]?(?:[\d.][\d.e+-]*|inf|nan)$/i.test(text)) expected.scalar = parseFloatText(text);
  else expected.series.push(parseSeriesLine(text));
}

function parseExpect(text: string, expected: Expectations): void {
  const match = EXPECT.exec(text);
  if (match === null) throw new ScriptError(`invalid expect line: ${text}`);
  const [, type, form, value] = match;
  const trimmed = value?.trim() ?? '';
  const wanted: TextTest =
    form === undefined ? null : form === 'msg' ? { exact: trimmed } : { pattern: new RegExp(trimmed) };
  if (type === 'fail') expected.fail = wanted;
  else if (type === 'warn') expected.warn.push(wanted);
  else if (type === 'info') expected.info.push(wanted);
  else if (type === 'no_warn') expected.noWarn = true;
  else if (type === 'no_info') expected.noInfo = true;
  else expected.ordered = true;
}
