import { operation, workspaceArn } from '../operation.ts';
import { workspaceResource } from '../taggable.ts';
import { workspaceSummary } from '../workspace-view.ts';
import { requireWorkspace } from './require-workspace.ts';

export const describeWorkspace = operation({
  name: 'DescribeWorkspace',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    const workspace = requireWorkspace(workspaceId, context);
    const tags = context.tags.of(workspaceResource(workspaceId));
    return {
      workspace: {
        ...workspaceSummary(workspace, tags, context.names),
        prometheusEndpoint: `${context.publicUrl()}/workspaces/${workspaceId}/`,
      },
    };
  },
});
