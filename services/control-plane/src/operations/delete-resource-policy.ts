import { operation, workspaceArn } from '../operation.ts';
import { requireSettledWorkspace } from './require-workspace.ts';
import { requirePolicy, requireRevision } from './resource-policy.ts';

/** The policy stops to count with the next request. */
export const deleteResourcePolicy = operation({
  name: 'DeleteResourcePolicy',
  resourceArn: workspaceArn,
  handler({ workspaceId, revisionId }, context) {
    requireSettledWorkspace(workspaceId, context);
    requirePolicy(workspaceId, context);
    requireRevision(workspaceId, revisionId, context);
    context.parts.remove(workspaceId, 'resource-policy');
    return undefined;
  },
});
