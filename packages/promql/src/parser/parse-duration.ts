// Durations where a range, step or offset stands: literals, and arithmetic with them.
//
// A sum is only taken for part of an offset when it begins with a parenthesis or two signs:
// `foo offset 1m + 2` adds 2 to the selector, `foo offset (1m) + 2m` looks back three minutes.

import type { BinaryOperator, Expr, NumberLiteral, Position } from './ast.ts';
import { FUNCTIONS } from './functions.ts';
import { parseDuration, parseNumber } from './literals.ts';
import { DEPTH_MAX } from './options.ts';
import type { TokenStream } from './token-stream.ts';

/** Seconds beyond which 64-bit nanoseconds overflow. */
const SECONDS_MAX = 2 ** 63 / 1e9;

const PRECEDENCE: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 3 };
const UNARY_PRECEDENCE = 2;

/** Whole milliseconds of so many seconds, by way of whole nanoseconds. */
export function millisecondsOf(seconds: number): number {
  return Math.trunc(roundHalfAway(seconds * 1e9) / 1e6);
}

/** Go's math.Round. */
export function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

/** A NUMBER or DURATION token as a literal in seconds. */
export function parseNumberLiteral(stream: TokenStream): NumberLiteral {
  const isDuration = stream.peek() === 'duration';
  const position = stream.position;
  const value = stream.literal((text) => (isDuration ? parseDuration(text) / 1000 : parseNumber(text)));
  stream.advance();
  return { kind: 'number', position, value, isDuration };
}

/** What stands in `[…]`, before or behind the colon: an expression over zero. */
export function parsePositiveDuration(stream: TokenStream): Expr {
  const expr = parseDurationExpr(stream, 0);
  if (expr.kind === 'number' && !(expr.value > 0)) {
    throw stream.error('duration must be greater than 0', expr.position);
  }
  return expr;
}

/** What follows `offset`. */
export function parseOffsetDuration(stream: TokenStream): Expr {
  if (stream.peek() === '(') return parseDurationExpr(stream, 0);
  const sign = stream.peek();
  if (sign !== '+' && sign !== '-') return parseDurationPrimary(stream);
  const start = stream.start;
  stream.advance();
  if (stream.peek() === '+' || stream.peek() === '-') {
    const inner = withSign(stream, sign, start, parseDurationExpr(stream, UNARY_PRECEDENCE + 1));
    return parseDurationOperators(stream, inner, 0);
  }
  return withSign(stream, sign, start, parseDurationPrimary(stream));
}

function parseDurationExpr(stream: TokenStream, minPrecedence: number): Expr {
  stream.enter();
  const sign = stream.peek();
  let left: Expr;
  if (sign === '+' || sign === '-') {
    const start = stream.start;
    stream.advance();
    left = withSign(stream, sign, start, parseDurationExpr(stream, UNARY_PRECEDENCE + 1));
  } else {
    left = parseDurationPrimary(stream);
  }
  const whole = parseDurationOperators(stream, left, minPrecedence);
  stream.leave();
  return whole;
}

function parseDurationOperators(stream: TokenStream, left: Expr, minPrecedence: number): Expr {
  // Each turn deepens the tree by one on the left.
  for (let turns = 0; ; turns++) {
    const operator = stream.peek();
    const precedence = PRECEDENCE[operator];
    if (precedence === undefined || precedence < minPrecedence) return left;
    if (stream.level + turns >= DEPTH_MAX) throw stream.tooDeep();
    const operatorPosition = stream.position;
    stream.advance();
    const right = parseDurationExpr(stream, operator === '^' ? precedence : precedence + 1);
    requireDurationExpressions(stream, left.position);
    if ((operator === '/' || operator === '%') && right.kind === 'number' && right.value === 0) {
      const what = operator === '/' ? 'division' : 'modulo';
      throw stream.error(`${what} by zero`, operatorPosition);
    }
    left = {
      kind: 'binary',
      position: { start: left.position.start, end: right.position.end },
      operator: operator as BinaryOperator,
      left,
      right,
      returnBool: false,
    };
  }
}

function parseDurationPrimary(stream: TokenStream): Expr {
  const kind = stream.peek();
  const { start } = stream;
  if (kind === 'number' || kind === 'duration') {
    const literal = parseNumberLiteral(stream);
    checkRange(stream, literal, literal.position);
    return literal;
  }
  if (kind === '(') {
    stream.advance();
    const expr = parseDurationExpr(stream, 0);
    const end = stream.position.end;
    stream.expect(')');
    requireDurationExpressions(stream, expr.position);
    if (expr.kind === 'number') return expr;
    return { kind: 'paren', position: { start, end }, expr };
  }
  const word = stream.text.toLowerCase();
  const isAggregation = kind === 'min' || kind === 'max';
  if ((kind !== 'identifier' && !isAggregation) || !stream.isFollowedBy('(')) throw stream.unexpected();
  const name = word === 'min' || word === 'max' ? `${word}_of` : word;
  if (name === 'step' || name === 'range') return parseDurationCall(stream, name, 0);
  if (name === 'min_of' || name === 'max_of') return parseDurationCall(stream, name, 2);
  throw stream.unexpected();
}

function parseDurationCall(stream: TokenStream, name: string, argCount: number): Expr {
  const start = stream.start;
  stream.advance();
  stream.expect('(');
  const args: Expr[] = [];
  for (let i = 0; i < argCount; i++) {
    if (i > 0) stream.expect(',');
    args.push(parseDurationExpr(stream, 0));
  }
  const position = { start, end: stream.position.end };
  stream.expect(')');
  requireDurationExpressions(stream, position);
  return { kind: 'call', position, func: FUNCTIONS.get(name)!, args };
}

function withSign(stream: TokenStream, sign: '+' | '-', start: number, expr: Expr): Expr {
  if (expr.kind !== 'number') {
    if (sign === '+') return expr;
    return { kind: 'unary', position: { start, end: expr.position.end }, operator: '-', expr };
  }
  const value = sign === '-' ? -expr.value : expr.value;
  const signed = { ...expr, value, position: { start, end: expr.position.end } };
  checkRange(stream, signed, { start, end: start + 1 });
  return signed;
}

function checkRange(stream: TokenStream, literal: NumberLiteral, position: Position): void {
  // Not a number is no duration either.
  if (!(Math.abs(literal.value) <= SECONDS_MAX)) throw stream.error('duration out of range', position);
}

function requireDurationExpressions(stream: TokenStream, position: Position): void {
  if (!stream.options.durationExpressions) {
    throw stream.error('experimental duration expression is not enabled', position);
  }
}
