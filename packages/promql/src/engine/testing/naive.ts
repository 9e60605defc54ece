// A second evaluator, for tests only: the oracle of the differential fuzz test.
//
// It is written as PromQL is explained: one point in time after another, a vector is a list of
// (labels, value), a range is a list of (time, value), and every function is its plain definition. It
// shares no code with the engine but the syntax tree, labels and matchers. Floats only, and no
// annotations. A user's error is a NaiveError.

import type { Labels, Matcher } from '@ampere/series';
import { isStaleAt, Labels as LabelSet, LabelsBuilder } from '@ampere/series';
import type {
  AggregateExpr,
  BinaryExpr,
  CallExpr,
  Expr,
  SubqueryExpr,
  TimeModifiers,
  VectorSelector,
} from '../../parser/ast.ts';
import { typeOf } from '../../parser/check.ts';
import type { MemorySeries } from './memory-querier.ts';
import { histogramQuantileOf, overTime, plain } from './naive-math.ts';

export class NaiveError extends Error {}

export interface Point {
  readonly labels: Labels;
  readonly value: number;
}

export interface Sample {
  readonly timeMs: number;
  readonly value: number;
}

export interface RangeSeries {
  readonly labels: Labels;
  readonly samples: readonly Sample[];
}

export interface NaiveQuery {
  readonly store: readonly MemorySeries[];
  readonly startMs: number;
  readonly endMs: number;
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
}

const DUPLICATE = 'vector cannot contain metrics with the same labelset';

export class Naive {
  /**
   * More than one answer is right: a topk or bottomk had to choose among equal values, or count_values
   * saw values whose last digits rounding decides.
   */
  ambiguous = false;
  readonly #query: NaiveQuery;

  constructor(query: NaiveQuery) {
    this.#query = query;
  }

  vector(expr: Expr, timeMs: number): Point[] {
    const points = this.#vector(expr, timeMs);
    const keys = new Set(points.map((point) => point.labels.key));
    if (keys.size < points.length) throw new NaiveError(DUPLICATE);
    return points;
  }

  scalar(expr: Expr, timeMs: number): number {
    switch (expr.kind) {
      case 'number':
        return expr.value;
      case 'paren':
        return this.scalar(expr.expr, timeMs);
      case 'unary':
        return expr.operator === '-' ? -this.scalar(expr.expr, timeMs) : this.scalar(expr.expr, timeMs);
      case 'binary':
        return operate(expr, this.scalar(expr.left, timeMs), this.scalar(expr.right, timeMs), true)!;
      case 'call':
        if (expr.func.name === 'time') return timeMs / 1000;
        if (expr.func.name === 'pi') return Math.PI;
        if (expr.func.name === 'scalar') {
          const points = this.vector(expr.args[0]!, timeMs);
          return points.length === 1 ? points[0]!.value : Number.NaN;
        }
        throw new Error(`naive: ${expr.func.name}`);
      default:
        throw new Error(`naive: ${expr.kind} as a scalar`);
    }
  }

