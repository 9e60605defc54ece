import { resourceConflict } from '../errors.ts';
import { operation, workspaceArn } from '../operation.ts';
import { definitionContent, definitionResource, readDefinition } from './alert-manager-definition.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** For a workspace that has none, not even one that failed. */
export const createAlertManagerDefinition = operation({
  name: 'CreateAlertManagerDefinition',
  needs: 'alertManager',
  resourceArn: workspaceArn,
  read: readDefinition,
  handler({ workspaceId, data }, context) {
    const content = definitionContent(context.reading, data, 'CREATION_FAILED');
    requireSettledWorkspace(workspaceId, context);
    if (context.parts.find(workspaceId, 'alert-manager-definition') !== undefined) {
      throw resourceConflict('Alert manager definition already exists.', definitionResource(workspaceId));
    }
    context.parts.put(workspaceId, 'alert-manager-definition', content);
    return { status: { statusCode: 'CREATING' } };
  },
});
