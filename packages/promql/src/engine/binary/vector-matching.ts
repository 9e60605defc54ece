// Arithmetic and comparison of two vectors, series by series of the same match group.
//
// One side is the "one" side (the right one, or the left one with group_right): at any step a match
// group has at most one sample there. The other is the "many" side.
//
// 1. The "one" side is gathered by match group.
// 2. The "many" side streams by: each of its series meets every "one" series of its group (nearly
//    always there is just one), and the result is computed where both have a sample.
// 3. Results with equal labels are joined. Two matches of one step with equal result labels are an
//    error, even when a comparison then filters one of them out.
// 4. With fill modifiers, a sample without a partner meets the fill value instead.
//
// Errors are found out of order of time, as a column is a whole series; of several the one of the
// earliest step is thrown in the end, as an evaluation step by step would.

import { type Labels, LabelsBuilder } from '@ampere/series';
import type { BinaryExpr, VectorMatching } from '../../parser/ast.ts';
import { merged } from '../drop-names.ts';
import { QueryError } from '../errors.ts';
import { formatLabels } from '../go-text.ts';
import { type Evaluation, originOf } from '../query-context.ts';
import { ABSENT, FLOAT, isMetadataLabel, type SeriesSink, StepSeries, stepMask } from '../step-series.ts';
import { ElementOperation, storeResult } from './element.ts';
import { DEFAULT_MATCHING, groupKey, groupLabels, type KeyOf } from './match-key.ts';
import { rightBeforeLeft } from './operand-order.ts';
import { changesMeaning } from './scalar-operators.ts';

/** The series of one match group, and what is known of it. */
interface MatchGroup {
  readonly one: StepSeries[];
  /** Steps at which the "many" side has had a sample: for what fill must do. */
  manySeen: Uint8Array | null;
  /** Steps already matched with the first result labels (under the empty key when a group matches only once), ... */
  taken: Uint8Array | null;
  takenKey: string;
  /** ... and with others. Groups are often as many as series, and few need it. */
  takenBy: Map<string, Uint8Array> | null;
}

export function streamVectorMatching(ev: Evaluation, expr: BinaryExpr, sink: SeriesSink): void {
  merged(
    ev,
    (into) => {
      const results: StepSeries[] = [];
      let samples = 0;
      // The errors of matching come before those of equal results, so nothing is passed on till then.
      new Matching(ev, expr).run((series) => {
        results.push(series);
        samples += series.sampleCount();
        ev.query.budget.touch(samples);
      });
      for (const series of results) into(series);
    },
    sink,
  );
}

class Matching {
  readonly #ev: Evaluation;
  readonly #expr: BinaryExpr;
  readonly #matching: VectorMatching;
  readonly #keyOf: KeyOf;
  readonly #operation: ElementOperation;
  /** The "one" side is the left one. */
  readonly #swapped: boolean;
  readonly #fillMany: number | undefined;
  readonly #fillOne: number | undefined;
  readonly #groups = new Map<string, MatchGroup>();
  /** Steps at which the "many" side has any sample at all. */
  readonly #manyAnywhere: Uint8Array;
  #errorStep = Number.POSITIVE_INFINITY;
  #errorText = '';

  constructor(ev: Evaluation, expr: BinaryExpr) {
    this.#ev = ev;
    this.#expr = expr;
    this.#matching = expr.matching ?? DEFAULT_MATCHING;
    this.#keyOf = groupKey(this.#matching.on, this.#matching.labels);
    this.#operation = new ElementOperation(expr.operator, ev.query.annotations, originOf(ev.query, expr));
    this.#swapped = this.#matching.cardinality === 'one-to-many';
    this.#fillMany = this.#swapped ? this.#matching.fillRight : this.#matching.fillLeft;
    this.#fillOne = this.#swapped ? this.#matching.fillLeft : this.#matching.fillRight;
    this.#manyAnywhere = stepMask(ev.steps.count);
  }

