import { WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath } from '../shape.ts';
import { loggingView, requireLogging } from './logging-configuration.ts';
import { destinationsView } from './query-log-destinations.ts';

/** Tells where queries are logged. */
export const describeQueryLoggingConfiguration = operation({
  name: 'DescribeQueryLoggingConfiguration',
  method: 'GET',
  pathTemplate: '/workspaces/{workspaceId}/logging/query',
  successStatus: 200,
  input: { workspaceId: inPath(WORKSPACE_ID) },
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
