import { operation, workspaceArn } from '../operation.ts';
import { updateLogging } from './logging-configuration.ts';
import { readDestinations } from './query-log-destinations.ts';

/** Says where queries are logged, for a workspace that says so already. */
export const updateQueryLoggingConfiguration = operation({
  name: 'UpdateQueryLoggingConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId, destinations }, context) {
    return updateLogging(workspaceId, 'query-logging', readDestinations(destinations, context), context);
  },
});
