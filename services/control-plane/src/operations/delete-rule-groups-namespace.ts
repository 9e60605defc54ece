import { CLIENT_TOKEN, RULES_NAMESPACE_NAME, WORKSPACE_ID } from '../model.ts';
import { operation } from '../operation.ts';
import { inPath, inQuery } from '../shape.ts';
import { namespaceTagged } from '../taggable.ts';
import { requireSettledWorkspace } from './require-workspace.ts';
import { namespaceArn, requireNamespace } from './rules-namespace.ts';

/** Removes the rules and the tags at once. */
export const deleteRuleGroupsNamespace = operation({
  name: 'DeleteRuleGroupsNamespace',
  method: 'DELETE',
  pathTemplate: '/workspaces/{workspaceId}/rulegroupsnamespaces/{name}',
  successStatus: 202,
  needs: 'ruleFile',
  input: {
    workspaceId: inPath(WORKSPACE_ID),
    name: inPath(RULES_NAMESPACE_NAME),
    clientToken: inQuery(CLIENT_TOKEN),
  },
  resourceArn: namespaceArn,
  handler({ workspaceId, name }, context) {
    requireSettledWorkspace(workspaceId, context);
    requireNamespace(workspaceId, name, context);
    context.tags.removeAll(namespaceTagged(workspaceId, name));
    context.namespaces.remove(workspaceId, name);
    return undefined;
  },
});
