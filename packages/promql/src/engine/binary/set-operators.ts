// `and`, `or`, `unless`: which series are there at a step decides, not their values.
//
// 1. The presence of each match group at each step is gathered from one side: the right one for `and`
//    and `unless`, the left one for `or`.
// 2. Samples of the other side are kept or taken away by it.

import type { BinaryExpr } from '../../parser/ast.ts';
import { merged } from '../drop-names.ts';
import type { Evaluation } from '../query-context.ts';
import { ABSENT, type SeriesSink, type StepSeries } from '../step-series.ts';
import { DEFAULT_MATCHING, groupKey, type KeyOf } from './match-key.ts';
import { rightBeforeLeft } from './operand-order.ts';

type Presence = Map<string, Uint8Array>;

export function streamSetOperation(
  ev: Evaluation,
  expr: BinaryExpr,
  operator: 'and' | 'or' | 'unless',
  sink: SeriesSink,
): void {
  const matching = expr.matching ?? DEFAULT_MATCHING;
  const keyOf = groupKey(matching.on, matching.labels);
  if (operator === 'or') {
    merged(ev, (into) => streamOr(ev, expr, keyOf, into), sink);
    return;
  }
  const presence: Presence = new Map();
  rightBeforeLeft(ev, expr.left, () => {
    ev.stream(expr.right, (series) => notePresence(presence, keyOf(series.labels), series));
  });
  ev.stream(expr.left, (series) => {
    const mask = presence.get(keyOf(series.labels));
    if (mask === undefined ? operator === 'unless' : applyMask(series, mask, operator === 'and'))
      sink(series);
  });
}

function streamOr(ev: Evaluation, expr: BinaryExpr, keyOf: KeyOf, sink: SeriesSink): void {
  const presence: Presence = new Map();
  ev.stream(expr.left, (series) => {
    notePresence(presence, keyOf(series.labels), series);
    sink(series);
  });
  ev.stream(expr.right, (series) => {
    const mask = presence.get(keyOf(series.labels));
    if (mask === undefined || applyMask(series, mask, false)) sink(series);
  });
}

function notePresence(presence: Presence, key: string, series: StepSeries): void {
  const mask = presence.get(key);
  if (mask === undefined) {
    presence.set(key, series.kinds.slice());
    return;
  }
  for (let step = 0; step < mask.length; step++) mask[step]! |= series.kinds[step]!;
}

/** Keeps the samples where the mask is set (`keepWhereSet`) or where it isn't; whether any is left. */
function applyMask(series: StepSeries, mask: Uint8Array, keepWhereSet: boolean): boolean {
  let any = false;
  for (let step = 0; step < mask.length; step++) {
    if (series.kinds[step] === ABSENT) continue;
    if ((mask[step] !== ABSENT) === keepWhereSet) any = true;
    else series.kinds[step] = ABSENT;
  }
  return any;
}
