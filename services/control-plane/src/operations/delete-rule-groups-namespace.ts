import { operation } from '../operation.ts';
import { namespaceTagged } from '../taggable.ts';
import { requireSettledWorkspace } from './require-workspace.ts';
import { namespaceArn, requireNamespace } from './rules-namespace.ts';

/** Removes the rules and the tags at once. */
export const deleteRuleGroupsNamespace = operation({
  name: 'DeleteRuleGroupsNamespace',
  needs: 'ruleFile',
  resourceArn: namespaceArn,
  handler({ workspaceId, name }, context) {
    requireSettledWorkspace(workspaceId, context);
    requireNamespace(workspaceId, name, context);
    context.tags.removeAll(namespaceTagged(workspaceId, name));
    context.namespaces.remove(workspaceId, name);
    return undefined;
  },
});
