import { PAGE_SIZE, PAGE_SIZE_DEFAULT, PAGINATION_TOKEN, WORKSPACE_ALIAS } from '../model.ts';
import { operation } from '../operation.ts';
import { inQuery } from '../shape.ts';
import { workspaceResource } from '../taggable.ts';
import { workspaceSummary } from '../workspace-view.ts';

/** Oldest first. `alias` is a prefix. */
export const listWorkspaces = operation({
  name: 'ListWorkspaces',
  method: 'GET',
  pathTemplate: '/workspaces',
  successStatus: 200,
  input: {
    nextToken: inQuery(PAGINATION_TOKEN),
    alias: inQuery(WORKSPACE_ALIAS),
    maxResults: inQuery(PAGE_SIZE),
  },
  resourceArn: (_path, names) => names.collection('workspaces'),
  handler({ nextToken, alias, maxResults = PAGE_SIZE_DEFAULT }, { workspaces, tags, names, pages }) {
    const list = ['ListWorkspaces', ...(alias === undefined ? [] : [alias])];
    const found = workspaces.page(pages.read(list, nextToken), alias, maxResults + 1);
    const page = found.slice(0, maxResults);
    const last = page.at(-1);
    return {
      workspaces: page.map((workspace) =>
        workspaceSummary(workspace, tags.of(workspaceResource(workspace.workspaceId)), names),
      ),
      ...(last !== undefined && found.length > page.length
        ? { nextToken: pages.issue(list, last.position) }
        : {}),
    };
  },
});
