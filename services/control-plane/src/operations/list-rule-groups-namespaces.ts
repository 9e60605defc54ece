import {
  PAGE_SIZE,
  PAGE_SIZE_DEFAULT,
  PAGINATION_TOKEN,
  RULES_NAMESPACE_NAME,
  WORKSPACE_ID,
} from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath, inQuery } from '../shape.ts';
import { requireWorkspace } from './require-workspace.ts';
import { namespaceSummary } from './rules-namespace.ts';

/** Oldest first. `name` is a prefix. */
export const listRuleGroupsNamespaces = operation({
  name: 'ListRuleGroupsNamespaces',
  method: 'GET',
  pathTemplate: '/workspaces/{workspaceId}/rulegroupsnamespaces',
  successStatus: 200,
  needs: 'ruleFile',
  input: {
    workspaceId: inPath(WORKSPACE_ID),
    name: inQuery(RULES_NAMESPACE_NAME),
    nextToken: inQuery(PAGINATION_TOKEN),
    maxResults: inQuery(PAGE_SIZE),
  },
  resourceArn: workspaceArn,
  handler({ workspaceId, name = '', nextToken, maxResults = PAGE_SIZE_DEFAULT }, context) {
    const list = ['ListRuleGroupsNamespaces', workspaceId, name];
    const after = context.pages.read(list, nextToken);
    requireWorkspace(workspaceId, context);
    const found = context.namespaces.page(workspaceId, after, name, maxResults + 1);
    const page = found.slice(0, maxResults);
    const last = page.at(-1);
    return {
      ruleGroupsNamespaces: page.map((namespace) => namespaceSummary(namespace, context)),
      ...(last !== undefined && found.length > page.length
        ? { nextToken: context.pages.issue(list, last.position) }
        : {}),
    };
  },
});
