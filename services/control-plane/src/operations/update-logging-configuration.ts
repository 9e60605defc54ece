import { operation, workspaceArn } from '../operation.ts';
import { requireOwnLogGroup, updateLogging } from './logging-configuration.ts';

/** Says where rules and alerts are logged, for a workspace that says so already. */
export const updateLoggingConfiguration = operation({
  name: 'UpdateLoggingConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId, logGroupArn }, context) {
    requireOwnLogGroup('logGroupArn', logGroupArn, context);
    return updateLogging(workspaceId, 'logging', { logGroupArn }, context);
  },
});
