import { operation } from '../operation.ts';
import { workspaceResource } from '../taggable.ts';
import { workspaceSummary } from '../workspace-view.ts';
import { readPage } from './pages.ts';

/** Oldest first. `alias` is a prefix. */
export const listWorkspaces = operation({
  name: 'ListWorkspaces',
  resourceArn: (_path, names) => names.collection('workspaces'),
  handler({ alias, ...input }, context) {
    const { workspaces, tags, names } = context;
    const list = ['ListWorkspaces', ...(alias === undefined ? [] : [alias])];
    const { page, more } = readPage(list, input, context, (after, limit) =>
      workspaces.page(after, alias, limit),
    );
    return {
      workspaces: page.map((workspace) =>
        workspaceSummary(workspace, tags.of(workspaceResource(workspace.workspaceId)), names),
      ),
      ...more,
    };
  },
});
