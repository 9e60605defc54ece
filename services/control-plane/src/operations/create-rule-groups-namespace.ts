import { resourceConflict, rulesNamespaceResource } from '../errors.ts';
import { operation, workspaceArn } from '../operation.ts';
import { namespaceTagged } from '../taggable.ts';
import { requireSettledWorkspace } from './require-workspace.ts';
import { namespaceView, readRules, requireRoomForRules, requireRules } from './rules-namespace.ts';

/** Rules that aren't good are refused, and leave nothing behind. */
export const createRuleGroupsNamespace = operation({
  name: 'CreateRuleGroupsNamespace',
  needs: 'ruleFile',
  resourceArn: workspaceArn,
  read: readRules,
  handler({ workspaceId, name, data, tags = new Map() }, context) {
    const rules = requireRules(context.reading, { workspaceId, data }, context);
    requireSettledWorkspace(workspaceId, context);
    if (context.namespaces.find(workspaceId, name) !== undefined) {
      throw resourceConflict(
        'Rule groups namespace already exists.',
        rulesNamespaceResource(workspaceId, name),
      );
    }
    requireRoomForRules(workspaceId, name, rules, context);
    context.namespaces.insert(workspaceId, name, rules);
    context.tags.put(namespaceTagged(workspaceId, name), tags);
    return namespaceView(workspaceId, name, 'CREATING', context);
  },
});
