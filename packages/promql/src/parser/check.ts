// Type checking: what may stand in what, in the order in which Prometheus looks at it.

import { quote } from '@ampere/go-text';
import { METRIC_NAME } from '@ampere/series';
import type { BinaryExpr, CallExpr, Expr, Position, ValueType, VectorSelector } from './ast.ts';
import type { TokenStream } from './token-stream.ts';

const DOCUMENTED: Readonly<Record<ValueType, string>> = {
  none: 'none',
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const SET_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

export function isComparison(operator: string): boolean {
  return COMPARISONS.has(operator);
}

export function isSetOperator(operator: string): boolean {
  return SET_OPERATORS.has(operator);
}

/** The type of what an expression evaluates to. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'paren':
    case 'unary':
      return typeOf(expr.expr);
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar' ? 'scalar' : 'vector';
    case 'call':
      return expr.func.returns;
    case 'aggregate':
    case 'vector-selector':
      return 'vector';
    case 'matrix-selector':
    case 'subquery':
      return 'matrix';
  }
}

/** Checks a whole tree. Returns it with the vector matching in its final form; throws ParseError. */
export function checkTypes(expr: Expr, stream: TokenStream): Expr {
  return new Checker(stream).check(expr).expr;
}

interface Checked {
  readonly expr: Expr;
  readonly type: ValueType;
}

class Checker {
  readonly #stream: TokenStream;

  constructor(stream: TokenStream) {
    this.#stream = stream;
  }

  check(expr: Expr): Checked {
    switch (expr.kind) {
      case 'number':
        return { expr, type: 'scalar' };
      case 'string':
        return { expr, type: 'string' };
      case 'paren': {
        const inner = this.check(expr.expr);
        return { expr: { ...expr, expr: inner.expr }, type: inner.type };
      }
      case 'unary': {
        const inner = this.check(expr.expr);
        if (inner.type !== 'scalar' && inner.type !== 'vector') {
          const got = quote(DOCUMENTED[inner.type]);
          this.#fail(
            `unary expression only allowed on expressions of type scalar or instant vector, got ${got}`,
            expr.position,
          );
        }
        return { expr: { ...expr, expr: inner.expr }, type: inner.type };
      }
      case 'aggregate': {
        const inner = this.#expect(expr.expr, 'vector', 'aggregation expression');
        if (expr.parameter === undefined) return { expr: { ...expr, expr: inner }, type: 'vector' };
        const wanted = expr.operator === 'count_values' ? 'string' : 'scalar';
        const parameter = this.#expect(expr.parameter, wanted, 'aggregation parameter');
        return { expr: { ...expr, expr: inner, parameter }, type: 'vector' };
      }
      case 'subquery': {
        const inner = this.check(expr.expr);
        if (inner.type !== 'vector') {
          this.#fail(`subquery is only allowed on instant vector, got ${inner.type} instead`, expr.position);
        }
        return { expr: { ...expr, expr: inner.expr }, type: 'matrix' };
      }
      case 'vector-selector':
        this.#checkSelector(expr, false);
        return { expr, type: 'vector' };
      case 'matrix-selector':
        this.#checkSelector(expr.selector, false);
        return { expr, type: 'matrix' };
      case 'binary':
        return this.#checkBinary(expr);
      case 'call':
        return { expr: this.#checkCall(expr), type: expr.func.returns };
    }
  }

  #fail(message: string, position: Position): never {
    throw this.#stream.error(message, position);
  }

  #expect(expr: Expr, want: ValueType, where: string): Expr {
    const checked = this.check(expr);
    if (checked.type !== want) {
      const got = DOCUMENTED[checked.type];
      this.#fail(`expected type ${DOCUMENTED[want]} in ${where}, got ${got}`, expr.position);
    }
    return checked.expr;
  }

  #checkSelector(selector: VectorSelector, mayBeEmpty: boolean): void {
    const { name, matchers, position } = selector;
    if (name !== '') {
      // The last matcher is that of the name in front of the braces.
      for (let i = 0; i < matchers.length - 1; i++) {
        const matcher = matchers[i]!;
        if (matcher.name !== METRIC_NAME) continue;
        this.#fail(`metric name must not be set twice: ${quote(name)} or ${quote(matcher.value)}`, position);
      }
    } else if (!mayBeEmpty && matchers.every((matcher) => matcher.matchesEmpty)) {
      this.#fail('vector selector must contain at least one non-empty matcher', position);
    }
  }

  #checkBinary(binary: BinaryExpr): Checked {
    const left = this.check(binary.left);
    const right = this.check(binary.right);
    const { operator, returnBool, position } = binary;
    const matching = binary.matching!;
    const isSet = isSetOperator(operator);
    if (returnBool && !isComparison(operator)) {
      this.#fail('bool modifier can only be used on comparison operators', this.#operatorOf(binary));
    }
    if (isComparison(operator) && !returnBool && left.type === 'scalar' && right.type === 'scalar') {
      this.#fail('comparisons between scalars must use BOOL modifier', this.#operatorOf(binary));
    }
    const include = new Set(matching.on ? matching.include : []);
    const shared = matching.labels.find((label) => include.has(label));
    if (shared !== undefined) {
      this.#fail(
        `label ${quote(shared)} must not occur in ON and GROUP clause at once`,
        this.#operatorOf(binary),
      );
    }
    for (const [side, type] of [
      [binary.left, left.type],
      [binary.right, right.type],
    ] as const) {
      if (type !== 'scalar' && type !== 'vector') {
        this.#fail('binary expression must contain only scalar and instant vector types', side.position);
      }
    }
    const fills = matching.fillLeft !== undefined || matching.fillRight !== undefined;
    if (left.type === 'vector' && right.type === 'vector') {
      if (isSet && matching.cardinality !== 'one-to-one') {
        this.#fail(`no grouping allowed for ${quote(operator)} operation`, position);
      }
      if (isSet && fills) {
        this.#fail('filling in missing series not allowed for set operators', position);
      }
      const final = isSet ? { ...matching, cardinality: 'many-to-many' as const } : matching;
      return { expr: { ...binary, left: left.expr, right: right.expr, matching: final }, type: 'vector' };
    }
    if (matching.labels.length > 0) {
      this.#fail('vector matching only allowed between instant vectors', position);
    }
    if (fills) {
      this.#fail('filling in missing series only allowed between instant vectors', position);
    }
    if (isSet) {
      this.#fail(`set operator ${quote(operator)} not allowed in binary scalar expression`, position);
    }
    const type = left.type === 'scalar' && right.type === 'scalar' ? 'scalar' : 'vector';
    return {
      expr: { kind: 'binary', position, operator, left: left.expr, right: right.expr, returnBool },
      type,
    };
  }

  /** Where the operator and its modifiers stand. */
  #operatorOf(binary: BinaryExpr): Position {
    const { bytes } = this.#stream;
    let start = binary.left.position.end;
    while (' \t\r\n'.includes(bytes[start] ?? 'x')) start++;
    return { start, end: binary.right.position.start };
  }

  #checkCall(call: CallExpr): CallExpr {
    const { func, args, position } = call;
    const { argTypes, variadic } = func;
    const name = quote(func.name);
    const got = args.length;
    if (variadic === 0) {
      if (argTypes.length !== got) {
        this.#fail(`expected ${argTypes.length} argument(s) in call to ${name}, got ${got}`, position);
      }
    } else {
      const least = argTypes.length - 1;
      if (got < least) {
        this.#fail(`expected at least ${least} argument(s) in call to ${name}, got ${got}`, position);
      }
      const most = least + variadic;
      if (variadic > 0 && got > most) {
        this.#fail(`expected at most ${most} argument(s) in call to ${name}, got ${got}`, position);
      }
    }
    const isInfo = func.name === 'info' && got > 1;
    if (isInfo) this.#checkInfoSelector(args[1]!, position);
    return {
      ...call,
      args: args.map((arg, i) => {
        if (isInfo && i === 1) return arg;
        return this.#expect(arg, argTypes[Math.min(i, argTypes.length - 1)]!, `call to function ${name}`);
      }),
    };
  }

  /** The second argument of info is only there for its matchers, which may all be empty. */
  #checkInfoSelector(arg: Expr, callPosition: Position): void {
    const type = typeOf(arg);
    if (type !== 'vector') {
      this.#fail(
        `expected type instant vector in call to function "info", got ${DOCUMENTED[type]}`,
        callPosition,
      );
    }
    if (arg.kind !== 'vector-selector') this.#fail('expected label selectors only', arg.position);
    if (arg.name !== '') {
      this.#fail('expected label selectors only, got vector selector instead', arg.position);
    }
    this.#checkSelector(arg, true);
  }
}
