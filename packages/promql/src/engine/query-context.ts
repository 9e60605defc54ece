// What all parts of one query's evaluation share.

import { assert } from '@ampere/platform';
import type { Querier } from '@ampere/series';
import type { AtModifier, Expr, Position, TimeModifiers, VectorSelector } from '../parser/ast.ts';
import type { Annotations } from './annotations.ts';
import type { Budget } from './budget.ts';
import type { KeptParts } from './kept-parts.ts';
import type { SeriesSink, StepSeries } from './step-series.ts';
import type { Steps } from './steps.ts';
import type { EngineOptions } from './types.ts';

/** Who says something of what: the text's place that is shown, and when the sayer's turn is. */
export interface Origin extends Position {
  /** Operators finish in this order: operands before the operator, left before right. */
  readonly turn: number;
}

/** The turns of all operators of a query. */
export function turnsOf(expr: Expr): ReadonlyMap<Expr, number> {
  const turns = new Map<Expr, number>();
  const visit = (node: Expr): void => {
    switch (node.kind) {
      case 'paren':
      case 'unary':
      case 'subquery':
        visit(node.expr);
        break;
      case 'aggregate':
        if (node.parameter !== undefined) visit(node.parameter);
        visit(node.expr);
        break;
      case 'binary':
        visit(node.left);
        visit(node.right);
        break;
      case 'call':
        for (const arg of node.args) visit(arg);
        break;
      case 'matrix-selector':
        visit(node.selector);
        break;
      default:
    }
    turns.set(node, turns.size);
  };
  visit(expr);
  return turns;
}

/** What `sayer` says of the place `at`. */
export function originOf(query: QueryContext, sayer: Expr, at: Position = sayer.position): Origin {
  return { start: at.start, end: at.end, turn: query.turns.get(sayer) ?? 0 };
}

export interface QueryContext {
  readonly querier: Querier;
  readonly options: EngineOptions;
  readonly annotations: Annotations;
  readonly turns: ReadonlyMap<Expr, number>;
  readonly budget: Budget;
  readonly lookbackDeltaMs: number;
  /** Selectors of whose histograms only count and sum are used. */
  readonly statisticsSelectors: ReadonlySet<VectorSelector>;
  /** The parts that occur more than once, by each of their nodes. */
  readonly commonParts: ReadonlyMap<Expr, KeptParts>;
  /** Start and end of the whole query, also inside subqueries: what `@ start()` and `@ end()` mean. */
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Evaluates expressions over one sequence of steps. Operators call it for their operands. */
export interface Evaluation {
  readonly query: QueryContext;
  readonly steps: Steps;
  /** Pushes the series of an instant vector into the sink, one after another. */
  stream(expr: Expr, sink: SeriesSink): void;
  /**
   * All series of an instant vector. They are counted as held: the caller releases each
   * (`budget.releaseSeries`) when it passes it on or is done with it.
   */
  collect(expr: Expr): StepSeries[];
  /** A scalar's value at each step. The caller must not change it. */
  scalar(expr: Expr): Float64Array;
  /** A string literal's text. */
  text(expr: Expr): string;
  /** The same query over other steps: for subqueries and step-invariant parts. */
  over(steps: Steps): Evaluation;
}

/** The time that a selector or subquery looks at when it is evaluated at `timeMs`. */
export function referenceTimeMs(query: QueryContext, modifiers: TimeModifiers, timeMs: number): number {
  return (fixedTimeMs(query, modifiers.at) ?? timeMs) - modifiers.offsetMs;
}

function fixedTimeMs(query: QueryContext, at: AtModifier | undefined): number | undefined {
  if (at === undefined) return undefined;
  switch (at.kind) {
    case 'time':
      return at.timeMs;
    case 'start':
      return query.startMs;
    case 'end':
      return query.endMs;
  }
}

/** Without the parentheses around it. */
export function unwrapParens(expr: Expr): Expr {
  while (expr.kind === 'paren') expr = expr.expr;
  return expr;
}

/** A call's argument that the parser has made sure is there. */
export function argument(args: readonly Expr[], index: number): Expr {
  const expr = args[index];
  assert(expr !== undefined, `a call without argument ${index}`);
  return expr;
}
