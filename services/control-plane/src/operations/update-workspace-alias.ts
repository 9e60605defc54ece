import { operation, workspaceArn } from '../operation.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** An absent alias takes the alias away. */
export const updateWorkspaceAlias = operation({
  name: 'UpdateWorkspaceAlias',
  resourceArn: workspaceArn,
  handler({ workspaceId, alias }, context) {
    requireSettledWorkspace(workspaceId, context);
    context.workspaces.setAlias(workspaceId, alias);
    return undefined;
  },
});