  run(sink: SeriesSink): void {
    const { budget } = this.#ev.query;
    const { left, right } = this.#expr;
    const ones = this.#swapped
      ? this.#ev.collect(left)
      : rightBeforeLeft(this.#ev, left, () => this.#ev.collect(right));
    for (const series of ones) this.#group(this.#keyOf(series.labels)).one.push(series);
    this.#ev.stream(this.#swapped ? right : left, (many) => {
      budget.work(many.kinds.length);
      this.#meet(many, sink);
    });
    this.#findDuplicates(ones);
    if (this.#errorText !== '') throw new QueryError(this.#errorText);
    if (this.#fillMany !== undefined) this.#fillMissingMany(this.#fillMany, sink);
    for (const series of ones) budget.releaseSeries(series);
  }

  #group(key: string): MatchGroup {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { one: [], manySeen: null, taken: null, takenKey: '', takenBy: null };
      this.#groups.set(key, group);
    }
    return group;
  }

  #meet(many: StepSeries, sink: SeriesSink): void {
    const { kinds } = many;
    const anywhere = this.#manyAnywhere;
    for (let step = 0; step < kinds.length; step++) anywhere[step]! |= kinds[step]!;
    const key = this.#keyOf(many.labels);
    const known = this.#groups.get(key);
    if (known === undefined && this.#fillOne === undefined) return;
    const group = known ?? this.#group(key);
    for (const one of group.one) this.#combine(group, many, one, sink);
    if (this.#fillOne !== undefined) this.#meetFill(group, many, this.#fillOne, sink);
    if (this.#fillMany === undefined) return;
    group.manySeen ??= stepMask(kinds.length);
    for (let step = 0; step < kinds.length; step++) group.manySeen[step]! |= kinds[step]!;
  }

  /** The result of one pair of series. */
  #combine(group: MatchGroup, many: StepSeries, one: StepSeries, sink: SeriesSink): void {
    const result = new StepSeries(this.#resultLabels(many.labels, one.labels), many.kinds.length);
    const taken = this.#takenSteps(group, result.labels);
    let any = false;
    for (let step = 0; step < many.kinds.length; step++) {
      if (many.kinds[step] === ABSENT || one.kinds[step] === ABSENT) continue;
      if (!this.#apply(many, one, step)) continue;
      if (taken[step] !== 0) this.#reportTaken(step);
      taken[step] = 1;
      any = storeResult(this.#operation, this.#expr.returnBool, result, step) || any;
    }
    if (any) this.#emit(result, sink);
  }

  #meetFill(group: MatchGroup, many: StepSeries, fill: number, sink: SeriesSink): void {
    const matchLabels = groupLabels(many.labels, this.#matching.on, this.#matching.labels);
    const filled = new StepSeries(matchLabels, many.kinds.length);
    for (let step = 0; step < many.kinds.length; step++) {
      if (many.kinds[step] === ABSENT || group.one.some((one) => one.kinds[step] !== ABSENT)) continue;
      filled.setFloat(step, fill);
    }
    this.#combine(group, many, filled, sink);
  }

  /** Samples of the "one" side that nothing of the "many" side met. */
  #fillMissingMany(fill: number, sink: SeriesSink): void {
    for (const group of this.#groups.values()) {
      for (const one of group.one) {
        const matchLabels = groupLabels(one.labels, this.#matching.on, this.#matching.labels);
        const filled = new StepSeries(matchLabels, one.kinds.length);
        for (let step = 0; step < one.kinds.length; step++) {
          if (one.kinds[step] !== ABSENT && !group.manySeen?.[step]) filled.setFloat(step, fill);
        }
        this.#combine(group, filled, one, sink);
      }
    }
  }

  /** Whether the operation on the two samples has a result, which is then in `#operation`. */
  #apply(many: StepSeries, one: StepSeries, step: number): boolean {
    const left = this.#swapped ? one : many;
    const right = this.#swapped ? many : one;
    const operation = this.#operation;
    if (left.kinds[step] === FLOAT) {
      if (right.kinds[step] === FLOAT) operation.floats(left.values[step]!, right.values[step]!);
      else operation.floatAndHistogram(left.values[step]!, right.histogramAt(step));
    } else if (right.kinds[step] === FLOAT)
      operation.histogramAndFloat(left.histogramAt(step), right.values[step]!);
    else operation.histograms(left.histogramAt(step), right.histogramAt(step));
    return operation.defined;
  }

  #emit(result: StepSeries, sink: SeriesSink): void {
    if (this.#expr.returnBool) {
      if (this.#ev.query.options.delayedNameRemoval) result.dropName = true;
      else result.labels = result.labels.filter((name) => !isMetadataLabel(name));
    }
    sink(result);
  }

  /** Steps at which a match with these result labels was already made. */
  #takenSteps(group: MatchGroup, labels: Labels): Uint8Array {
    const { count } = this.#ev.steps;
    const key = this.#matching.cardinality === 'one-to-one' ? '' : labels.key;
    if (group.taken === null) {
      group.taken = stepMask(count);
      group.takenKey = key;
    }
    if (key === group.takenKey) return group.taken;
    group.takenBy ??= new Map();
    let taken = group.takenBy.get(key);
    if (taken === undefined) {
      taken = stepMask(count);
      group.takenBy.set(key, taken);
    }
    return taken;
  }

  #reportTaken(step: number): void {
    const reason =
      this.#matching.cardinality === 'one-to-one'
        ? 'many-to-one matching must be explicit (group_left/group_right)'
        : 'grouping labels must ensure unique matches';
    this.#report(step, `multiple matches for labels: ${reason}`);
  }

  #report(step: number, text: string): void {
    if (step >= this.#errorStep) return;
    this.#errorStep = step;
    this.#errorText = text;
  }

  /** Two samples of the "one" side in a group at a step at which there is anything to match. */
  #findDuplicates(ones: readonly StepSeries[]): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const group of this.#groups.values()) {
      if (group.one.length > 1) earliest = Math.min(earliest, this.#duplicateStep(group.one, earliest));
    }
    // The "one" side is looked at before anything is matched.
    if (earliest > this.#errorStep || earliest === Number.POSITIVE_INFINITY) return;
    const seen = new Map<string, StepSeries>();
    for (const series of ones) {
      if (series.kinds[earliest] === ABSENT) continue;
      const key = this.#keyOf(series.labels);
      const other = seen.get(key);
      if (other === undefined) {
        seen.set(key, series);
        continue;
      }
      this.#errorText = this.#duplicateText(series.labels, other.labels);
      return;
    }
  }

  /** The first step before `limit` at which two of the series are there. */
  #duplicateStep(series: readonly StepSeries[], limit: number): number {
    for (let step = 0; step < Math.min(limit, this.#manyAnywhere.length); step++) {
      if (this.#manyAnywhere[step] === ABSENT && this.#fillMany === undefined) continue;
      let present = 0;
      for (const { kinds } of series) if (kinds[step] !== ABSENT) present++;
      if (present > 1) return step;
    }
    return Number.POSITIVE_INFINITY;
  }

  #duplicateText(a: Labels, b: Labels): string {
    const [first, second] = a.compare(b) <= 0 ? [a, b] : [b, a];
    const group = formatLabels(groupLabels(a, this.#matching.on, this.#matching.labels));
    const side = this.#swapped ? 'left' : 'right';
    return (
      `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ` +
      `[${formatLabels(first)}, ${formatLabels(second)}]` +
      ';many-to-many matching not allowed: matching labels must be unique on one side'
    );
  }

  #resultLabels(many: Labels, one: Labels): Labels {
    const { cardinality, on, labels, include } = this.#matching;
    let result = many;
    if (changesMeaning(this.#expr.operator)) result = result.filter((name) => !isMetadataLabel(name));
    if (cardinality === 'one-to-one') {
      result = result.filter(on ? (name) => labels.includes(name) : (name) => !labels.includes(name));
    }
    if (include.length === 0) return result;
    const builder = new LabelsBuilder(result);
    for (const name of include) builder.set(name, one.get(name));
    return builder.labels();
  }
}
