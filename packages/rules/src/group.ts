// A group of rules with all that it keeps from round to round.
//
// 1. The rules are evaluated in order; what one writes, the next can query.
// 2. A rule that fails keeps its state and its series; the others go on.
// 3. A series that a rule wrote in its last good round and not in this one gets a stale marker.
// 4. A group that replaces another (the file was changed) takes over the state of the rules that have the
//    same name and labels; series of the others end with the first round.
// 5. In its first life after a start, the group restores `for` after its second round (AlertingRun.restore).
//
// A round can be taken rule by rule, so that whoever drives it may do something else in between. Two rounds of
// one group never overlap: a round that is given up counts as missed.

import { assert, type Clock } from '@ampere/platform';
import { printExpr } from '@ampere/promql';
import type { Labels } from '@ampere/series';
import { AlertingRun } from './alerting.ts';
import { RecordingRun } from './recording.ts';
import type { Round, RuleRun } from './round.ts';
import type { Rule, RuleGroup } from './rule-file.ts';
import { isRuleFailure, NO_COST, type RuleCost, type RuleHost, type RuleOptions } from './rule-host.ts';
import { SampleList } from './vector.ts';

export type Health = 'unknown' | 'ok' | 'err';

/** What is known of a rule's last round. */
export interface RuleStatus {
  readonly run: RecordingRun | AlertingRun;
  /** The expression as the parser prints it. */
  readonly query: string;
  health: Health;
  /** '' after a good round. */
  lastError: string;
  /** Undefined before the first round. */
  lastEvaluationMs: number | undefined;
  evaluationDurationMs: number;
  /** What the last round's queries read. */
  cost: RuleCost;
  /** Series written in the last good round, stale markers left out. */
  series: ReadonlyMap<string, Labels>;
}

/** Rounds after which the state from before a restart is looked up. */
const ROUNDS_BEFORE_RESTORING = 2;

export interface GroupSetting {
  /** The file, or namespace, the group is from. */
  readonly file: string;
  readonly host: RuleHost;
  readonly clock: Clock;
  readonly options: RuleOptions;
  /** The group that this one replaces, which must not be evaluated any more. */
  readonly former?: EvaluatedGroup;
  /** After a start of the program: restore `for` from ALERTS_FOR_STATE. */
  readonly isRestoring?: boolean;
}

export class EvaluatedGroup {
  readonly file: string;
  readonly group: RuleGroup;
  readonly intervalMs: number;
  readonly rules: readonly RuleStatus[];
  /** Undefined before the first round. */
  lastEvaluationMs: number | undefined = undefined;
  evaluationDurationMs = 0;
  /** Rounds that were skipped because their time had passed. */
  missedRounds = 0;
  readonly #host: RuleHost;
  readonly #clock: Clock;
  readonly #options: RuleOptions;
  readonly #queryOffsetMs: number;
  #orphans: Labels[] = [];
  #rounds = 0;
  #isInRound = false;
  #missedTold = 0;
  #mustRestore: boolean;

