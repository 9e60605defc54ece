import { WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath } from '../shape.ts';
import { definitionView, requireDefinition } from './alert-manager-definition.ts';
import { requireWorkspace } from './require-workspace.ts';

/** The data is what was sent last, byte for byte, whether it failed or not. */
export const describeAlertManagerDefinition = operation({
  name: 'DescribeAlertManagerDefinition',
  method: 'GET',
  pathTemplate: '/workspaces/{workspaceId}/alertmanager/definition',
  successStatus: 200,
  needs: 'alertManager',
  input: { workspaceId: inPath(WORKSPACE_ID) },
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    requireWorkspace(workspaceId, context);
    return { alertManagerDefinition: definitionView(requireDefinition(workspaceId, context)) };
  },
});
