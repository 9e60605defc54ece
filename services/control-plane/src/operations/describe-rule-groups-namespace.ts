import { RULES_NAMESPACE_NAME, WORKSPACE_ID } from '../model.ts';
import { operation } from '../operation.ts';
import { inPath } from '../shape.ts';
import { requireWorkspace } from './require-workspace.ts';
import { namespaceArn, namespaceSummary, requireNamespace } from './rules-namespace.ts';

/** The data is what was sent, byte for byte. */
export const describeRuleGroupsNamespace = operation({
  name: 'DescribeRuleGroupsNamespace',
  method: 'GET',
  pathTemplate: '/workspaces/{workspaceId}/rulegroupsnamespaces/{name}',
  successStatus: 200,
  needs: 'ruleFile',
  input: { workspaceId: inPath(WORKSPACE_ID), name: inPath(RULES_NAMESPACE_NAME) },
  resourceArn: namespaceArn,
  handler({ workspaceId, name }, context) {
    requireWorkspace(workspaceId, context);
    const namespace = requireNamespace(workspaceId, name, context);
    const data = Buffer.from(context.namespaces.data(workspaceId, name)).toString('base64');
    return { ruleGroupsNamespace: { ...namespaceSummary(namespace, context), data } };
  },
});
