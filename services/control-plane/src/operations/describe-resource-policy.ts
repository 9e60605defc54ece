import { WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath } from '../shape.ts';
import { requireWorkspace } from './require-workspace.ts';
import { requirePolicy } from './resource-policy.ts';

/** The document is the one that was put, letter by letter. */
export const describeResourcePolicy = operation({
  name: 'DescribeResourcePolicy',
  method: 'GET',
  pathTemplate: '/workspaces/{workspaceId}/policy',
  successStatus: 200,
  input: { workspaceId: inPath(WORKSPACE_ID) },
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    requireWorkspace(workspaceId, context);
    const { policyDocument, revisionId } = requirePolicy(workspaceId, context).content;
    return { policyDocument, policyStatus: 'ACTIVE', revisionId };
  },
});
