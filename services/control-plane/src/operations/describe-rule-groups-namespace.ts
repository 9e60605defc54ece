import { operation } from '../operation.ts';
import { requireWorkspace } from './require-workspace.ts';
import { namespaceArn, namespaceSummary, requireNamespace } from './rules-namespace.ts';

/** The data is what was sent, byte for byte. */
export const describeRuleGroupsNamespace = operation({
  name: 'DescribeRuleGroupsNamespace',
  needs: 'ruleFile',
  resourceArn: namespaceArn,
  handler({ workspaceId, name }, context) {
    requireWorkspace(workspaceId, context);
    const namespace = requireNamespace(workspaceId, name, context);
    const data = Buffer.from(context.namespaces.data(workspaceId, name)).toString('base64');
    return { ruleGroupsNamespace: { ...namespaceSummary(namespace, context), data } };
  },
});
