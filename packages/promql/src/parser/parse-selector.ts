// Selectors: `name{label="value", …}` and what may follow an expression: `[…]`, offset, @, anchored, smoothed.

import { formatFixed } from '@ampere/go-text';
import { Matcher, METRIC_NAME } from '@ampere/series';
import type { AtModifier, Expr, MatrixSelector, Position, SubqueryExpr, VectorSelector } from './ast.ts';
import {
  millisecondsOf,
  parseNumberLiteral,
  parseOffsetDuration,
  parsePositiveDuration,
  roundHalfAway,
} from './parse-duration.ts';
import type { TokenStream } from './token-stream.ts';
import { isMatchOperator } from './tokens.ts';

const IN_MATCHING = 'label matching';

/** The token at hand follows the metric's name; without one (`name` empty) it is `{`. */
export function parseVectorSelector(
  stream: TokenStream,
  name: string,
  { start, end }: Position,
): VectorSelector {
  const matchers: Matcher[] = [];
  if (stream.peek() === '{') end = parseMatchers(stream, matchers);
  if (name !== '') matchers.push(new Matcher(METRIC_NAME, '=', name));
  return { kind: 'vector-selector', position: { start, end }, name, matchers, offsetMs: 0 };
}

/** Fills `into`; returns the end of the closing brace. */
function parseMatchers(stream: TokenStream, into: Matcher[]): number {
  stream.expect('{');
  for (;;) {
    const kind = stream.peek();
    const { position } = stream;
    if (kind === '}' && into.length === 0) break;
    if (kind === 'identifier' || kind === 'string') {
      into.push(parseMatcher(stream));
    } else if (kind !== '}') {
      throw stream.unexpected({ where: IN_MATCHING, expected: 'identifier or "}"' });
    } else {
      stream.advance();
      return position.end;
    }
    if (stream.peek() === '}') break;
    if (!stream.accept(',')) throw stream.unexpected({ where: IN_MATCHING, expected: '"," or "}"' });
  }
  const { end } = stream.position;
  stream.advance();
  return end;
}

function parseMatcher(stream: TokenStream): Matcher {
  const quoted = stream.peek() === 'string';
  const { start } = stream;
  const label = quoted ? stream.stringValue : stream.text;
  stream.advance();
  const kind = stream.peek();
  if (!isMatchOperator(kind)) {
    // A lone string is the metric's name.
    if (quoted) return new Matcher(METRIC_NAME, '=', label);
    throw stream.unexpected({ where: IN_MATCHING, expected: 'label matching operator' });
  }
  stream.advance();
  if (stream.peek() !== 'string') throw stream.unexpected({ where: IN_MATCHING, expected: 'string' });
  const { end } = stream.position;
  const value = stream.stringValue;
  stream.advance();
  try {
    return new Matcher(label, kind, value);
  } catch (error) {
    // Only the regular expression can be wrong. Its error has Go's text, but shows the flag that lets
    // the dot match newlines, which the user did not write.
    throw stream.error((error as Error).message.replace('`(?s)', '`'), { start, end });
  }
}

/** `[range]` or `[range:step]`; the token at hand is `[`. */
export function parseBrackets(stream: TokenStream, expr: Expr): MatrixSelector | SubqueryExpr {
  const bracket = stream.position;
  const around = stream.context;
  stream.context = { where: 'subquery selector', expected: 'number or duration' };
  stream.advance();
  const range = parsePositiveDuration(stream);
  const ranges = range.kind === 'number' ? { rangeMs: millisecondsOf(range.value) } : lazyRange(range);
  if (stream.peek() === ']') {
    const { end } = stream.position;
    stream.advance();
    stream.context = around;
    return matrixOf(stream, expr, ranges, { start: bracket.start, end });
  }
  if (stream.peek() !== ':') {
    throw stream.unexpected({ where: 'subquery or range', expected: '":" or "]"' });
  }
  stream.advance();
  stream.context = { where: 'subquery selector', expected: 'number or duration or "]"' };
  let steps: { stepMs: number; stepExpr?: Expr } = { stepMs: 0 };
  if (stream.peek() !== ']') {
    const step = parsePositiveDuration(stream);
    steps = step.kind === 'number' ? { stepMs: millisecondsOf(step.value) } : { stepMs: 0, stepExpr: step };
  }
  const { end } = stream.position;
  if (!stream.accept(']')) throw stream.unexpected({ where: 'subquery selector', expected: '"]"' });
  stream.context = around;
  const position = { start: expr.position.start, end };
  return { kind: 'subquery', position, expr, ...ranges, ...steps, offsetMs: 0 };
}

function lazyRange(rangeExpr: Expr): { rangeMs: number; rangeExpr?: Expr } {
  return { rangeMs: 0, rangeExpr };
}

