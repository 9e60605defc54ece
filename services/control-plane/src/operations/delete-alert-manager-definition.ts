import { CLIENT_TOKEN, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath, inQuery } from '../shape.ts';
import { requireDefinition } from './alert-manager-definition.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

export const deleteAlertManagerDefinition = operation({
  name: 'DeleteAlertManagerDefinition',
  method: 'DELETE',
  pathTemplate: '/workspaces/{workspaceId}/alertmanager/definition',
  successStatus: 202,
  needs: 'alertManager',
  input: { workspaceId: inPath(WORKSPACE_ID), clientToken: inQuery(CLIENT_TOKEN) },
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    requireSettledWorkspace(workspaceId, context);
    requireDefinition(workspaceId, context);
    context.parts.remove(workspaceId, 'alert-manager-definition');
    return undefined;
  },
});
