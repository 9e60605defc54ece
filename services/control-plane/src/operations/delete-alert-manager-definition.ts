import { operation, workspaceArn } from '../operation.ts';
import { requireDefinition } from './alert-manager-definition.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

export const deleteAlertManagerDefinition = operation({
  name: 'DeleteAlertManagerDefinition',
  needs: 'alertManager',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    requireSettledWorkspace(workspaceId, context);
    requireDefinition(workspaceId, context);
    context.parts.remove(workspaceId, 'alert-manager-definition');
    return undefined;
  },
});
