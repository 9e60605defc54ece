// The answers of `/api/v1/rules` and `/api/v1/alerts`, in Prometheus' form: the value of `data`.

import { formatExponent, formatTime } from '@ampere/go-text';
import type { Labels } from '@ampere/series';
import { type Alert, AlertingRun } from './alerting.ts';
import type { EvaluatedGroup, RuleStatus } from './group.ts';
import type { Rule } from './rule-file.ts';

export interface AlertJson {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
  readonly activeAt: string;
  readonly keepFiringSince?: string;
  readonly value: string;
}

interface RuleJsonBase {
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly lastError?: string;
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
}

export interface AlertingRuleJson extends RuleJsonBase {
  readonly state: string;
  readonly duration: number;
  readonly keepFiringFor: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Null when they were not wanted. */
  readonly alerts: readonly AlertJson[] | null;
  readonly type: 'alerting';
}

export interface RecordingRuleJson extends RuleJsonBase {
  readonly labels?: Readonly<Record<string, string>>;
  readonly type: 'recording';
}

export interface GroupJson {
  readonly name: string;
  readonly file: string;
  readonly rules: readonly (AlertingRuleJson | RecordingRuleJson)[];
  /** Seconds, as all durations here. */
  readonly interval: number;
  readonly limit: number;
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
}

/** Which rules an answer shows, and how much of them. */
export interface RuleFilter {
  readonly takes: (rule: Rule) => boolean;
  /** Alerting rules come with null in the place of their alerts. */
  readonly withoutAlerts: boolean;
}

/** A group with those of its rules that the filter takes; undefined when there is none. */
export function groupJson(
  group: EvaluatedGroup,
  { takes, withoutAlerts }: RuleFilter,
): GroupJson | undefined {
  const rules = group.rules.filter(({ run }) => takes(run.rule));
  if (rules.length === 0) return undefined;
  return {
    name: group.group.name,
    file: group.file,
    rules: rules.map((status) => ruleJson(status, withoutAlerts)),
    interval: group.intervalMs / 1000,
    limit: group.group.limit,
    evaluationTime: group.evaluationDurationMs / 1000,
    lastEvaluation: formatTime(group.lastEvaluationMs),
  };
}

/** All pending and firing alerts. */
export function alertsJson(groups: readonly EvaluatedGroup[]): { alerts: AlertJson[] } {
  const runs = groups.flatMap((group) => group.rules.map((status) => status.run));
  return { alerts: runs.flatMap((run) => (run instanceof AlertingRun ? alertsOf(run) : [])) };
}

function ruleJson(status: RuleStatus, withoutAlerts: boolean): AlertingRuleJson | RecordingRuleJson {
  const { run, query, health, lastError } = status;
  const outcome = {
    health,
    ...(lastError === '' ? {} : { lastError }),
    evaluationTime: status.evaluationDurationMs / 1000,
    lastEvaluation: formatTime(status.lastEvaluationMs),
  };
  const labels = sortedRecord(run.rule.labels);
  if (!(run instanceof AlertingRun)) {
    const shown = run.rule.labels.size === 0 ? {} : { labels };
    return { name: run.rule.name, query, ...shown, ...outcome, type: 'recording' };
  }
  return {
    state: run.state,
    name: run.rule.name,
    query,
    duration: run.rule.forMs / 1000,
    keepFiringFor: run.rule.keepFiringForMs / 1000,
    labels,
    annotations: sortedRecord(run.rule.annotations),
    alerts: withoutAlerts ? null : alertsOf(run),
    ...outcome,
    type: 'alerting',
  };
}

function alertsOf(run: AlertingRun): AlertJson[] {
  return run.activeAlerts.map(alertJson);
}

function alertJson(alert: Alert): AlertJson {
  const { keepFiringSinceMs } = alert;
  return {
    labels: sortedRecord(alert.labels),
    annotations: sortedRecord(alert.annotations),
    state: alert.state,
    activeAt: formatTime(alert.activeAtMs),
    ...(keepFiringSinceMs === undefined ? {} : { keepFiringSince: formatTime(keepFiringSinceMs) }),
    value: formatExponent(alert.value),
  };
}

/** Without a prototype, so that a label may be called `__proto__`. */
function sortedRecord(pairs: Labels | ReadonlyMap<string, string>): Record<string, string> {
  const record: Record<string, string> = Object.create(null);
  for (const [name, value] of [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))) record[name] = value;
  return record;
}
