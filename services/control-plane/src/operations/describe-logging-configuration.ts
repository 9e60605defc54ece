import { WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath } from '../shape.ts';
import { loggingView, requireLogging } from './logging-configuration.ts';

/** Tells where rules and alerts are logged. */
export const describeLoggingConfiguration = operation({
  name: 'DescribeLoggingConfiguration',
  method: 'GET',
  pathTemplate: '/workspaces/{workspaceId}/logging',
  successStatus: 200,
  input: { workspaceId: inPath(WORKSPACE_ID) },
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    const part = requireLogging(workspaceId, 'logging', context);
    return {
      loggingConfiguration: { ...loggingView(workspaceId, part), logGroupArn: part.content.logGroupArn },
    };
  },
});
