// Ours: how rules fare, and why one was or wasn't firing at a moment.

import type { EvaluatedGroup } from '@ampere/rules';
import { type Answer, answer, type StateContext } from '../endpoint.ts';
import { smallValue } from '../json-writer.ts';
import { badData, PrometheusError } from '../prometheus-error.ts';

/** Of each rule the last error, and what its last evaluation took, read and wrote. */
export function ruleStatus({ tenant }: StateContext): Answer {
  const { groups, faults } = tenant.rules;
  return answer(
    smallValue({
      groups: groups.map((group) => ({
        file: group.file,
        name: group.group.name,
        interval: group.intervalMs / 1000,
        missedRounds: group.missedRounds,
        lastEvaluation: timeText(group.lastEvaluationMs),
        evaluationTime: group.evaluationDurationMs / 1000,
        rules: group.rules.map((status) => ({
          name: status.run.rule.name,
          type: status.run.rule.kind,
          query: status.query,
          health: status.health,
          lastError: status.lastError,
          lastEvaluation: timeText(status.lastEvaluationMs),
          evaluationTime: status.evaluationDurationMs / 1000,
          samplesRead: status.cost.samples,
          seriesRead: status.cost.series,
          seriesWritten: status.series.size,
        })),
      })),
      faults: Object.fromEntries(faults),
    }),
  );
}

/** `group` and `rule` by name, `file` where there are several, `time` or now. */
export function whyRule({ tenant, parameters, clock }: StateContext): Answer {
  const [file, groupName, ruleName] = ['file', 'group', 'rule'].map((name) => parameters.first(name));
  if (groupName === '' || ruleName === '') throw badData('the parameters group and rule are needed');
  const timeMs = parameters.timeOr('time', clock.nowMs());
  const isMeant = (group: EvaluatedGroup) =>
    group.group.name === groupName && (file === '' || group.file === file);
  for (const group of tenant.rules.groups.filter(isMeant)) {
    const status = group.rules.find(({ run }) => run.rule.name === ruleName);
    if (status === undefined) continue;
    return answer(smallValue(tenant.rules.explain({ group, rule: status.run.rule, timeMs })));
  }
  throw new PrometheusError('not_found', `there is no rule ${ruleName} in a group ${groupName}`);
}

function timeText(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}
