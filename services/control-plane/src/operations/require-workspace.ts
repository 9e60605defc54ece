import { workspaceBusy, workspaceNotFound } from '../errors.ts';
import type { OperationContext } from '../operation.ts';
import type { Workspace } from '../workspace-store.ts';

/** @throws ApiError when there is none of that id. */
export function requireWorkspace(workspaceId: string, context: OperationContext): Workspace {
  const workspace = context.workspaces.find(workspaceId);
  if (workspace === undefined) throw workspaceNotFound(workspaceId);
  return workspace;
}

/** @throws ApiError when there is none of that id, or it is on its way from one status to another. */
export function requireSettledWorkspace(workspaceId: string, context: OperationContext): Workspace {
  const workspace = requireWorkspace(workspaceId, context);
  if (workspace.status !== 'ACTIVE' && workspace.status !== 'CREATION_FAILED') {
    throw workspaceBusy(workspaceId, workspace.status);
  }
  return workspace;
}
