import { CLIENT_TOKEN, LOG_GROUP_ARN, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inBody, inPath, required } from '../shape.ts';
import { createLogging, requireOwnLogGroup } from './logging-configuration.ts';

/** Says where rules and alerts are logged, for a workspace that doesn't say so yet. */
export const createLoggingConfiguration = operation({
  name: 'CreateLoggingConfiguration',
  method: 'POST',
  pathTemplate: '/workspaces/{workspaceId}/logging',
  successStatus: 202,
  input: {
    workspaceId: inPath(WORKSPACE_ID),
    logGroupArn: required(inBody(LOG_GROUP_ARN)),
    clientToken: inBody(CLIENT_TOKEN),
  },
  resourceArn: workspaceArn,
  handler({ workspaceId, logGroupArn }, context) {
    requireOwnLogGroup('logGroupArn', logGroupArn, context);
    return createLogging(workspaceId, 'logging', { logGroupArn }, context);
  },
});
