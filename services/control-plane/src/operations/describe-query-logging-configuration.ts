import { operation, workspaceArn } from '../operation.ts';
import { loggingView, requireLogging } from './logging-configuration.ts';
import { destinationsView } from './query-log-destinations.ts';

/** Tells where queries are logged. */
export const describeQueryLoggingConfiguration = operation({
  name: 'DescribeQueryLoggingConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    const part = requireLogging(workspaceId, 'query-logging', context);
    return {
      queryLoggingConfiguration: {
        ...loggingView(workspaceId, part),
        destinations: destinationsView(part.content),
      },
    };
  },
});