function matrixOf(
  stream: TokenStream,
  expr: Expr,
  ranges: { rangeMs: number; rangeExpr?: Expr },
  brackets: { start: number; end: number },
): MatrixSelector {
  if (expr.kind !== 'vector-selector') {
    throw stream.error('ranges only allowed for vector selectors', brackets);
  }
  if (expr.offsetMs !== 0 || expr.offsetExpr !== undefined) {
    throw stream.error('no offset modifiers allowed before range', brackets);
  }
  if (expr.at?.kind === 'time') throw stream.error('no @ modifiers allowed before range', brackets);
  const position = { start: expr.position.start, end: brackets.end };
  return { kind: 'matrix-selector', position, selector: expr, ...ranges };
}

/** `offset …`; the token at hand is `offset`. */
export function parseOffset(stream: TokenStream, expr: Expr): Expr {
  const around = stream.context;
  stream.context = { where: 'offset', expected: 'number or duration' };
  stream.advance();
  const offset = parseOffsetDuration(stream);
  stream.context = around;
  const target = modifiersOf(expr);
  if (target === null) {
    throw stream.error(
      'offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
      expr.position,
    );
  }
  if (target.offsetMs !== 0 || target.offsetExpr !== undefined) {
    throw stream.error('offset may not be set multiple times', expr.position);
  }
  const change =
    offset.kind === 'number' ? { offsetMs: millisecondsOf(offset.value) } : { offsetExpr: offset };
  return withModifier(expr, change, stream.lastClosing);
}

/** `@ …`; the token at hand is `@`. */
export function parseAt(stream: TokenStream, expr: Expr): Expr {
  const around = stream.context;
  stream.context = { where: '@', expected: 'timestamp' };
  stream.advance();
  const at = parseAtValue(stream, expr);
  stream.context = around;
  const target = modifiersOf(expr);
  if (target === null) {
    throw stream.error(
      '@ modifier must be preceded by an instant vector selector or range vector selector or a subquery',
      expr.position,
    );
  }
  if (target.at !== undefined) {
    throw stream.error('@ <timestamp> may not be set multiple times', expr.position);
  }
  return withModifier(expr, { at }, stream.lastClosing);
}

function parseAtValue(stream: TokenStream, expr: Expr): AtModifier {
  const first = stream.peek();
  if (first === 'start' || first === 'end') {
    stream.advance();
    stream.expect('(');
    stream.expect(')');
    return { kind: first };
  }
  if (first === '+' || first === '-') stream.advance();
  if (stream.peek() !== 'number' && stream.peek() !== 'duration') throw stream.unexpected();
  const { value } = parseNumberLiteral(stream);
  const seconds = first === '-' ? -value : value;
  if (!(Math.abs(seconds) < 2 ** 63)) {
    throw stream.error(`timestamp out of bounds for @ modifier: ${formatFixed(seconds, 6)}`, expr.position);
  }
  return { kind: 'time', timeMs: roundHalfAway(seconds * 1000) };
}

/** `anchored` and `smoothed`; the token at hand is the word. */
export function parseExtended(stream: TokenStream, expr: Expr): Expr {
  const word = stream.text.toLowerCase() as 'anchored' | 'smoothed';
  stream.advance();
  if (!stream.options.extendedRangeSelectors) {
    throw stream.error(`${word} modifier is experimental and not enabled`, expr.position);
  }
  if (expr.kind === 'subquery') {
    throw stream.error(`${word} modifier is not supported for subqueries`, expr.position);
  }
  const selector = expr.kind === 'matrix-selector' ? expr.selector : expr;
  if (selector.kind !== 'vector-selector') {
    throw stream.error(`${word} modifier not implemented`, expr.position);
  }
  if (selector.extended !== undefined && selector.extended !== word) {
    throw stream.error('anchored and smoothed modifiers cannot be used together', expr.position);
  }
  const extended: VectorSelector = { ...selector, extended: word };
  return expr.kind === 'matrix-selector' ? { ...expr, selector: extended } : extended;
}

function modifiersOf(expr: Expr): VectorSelector | SubqueryExpr | null {
  if (expr.kind === 'matrix-selector') return expr.selector;
  return expr.kind === 'vector-selector' || expr.kind === 'subquery' ? expr : null;
}

function withModifier(
  expr: Expr,
  change: { offsetMs?: number; offsetExpr?: Expr; at?: AtModifier },
  end: number,
): Expr {
  const position = { start: expr.position.start, end };
  if (expr.kind === 'matrix-selector') {
    return { ...expr, position, selector: { ...expr.selector, ...change } };
  }
  return { ...(expr as VectorSelector | SubqueryExpr), position, ...change };
}
