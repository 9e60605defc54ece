import { operation, workspaceArn } from '../operation.ts';
import { loggingView, requireLogging } from './logging-configuration.ts';

/** Tells where rules and alerts are logged. */
export const describeLoggingConfiguration = operation({
  name: 'DescribeLoggingConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    const part = requireLogging(workspaceId, 'logging', context);
    return {
      loggingConfiguration: { ...loggingView(workspaceId, part), logGroupArn: part.content.logGroupArn },
    };
  },
});
