import { operation, workspaceArn } from '../operation.ts';
import { definitionView, requireDefinition } from './alert-manager-definition.ts';
import { requireWorkspace } from './require-workspace.ts';

/** The data is what was sent last, byte for byte, whether it failed or not. */
export const describeAlertManagerDefinition = operation({
  name: 'DescribeAlertManagerDefinition',
  needs: 'alertManager',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    requireWorkspace(workspaceId, context);
    return { alertManagerDefinition: definitionView(requireDefinition(workspaceId, context)) };
  },
});
