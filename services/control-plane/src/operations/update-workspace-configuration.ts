// UpdateWorkspaceConfiguration: the retention and the limits on series with certain labels.
//
// 1. At least one of the two must be there; the one that isn't stays as it is. A list replaces the whole
//    list, an empty one takes it away.
// 2. The change is in force when the call is answered; UPDATING in the answer is what the service says.

import type { Inputs } from '../api/inputs.ts';
import { fieldInvalid, requestInvalid } from '../errors.ts';
import { operation, workspaceArn } from '../operation.ts';
import type { StoredLabelSetLimit } from '../workspace-part-store.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** The service's ceiling; its model has none. */
const RETENTION_DAYS_MAX = 1095;

/** Ours, so that checking a sample against all of them stays cheap. */
const LABEL_SETS_MAX = 500;

type LabelSetLimits = Inputs['UpdateWorkspaceConfiguration']['limitsPerLabelSet'];

const METRIC_NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';

export const updateWorkspaceConfiguration = operation({
  name: 'UpdateWorkspaceConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId, limitsPerLabelSet, retentionPeriodInDays }, context) {
    if (limitsPerLabelSet === undefined && retentionPeriodInDays === undefined) {
      throw requestInvalid('At least one of limitsPerLabelSet and retentionPeriodInDays must be specified');
    }
    if (retentionPeriodInDays !== undefined && retentionPeriodInDays > RETENTION_DAYS_MAX) {
      throw fieldInvalid(
        'retentionPeriodInDays',
        `Member must have value less than or equal to ${RETENTION_DAYS_MAX}`,
      );
    }
    const limits = limitsPerLabelSet && readLimits(limitsPerLabelSet);
    requireSettledWorkspace(workspaceId, context);
    context.parts.put(workspaceId, 'configuration', {
      ...context.parts.find(workspaceId, 'configuration')?.content,
      ...(retentionPeriodInDays === undefined ? {} : { retentionDays: retentionPeriodInDays }),
      ...(limits === undefined ? {} : { limitsPerLabelSet: limits }),
    });
    return { status: { statusCode: 'UPDATING' } };
  },
});

function readLimits(entries: NonNullable<LabelSetLimits>): readonly StoredLabelSetLimit[] {
  if (entries.length > LABEL_SETS_MAX) {
    throw fieldInvalid(
      'limitsPerLabelSet',
      `Member must have length less than or equal to ${LABEL_SETS_MAX}`,
    );
  }
  const seen = new Set<string>();
  return entries.map(({ limits: { maxSeries }, labelSet }, at) => {
    const name = `limitsPerLabelSet.${at + 1}.member.labelSet`;
    for (const [label, value] of labelSet) requireLabelValue(name, label, value);
    const labels = [...labelSet];
    const key = JSON.stringify(labels.toSorted(([a], [b]) => (a < b ? -1 : 1)));
    if (seen.has(key)) throw fieldInvalid(name, 'Label sets must be unique');
    seen.add(key);
    return { labels, ...(maxSeries === undefined ? {} : { maxSeries }) };
  });
}

function requireLabelValue(name: string, label: string, value: string): void {
  if (!/^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/.test(value)) {
    throw fieldInvalid(
      name,
      `${label} label value must consist of printable ASCII characters, at least one of them no blank`,
    );
  }
  if (label === '__name__' && !new RegExp(`^${METRIC_NAME}$`).test(value)) {
    throw requestInvalid(`__name__ label value must satisfy regular expression pattern ${METRIC_NAME}`);
  }
}
