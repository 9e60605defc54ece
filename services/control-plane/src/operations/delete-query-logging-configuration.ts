import { CLIENT_TOKEN, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath, inQuery } from '../shape.ts';
import { deleteLogging } from './logging-configuration.ts';

/** No queries are logged any more. */
export const deleteQueryLoggingConfiguration = operation({
  name: 'DeleteQueryLoggingConfiguration',
  method: 'DELETE',
  pathTemplate: '/workspaces/{workspaceId}/logging/query',
  successStatus: 202,
  input: { workspaceId: inPath(WORKSPACE_ID), clientToken: inQuery(CLIENT_TOKEN) },
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    deleteLogging(workspaceId, 'query-logging', context);
    return undefined;
  },
});
