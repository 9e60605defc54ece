import { CLIENT_TOKEN, WORKSPACE_ID } from '../model.ts';
import { operation, workspaceArn } from '../operation.ts';
import { inPath, inQuery } from '../shape.ts';
import { deleteLogging } from './logging-configuration.ts';

/** No rules and alerts are logged any more. */
export const deleteLoggingConfiguration = operation({
  name: 'DeleteLoggingConfiguration',
  method: 'DELETE',
  pathTemplate: '/workspaces/{workspaceId}/logging',
  successStatus: 202,
  input: { workspaceId: inPath(WORKSPACE_ID), clientToken: inQuery(CLIENT_TOKEN) },
  resourceArn: workspaceArn,
  handler({ workspaceId }, context) {
    deleteLogging(workspaceId, 'logging', context);
    return undefined;
  },
});
