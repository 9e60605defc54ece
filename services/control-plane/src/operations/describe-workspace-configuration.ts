import { operation, workspaceArn } from '../operation.ts';
import { effectiveSettings, retentionDays } from '../workspace-settings.ts';
import { requireWorkspace } from './require-workspace.ts';

/** Every workspace has one; what its owner didn't say is what the limits say. */
export const describeWorkspaceConfiguration = operation({
  name: 'DescribeWorkspaceConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    requireWorkspace(workspaceId, context);
    const stored = context.parts.find(workspaceId, 'configuration')?.content.limitsPerLabelSet ?? [];
    const days = retentionDays(effectiveSettings(workspaceId, context.parts, context.limits));
    return {
      workspaceConfiguration: {
        status: { statusCode: 'ACTIVE' },
        limitsPerLabelSet: stored.map(({ labels, maxSeries }) => ({
          limits: maxSeries === undefined ? {} : { maxSeries },
          labelSet: Object.fromEntries(labels),
        })),
        ...(days === undefined ? {} : { retentionPeriodInDays: days }),
      },
    };
  },
});
