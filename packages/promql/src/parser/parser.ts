// The parser: recursive descent, with precedence climbing for binary operators.
//
// 1. Tokens are read one ahead (token-stream.ts). The first fault throws; so the order in which
//    things are checked is part of the behaviour, because it decides which error a user sees.
// 2. `parseBinary` climbs: or < and, unless < comparisons < + - < * / % atan2 < ^ (right).
//    A sign binds like `*`: `-a ^ b` is `-(a ^ b)`.
// 3. Ranges, subqueries, offset and @ bind tighter than any operator (parse-selector.ts).
// 4. When the syntax is right, types are checked over the whole tree (check.ts).
//
// Nesting is bounded (DEPTH_MAX) both for this parser and for whoever walks the tree later: a chain
// of operators is as deep as it is long.

import { quote } from '@ampere/go-text';
import type { Matcher } from '@ampere/series';
import type {
  AggregateExpr,
  AggregateOperator,
  BinaryOperator,
  Expr,
  FunctionSignature,
  Position,
  VectorMatching,
} from './ast.ts';
import { checkTypes } from './check.ts';
import { FUNCTIONS } from './functions.ts';
import { isValidName } from './literals.ts';
import { DEPTH_MAX, type ParseOptions, STABLE_LANGUAGE } from './options.ts';
import { parseNumberLiteral } from './parse-duration.ts';
import { parseAt, parseBrackets, parseExtended, parseOffset, parseVectorSelector } from './parse-selector.ts';
import { TokenStream } from './token-stream.ts';
import { isAggregation, mayBeLabelName, mayBeMetricName, type TokenKind } from './tokens.ts';

/** How tightly operators bind. */
const PRECEDENCE: Readonly<Partial<Record<TokenKind, number>>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '</': 3,
  '>/': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
};
const POWER = 6;

/**
 * Parses a query. Throws ParseError with Prometheus' text. Without options the language is that of
 * Prometheus without feature flags.
 */
export function parseExpr(text: string, options: ParseOptions = STABLE_LANGUAGE): Expr {
  const stream = new TokenStream(text, options);
  if (stream.peek() === 'eof') throw stream.error('no expression found in input', { start: 0, end: 0 });
  const expr = new ExprParser(stream).parse();
  if (stream.peek() !== 'eof') throw stream.unexpected();
  return checkTypes(expr, stream);
}

/**
 * Parses a selector alone, as `match[]` parameters have it, and returns its matchers. Empty matchers
 * are allowed here; the caller refuses them where they must not be.
 */
export function parseMetricSelector(text: string): readonly Matcher[] {
  const stream = new TokenStream(text, STABLE_LANGUAGE);
  const kind = stream.peek();
  const { position } = stream;
  if (kind !== '{' && !mayBeMetricName(kind)) throw stream.unexpected();
  const name = kind === '{' ? '' : stream.text;
  if (name !== '') stream.advance();
  const selector = parseVectorSelector(stream, name, position);
  if (stream.peek() !== 'eof') throw stream.unexpected();
  return selector.matchers;
}

class ExprParser {
  readonly #stream: TokenStream;
  /** Height of the tree that was parsed last. */
  #height = 0;

  constructor(stream: TokenStream) {
    this.#stream = stream;
  }

  parse(): Expr {
    return this.#parseBinary(0);
  }

