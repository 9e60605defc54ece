// Finds the parts that occur more than once in a query, so that each is evaluated once (kept-parts.ts).
//
// 1. Every part gets a number; equal parts get the same one, whatever the parentheses. Of parts that occur again only the
//    largest count: what is inside of them is not evaluated a second time.
// 2. Equal parts give equal series only over the same steps. A part inside of a subquery, and one that `@` fixes in
//    time, is evaluated over steps of its own, so it is another part than the same text outside.

import type { Expr, TimeModifiers, VectorSelector } from '../parser/ast.ts';
import { typeOf } from '../parser/check.ts';
import { isStepInvariant } from './expr-analysis.ts';
import { KeptParts } from './kept-parts.ts';
import { unwrapParens } from './query-context.ts';

/** The parts of a query that occur more than once, by each of their nodes. */
export function findCommonParts(
  expr: Expr,
  statisticsSelectors: ReadonlySet<VectorSelector>,
): ReadonlyMap<Expr, KeptParts> {
  const numbers = new PartNumbers(statisticsSelectors);
  const byPlace = new Map<string, Expr[]>();
  const visit = (node: Expr, scope: number): void => {
    node = unwrapParens(node);
    if (isStepInvariant(node)) scope = ONCE;
    if (isCandidate(node)) {
      const place = `${scope} ${numbers.of(node)}`;
      const known = byPlace.get(place);
      if (known !== undefined) {
        known.push(node);
        return;
      }
      byPlace.set(place, [node]);
    }
    const inner = node.kind === 'subquery' ? numbers.ofScope(node, scope) : scope;
    for (const operand of operandsOf(node)) visit(operand, inner);
  };
  visit(expr, OUTERMOST);
  const found = new Map<Expr, KeptParts>();
  for (const nodes of byPlace.values()) {
    if (nodes.length === 1) continue;
    const part = new KeptParts(nodes.length);
    for (const node of nodes) found.set(node, part);
  }
  return found;
}

/** Steps that parts are evaluated over: the query's, or one for what is the same at every step. */
const OUTERMOST = -1;
const ONCE = -2;

function isCandidate(node: Expr): boolean {
  switch (node.kind) {
    case 'vector-selector':
    case 'matrix-selector':
    case 'aggregate':
      return true;
    case 'call':
      return node.func.returns === 'vector';
    case 'binary':
      return typeOf(node) === 'vector';
    default:
      return false;
  }
}

/** The operands that are evaluated by way of `stream`. */
function operandsOf(node: Expr): readonly Expr[] {
  switch (node.kind) {
    case 'unary':
    case 'subquery':
      return [node.expr];
    case 'binary':
      return [node.left, node.right];
    case 'aggregate':
      return node.parameter === undefined ? [node.expr] : [node.parameter, node.expr];
    case 'call':
      // These two read a selector themselves, for the times of its samples.
      if (node.func.name === 'info') return node.args.slice(0, 1);
      if (node.func.name === 'timestamp')
        return node.args.filter((arg) => unwrapParens(arg).kind !== 'vector-selector');
      return node.args;
    default:
      return [];
  }
}

/** Numbers for parts: the same for parts that are written the same. Linear in the size of the query. */
class PartNumbers {
  readonly #statistics: ReadonlySet<VectorSelector>;
  readonly #known = new Map<Expr, number>();
  readonly #byText = new Map<string, number>();

  constructor(statistics: ReadonlySet<VectorSelector>) {
    this.#statistics = statistics;
  }

  of(node: Expr): number {
    node = unwrapParens(node);
    let number = this.#known.get(node);
    if (number === undefined) {
      number = this.#intern(this.#describe(node));
      this.#known.set(node, number);
    }
    return number;
  }

  /** The steps of a subquery, which depend on those around it. */
  ofScope(subquery: Extract<Expr, { kind: 'subquery' }>, around: number): number {
    return this.#intern(['scope', around, subquery.rangeMs, subquery.stepMs, timesOf(subquery)]);
  }

  #intern(description: unknown): number {
    const text = JSON.stringify(description);
    let number = this.#byText.get(text);
    if (number === undefined) {
      number = this.#byText.size;
      this.#byText.set(text, number);
    }
    return number;
  }

  /** What makes a part what it is, its operands by number. */
  #describe(node: Expr): unknown[] {
    switch (node.kind) {
      case 'number':
        // JSON has no NaN, no infinity and no negative zero.
        return ['number', Object.is(node.value, -0) ? '-0' : String(node.value)];
      case 'string':
        return ['string', node.value];
      case 'vector-selector':
        return [
          'selector',
          node.matchers.map(({ name, kind, value }) => [name, kind, value]),
          timesOf(node),
          node.extended,
          this.#statistics.has(node),
        ];
      case 'matrix-selector':
        return ['range', node.rangeMs, this.of(node.selector)];
      case 'subquery':
        return ['subquery', node.rangeMs, node.stepMs, timesOf(node), this.of(node.expr)];
      case 'paren':
        return ['paren', this.of(node.expr)];
      case 'unary':
        return ['unary', node.operator, this.of(node.expr)];
      case 'aggregate': {
        const parameter = node.parameter === undefined ? -1 : this.of(node.parameter);
        return ['aggregate', node.operator, node.without, node.grouping, parameter, this.of(node.expr)];
      }
      case 'binary':
        return [
          'binary',
          node.operator,
          node.returnBool,
          matchingOf(node.matching),
          this.of(node.left),
          this.of(node.right),
        ];
      case 'call':
        return ['call', node.func.name, node.args.map((arg) => this.of(arg))];
    }
  }
}

function timesOf({ offsetMs, at }: TimeModifiers): unknown[] {
  return [offsetMs, at?.kind, at?.kind === 'time' ? at.timeMs : 0];
}

function matchingOf(matching: Extract<Expr, { kind: 'binary' }>['matching']): unknown[] {
  if (matching === undefined) return [];
  const { cardinality, on, labels, include, fillLeft, fillRight } = matching;
  // As texts: a fill value may be NaN.
  return [cardinality, on, labels, include, String(fillLeft), String(fillRight)];
}
