// Aggregations that choose among the series of a group: topk, bottomk, limitk, limit_ratio.
//
// A chosen series keeps its labels and is there at the steps at which it was chosen. In an instant
// query the order of topk and bottomk is part of the answer: best first, group by group.

import { formatFloatG } from '@ampere/go-text';
import type { AggregateExpr } from '../../parser/ast.ts';
import { QueryError } from '../errors.ts';
import { labelsRatio } from '../labels-hash.ts';
import { type Evaluation, originOf, unwrapParens } from '../query-context.ts';
import { ABSENT, FLOAT, HISTOGRAM, type SeriesSink, type StepSeries } from '../step-series.ts';
import { AggregationNotes } from './aggregation-notes.ts';
import { Grouping } from './grouping.ts';

const INT64_LIMIT = 2 ** 63;

export function streamSelection(ev: Evaluation, expr: AggregateExpr, sink: SeriesSink): void {
  const parameters = ev.scalar(expr.parameter!);
  if (expr.operator === 'limit_ratio') {
    streamLimitRatio(ev, expr, parameters, sink);
    return;
  }
  if (!checkCounts(parameters)) {
    // Nothing is wanted, but what is wrong with the operand is said.
    ev.stream(expr.expr, () => {});
    return;
  }
  const grouping = new Grouping<StepSeries[]>(expr, () => []);
  for (const series of ev.collect(expr.expr)) grouping.of(series).state.push(series);
  const notes = new AggregationNotes(ev.query, expr, expr.position);
  for (const group of grouping.groups) {
    const members = group.state;
    const chooser = new Chooser(members, expr.operator === 'bottomk');
    const kept = members.map((series) => series.kinds.slice());
    for (const series of members) series.kinds.fill(ABSENT);
    for (let step = 0; step < ev.steps.count; step++) {
      ev.query.budget.work(members.length);
      const wanted = Math.trunc(parameters[step]!);
      if (wanted < 1) continue;
      if (expr.operator === 'limitk') limit(members, kept, step, wanted);
      else chooser.choose(kept, step, wanted, notes);
    }
    for (const series of members) ev.query.budget.releaseSeries(series);
    // The order of the last (in an instant query: the only) choice.
    const ordered = ev.steps.count === 1 && expr.operator !== 'limitk' ? chooser.order() : members;
    for (const series of ordered) if (!series.isEmpty) sink(series);
  }
}

/** False when no step wants any series. */
function checkCounts(parameters: Float64Array): boolean {
  let greatest = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (const parameter of parameters) {
    if (Number.isNaN(parameter)) throw new QueryError('Parameter value is NaN');
    greatest = Math.max(greatest, parameter);
    least = Math.min(least, parameter);
  }
  if (greatest < 1) return false;
  if (least <= -INT64_LIMIT) throw new QueryError(`Scalar value ${formatFloatG(least)} underflows int64`);
  if (greatest >= INT64_LIMIT) throw new QueryError(`Scalar value ${formatFloatG(greatest)} overflows int64`);
  return true;
}

/** The first ones that are there. */
function limit(
  members: readonly StepSeries[],
  kept: readonly Uint8Array[],
  step: number,
  wanted: number,
): void {
  let taken = 0;
  for (let i = 0; i < members.length && taken < wanted; i++) {
    const kind = kept[i]![step]!;
    if (kind === ABSENT) continue;
    members[i]!.kinds[step] = kind;
    taken++;
  }
}

/**
 * Keeps the best k of a step in a binary heap with the worst on top. Which of equal values stay is
 * up to the order in which the heap meets them, and is so in Prometheus too.
 */
class Chooser {
  readonly #members: readonly StepSeries[];
  readonly #bottom: boolean;
  #heap: Uint32Array;
  #size = 0;
  #step = 0;

  constructor(members: readonly StepSeries[], bottom: boolean) {
    this.#members = members;
    this.#bottom = bottom;
    this.#heap = new Uint32Array(members.length);
  }

  choose(kept: readonly Uint8Array[], step: number, wanted: number, notes: AggregationNotes): void {
    this.#step = step;
    this.#size = 0;
    for (let i = 0; i < this.#members.length; i++) {
      const kind = kept[i]![step];
      if (kind === HISTOGRAM) notes.histogramIgnored();
      if (kind !== FLOAT) continue;
      if (this.#size < wanted) {
        this.#heap[this.#size] = i;
        this.#rise(this.#size++);
      } else if (this.#isBetter(i, this.#heap[0]!)) {
        this.#heap[0] = i;
        this.#sink();
      }
    }
    for (let i = 0; i < this.#size; i++) this.#members[this.#heap[i]!]!.kinds[step] = FLOAT;
  }

  /** The chosen ones of the last step, best first. */
  order(): StepSeries[] {
    const chosen = Array.from(this.#heap.subarray(0, this.#size));
    chosen.sort((a, b) => (this.#isWorse(b, a) ? -1 : this.#isWorse(a, b) ? 1 : 0));
    return chosen.map((index) => this.#members[index]!);
  }

  #value(index: number): number {
    return this.#members[index]!.values[this.#step]!;
  }

  /** NaN is worse than anything, for top and bottom alike. */
  #isWorse(a: number, b: number): boolean {
    const x = this.#value(a);
    if (Number.isNaN(x)) return true;
    return this.#bottom ? x > this.#value(b) : x < this.#value(b);
  }

  #isBetter(candidate: number, worst: number): boolean {
    const x = this.#value(candidate);
    const y = this.#value(worst);
    if (Number.isNaN(y)) return !Number.isNaN(x);
    return this.#bottom ? x < y : x > y;
  }

  #rise(at: number): void {
    const heap = this.#heap;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isWorse(heap[at]!, heap[parent]!)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    let at = 0;
    while (true) {
      let child = 2 * at + 1;
      if (child >= this.#size) return;
      if (child + 1 < this.#size && this.#isWorse(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isWorse(heap[child]!, heap[at]!)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(a: number, b: number): void {
    const held = this.#heap[a]!;
    this.#heap[a] = this.#heap[b]!;
    this.#heap[b] = held;
  }
}

/**
 * A sample of the series by the hash of their labels: a ratio r takes hashes below r, a negative one
 * those that 1 + r would not take. Streams, as every series is judged by itself.
 */
function streamLimitRatio(ev: Evaluation, expr: AggregateExpr, ratios: Float64Array, sink: SeriesSink): void {
  let greatest = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (const ratio of ratios) {
    if (Number.isNaN(ratio)) throw new QueryError('Ratio value is NaN');
    greatest = Math.max(greatest, ratio);
    least = Math.min(least, ratio);
  }
  const { annotations } = ev.query;
  const at = originOf(ev.query, expr, unwrapParens(expr.parameter!).position);
  if (greatest > 1) annotations.invalidRatio(greatest, 1, at);
  if (least < -1) annotations.invalidRatio(least, -1, at);
  ev.stream(expr.expr, (series) => {
    const hash = labelsRatio(series.labels);
    for (let step = 0; step < series.kinds.length; step++) {
      const ratio = ratios[step]!;
      const taken = ratio >= 0 ? hash < ratio || ratio >= 1 : ratio <= -1 || hash >= 1 + ratio;
      if (!taken || ratio === 0) series.kinds[step] = ABSENT;
    }
    if (!series.isEmpty) sink(series);
  });
}
