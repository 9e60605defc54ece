// Which output group a series of an aggregation belongs to.

import { Labels, METRIC_NAME } from '@ampere/series';
import type { AggregateExpr } from '../../parser/ast.ts';
import { groupKey, groupLabels } from '../binary/match-key.ts';
import type { StepSeries } from '../step-series.ts';

/** One group: its labels and whatever the aggregation keeps for it. */
export interface Group<State> {
  readonly labels: Labels;
  readonly dropName: boolean;
  readonly state: State;
}

/** Groups in the order in which their first series came. */
export class Grouping<State> {
  readonly groups: Group<State>[] = [];
  readonly #byKey = new Map<string, Group<State>>();
  readonly #keyOf: (labels: Labels) => string;
  readonly #expr: AggregateExpr;
  readonly #create: () => State;
  readonly #keepsName: boolean;

  constructor(expr: AggregateExpr, create: () => State) {
    this.#expr = expr;
    this.#create = create;
    this.#keyOf = groupKey(!expr.without, expr.grouping);
    this.#keepsName = !expr.without && expr.grouping.includes(METRIC_NAME);
  }

  of(series: StepSeries): Group<State> {
    const key = this.#keyOf(series.labels);
    let group = this.#byKey.get(key);
    if (group === undefined) {
      group = {
        labels: this.#labelsOf(series.labels),
        dropName: this.#keepsName && series.dropName,
        state: this.#create(),
      };
      this.#byKey.set(key, group);
      this.groups.push(group);
    }
    return group;
  }

  #labelsOf(labels: Labels): Labels {
    const { without, grouping } = this.#expr;
    if (!without && grouping.length === 0) return Labels.EMPTY;
    return groupLabels(labels, !without, grouping);
  }
}
