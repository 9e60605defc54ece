import { operation, workspaceArn } from '../operation.ts';
import { deleteLogging } from './logging-configuration.ts';

/** No rules and alerts are logged any more. */
export const deleteLoggingConfiguration = operation({
  name: 'DeleteLoggingConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    deleteLogging(workspaceId, 'logging', context);
    return undefined;
  },
});
