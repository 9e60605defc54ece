// Who is next: work of many workspaces, in turn.
//
// Each workspace has a lane of its own, first come, first served. `take` goes round the lanes: a workspace
// with a thousand queries waiting delays another's one by one turn, not by a thousand. A lane that runs as
// many as it may is passed over. Lanes that hold nothing are forgotten.

import { assert } from '@ampere/platform';

interface Lane<T> {
  readonly waiting: T[];
  running: number;
  concurrentMax: number;
}

/** What a workspace may do; 0 is without limit. */
export interface LaneLimits {
  readonly concurrentMax: number;
  readonly waitingMax: number;
}

export class FairQueue<T> {
  readonly #waitingMax: number;
  /** In the order of their turns. */
  readonly #lanes = new Map<string, Lane<T>>();
  #waiting = 0;
  #running = 0;

  /** `waitingMax`: of all workspaces together. */
  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get running(): number {
    return this.#running;
  }

  /** How many of a workspace wait and run. */
  of(workspace: string): { readonly waiting: number; readonly running: number } {
    const lane = this.#lanes.get(workspace);
    return { waiting: lane?.waiting.length ?? 0, running: lane?.running ?? 0 };
  }

  /** Lets it wait for its turn, unless the workspace's part or the whole queue is full. */
  push(workspace: string, item: T, limits: LaneLimits): 'waits' | 'lane-full' | 'queue-full' {
    let lane = this.#lanes.get(workspace);
    if (lane !== undefined && limits.waitingMax > 0 && lane.waiting.length >= limits.waitingMax)
      return 'lane-full';
    if (this.#waiting >= this.#waitingMax) return 'queue-full';
    if (lane === undefined) {
      lane = { waiting: [], running: 0, concurrentMax: 0 };
      this.#lanes.set(workspace, lane);
    }
    lane.concurrentMax = limits.concurrentMax;
    lane.waiting.push(item);
    this.#waiting++;
    return 'waits';
  }

  /** The next that may run; it counts as running until `done`. */
  take(): T | undefined {
    if (this.#waiting === 0) return undefined;
    for (const [workspace, lane] of this.#lanes) {
      if (lane.waiting.length === 0) continue;
      if (lane.concurrentMax > 0 && lane.running >= lane.concurrentMax) continue;
      const item = lane.waiting.shift()!;
      this.#waiting--;
      this.#running++;
      lane.running++;
      // Its next turn comes after all the others'.
      this.#lanes.delete(workspace);
      this.#lanes.set(workspace, lane);
      return item;
    }
    return undefined;
  }

  /** What `take` gave out of this workspace has ended. */
  done(workspace: string): void {
    const lane = this.#lanes.get(workspace);
    assert(lane !== undefined && lane.running > 0, 'more queries end than were begun');
    lane.running--;
    this.#running--;
    this.#forgetEmpty(workspace, lane);
  }

  /** Takes back what waits; false when it is not there any more. */
  remove(workspace: string, item: T): boolean {
    const lane = this.#lanes.get(workspace);
    const at = lane?.waiting.indexOf(item) ?? -1;
    if (lane === undefined || at < 0) return false;
    lane.waiting.splice(at, 1);
    this.#waiting--;
    this.#forgetEmpty(workspace, lane);
    return true;
  }

  #forgetEmpty(workspace: string, lane: Lane<T>): void {
    if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(workspace);
  }
}
