import { CLIENT_TOKEN, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath, inQuery } from '../shape.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** Answers when the deletion is certain; the data go after that. */
export const deleteWorkspace = operation({
  name: 'DeleteWorkspace',
  method: 'DELETE',
  pathTemplate: '/workspaces/{workspaceId}',
  successStatus: 202,
  input: { workspaceId: inPath(WORKSPACE_ID), clientToken: inQuery(CLIENT_TOKEN) },
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    requireSettledWorkspace(workspaceId, context);
    context.workspaces.setStatus(workspaceId, 'DELETING');
    context.store.afterCommit(() => context.lifecycle.start(workspaceId));
    return undefined;
  },
});
