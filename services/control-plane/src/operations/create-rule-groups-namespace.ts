import { resourceConflict, rulesNamespaceResource } from '../errors.ts';
import { CLIENT_TOKEN, DATA, RULES_NAMESPACE_NAME, TAG_MAP, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inBody, inPath, required } from '../shape.ts';
import { namespaceTagged } from '../taggable.ts';
import { requireSettledWorkspace } from './require-workspace.ts';
import { namespaceView, readRules, requireRoomForRules } from './rules-namespace.ts';

/** Rules that aren't good are refused, and leave nothing behind. */
export const createRuleGroupsNamespace = operation({
  name: 'CreateRuleGroupsNamespace',
  method: 'POST',
  pathTemplate: '/workspaces/{workspaceId}/rulegroupsnamespaces',
  successStatus: 202,
  needs: 'ruleFile',
  input: {
    workspaceId: inPath(WORKSPACE_ID),
    name: required(inBody(RULES_NAMESPACE_NAME)),
    data: required(inBody(DATA)),
    clientToken: inBody(CLIENT_TOKEN),
    tags: inBody(TAG_MAP),
  },
  resourceArn: workspaceArn,
  handler({ workspaceId, name, data, tags = new Map() }, context) {
    const rules = readRules(workspaceId, data, context);
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
