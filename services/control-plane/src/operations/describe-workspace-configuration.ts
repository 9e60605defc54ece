import { WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath } from '../shape.ts';
import { effectiveSettings, retentionDays } from '../workspace-settings.ts';
import { requireWorkspace } from './require-workspace.ts';

/** Every workspace has one; what its owner didn't say is what the limits say. */
export const describeWorkspaceConfiguration = operation({
  name: 'DescribeWorkspaceConfiguration',
  method: 'GET',
  pathTemplate: '/workspaces/{workspaceId}/configuration',
  successStatus: 200,
  input: { workspaceId: inPath(WORKSPACE_ID) },
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
