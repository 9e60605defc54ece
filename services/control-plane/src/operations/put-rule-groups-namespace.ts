import { CLIENT_TOKEN, DATA, RULES_NAMESPACE_NAME, WORKSPACE_ID } from '../model.ts';
import { operation } from '../operation.ts';
import { inBody, inPath, required } from '../shape.ts';
import { requireSettledWorkspace } from './require-workspace.ts';
import {
  namespaceArn,
  namespaceView,
  readRules,
  requireNamespace,
  requireRoomForRules,
} from './rules-namespace.ts';

/** Replaces the rules of a namespace that is there; rules that aren't good leave it as it was. */
export const putRuleGroupsNamespace = operation({
  name: 'PutRuleGroupsNamespace',
  method: 'PUT',
  pathTemplate: '/workspaces/{workspaceId}/rulegroupsnamespaces/{name}',
  successStatus: 202,
  needs: 'ruleFile',
  input: {
    workspaceId: inPath(WORKSPACE_ID),
    name: inPath(RULES_NAMESPACE_NAME),
    data: required(inBody(DATA)),
    clientToken: inBody(CLIENT_TOKEN),
  },
  resourceArn: namespaceArn,
  handler({ workspaceId, name, data }, context) {
    const rules = readRules(workspaceId, data, context);
    requireSettledWorkspace(workspaceId, context);
    requireNamespace(workspaceId, name, context);
    requireRoomForRules(workspaceId, name, rules, context);
    context.namespaces.replace(workspaceId, name, rules);
    return namespaceView(workspaceId, name, 'UPDATING', context);
  },
});
