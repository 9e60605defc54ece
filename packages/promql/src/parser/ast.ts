// The syntax tree of PromQL. The parser makes it, the printer and the engine read it.
//
// Every node has the half-open range of bytes (UTF-8, as Prometheus counts positions) that it came
// from. Durations are milliseconds. Where the text had a duration expression (`foo[5m*2]`,
// `offset step()`), the resolved milliseconds stay 0 and the expression stands beside them until
// `resolveDurations` is called with the query's step and range.

import type { Matcher } from '@ampere/series';

export interface Position {
  readonly start: number;
  readonly end: number;
}

export type ValueType = 'none' | 'scalar' | 'string' | 'vector' | 'matrix';

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'atan2'
  | '=='
  | '!='
  | '>'
  | '<'
  | '>='
  | '<='
  | 'and'
  | 'or'
  | 'unless'
  | '</'
  | '>/';

export type AggregateOperator =
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'count'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'quantile'
  | 'count_values'
  | 'limitk'
  | 'limit_ratio';

export type VectorCardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';

/** `@`: a fixed time in milliseconds, or the query's start or end. */
export type AtModifier =
  | { readonly kind: 'time'; readonly timeMs: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' };

export interface NumberLiteral {
  readonly kind: 'number';
  readonly position: Position;
  readonly value: number /** Written as a duration, and printed as one. */;
  readonly isDuration: boolean;
}
export interface StringLiteral {
  readonly kind: 'string';
  readonly position: Position;
  readonly value: string;
}
export interface ParenExpr {
  readonly kind: 'paren';
  readonly position: Position;
  readonly expr: Expr;
}
export interface UnaryExpr {
  readonly kind: 'unary';
  readonly position: Position;
  readonly operator: '+' | '-';
  readonly expr: Expr;
}

export interface VectorMatching {
  readonly cardinality: VectorCardinality;
  /** `on` when true, `ignoring` when false. */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels that group_left/group_right take from the "one" side. */
  readonly include: readonly string[];
  /** Values for missing partners (`fill`, `fill_left`, `fill_right`). */
  readonly fillLeft?: number;
  readonly fillRight?: number;
}

export interface BinaryExpr {
  readonly kind: 'binary';
  readonly position: Position;
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
  readonly returnBool: boolean;
  /** Present when both sides are vectors. */
  readonly matching?: VectorMatching;
}

export interface AggregateExpr {
  readonly kind: 'aggregate';
  readonly position: Position;
  readonly operator: AggregateOperator;
  readonly expr: Expr;
  /** topk, bottomk, quantile, count_values, limitk, limit_ratio. */
  readonly parameter?: Expr;
  /** `without` when true, `by` when false. */
  readonly without: boolean;
  readonly grouping: readonly string[];
}

export interface CallExpr {
  readonly kind: 'call';
  readonly position: Position;
  readonly func: FunctionSignature;
  readonly args: readonly Expr[];
}

/** A part that selectors and subqueries share. `offsetMs` is positive for the past. */
export interface TimeModifiers {
  readonly offsetMs: number;
  readonly offsetExpr?: Expr;
  readonly at?: AtModifier;
}

export interface VectorSelector extends TimeModifiers {
  readonly kind: 'vector-selector';
  readonly position: Position;
  /** The name in front of the braces, or '' when there is none. It is among the matchers too. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** `anchored` and `smoothed` range modifiers. */
  readonly extended?: 'anchored' | 'smoothed';
}

export interface MatrixSelector {
  readonly kind: 'matrix-selector';
  readonly position: Position;
  /** Carries the modifiers. */
  readonly selector: VectorSelector;
  readonly rangeMs: number;
  readonly rangeExpr?: Expr;
}

export interface SubqueryExpr extends TimeModifiers {
  readonly kind: 'subquery';
  readonly position: Position;
  readonly expr: Expr;
  readonly rangeMs: number;
  readonly rangeExpr?: Expr;
  /** 0: the engine's default step. */
  readonly stepMs: number;
  readonly stepExpr?: Expr;
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | ParenExpr
  | UnaryExpr
  | BinaryExpr
  | AggregateExpr
  | CallExpr
  | VectorSelector
  | MatrixSelector
  | SubqueryExpr;

export interface FunctionSignature {
  readonly name: string;
  readonly argTypes: readonly ValueType[];
  /** 0: exactly `argTypes`; n > 0: the last n may be left out or the last repeated up to n times; -1: the last may be repeated. As Prometheus' `Variadic`. */
  readonly variadic: number;
  readonly returns: ValueType;
  readonly experimental: boolean;
}
