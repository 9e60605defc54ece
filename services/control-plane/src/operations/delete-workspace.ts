import { operation, workspaceArn } from '../operation.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** Answers when the deletion is certain; the data go after that. */
export const deleteWorkspace = operation({
  name: 'DeleteWorkspace',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    requireSettledWorkspace(workspaceId, context);
    context.workspaces.setStatus(workspaceId, 'DELETING');
    context.store.afterCommit(() => context.lifecycle.start(workspaceId));
    return undefined;
  },
});
