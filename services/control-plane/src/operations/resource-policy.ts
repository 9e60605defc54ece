// What the operations on a workspace's resource policy have in common.
import { ApiError, RESOURCE_TYPES, type Resource, resourceConflict, resourceNotFound } from '../errors.ts';
import type { OperationContext } from '../operation.ts';
import type { WorkspacePart } from '../workspace-part-store.ts';

/** The revision that callers name when they believe that there is no policy. */
const NO_POLICY = 'NO_POLICY';

/** @throws ApiError when the workspace has no policy. */
export function requirePolicy(
  workspaceId: string,
  context: OperationContext,
): WorkspacePart<'resource-policy'> {
  const part = context.parts.find(workspaceId, 'resource-policy');
  if (part === undefined)
    throw resourceNotFound('Workspace resource policy not found.', resource(workspaceId));
  return part;
}

/**
 * Whoever names a revision changes that one or nothing; whoever names none changes what is there.
 *
 * @throws ApiError when the workspace's policy is another one, or there when it shouldn't be, or gone.
 */
export function requireRevision(
  workspaceId: string,
  expected: string | undefined,
  context: OperationContext,
): void {
  if (expected === undefined) return;
  const actual = context.parts.find(workspaceId, 'resource-policy')?.content.revisionId ?? NO_POLICY;
  if (expected !== actual) {
    throw resourceConflict(
      'The revisionId is not that of the current resource policy.',
      resource(workspaceId),
    );
  }
}

/** A policy that isn't accepted: the service's text, and ours of what is wrong in it. */
export function policyRefused(message: string, detail: string): ApiError {
  return new ApiError('ValidationException', message, {
    reason: 'FIELD_VALIDATION_FAILED',
    fieldList: [{ name: 'policyDocument', message: detail }],
  });
}

function resource(workspaceId: string): Resource {
  return { resourceId: `${workspaceId}/policy`, resourceType: RESOURCE_TYPES.resourcePolicy };
}
