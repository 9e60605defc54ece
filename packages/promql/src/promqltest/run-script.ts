// Runs a test script against an engine and says of every `eval` whether it holds.
//
// An instant query must also hold
// 1. as the middle step of a range query of three steps a minute apart, and
// 2. with `@ its time` on every selector, whenever it is evaluated (unless it asks for the time itself).

import { QueryError } from '../engine/errors.ts';
import type { EngineOptions, Evaluate, QueryResult, QueryValue } from '../engine/types.ts';
import type { AtModifier, Expr } from '../parser/ast.ts';
import { ParseError } from '../parser/errors.ts';
import { WHOLE_LANGUAGE } from '../parser/options.ts';
import { parseExpr } from '../parser/parser.ts';
import { checkAnnotations, checkFailure, checkValue } from './compare.ts';
import { MemoryStorage } from './memory-storage.ts';
import { toCustomBuckets } from './nhcb.ts';
import { type EvalCommand, type LoadCommand, parseScript } from './script.ts';

export interface TestEngine {
  readonly evaluate: Evaluate;
  readonly options: EngineOptions;
}

export interface EvalOutcome {
  readonly line: number;
  readonly query: string;
  /** What does not hold, or null. */
  readonly fault: string | null;
}

/** Throws ScriptError when the script can't be understood. */
export function runScript(text: string, engine: TestEngine): EvalOutcome[] {
  const storage = new MemoryStorage();
  const outcomes: EvalOutcome[] = [];
  for (const command of parseScript(text)) {
    if (command.kind === 'clear') storage.clear();
    else if (command.kind === 'load') load(storage, command);
    else {
      const { line, query } = command;
      outcomes.push({ line, query, fault: new Evaluation(command, storage, engine).fault() });
    }
  }
  return outcomes;
}

function load(storage: MemoryStorage, { series, stepMs, withNhcb }: LoadCommand): void {
  // Of lines for the same series the last one counts.
  const last = new Map(series.map((line) => [line.labels.key, line]));
  for (const { labels, values } of last.values()) {
    for (const [i, value] of values.entries()) storage.append(labels, i * stepMs, value);
  }
  if (!withNhcb) return;
  for (const { labels, histograms } of toCustomBuckets(series)) {
    for (const [step, histogram] of [...histograms].sort(([a], [b]) => a - b)) {
      storage.append(labels, step * stepMs, { kind: 'histogram', histogram, hintSet: false });
    }
  }
}

/** Functions whose value depends on when they are evaluated, whatever their argument. */
const TIME_FUNCTIONS: ReadonlySet<string> = new Set([
  ...['days_in_month', 'day_of_month', 'day_of_week', 'day_of_year', 'hour', 'minute', 'month', 'year'],
  ...['predict_linear', 'time', 'timestamp', 'start', 'end', 'step', 'range'],
]);
const CONTEXT_FUNCTIONS = /(start|end|range|step)\(\)/;

class Evaluation {
  readonly #command: EvalCommand;
  readonly #storage: MemoryStorage;
  readonly #engine: TestEngine;

  constructor(command: EvalCommand, storage: MemoryStorage, engine: TestEngine) {
    this.#command = command;
    this.#storage = storage;
    this.#engine = engine;
  }

  fault(): string | null {
    const { query, isRange, startMs, endMs, stepMs } = this.#command;
    let expr: Expr;
    try {
      expr = parseExpr(query, WHOLE_LANGUAGE);
    } catch (error) {
      return this.#faultOfError(error);
    }
    if (isRange) return this.#check(expr, startMs, endMs, stepMs);
    const fault = this.#checkInstant(expr, startMs);
    if (fault !== null) return fault;
    const times = startMs === 0 ? [-1000, 0, 1000] : [-10 * startMs, 0, startMs / 5, startMs, 10 * startMs];
    const pinned = usesTime(expr) ? null : pinTo(expr, this.#command.pointsMs?.endMs ?? startMs);
    if (pinned === null) return null;
    for (const atMs of times) {
      const pinnedFault = this.#checkInstant(pinned, Math.trunc(atMs));
      if (pinnedFault !== null) return `with @ ${startMs} at ${atMs}: ${pinnedFault}`;
    }
    return null;
  }

  #checkInstant(expr: Expr, atMs: number): string | null {
    const { expected, pointsMs, query } = this.#command;
    const fault = this.#check(expr, atMs, atMs, 0);
    const onlyInstant = expected.fail !== undefined || expected.string !== undefined || pointsMs !== null;
    if (fault !== null || onlyInstant || expected.ordered || CONTEXT_FUNCTIONS.test(query)) return fault;
    const inRange = this.#checkMiddleStep(expr, atMs);
    return inRange === null ? null : `in a range query: ${inRange}`;
  }

