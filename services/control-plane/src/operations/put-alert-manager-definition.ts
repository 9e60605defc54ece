import { operation, workspaceArn } from '../operation.ts';
import { definitionContent, readDefinition, requireDefinition } from './alert-manager-definition.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** Replaces the definition that is there, also one that failed. */
export const putAlertManagerDefinition = operation({
  name: 'PutAlertManagerDefinition',
  needs: 'alertManager',
  resourceArn: workspaceArn,
  read: readDefinition,
  handler({ workspaceId, data }, context) {
    const before = context.parts.find(workspaceId, 'alert-manager-definition')?.content;
    const content = definitionContent(context.reading, data, 'UPDATE_FAILED', before);
    requireSettledWorkspace(workspaceId, context);
    requireDefinition(workspaceId, context);
    context.parts.put(workspaceId, 'alert-manager-definition', content);
    return { status: { statusCode: 'UPDATING' } };
  },
});
