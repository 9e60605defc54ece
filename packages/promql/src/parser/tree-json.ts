// A tree as /api/v1/parse_query shows it.

import { formatFloat } from '@ampere/go-text';
import type { BinaryExpr, Expr, TimeModifiers, VectorSelector } from './ast.ts';

/** A value that JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A tree in the form of Prometheus' parse_query. */
export function exprToJson(expr: Expr): Json {
  switch (expr.kind) {
    case 'number':
      return { type: 'numberLiteral', val: formatFloat(expr.value) };
    case 'string':
      return { type: 'stringLiteral', val: unicodeOf(expr.value) };
    case 'paren':
      return { type: 'parenExpr', expr: exprToJson(expr.expr) };
    case 'unary':
      return { type: 'unaryExpr', op: expr.operator, expr: exprToJson(expr.expr) };
    case 'binary':
      return {
        type: 'binaryExpr',
        op: expr.operator,
        lhs: exprToJson(expr.left),
        rhs: exprToJson(expr.right),
        matching: matchingToJson(expr),
        bool: expr.returnBool,
      };
    case 'call': {
      const { name, argTypes, variadic, returns } = expr.func;
      return {
        type: 'call',
        func: { name, argTypes: [...argTypes], variadic, returnType: returns },
        args: expr.args.map(exprToJson),
      };
    }
    case 'aggregate':
      return {
        type: 'aggregation',
        op: expr.operator,
        expr: exprToJson(expr.expr),
        param: expr.parameter === undefined ? null : exprToJson(expr.parameter),
        grouping: [...expr.grouping],
        without: expr.without,
      };
    case 'vector-selector':
      return { type: 'vectorSelector', ...selectorToJson(expr) };
    case 'matrix-selector':
      return { type: 'matrixSelector', range: Math.trunc(expr.rangeMs), ...selectorToJson(expr.selector) };
    case 'subquery':
      return {
        type: 'subquery',
        expr: exprToJson(expr.expr),
        range: Math.trunc(expr.rangeMs),
        step: Math.trunc(expr.stepMs),
        ...modifiersToJson(expr),
      };
  }
}

function matchingToJson({ matching }: BinaryExpr): Json {
  if (matching === undefined) return null;
  const { cardinality, labels, on, include, fillLeft, fillRight } = matching;
  const base = { card: cardinality, labels: [...labels], on, include: [...include] };
  if (fillLeft === undefined && fillRight === undefined) return base;
  return { ...base, fillValues: { lhs: fillLeft ?? null, rhs: fillRight ?? null } };
}

function selectorToJson(selector: VectorSelector): { [key: string]: Json } {
  return {
    name: selector.name,
    matchers: selector.matchers.map(({ name, value, kind }) => ({
      name: unicodeOf(name),
      value: unicodeOf(value),
      type: kind,
    })),
    ...modifiersToJson(selector),
    ...(selector.extended === undefined ? {} : { [selector.extended]: true }),
  };
}

function modifiersToJson({ offsetMs, at }: TimeModifiers): { [key: string]: Json } {
  return {
    offset: Math.trunc(offsetMs),
    timestamp: at?.kind === 'time' ? at.timeMs : null,
    startOrEnd: at === undefined || at.kind === 'time' ? null : at.kind,
  };
}

/** Bytes that are no UTF-8 have no place in JSON. */
function unicodeOf(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}
