// The text of a tree, in Prometheus' form: `printExpr` on one line, `prettify` over several lines
// where one would be longer than 100 bytes.

import { formatDuration, formatFixed, formatFloat, formatFloatG, quote } from '@ampere/go-text';
import type { Matcher } from '@ampere/series';
import { METRIC_NAME } from '@ampere/series';
import type {
  AggregateExpr,
  BinaryExpr,
  Expr,
  MatrixSelector,
  NumberLiteral,
  SubqueryExpr,
  TimeModifiers,
  VectorSelector,
} from './ast.ts';

const LINE_BYTES_MAX = 100;
/** Names that need no quotes: of labels in matchers, and of labels in groupings. */
const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const PLAIN_GROUPING = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A tree as one line; parsing it again gives an equal tree. */
export function printExpr(expr: Expr): string {
  return new Printer().print(expr);
}

/** A tree over several lines, as Prometheus' format_query gives it. */
export function prettify(expr: Expr): string {
  return new Printer().pretty(expr, 0);
}

class Printer {
  /** Subtrees printed already: laying out asks for each of them once a level. */
  readonly #printed = new Map<Expr, string>();

  print(expr: Expr): string {
    let text = this.#printed.get(expr);
    if (text === undefined) this.#printed.set(expr, (text = this.#print(expr)));
    return text;
  }

  #print(expr: Expr): string {
    switch (expr.kind) {
      case 'number':
        return printNumber(expr);
      case 'string':
        return quote(expr.value);
      case 'paren':
        return `(${this.print(expr.expr)})`;
      case 'unary':
        return expr.operator + this.print(expr.expr);
      case 'binary':
        return `${this.print(expr.left)} ${printOperator(expr)} ${this.print(expr.right)}`;
      case 'call':
        return `${expr.func.name}(${expr.args.map((arg) => this.print(arg)).join(', ')})`;
      case 'aggregate': {
        const parameter = expr.parameter === undefined ? '' : `${this.print(expr.parameter)}, `;
        return `${printAggregation(expr)}(${parameter}${this.print(expr.expr)})`;
      }
      case 'vector-selector': {
        const extended = expr.extended === undefined ? '' : ` ${expr.extended}`;
        return printSelector(expr) + printAt(expr) + extended + printOffset(expr);
      }
      case 'matrix-selector':
        return printMatrix(expr);
      case 'subquery':
        return this.print(expr.expr) + printSubquerySuffix(expr);
    }
  }

  pretty(expr: Expr, level: number): string {
    const indent = '  '.repeat(level);
    if (expr.kind === 'unary') return indent + expr.operator + this.pretty(expr.expr, level).trim();
    const line = this.print(expr);
    const fits = Buffer.byteLength(line) <= LINE_BYTES_MAX;
    if (expr.kind === 'subquery') {
      // A short one stands without indentation: so does Prometheus put it.
      return fits ? line : this.pretty(expr.expr, level) + printSubquerySuffix(expr);
    }
    if (fits) return indent + line;
    const inside = (child: Expr) => this.pretty(child, level + 1);
    switch (expr.kind) {
      case 'aggregate': {
        const parameter = expr.parameter === undefined ? '' : `${inside(expr.parameter)},\n`;
        return `${indent}${printAggregation(expr)}(\n${parameter}${inside(expr.expr)}\n${indent})`;
      }
      case 'binary':
        return `${inside(expr.left)}\n${indent}${printOperator(expr)}\n${inside(expr.right)}`;
      case 'call':
        return `${indent}${expr.func.name}(\n${expr.args.map(inside).join(',\n')}\n${indent})`;
      case 'paren':
        return `${indent}(\n${inside(expr.expr)}\n${indent})`;
      default:
        return indent + line;
    }
  }
}

function printNumber({ value, isDuration }: NumberLiteral): string {
  if (!isDuration) return formatFloat(value);
  const text = formatDuration(Math.abs(value) * 1000);
  return value < 0 ? `-${text}` : text;
}

function printAggregation({ operator, without, grouping }: AggregateExpr): string {
  if (without) return `${operator} without (${printLabels(grouping)}) `;
  return grouping.length > 0 ? `${operator} by (${printLabels(grouping)}) ` : operator;
}

function printOperator({ operator, returnBool, matching }: BinaryExpr): string {
  let text: string = operator;
  if (returnBool) text += ' bool';
  if (matching === undefined) return text;
  const { cardinality, on, labels, include, fillLeft, fillRight } = matching;
  const grouped = cardinality === 'many-to-one' || cardinality === 'one-to-many';
  if (labels.length > 0 || on || grouped) text += ` ${on ? 'on' : 'ignoring'} (${printLabels(labels)})`;
  if (grouped) text += ` group_${cardinality === 'many-to-one' ? 'left' : 'right'} (${printLabels(include)})`;
  if (fillLeft !== undefined && Object.is(fillLeft, fillRight))
    return `${text} fill (${formatFloatG(fillLeft)})`;
  if (fillLeft !== undefined) text += ` fill_left (${formatFloatG(fillLeft)})`;
  if (fillRight !== undefined) text += ` fill_right (${formatFloatG(fillRight)})`;
  return text;
}

function printLabels(labels: readonly string[]): string {
  return labels.map((label) => (PLAIN_GROUPING.test(label) ? label : quote(label))).join(', ');
}

/** One matcher: `name=~"value"`. */
export function printMatcher({ name, kind, value }: Matcher): string {
  return (PLAIN_LABEL.test(name) ? name : quote(name)) + kind + quote(value);
}

/** Name and matchers, without modifiers. */
function printSelector({ name, matchers }: VectorSelector): string {
  const texts = matchers
    .filter((matcher) => !(name !== '' && isNameMatcher(matcher, name)))
    .map(printMatcher)
    .sort();
  return texts.length > 0 ? `${name}{${texts.join(',')}}` : name;
}

function isNameMatcher(matcher: Matcher, name: string): boolean {
  return matcher.name === METRIC_NAME && matcher.kind === '=' && matcher.value === name;
}

function printMatrix({ selector, rangeMs, rangeExpr }: MatrixSelector): string {
  const range = rangeExpr === undefined ? formatDuration(rangeMs) : printExpr(rangeExpr);
  const extended = selector.extended === undefined ? '' : ` ${selector.extended}`;
  return `${printSelector(selector)}[${range}]${extended}${printAt(selector)}${printOffset(selector)}`;
}

function printSubquerySuffix(subquery: SubqueryExpr): string {
  const { rangeMs, rangeExpr, stepMs, stepExpr } = subquery;
  const range = rangeExpr === undefined ? formatDuration(rangeMs) : printExpr(rangeExpr);
  const step = stepExpr !== undefined ? printExpr(stepExpr) : stepMs === 0 ? '' : formatDuration(stepMs);
  return `[${range}:${step}]${printAt(subquery)}${printOffset(subquery)}`;
}

function printAt({ at }: TimeModifiers): string {
  if (at === undefined) return '';
  return at.kind === 'time' ? ` @ ${formatFixed(at.timeMs / 1000, 3)}` : ` @ ${at.kind}()`;
}

function printOffset({ offsetMs, offsetExpr }: TimeModifiers): string {
  if (offsetExpr !== undefined) {
    // A bare sum would be read as one with the selector.
    const text = printExpr(offsetExpr);
    return offsetExpr.kind === 'binary' ? ` offset (${text})` : ` offset ${text}`;
  }
  if (offsetMs === 0) return '';
  return ` offset ${formatDuration(offsetMs)}`;
}
