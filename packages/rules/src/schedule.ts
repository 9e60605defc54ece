// When groups are evaluated.
//
// 1. Each group has a grid of its own, `k * interval + hash(file, group) mod interval`, so that groups of
//    one interval are spread over it, and come back to the same moments after a restart.
// 2. The first round is at the next point of the grid. A late one takes the latest point that has passed;
//    those before it are skipped and counted. A round that goes on when the next is due delays that.
// 3. Files are set as a whole. Groups of the same name take over state, even when the interval changed.
// 4. The series of a group that was removed end two intervals later, or when the group comes back, with the
//    time of the removal.

import { assert, type Clock, type Timer } from '@ampere/platform';
import { EvaluatedGroup } from './group.ts';
import type { RuleGroup } from './rule-file.ts';
import type { RuleHost, RuleOptions } from './rule-host.ts';

const INTERVALS_UNTIL_ENDED = 2;
/** Timers of Node.js bear no more than 2^31 ms. */
const TIMER_MAX_MS = 24 * 3_600_000;

interface Entry {
  readonly evaluated: EvaluatedGroup;
  readonly offsetMs: number;
  nextMs: number;
  timer: Timer;
  /** Under way. */
  round: Generator<void, void> | undefined;
}

/**
 * Runs a round to its end, step by step, whenever it sees fit; `ended` is to be called after the last step or
 * when a step threw. A generator that was told to return has no steps left.
 */
export type RoundRunner = (round: Generator<void, void>, ended: () => void, group: EvaluatedGroup) => void;

/** All in one go. */
const AT_ONCE: RoundRunner = (round, ended) => {
  try {
    for (const _ of round);
  } finally {
    ended();
  }
};

export interface ScheduleSetting {
  readonly host: RuleHost;
  readonly clock: Clock;
  readonly options: RuleOptions;
  /** By default rounds are run at once. */
  readonly runRound?: RoundRunner;
}

/** The groups of all files of one workspace, each evaluated when it is due. */
export class RuleSchedule {
  readonly #setting: ScheduleSetting;
  readonly #entries = new Map<string, Entry>();
  /** What ends the series of removed groups at once. */
  readonly #ending = new Map<string, () => void>();
  readonly #endTimers = new Set<Timer>();
  #isStopped = false;

  constructor(setting: ScheduleSetting) {
    this.#setting = setting;
  }

  /** All groups, by file and name. */
  get groups(): EvaluatedGroup[] {
    const groups = [...this.#entries.values()].map((entry) => entry.evaluated);
    return groups.sort((a, b) => compare(a.file, b.file) || compare(a.group.name, b.group.name));
  }

  /**
   * Puts groups in the place of those that a file had; none for a file that is gone. `isRestoring`: the
   * program has just started, and new groups look for the state of their former life.
   */
  setFile(file: string, groups: readonly RuleGroup[], isRestoring = false): void {
    assert(!this.#isStopped, 'a schedule that was stopped takes no files');
    const kept = new Set(groups.map((group) => keyOf(file, group.name)));
    for (const [key, entry] of this.#entries) {
      if (entry.evaluated.file === file && !kept.has(key)) this.#remove(key, entry);
    }
    for (const group of groups) this.#put(file, group, isRestoring);
  }

  /** No round begins after this; series are left as they are, to go on after a restart. */
  stop(): void {
    this.#isStopped = true;
    for (const entry of this.#entries.values()) giveUp(entry);
    for (const timer of this.#endTimers) timer.cancel();
  }

  #put(file: string, group: RuleGroup, isRestoring: boolean): void {
    const key = keyOf(file, group.name);
    const former = this.#entries.get(key);
    if (former !== undefined) giveUp(former);
    this.#ending.get(key)?.();
    const evaluated = new EvaluatedGroup(group, {
      ...this.#setting,
      file,
      isRestoring,
      ...(former === undefined ? {} : { former: former.evaluated }),
    });
    const offsetMs = hashOf(key) % evaluated.intervalMs;
    const nextMs = nextOnGrid(this.#setting.clock.nowMs(), evaluated.intervalMs, offsetMs);
    const entry: Entry = { evaluated, offsetMs, nextMs, timer: { cancel: () => {} }, round: undefined };
    this.#entries.set(key, entry);
    this.#arm(entry);
  }

  #remove(key: string, entry: Entry): void {
    const { clock } = this.#setting;
    giveUp(entry);
    this.#entries.delete(key);
    const removedMs = clock.nowMs();
    const end = () => {
      timer.cancel();
      this.#endTimers.delete(timer);
      this.#ending.delete(key);
      entry.evaluated.endSeries(removedMs);
    };
    const timer = clock.after(INTERVALS_UNTIL_ENDED * entry.evaluated.intervalMs, end);
    this.#endTimers.add(timer);
    this.#ending.set(key, end);
  }

  #arm(entry: Entry): void {
    const waitMs = Math.min(entry.nextMs - this.#setting.clock.nowMs(), TIMER_MAX_MS);
    entry.timer = this.#setting.clock.after(waitMs, () => this.#tick(entry));
  }

  #tick(entry: Entry): void {
    const { intervalMs } = entry.evaluated;
    const nowMs = this.#setting.clock.nowMs();
    const lateMs = nowMs - entry.nextMs;
    if (lateMs < 0) {
      // The wall clock was set back: the grid is found anew, because its points may be far away.
      entry.nextMs = Math.min(entry.nextMs, nextOnGrid(nowMs, intervalMs, entry.offsetMs));
      this.#arm(entry);
      return;
    }
    const missed = Math.floor(lateMs / intervalMs);
    const timeMs = entry.nextMs + missed * intervalMs;
    entry.evaluated.missedRounds += missed;
    entry.nextMs = timeMs + intervalMs;
    const round = entry.evaluated.round(timeMs);
    entry.round = round;
    const { runRound = AT_ONCE } = this.#setting;
    const ended = () => {
      // A group that was replaced or removed meanwhile has no next round.
      if (entry.round !== round) return;
      entry.round = undefined;
      if (!this.#isStopped) this.#arm(entry);
    };
    runRound(round, ended, entry.evaluated);
  }
}

/** No round of it begins any more, and one under way ends where it is. */
function giveUp(entry: Entry): void {
  entry.timer.cancel();
  entry.round?.return();
  entry.round = undefined;
}

/** The first point of a grid after a moment. */
export function nextOnGrid(nowMs: number, intervalMs: number, offsetMs: number): number {
  return Math.floor((nowMs - offsetMs) / intervalMs) * intervalMs + offsetMs + intervalMs;
}

function keyOf(file: string, group: string): string {
  return JSON.stringify([file, group]);
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
