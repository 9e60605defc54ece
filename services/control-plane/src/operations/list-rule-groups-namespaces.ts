import { operation, workspaceArn } from '../operation.ts';
import { readPage } from './pages.ts';
import { requireWorkspace } from './require-workspace.ts';
import { namespaceSummary } from './rules-namespace.ts';

/** Oldest first. `name` is a prefix. */
export const listRuleGroupsNamespaces = operation({
  name: 'ListRuleGroupsNamespaces',
  needs: 'ruleFile',
  resourceArn: workspaceArn,
  handler({ workspaceId, name = '', ...input }, context) {
    const list = ['ListRuleGroupsNamespaces', workspaceId, name];
    const { page, more } = readPage(list, input, context, (after, limit) => {
      requireWorkspace(workspaceId, context);
      return context.namespaces.page(workspaceId, after, name, limit);
    });
    return { ruleGroupsNamespaces: page.map((namespace) => namespaceSummary(namespace, context)), ...more };
  },
});