  #vector(expr: Expr, timeMs: number): Point[] {
    switch (expr.kind) {
      case 'paren':
        return this.vector(expr.expr, timeMs);
      case 'unary':
        return this.vector(expr.expr, timeMs).map((point) =>
          expr.operator === '+' ? point : { labels: nameless(point.labels), value: -point.value },
        );
      case 'vector-selector':
        return this.#select(expr, timeMs).map(({ labels, sample }) => ({ labels, value: sample.value }));
      case 'binary':
        return this.#binary(expr, timeMs);
      case 'aggregate':
        return this.#aggregate(expr, timeMs);
      case 'call':
        return this.#call(expr, timeMs);
      default:
        throw new Error(`naive: ${expr.kind} as a vector`);
    }
  }

  #select(selector: VectorSelector, timeMs: number): { labels: Labels; sample: Sample }[] {
    const atMs = this.#reference(selector, timeMs);
    const found: { labels: Labels; sample: Sample }[] = [];
    for (const series of this.#matching(selector.matchers)) {
      const { timesMs, values, words, length } = series.samples;
      let latest = -1;
      for (let i = 0; i < length; i++) if (timesMs[i]! <= atMs) latest = i;
      if (latest < 0 || timesMs[latest]! <= atMs - this.#query.lookbackMs || isStaleAt(words, latest))
        continue;
      found.push({ labels: series.labels, sample: { timeMs: timesMs[latest]!, value: values[latest]! } });
    }
    return found;
  }

  #matching(matchers: readonly Matcher[]): MemorySeries[] {
    return this.#query.store.filter(({ labels }) => matchers.every((m) => m.matches(labels.get(m.name))));
  }

  #reference({ at, offsetMs }: TimeModifiers, timeMs: number): number {
    if (at === undefined) return timeMs - offsetMs;
    if (at.kind === 'time') return at.timeMs - offsetMs;
    return (at.kind === 'start' ? this.#query.startMs : this.#query.endMs) - offsetMs;
  }

  /** Samples in (end - range, end], and where that is. */
  #range(expr: Expr, timeMs: number): { series: RangeSeries[]; rangeMs: number; endMs: number } {
    if (expr.kind === 'paren') return this.#range(expr.expr, timeMs);
    if (expr.kind === 'subquery') return this.#subquery(expr, timeMs);
    if (expr.kind !== 'matrix-selector') throw new Error(`naive: ${expr.kind} as a range`);
    const endMs = this.#reference(expr.selector, timeMs);
    const series = this.#matching(expr.selector.matchers).map(({ labels, samples }) => {
      const inside: Sample[] = [];
      for (let i = 0; i < samples.length; i++) {
        const at = samples.timesMs[i]!;
        if (at <= endMs - expr.rangeMs || at > endMs || isStaleAt(samples.words, i)) continue;
        inside.push({ timeMs: at, value: samples.values[i]! });
      }
      return { labels, samples: inside };
    });
    return { series: series.filter(({ samples }) => samples.length > 0), rangeMs: expr.rangeMs, endMs };
  }

  #subquery(expr: SubqueryExpr, timeMs: number): { series: RangeSeries[]; rangeMs: number; endMs: number } {
    const endMs = this.#reference(expr, timeMs);
    const stepMs = expr.stepMs || this.#query.subqueryStepMs;
    const byKey = new Map<string, { labels: Labels; samples: Sample[] }>();
    for (let at = Math.ceil((endMs - expr.rangeMs) / stepMs) * stepMs; at <= endMs; at += stepMs) {
      if (at <= endMs - expr.rangeMs) continue;
      for (const { labels, value } of this.vector(expr.expr, at)) {
        const known = byKey.get(labels.key) ?? { labels, samples: [] };
        known.samples.push({ timeMs: at, value });
        byKey.set(labels.key, known);
      }
    }
    return { series: [...byKey.values()], rangeMs: expr.rangeMs, endMs };
  }

  #call(call: CallExpr, timeMs: number): Point[] {
    const { name } = call.func;
    const rangeArg = call.args.find((arg) => typeOf(arg) === 'matrix');
    if (rangeArg !== undefined) return this.#rangeCall(call, rangeArg, timeMs);
    const text = (index: number) => textOf(call.args[index]!);
    switch (name) {
      case 'vector':
        return [{ labels: LabelSet.EMPTY, value: this.scalar(call.args[0]!, timeMs) }];
      case 'absent':
        return this.vector(call.args[0]!, timeMs).length > 0
          ? []
          : [{ labels: fixedLabels(call.args[0]!), value: 1 }];
      case 'timestamp': {
        const inner = unwrap(call.args[0]!);
        if (inner.kind !== 'vector-selector') {
          return this.vector(inner, timeMs).map(({ labels }) => ({
            labels: nameless(labels),
            value: timeMs / 1000,
          }));
        }
        return this.#select(inner, timeMs).map(({ labels, sample }) => ({
          labels: nameless(labels),
          value: sample.timeMs / 1000,
        }));
      }
      case 'label_join':
        return this.vector(call.args[0]!, timeMs).map(({ labels, value }) => {
          const parts = call.args.slice(3).map((arg) => labels.get(textOf(arg)));
          return { labels: new LabelsBuilder(labels).set(text(1), parts.join(text(2))).labels(), value };
        });
      case 'label_replace':
        return this.vector(call.args[0]!, timeMs).map(({ labels, value }) => {
          const match = new RegExp(`^(?:${text(4)})$`, 's').exec(labels.get(text(3)));
          if (match === null) return { labels, value };
          const replaced = text(2).replace(/\$(\d)/g, (_, group) => match[Number(group)] ?? '');
          return { labels: new LabelsBuilder(labels).set(text(1), replaced).labels(), value };
        });
      case 'histogram_quantile':
        return this.#histogramQuantile(call, timeMs);
      case 'sort':
      case 'sort_desc':
      case 'sort_by_label':
      case 'sort_by_label_desc':
        return this.vector(call.args[0]!, timeMs);
      default:
    }
    const scalars = call.args.slice(1).map((arg) => this.scalar(arg, timeMs));
    const func = plain(name);
    if (call.args.length === 0)
      return [{ labels: LabelSet.EMPTY, value: func(Math.floor(timeMs / 1000), scalars) }];
    const points = this.vector(call.args[0]!, timeMs);
    if (name === 'clamp' && scalars[1]! < scalars[0]!) return [];
    return points.map(({ labels, value }) => {
      this.#noteJump(name, value, scalars);
      return { labels: nameless(labels), value: func(value, scalars) };
    });
  }

  /** Next to a jump of a function, the last digits of its operand decide. */
  #noteJump(name: string, value: number, [to = 1]: readonly number[]): void {
    if (!JUMPING.has(name)) return;
    const scaled = name === 'round' ? value / to + 0.5 : value;
    const distance = Math.abs(scaled - Math.round(scaled));
    if (distance !== 0 && distance < 1e-6 * Math.max(1, Math.abs(scaled))) this.ambiguous = true;
  }

  #rangeCall(call: CallExpr, rangeArg: Expr, timeMs: number): Point[] {
    const { name } = call.func;
    const { series, rangeMs, endMs } = this.#range(rangeArg, timeMs);
    if (name === 'absent_over_time') {
      return series.length > 0 ? [] : [{ labels: fixedLabels(rangeArg), value: 1 }];
    }
    const scalars = call.args.filter((arg) => arg !== rangeArg).map((arg) => this.scalar(arg, timeMs));
    if (name === 'double_exponential_smoothing' && series.length > 0) {
      if (scalars.some((factor) => factor <= 0 || factor >= 1)) throw new NaiveError('factor');
    }
    const points: Point[] = [];
    for (const { labels, samples } of series) {
      const value = overTime(name, samples, { startMs: endMs - rangeMs, endMs, timeMs, scalars });
      if (value === undefined) continue;
      const keeps = name === 'last_over_time' || name === 'first_over_time';
      points.push({ labels: keeps ? labels : nameless(labels), value });
    }
    return points;
  }

  #histogramQuantile(call: CallExpr, timeMs: number): Point[] {
    const quantile = this.scalar(call.args[0]!, timeMs);
    const groups = new Map<string, { labels: Labels; buckets: [number, number][] }>();
    for (const { labels, value } of this.vector(call.args[1]!, timeMs)) {
      const le = labels.get('le');
      if (!/^([+-]?Inf|[\d.]+)$/.test(le)) continue;
      const bound = le.endsWith('Inf')
        ? (le.startsWith('-') ? -1 : 1) * Number.POSITIVE_INFINITY
        : Number(le);
      const rest = labels.filter((label) => label !== 'le');
      const group = groups.get(rest.key) ?? { labels: rest, buckets: [] };
      group.buckets.push([bound, value]);
      groups.set(rest.key, group);
    }
    return [...groups.values()].map(({ labels, buckets }) => ({
      labels: nameless(labels),
      value: histogramQuantileOf(quantile, buckets),
    }));
  }

  #aggregate(expr: AggregateExpr, timeMs: number): Point[] {
    const { operator, grouping, without } = expr;
    const parameter = expr.parameter;
    const number =
      parameter === undefined || operator === 'count_values' ? 0 : this.scalar(parameter, timeMs);
    if (Number.isNaN(number) && operator !== 'quantile') throw new NaiveError('Parameter value is NaN');
    const groups = new Map<string, { labels: Labels; points: Point[] }>();
    for (const point of this.vector(expr.expr, timeMs)) {
      const labels = point.labels.filter((name) =>
        without ? name !== '__name__' && !grouping.includes(name) : grouping.includes(name),
      );
      const group = groups.get(labels.key) ?? { labels, points: [] };
      group.points.push(point);
      groups.set(labels.key, group);
    }
    const out: Point[] = [];
    const counted = new Map<string, { labels: Labels; count: number }>();
    for (const { labels, points } of groups.values()) {
      const values = points.map(({ value }) => value);
      switch (operator) {
        case 'topk':
          out.push(...this.#best(points, number, (a, b) => b - a));
          break;
        case 'bottomk':
          out.push(...this.#best(points, number, (a, b) => a - b));
          break;
        case 'limitk':
          out.push(...points.slice(0, Math.max(0, Math.trunc(number))));
          break;
        case 'count_values': {
          const label = textOf(parameter!);
          if (values.some((value) => String(value).length > 12)) this.ambiguous = true;
          for (const value of values) {
            const leftOut = without && grouping.includes(label);
            const result = new LabelsBuilder(labels).set(label, leftOut ? '' : goText(value)).labels();
            const known = counted.get(result.key);
            counted.set(result.key, { labels: result, count: (known?.count ?? 0) + 1 });
          }
          break;
        }
        default:
          out.push({ labels, value: aggregateOf(operator, values, number) });
      }
    }
    for (const { labels, count } of counted.values()) out.push({ labels, value: count });
    return out;
  }

  #best(points: readonly Point[], k: number, compare: (a: number, b: number) => number): Point[] {
    const order = (a: Point, b: Point) => {
      if (Number.isNaN(a.value) || Number.isNaN(b.value)) {
        return (Number.isNaN(a.value) ? 1 : 0) - (Number.isNaN(b.value) ? 1 : 0);
      }
      return a.value === b.value ? 0 : compare(a.value, b.value);
    };
    const sorted = [...points].sort(order);
    const count = Math.max(0, Math.trunc(k));
    const [last, next] = [sorted[count - 1], sorted[count]];
    if (last !== undefined && next !== undefined && order(last, next) === 0) this.ambiguous = true;
    return sorted.slice(0, count);
  }

  #binary(expr: BinaryExpr, timeMs: number): Point[] {
    const leftIsScalar = typeOf(expr.left) === 'scalar';
    const rightIsScalar = typeOf(expr.right) === 'scalar';
    if (leftIsScalar || rightIsScalar) {
      const scalar = this.scalar(leftIsScalar ? expr.left : expr.right, timeMs);
      const out: Point[] = [];
      for (const { labels, value } of this.vector(leftIsScalar ? expr.right : expr.left, timeMs)) {
        const result = leftIsScalar
          ? operate(expr, scalar, value, expr.returnBool)
          : operate(expr, value, scalar, expr.returnBool);
        if (result === undefined) continue;
        const filter = COMPARISONS.has(expr.operator) && !expr.returnBool;
        out.push(filter ? { labels, value } : { labels: nameless(labels), value: result });
      }
      return out;
    }
    const left = this.vector(expr.left, timeMs);
    const right = this.vector(expr.right, timeMs);
    const { on, labels: names, cardinality, include } = expr.matching!;
    const keyOf = (labels: Labels) =>
      labels.filter((name) => (on ? names.includes(name) : name !== '__name__' && !names.includes(name))).key;
    if (expr.operator === 'and') {
      const keys = new Set(right.map((point) => keyOf(point.labels)));
      return left.filter((point) => keys.has(keyOf(point.labels)));
    }
    if (expr.operator === 'unless') {
      const keys = new Set(right.map((point) => keyOf(point.labels)));
      return left.filter((point) => !keys.has(keyOf(point.labels)));
    }
    if (expr.operator === 'or') {
      const keys = new Set(left.map((point) => keyOf(point.labels)));
      return [...left, ...right.filter((point) => !keys.has(keyOf(point.labels)))];
    }
    if (left.length === 0 || right.length === 0) return [];
    const swapped = cardinality === 'one-to-many';
    const ones = new Map<string, Point>();
    for (const point of swapped ? left : right) {
      if (ones.has(keyOf(point.labels))) throw new NaiveError('found duplicate series');
      ones.set(keyOf(point.labels), point);
    }
    const out: Point[] = [];
    const matched = new Set<string>();
    for (const many of swapped ? right : left) {
      const one = ones.get(keyOf(many.labels));
      if (one === undefined) continue;
      const [a, b] = swapped ? [one.value, many.value] : [many.value, one.value];
      let labels = many.labels;
      const comparison = COMPARISONS.has(expr.operator);
      if (!comparison) labels = nameless(labels);
      if (cardinality === 'one-to-one') labels = labels.filter((name) => names.includes(name) === on);
      const builder = new LabelsBuilder(labels);
      for (const name of include) builder.set(name, one.labels.get(name));
      labels = builder.labels();
      const key = cardinality === 'one-to-one' ? keyOf(many.labels) : `${keyOf(many.labels)}|${labels.key}`;
      if (matched.has(key)) throw new NaiveError('multiple matches for labels');
      matched.add(key);
      const result = operate(expr, a, b, expr.returnBool);
      if (result === undefined) continue;
      if (expr.returnBool) labels = nameless(labels);
      out.push({ labels, value: comparison && !expr.returnBool ? a : result });
    }
    return out;
  }
}

