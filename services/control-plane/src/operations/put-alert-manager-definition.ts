import { CLIENT_TOKEN, DATA, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inBody, inPath, required } from '../shape.ts';
import { readDefinition, requireDefinition } from './alert-manager-definition.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** Replaces the definition that is there, also one that failed. */
export const putAlertManagerDefinition = operation({
  name: 'PutAlertManagerDefinition',
  method: 'PUT',
  pathTemplate: '/workspaces/{workspaceId}/alertmanager/definition',
  successStatus: 202,
  needs: 'alertManager',
  input: {
    workspaceId: inPath(WORKSPACE_ID),
    data: required(inBody(DATA)),
    clientToken: inBody(CLIENT_TOKEN),
  },
  resourceArn: workspaceArn,
  handler({ workspaceId, data }, context) {
    const content = readDefinition(workspaceId, data, 'UPDATE_FAILED', context);
    requireSettledWorkspace(workspaceId, context);
    requireDefinition(workspaceId, context);
    context.parts.put(workspaceId, 'alert-manager-definition', content);
    return { status: { statusCode: 'UPDATING' } };
  },
});