  constructor(group: RuleGroup, setting: GroupSetting) {
    const { options, former } = setting;
    this.file = setting.file;
    this.group = group;
    this.#host = setting.host;
    this.#clock = setting.clock;
    this.#options = options;
    this.intervalMs = Math.max(group.intervalMs || options.defaultIntervalMs, options.intervalMinMs);
    this.#queryOffsetMs = group.queryOffsetMs ?? options.defaultQueryOffsetMs;
    this.#mustRestore = setting.isRestoring === true;
    this.rules = group.rules.map((rule) => statusOf(rule, !this.#mustRestore));
    if (former !== undefined) this.#takeOver(former);
  }

  /** One round at a moment of the group's grid, in one go. */
  evaluate(timeMs: number): void {
    for (const _ of this.round(timeMs));
  }

  /** One round, a rule a step. No other may begin before it ends or its generator is told to return. */
  *round(timeMs: number): Generator<void, void> {
    assert(!this.#isInRound, `two rounds of the group ${this.group.name} at once`);
    this.#isInRound = true;
    let isWhole = false;
    try {
      yield* this.#steps(timeMs);
      isWhole = true;
    } finally {
      this.#isInRound = false;
      if (!isWhole) this.missedRounds++;
    }
  }

  *#steps(timeMs: number): Generator<void, void> {
    let busyMs = 0;
    const round: Round = {
      host: this.#host,
      options: this.#options,
      timeMs,
      queryTimeMs: timeMs - this.#queryOffsetMs,
      intervalMs: this.intervalMs,
      limit: this.group.limit,
    };
    for (const status of this.rules) {
      this.#evaluateRule(status, round);
      busyMs += status.evaluationDurationMs;
      yield;
    }
    this.#endOrphans(round.queryTimeMs);
    this.lastEvaluationMs = timeMs;
    this.evaluationDurationMs = busyMs;
    this.#rounds++;
    if (this.#mustRestore && this.#rounds >= ROUNDS_BEFORE_RESTORING) this.#restore(this.#clock.nowMs());
  }

  /** How many rounds were missed since it was last asked. */
  takeMissed(): number {
    const missed = this.missedRounds - this.#missedTold;
    this.#missedTold = this.missedRounds;
    return missed;
  }

  /** Writes stale markers for all series: the group is no more. */
  endSeries(timeMs: number): void {
    for (const status of this.rules) {
      for (const labels of status.series.values()) this.#orphans.push(labels);
      status.series = new Map();
    }
    this.#endOrphans(timeMs - this.#queryOffsetMs);
  }

  #evaluateRule(status: RuleStatus, round: Round): void {
    const startMs = this.#clock.monotonicMs();
    status.lastEvaluationMs = round.timeMs;
    try {
      const samples = status.run.evaluate(round);
      status.health = 'ok';
      status.lastError = '';
      if (status.run instanceof AlertingRun) {
        const due = status.run.takeDue(round);
        if (due.length > 0) this.#host.send(due);
      }
      this.#write(status, samples, round.queryTimeMs);
    } catch (error) {
      if (!isRuleFailure(error)) throw error;
      status.health = 'err';
      status.lastError = error.message;
    } finally {
      status.cost = this.#host.takeCost?.() ?? NO_COST;
      status.evaluationDurationMs = this.#clock.monotonicMs() - startMs;
    }
  }

  #write(status: RuleStatus, samples: SampleList, timeMs: number): void {
    const written = new Map(samples.labels.map((labels) => [labels.key, labels]));
    for (const [key, labels] of status.series) if (!written.has(key)) samples.addStale(labels);
    status.series = written;
    if (samples.labels.length === 0) return;
    const refusal = this.#host.append(samples.writeAt(timeMs));
    if (refusal === undefined) return;
    status.health = 'err';
    status.lastError = refusal;
  }

  #endOrphans(timeMs: number): void {
    if (this.#orphans.length === 0) return;
    const samples = new SampleList();
    for (const labels of this.#orphans) samples.addStale(labels);
    this.#orphans = [];
    // A refusal means that somebody else writes these series by now, so that they haven't ended.
    this.#host.append(samples.writeAt(timeMs));
  }

  #takeOver(former: EvaluatedGroup): void {
    const unclaimed = new Map<string, RuleStatus[]>();
    for (const status of former.rules) {
      const key = identityOf(status.run.rule);
      unclaimed.set(key, [...(unclaimed.get(key) ?? []), status]);
    }
    for (const status of this.rules) {
      const from = unclaimed.get(identityOf(status.run.rule))?.shift();
      if (from === undefined) continue;
      status.series = from.series;
      if (status.run instanceof AlertingRun && from.run instanceof AlertingRun) status.run.takeOver(from.run);
    }
    const gone = [...unclaimed.values()].flat();
    this.#orphans = [...former.#orphans, ...gone.flatMap((status) => [...status.series.values()])];
    this.#mustRestore = former.#mustRestore;
    this.#rounds = former.#rounds;
    this.lastEvaluationMs = former.lastEvaluationMs;
    this.evaluationDurationMs = former.evaluationDurationMs;
    this.missedRounds = former.missedRounds;
    this.#missedTold = former.#missedTold;
  }

  #restore(nowMs: number): void {
    this.#mustRestore = false;
    const { forGracePeriodMs, outageToleranceMs } = this.#options;
    for (const { run } of this.rules) {
      if (!(run instanceof AlertingRun) || run.isRestored) continue;
      if (run.rule.forMs < forGracePeriodMs) run.skipRestoring();
      else {
        const former = this.#host.lastForStates(run.rule.name, nowMs - outageToleranceMs, nowMs);
        run.restore(nowMs, former, this.#options);
      }
    }
  }
}

function statusOf(rule: Rule, isRestored: boolean): RuleStatus {
  const run: RuleRun & (RecordingRun | AlertingRun) =
    rule.kind === 'recording' ? new RecordingRun(rule) : new AlertingRun(rule, isRestored);
  return {
    run,
    query: printExpr(rule.expr),
    health: 'unknown',
    lastError: '',
    lastEvaluationMs: undefined,
    evaluationDurationMs: 0,
    cost: NO_COST,
    series: new Map(),
  };
}

/** Equal for rules of which one can be taken for a changed version of the other. */
function identityOf(rule: Rule): string {
  const labels = [...rule.labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([rule.kind, rule.name, labels]);
}
