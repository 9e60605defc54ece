import { operation, workspaceArn } from '../operation.ts';
import { deleteLogging } from './logging-configuration.ts';

/** No queries are logged any more. */
export const deleteQueryLoggingConfiguration = operation({
  name: 'DeleteQueryLoggingConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    deleteLogging(workspaceId, 'query-logging', context);
    return undefined;
  },
});
