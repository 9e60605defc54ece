import { operation, workspaceArn } from '../operation.ts';
import { createLogging, requireOwnLogGroup } from './logging-configuration.ts';

/** Says where rules and alerts are logged, for a workspace that doesn't say so yet. */
export const createLoggingConfiguration = operation({
  name: 'CreateLoggingConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId, logGroupArn }, context) {
    requireOwnLogGroup('logGroupArn', logGroupArn, context);
    return createLogging(workspaceId, 'logging', { logGroupArn }, context);
  },
});