  #grow(height: number): void {
    if (height > DEPTH_MAX) throw this.#stream.tooDeep();
    this.#height = height;
  }

  #parseBinary(minPrecedence: number): Expr {
    const stream = this.#stream;
    stream.enter();
    let left = this.#parseUnary();
    let height = this.#height;
    for (;;) {
      const operator = stream.peek();
      const precedence = PRECEDENCE[operator];
      if (precedence === undefined || precedence < minPrecedence) break;
      stream.advance();
      const modifiers = this.#parseBinaryModifiers();
      const right = this.#parseBinary(operator === '^' ? precedence : precedence + 1);
      const position = { start: left.position.start, end: right.position.end };
      const { returnBool, matching } = modifiers;
      if (
        (matching.fillLeft !== undefined || matching.fillRight !== undefined) &&
        !stream.options.fillModifiers
      ) {
        throw stream.error('binop fill modifiers are experimental and not enabled', position);
      }
      left = {
        kind: 'binary',
        position,
        operator: operator as BinaryOperator,
        left,
        right,
        returnBool,
        matching,
      };
      this.#grow((height = 1 + Math.max(height, this.#height)));
    }
    stream.leave();
    return left;
  }

  #parseUnary(): Expr {
    const stream = this.#stream;
    const operator = stream.peek();
    if (operator !== '+' && operator !== '-') return this.#parsePostfix();
    const { start } = stream;
    stream.advance();
    const expr = this.#parseBinary(POWER);
    const position = { start, end: expr.position.end };
    if (expr.kind === 'number') {
      return { ...expr, position, value: operator === '-' ? -expr.value : expr.value };
    }
    this.#grow(this.#height + 1);
    return { kind: 'unary', position, operator, expr };
  }

  #parsePostfix(): Expr {
    const stream = this.#stream;
    let expr = this.#parsePrimary();
    for (;;) {
      switch (stream.peek()) {
        case '[':
          expr = parseBrackets(stream, expr);
          this.#grow(this.#height + 1);
          continue;
        case 'offset':
          expr = parseOffset(stream, expr);
          continue;
        case '@':
          expr = parseAt(stream, expr);
          continue;
        case 'identifier':
          if (!stream.isWord('anchored') && !stream.isWord('smoothed')) return expr;
          expr = parseExtended(stream, expr);
          continue;
        default:
          return expr;
      }
    }
  }

  #parsePrimary(): Expr {
    const stream = this.#stream;
    const kind = stream.peek();
    const { position } = stream;
    this.#height = 1;
    switch (kind) {
      case 'number':
      case 'duration':
        return parseNumberLiteral(stream);
      case 'string': {
        const value = stream.stringValue;
        stream.advance();
        return { kind: 'string', position, value };
      }
      case '(': {
        stream.advance();
        const expr = this.#parseBinary(0);
        const { end } = stream.position;
        stream.expect(')');
        this.#grow(this.#height + 1);
        return { kind: 'paren', position: { start: position.start, end }, expr };
      }
      case '{':
        return parseVectorSelector(stream, '', position);
    }
    if (!mayBeMetricName(kind)) throw stream.unexpected();
    return this.#parseNamed(kind, stream.text, position);
  }

  /** A name is a function's, an aggregation's or a metric's, which the next token decides. */
  #parseNamed(kind: TokenKind, name: string, position: Position): Expr {
    const stream = this.#stream;
    stream.advance();
    const next = stream.peek();
    if (isAggregation(kind)) {
      if (next === '(' || next === 'by' || next === 'without') return this.#parseAggregate(kind, position);
    } else if (next === '(' && (kind === 'identifier' || kind === 'start' || kind === 'end')) {
      return this.#parseCall(name, position);
    }
    return parseVectorSelector(stream, name, position);
  }

  #parseCall(name: string, namePosition: Position): Expr {
    const stream = this.#stream;
    const args = this.#parseArguments();
    const func = this.#functionNamed(name, namePosition);
    this.#grow(this.#height + 1);
    return { kind: 'call', position: { start: namePosition.start, end: stream.lastClosing }, func, args };
  }

  #functionNamed(name: string, position: Position): FunctionSignature {
    const func = FUNCTIONS.get(name);
    if (func === undefined) {
      throw this.#stream.error(`unknown function with name ${quote(name)}`, position);
    }
    const { experimentalFunctions, startTimestamps } = this.#stream.options;
    if ((func.experimental && !experimentalFunctions) || (name === 'start_timestamp' && !startTimestamps)) {
      throw this.#stream.error(`function ${quote(name)} is not enabled`, position);
    }
    return func;
  }

  /** `(a, b, …)`; leaves the greatest height among them. */
  #parseArguments(): Expr[] {
    const stream = this.#stream;
    const args: Expr[] = [];
    let height = 0;
    stream.expect('(');
    if (!stream.accept(')')) {
      for (;;) {
        args.push(this.#parseBinary(0));
        height = Math.max(height, this.#height);
        if (stream.peek() !== ',') break;
        const comma = stream.position;
        stream.advance();
        if (!beginsExpr(stream.peek())) {
          throw stream.error('trailing commas not allowed in function call args', comma);
        }
      }
      stream.expect(')');
    }
    this.#height = height;
    return args;
  }

  #parseAggregate(operator: AggregateOperator, { start }: Position): Expr {
    const stream = this.#stream;
    const around = stream.context;
    stream.context = { where: 'aggregation', expected: '' };
    let grouping: readonly string[] | null = null;
    let without = false;
    if (stream.peek() !== '(') {
      without = stream.peek() === 'without';
      stream.advance();
      grouping = this.#parseLabels();
    }
    const args = this.#parseArguments();
    let { lastClosing: end } = stream;
    if (grouping === null && (stream.peek() === 'by' || stream.peek() === 'without')) {
      without = stream.peek() === 'without';
      stream.advance();
      grouping = this.#parseLabels();
      end = stream.lastClosing;
    }
    stream.context = around;
    this.#grow(this.#height + 1);
    return this.#aggregateOf(operator, { start, end }, args, without, grouping ?? []);
  }

  #aggregateOf(
    operator: AggregateOperator,
    position: Position,
    args: readonly Expr[],
    without: boolean,
    grouping: readonly string[],
  ): AggregateExpr {
    const stream = this.#stream;
    if (args.length === 0) {
      throw stream.error('no arguments for aggregate expression provided', position);
    }
    const takesParameter = AGGREGATIONS_WITH_PARAMETER.has(operator);
    if ((operator === 'limitk' || operator === 'limit_ratio') && !stream.options.experimentalFunctions) {
      throw stream.error(
        `${operator}() is experimental and must be enabled with --enable-feature=promql-experimental-functions`,
        position,
      );
    }
    const wanted = takesParameter ? 2 : 1;
    if (args.length !== wanted) {
      throw stream.error(
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
        position,
      );
    }
    const expr = args[wanted - 1]!;
    const base = { kind: 'aggregate' as const, position, operator, expr, without, grouping };
    return takesParameter ? { ...base, parameter: args[0]! } : base;
  }

  /** `bool`, `on`/`ignoring`, `group_left`/`group_right`, `fill…`: all may be missing. */
  #parseBinaryModifiers(): { returnBool: boolean; matching: VectorMatching } {
    const stream = this.#stream;
    const returnBool = stream.accept('bool');
    let cardinality: VectorMatching['cardinality'] = 'one-to-one';
    let labels: readonly string[] = [];
    let include: readonly string[] = [];
    const on = stream.peek() === 'on';
    if (on || stream.peek() === 'ignoring') {
      stream.advance();
      labels = this.#parseLabels();
      if (stream.peek() === 'group_left' || stream.peek() === 'group_right') {
        cardinality = stream.peek() === 'group_left' ? 'many-to-one' : 'one-to-many';
        stream.advance();
        // Without labels an operand follows.
        if (!beginsExpr(stream.peek()) || stream.peek() === '(') include = this.#parseLabels();
      }
    }
    let matching: VectorMatching = { cardinality, on, labels, include };
    while (this.#isFill()) matching = this.#parseFill(matching);
    return { returnBool, matching };
  }

  #isFill(): boolean {
    const stream = this.#stream;
    if (stream.peek() !== 'identifier' || !stream.isFollowedBy('(')) return false;
    return stream.isWord('fill') || stream.isWord('fill_left') || stream.isWord('fill_right');
  }

  #parseFill(matching: VectorMatching): VectorMatching {
    const stream = this.#stream;
    const word = stream.text.toLowerCase();
    const { fillLeft, fillRight } = matching;
    const taken =
      word === 'fill_left' ? fillLeft : word === 'fill_right' ? fillRight : (fillLeft ?? fillRight);
    if (taken !== undefined) throw stream.unexpected();
    stream.advance();
    stream.expect('(');
    const sign = stream.peek();
    if (sign === '+' || sign === '-') stream.advance();
    if (stream.peek() !== 'number' && stream.peek() !== 'duration') throw stream.unexpected();
    const { value: magnitude } = parseNumberLiteral(stream);
    const value = sign === '-' ? -magnitude : magnitude;
    stream.expect(')');
    return {
      ...matching,
      ...(word === 'fill_right' ? {} : { fillLeft: value }),
      ...(word === 'fill_left' ? {} : { fillRight: value }),
    };
  }

  /** `(a, b, "c.d")`. */
  #parseLabels(): string[] {
    const stream = this.#stream;
    const where = 'grouping opts';
    const labels: string[] = [];
    if (!stream.accept('(')) throw stream.unexpected({ where, expected: '"("' });
    if (stream.accept(')')) return labels;
    for (;;) {
      if (stream.peek() === ')' && labels.length > 0) break;
      labels.push(this.#parseLabel());
      if (stream.peek() === ')') break;
      if (!stream.accept(',')) throw stream.unexpected({ where, expected: '"," or ")"' });
    }
    stream.advance();
    return labels;
  }

  #parseLabel(): string {
    const stream = this.#stream;
    const kind = stream.peek();
    const { position } = stream;
    if (kind !== 'string' && !mayBeLabelName(kind)) {
      throw stream.unexpected({ where: 'grouping opts', expected: 'label' });
    }
    const label = kind === 'string' ? stream.stringValue : stream.text;
    stream.advance();
    if (!isValidName(label)) {
      throw stream.error(`invalid label name for grouping: ${quote(label)}`, position);
    }
    return label;
  }
}

const AGGREGATIONS_WITH_PARAMETER: ReadonlySet<string> = new Set([
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
]);

/** Whether an expression can begin with such a token. */
function beginsExpr(kind: TokenKind): boolean {
  switch (kind) {
    case 'number':
    case 'duration':
    case 'string':
    case '(':
    case '{':
    case '+':
    case '-':
      return true;
    default:
      return mayBeMetricName(kind);
  }
}
