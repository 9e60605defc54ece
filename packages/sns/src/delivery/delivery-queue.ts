// Which delivery is next: the heads of all that is queued, in lanes, one for each subscription.
//
// 1. Of a lane at most `laneMax` are under way, of all lanes `totalMax`: a receiver that hangs holds up
//    nobody else's messages.
// 2. Deliveries of one group keep their order: only the first of a group may go, and while it waits to be
//    tried again, so do those behind it.
// 3. Lanes take turns.

import type { DeliveryHead } from '../topics/model.ts';

interface Lane {
  readonly heads: Map<number, DeliveryHead>;
  underWay: number;
}

export class DeliveryQueue {
  readonly #lanes = new Map<string, Lane>();
  readonly #underWay = new Set<number>();
  readonly #laneMax: number;
  readonly #totalMax: number;
  #length = 0;

  constructor(bounds: { readonly laneMax: number; readonly totalMax: number }) {
    this.#laneMax = bounds.laneMax;
    this.#totalMax = bounds.totalMax;
  }

  get length(): number {
    return this.#length;
  }

  add(heads: readonly DeliveryHead[]): void {
    for (const head of heads) {
      let lane = this.#lanes.get(head.subscriptionId);
      if (lane === undefined)
        this.#lanes.set(head.subscriptionId, (lane = { heads: new Map(), underWay: 0 }));
      if (!lane.heads.has(head.position)) this.#length++;
      lane.heads.set(head.position, head);
    }
  }

  /** The deliveries to begin now; each counts as under way until `settle`. */
  take(nowMs: number): DeliveryHead[] {
    const taken: DeliveryHead[] = [];
    for (const [id, lane] of [...this.#lanes]) {
      const before = taken.length;
      const groups = new Set<string>();
      for (const head of lane.heads.values()) {
        if (lane.underWay >= this.#laneMax || this.#underWay.size >= this.#totalMax) break;
        const isBehind = head.groupId !== null && groups.has(head.groupId);
        if (head.groupId !== null) groups.add(head.groupId);
        if (isBehind || head.dueAtMs > nowMs || this.#underWay.has(head.position)) continue;
        this.#underWay.add(head.position);
        lane.underWay++;
        taken.push(head);
      }
      if (taken.length > before) {
        // To the end, for the next turn.
        this.#lanes.delete(id);
        this.#lanes.set(id, lane);
      }
    }
    return taken;
  }

  /** A delivery is over: `again` with its new time, or undefined when it leaves the queue. */
  settle(head: DeliveryHead, again: DeliveryHead | undefined): void {
    const lane = this.#lanes.get(head.subscriptionId);
    if (!this.#underWay.delete(head.position) || lane === undefined) return;
    lane.underWay--;
    // A map keeps the place of a key that is set again, and with it the order of a group.
    if (again !== undefined) lane.heads.set(head.position, again);
    else if (lane.heads.delete(head.position)) this.#length--;
    if (lane.heads.size === 0 && lane.underWay === 0) this.#lanes.delete(head.subscriptionId);
  }

  /**
   * Milliseconds since 1970 when the next one becomes due; undefined when none does. What is due already and
   * may not begin, because its lane is full or its group waits, begins when something else settles or is due.
   */
  nextDueMs(nowMs: number): number | undefined {
    let next: number | undefined;
    for (const lane of this.#lanes.values()) {
      for (const { dueAtMs } of lane.heads.values()) {
        if (dueAtMs > nowMs && (next === undefined || dueAtMs < next)) next = dueAtMs;
      }
    }
    return next;
  }
}
