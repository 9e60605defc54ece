import { CLIENT_TOKEN, TEXT, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath, inQuery } from '../shape.ts';
import { requireSettledWorkspace } from './require-workspace.ts';
import { requirePolicy, requireRevision } from './resource-policy.ts';

/** The policy stops to count with the next request. */
export const deleteResourcePolicy = operation({
  name: 'DeleteResourcePolicy',
  method: 'DELETE',
  pathTemplate: '/workspaces/{workspaceId}/policy',
  successStatus: 202,
  input: {
    workspaceId: inPath(WORKSPACE_ID),
    clientToken: inQuery(CLIENT_TOKEN),
    revisionId: inQuery(TEXT),
  },
  resourceArn: workspaceArn,
  handler({ workspaceId, revisionId }, context) {
    requireSettledWorkspace(workspaceId, context);
    requirePolicy(workspaceId, context);
    requireRevision(workspaceId, revisionId, context);
    context.parts.remove(workspaceId, 'resource-policy');
    return undefined;
  },
});