const JUMPING = new Set(['round', 'floor', 'ceil', 'minute', 'hour']);

const COMPARISONS = new Set(['==', '!=', '>', '<', '>=', '<=']);

/** Undefined when a comparison filters. */
function operate(expr: BinaryExpr, a: number, b: number, bool: boolean): number | undefined {
  switch (expr.operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      return a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b;
    case 'atan2':
      return Math.atan2(a, b);
    default:
  }
  const holds = { '==': a === b, '!=': a !== b, '>': a > b, '<': a < b, '>=': a >= b, '<=': a <= b }[
    expr.operator as '=='
  ];
  if (bool) return holds ? 1 : 0;
  return holds ? a : undefined;
}

function nameless(labels: Labels): Labels {
  return labels.filter((name) => name !== '__name__');
}

function unwrap(expr: Expr): Expr {
  return expr.kind === 'paren' ? unwrap(expr.expr) : expr;
}

function textOf(expr: Expr): string {
  const inner = unwrap(expr);
  if (inner.kind !== 'string') throw new Error('naive: a text was expected');
  return inner.value;
}

function fixedLabels(expr: Expr): Labels {
  const inner = unwrap(expr);
  const selector = inner.kind === 'matrix-selector' ? inner.selector : inner;
  if (selector.kind !== 'vector-selector') return LabelSet.EMPTY;
  const others = selector.matchers.filter(({ name }) => name !== '__name__');
  const fixed = others.filter(
    ({ name, kind }) => kind === '=' && others.filter((other) => other.name === name).length === 1,
  );
  return LabelSet.fromPairs(fixed.map(({ name, value }) => [name, value] as const));
}

function goText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Object.is(value, -0)) return '-0';
  return String(value);
}

function aggregateOf(operator: string, values: readonly number[], parameter: number): number {
  switch (operator) {
    case 'sum':
      return overTimeOf('sum_over_time', values, parameter);
    case 'avg':
      return overTimeOf('avg_over_time', values, parameter);
    case 'min':
      return overTimeOf('min_over_time', values, parameter);
    case 'max':
      return overTimeOf('max_over_time', values, parameter);
    case 'stddev':
      return overTimeOf('stddev_over_time', values, parameter);
    case 'stdvar':
      return overTimeOf('stdvar_over_time', values, parameter);
    case 'quantile':
      return overTimeOf('quantile_over_time', values, parameter);
    case 'count':
      return values.length;
    case 'group':
      return 1;
    default:
      throw new Error(`naive: ${operator}`);
  }
}

function overTimeOf(name: string, values: readonly number[], parameter: number): number {
  const samples = values.map((value, i) => ({ timeMs: i, value }));
  return overTime(name, samples, { startMs: 0, endMs: 0, timeMs: 0, scalars: [parameter] })!;
}
