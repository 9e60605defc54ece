import { resourceConflict } from '../errors.ts';
import { CLIENT_TOKEN, DATA, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inBody, inPath, required } from '../shape.ts';
import { definitionResource, readDefinition } from './alert-manager-definition.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** For a workspace that has none, not even one that failed. */
export const createAlertManagerDefinition = operation({
  name: 'CreateAlertManagerDefinition',
  method: 'POST',
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
    const content = readDefinition(workspaceId, data, 'CREATION_FAILED', context);
    requireSettledWorkspace(workspaceId, context);
    if (context.parts.find(workspaceId, 'alert-manager-definition') !== undefined) {
      throw resourceConflict('Alert manager definition already exists.', definitionResource(workspaceId));
    }
    context.parts.put(workspaceId, 'alert-manager-definition', content);
    return { status: { statusCode: 'CREATING' } };
  },
});
