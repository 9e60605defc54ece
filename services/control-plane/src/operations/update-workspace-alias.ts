import { CLIENT_TOKEN, WORKSPACE_ALIAS, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inBody, inPath } from '../shape.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** An absent alias takes the alias away. */
export const updateWorkspaceAlias = operation({
  name: 'UpdateWorkspaceAlias',
  method: 'POST',
  pathTemplate: '/workspaces/{workspaceId}/alias',
  successStatus: 204,
  input: {
    workspaceId: inPath(WORKSPACE_ID),
    alias: inBody(WORKSPACE_ALIAS),
    clientToken: inBody(CLIENT_TOKEN),
  },
  resourceArn: workspaceArn,
  handler({ workspaceId, alias }, context) {
    requireSettledWorkspace(workspaceId, context);
    context.workspaces.setAlias(workspaceId, alias);
    return undefined;
  },
});