  #checkMiddleStep(expr: Expr, atMs: number): string | null {
    try {
      const { value } = this.#evaluate(expr, atMs - 60_000, atMs + 60_000, 60_000);
      return checkValue(this.#command, stepOf(value, atMs, this.#command.expected.scalar !== undefined));
    } catch (error) {
      return this.#faultOfError(error);
    }
  }

  #check(expr: Expr, startMs: number, endMs: number, stepMs: number): string | null {
    const { expected } = this.#command;
    try {
      const { value, warnings, infos } = this.#evaluate(expr, startMs, endMs, stepMs);
      if (expected.fail !== undefined) return 'expected a failure, there was none';
      return checkAnnotations(expected, warnings, infos) ?? checkValue(this.#command, value);
    } catch (error) {
      return this.#faultOfError(error);
    }
  }

  #evaluate(expr: Expr, startMs: number, endMs: number, stepMs: number): QueryResult {
    const { query } = this.#command;
    const request = { expr, text: query, startMs, endMs, stepMs, samplesMax: 0 };
    return this.#engine.evaluate(this.#storage, request, this.#engine.options);
  }

  #faultOfError(error: unknown): string | null {
    const { fail } = this.#command.expected;
    const message = error instanceof Error ? error.message : String(error);
    const isAnswer = error instanceof QueryError || error instanceof ParseError;
    if (!isAnswer) return `BUG: ${error instanceof Error ? error.stack : message}`;
    return fail === undefined ? `failed: ${message}` : checkFailure(fail, message);
  }
}

/** One step of a range query's answer, as an instant query would give it. */
function stepOf(value: QueryValue, timeMs: number, isScalar: boolean): QueryValue {
  if (value.type !== 'matrix') return value;
  const found = value.columns.flatMap((columns, i) => {
    const at = columns.timesMs.subarray(0, columns.length).indexOf(timeMs);
    return at < 0
      ? []
      : [{ labels: value.labels[i]!, value: columns.values[at]!, histogram: columns.histograms?.[at] }];
  });
  if (isScalar && found.length > 0) return { type: 'scalar', timeMs, value: found[0]!.value };
  return {
    type: 'vector',
    timeMs,
    labels: found.map(({ labels }) => labels),
    values: Float64Array.from(found, (sample) => sample.value),
    histograms: found.map(({ histogram }) => histogram),
  };
}

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'paren':
    case 'unary':
    case 'subquery':
      return [expr.expr];
    case 'binary':
      return [expr.left, expr.right];
    case 'call':
      return expr.args;
    case 'aggregate':
      return expr.parameter === undefined ? [expr.expr] : [expr.parameter, expr.expr];
    default:
      return [];
  }
}

function usesTime(expr: Expr): boolean {
  return (expr.kind === 'call' && TIME_FUNCTIONS.has(expr.func.name)) || childrenOf(expr).some(usesTime);
}

/** The query with `@` on every selector and subquery that has none; not inside of a pinned subquery. */
function pinTo(expr: Expr, timeMs: number): Expr {
  const at = (own: AtModifier | undefined): AtModifier =>
    own?.kind === 'time' ? own : { kind: 'time', timeMs };
  const inside = (child: Expr) => pinTo(child, timeMs);
  switch (expr.kind) {
    case 'vector-selector':
    case 'subquery':
      return { ...expr, at: at(expr.at) };
    case 'matrix-selector':
      return { ...expr, selector: { ...expr.selector, at: at(expr.selector.at) } };
    case 'paren':
    case 'unary':
      return { ...expr, expr: inside(expr.expr) };
    case 'binary':
      return { ...expr, left: inside(expr.left), right: inside(expr.right) };
    case 'call':
      return { ...expr, args: expr.args.map(inside) };
    case 'aggregate': {
      const parameter = expr.parameter && { parameter: inside(expr.parameter) };
      return { ...expr, ...parameter, expr: inside(expr.expr) };
    }
    default:
      return expr;
  }
}
