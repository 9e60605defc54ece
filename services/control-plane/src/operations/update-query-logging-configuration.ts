import { CLIENT_TOKEN, LOGGING_DESTINATIONS, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inBody, inPath, required } from '../shape.ts';
import { updateLogging } from './logging-configuration.ts';
import { readDestinations } from './query-log-destinations.ts';

/** Says where queries are logged, for a workspace that says so already. */
export const updateQueryLoggingConfiguration = operation({
  name: 'UpdateQueryLoggingConfiguration',
  method: 'PUT',
  pathTemplate: '/workspaces/{workspaceId}/logging/query',
  successStatus: 202,
  input: {
    workspaceId: inPath(WORKSPACE_ID),
    destinations: required(inBody(LOGGING_DESTINATIONS)),
    clientToken: inBody(CLIENT_TOKEN),
  },
  resourceArn: workspaceArn,
  handler({ workspaceId, destinations }, context) {
    return updateLogging(workspaceId, 'query-logging', readDestinations(destinations, context), context);
  },
});
