import { operation } from '../operation.ts';
import { requireSettledWorkspace } from './require-workspace.ts';
import {
  namespaceArn,
  namespaceView,
  readRules,
  requireNamespace,
  requireRoomForRules,
  requireRules,
} from './rules-namespace.ts';

/** Replaces the rules of a namespace that is there; rules that aren't good leave it as it was. */
export const putRuleGroupsNamespace = operation({
  name: 'PutRuleGroupsNamespace',
  needs: 'ruleFile',
  resourceArn: namespaceArn,
  read: readRules,
  handler({ workspaceId, name, data }, context) {
    const rules = requireRules(context.reading, { workspaceId, data }, context);
    requireSettledWorkspace(workspaceId, context);
    requireNamespace(workspaceId, name, context);
    requireRoomForRules(workspaceId, name, rules, context);
    context.namespaces.replace(workspaceId, name, rules);
    return namespaceView(workspaceId, name, 'UPDATING', context);
  },
});
