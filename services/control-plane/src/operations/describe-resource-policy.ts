import { operation, workspaceArn } from '../operation.ts';
import { requireWorkspace } from './require-workspace.ts';
import { requirePolicy } from './resource-policy.ts';

/** The document is the one that was put, letter by letter. */
export const describeResourcePolicy = operation({
  name: 'DescribeResourcePolicy',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    requireWorkspace(workspaceId, context);
    const { policyDocument, revisionId } = requirePolicy(workspaceId, context).content;
    return { policyDocument, policyStatus: 'ACTIVE', revisionId };
  },
});
