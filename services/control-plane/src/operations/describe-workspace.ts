import { WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath } from '../shape.ts';
import { workspaceResource } from '../taggable.ts';
import { workspaceSummary } from '../workspace-view.ts';
import { requireWorkspace } from './require-workspace.ts';

export const describeWorkspace = operation({
  name: 'DescribeWorkspace',
  method: 'GET',
  pathTemplate: '/workspaces/{workspaceId}',
  successStatus: 200,
  input: { workspaceId: inPath(WORKSPACE_ID) },
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
