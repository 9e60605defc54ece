// Sorts alerts into groups: one for each route that takes an alert and each set of its group labels.

import type { Clock } from '@ampere/platform';
import { AggregationGroup, type Flush } from './aggregation-group.ts';
import type { Alert } from './alert.ts';
import { groupLabelsOf, matchRoutes, type Route } from './route.ts';

export class Dispatcher {
  readonly #root: Route;
  readonly #clock: Clock;
  readonly #groupsMax: number;
  readonly #flush: Flush;
  readonly #groups = new Map<Route, Map<string, AggregationGroup>>();
  #count = 0;

  /** `groupsMax` 0 is no limit. */
  constructor(root: Route, clock: Clock, groupsMax: number, flush: Flush) {
    this.#root = root;
    this.#clock = clock;
    this.#groupsMax = groupsMax;
    this.#flush = flush;
  }

  /** Puts an alert into its groups. Returns how many groups weren't made because of the limit. */
  dispatch(alert: Alert): number {
    let refused = 0;
    for (const route of matchRoutes(this.#root, alert.labels)) {
      const labels = groupLabelsOf(route, alert.labels);
      let ofRoute = this.#groups.get(route);
      if (ofRoute === undefined) this.#groups.set(route, (ofRoute = new Map()));
      let group = ofRoute.get(labels.key);
      if (group === undefined) {
        if (this.#groupsMax > 0 && this.#count >= this.#groupsMax) {
          refused++;
          continue;
        }
        group = new AggregationGroup(route, labels, this.#clock, this.#flush);
        ofRoute.set(labels.key, group);
        this.#count++;
      }
      group.insert(alert);
    }
    return refused;
  }

  groups(): AggregationGroup[] {
    return [...this.#groups.values()].flatMap((ofRoute) => [...ofRoute.values()]);
  }

  /** Ends groups that have no alerts left. */
  collect(): void {
    for (const ofRoute of this.#groups.values()) {
      for (const [key, group] of ofRoute) {
        if (!group.isEmpty) continue;
        group.stop();
        ofRoute.delete(key);
        this.#count--;
      }
    }
  }

  stop(): void {
    for (const group of this.groups()) group.stop();
  }
}
