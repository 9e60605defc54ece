import { operation, workspaceArn } from '../operation.ts';
import { createLogging } from './logging-configuration.ts';
import { readDestinations } from './query-log-destinations.ts';

/** Says where queries are logged, for a workspace that doesn't say so yet. */
export const createQueryLoggingConfiguration = operation({
  name: 'CreateQueryLoggingConfiguration',
  resourceArn: workspaceArn,
  handler({ workspaceId, destinations }, context) {
    return createLogging(workspaceId, 'query-logging', readDestinations(destinations, context), context);
  },
});
