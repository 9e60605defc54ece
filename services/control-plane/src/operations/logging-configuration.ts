// What the operations on logging and query logging configurations have in common.
import {
  fieldRefused,
  RESOURCE_TYPES,
  type Resource,
  resourceConflict,
  resourceNotFound,
} from '../errors.ts';
import type { OperationContext } from '../operation.ts';
import type { PartContents, WorkspacePart } from '../workspace-part-store.ts';
import { requireSettledWorkspace, requireWorkspace } from './require-workspace.ts';

/** Rules and alerts are logged by one, queries by the other. */
export type LoggingKind = 'logging' | 'query-logging';

interface Wording {
  readonly title: string;
  readonly resourceType: string;
  readonly idSuffix: string;
}

const WORDING: Readonly<Record<LoggingKind, Wording>> = {
  logging: {
    title: 'logging configuration',
    resourceType: RESOURCE_TYPES.loggingConfiguration,
    idSuffix: 'logging',
  },
  'query-logging': {
    title: 'query logging configuration',
    resourceType: RESOURCE_TYPES.queryLoggingConfiguration,
    idSuffix: 'logging/query',
  },
};

/** @throws ApiError when the workspace has none of the kind, or isn't there. */
export function requireLogging<K extends LoggingKind>(
  workspaceId: string,
  kind: K,
  context: OperationContext,
): WorkspacePart<K> {
  requireWorkspace(workspaceId, context);
  const part = context.parts.find(workspaceId, kind);
  if (part === undefined) {
    throw resourceNotFound(`Workspace ${WORDING[kind].title} not found.`, resource(workspaceId, kind));
  }
  return part;
}

/** Makes the configuration of a workspace that has none. @throws ApiError */
export function createLogging<K extends LoggingKind>(
  workspaceId: string,
  kind: K,
  content: PartContents[K],
  context: OperationContext,
): object {
  requireSettledWorkspace(workspaceId, context);
  if (context.parts.find(workspaceId, kind) !== undefined) {
    throw resourceConflict(`Workspace ${WORDING[kind].title} already exists.`, resource(workspaceId, kind));
  }
  context.parts.put(workspaceId, kind, content);
  return { status: { statusCode: 'CREATING' } };
}

/** Replaces the configuration of a workspace that has one. @throws ApiError */
export function updateLogging<K extends LoggingKind>(
  workspaceId: string,
  kind: K,
  content: PartContents[K],
  context: OperationContext,
): object {
  requireSettledWorkspace(workspaceId, context);
  requireLogging(workspaceId, kind, context);
  context.parts.put(workspaceId, kind, content);
  return { status: { statusCode: 'UPDATING' } };
}

/** Takes the configuration away from a workspace that has one. @throws ApiError */
export function deleteLogging(workspaceId: string, kind: LoggingKind, context: OperationContext): void {
  requireSettledWorkspace(workspaceId, context);
  requireLogging(workspaceId, kind, context);
  context.parts.remove(workspaceId, kind);
}

/** What a description says of every configuration. */
export function loggingView(workspaceId: string, part: WorkspacePart<LoggingKind>): object {
  return {
    status: { statusCode: 'ACTIVE' },
    workspace: workspaceId,
    createdAt: part.createdAtMs / 1000,
    modifiedAt: part.modifiedAtMs / 1000,
  };
}

/**
 * A log group is one of this account and region.
 *
 * @param name path of the member that names it.
 * @throws ApiError when it isn't.
 */
export function requireOwnLogGroup(name: string, logGroupArn: string, { names }: OperationContext): void {
  const [, , , region, accountId] = logGroupArn.split(':');
  const refuse = (part: string, actual: string | undefined, expected: string) => {
    if (actual === expected) return;
    throw fieldRefused(name, `Invalid log group ARN - ${part}: ${actual} (expected: ${expected})`);
  };
  refuse('region', region, names.region);
  refuse('account', accountId, names.accountId);
}

function resource(workspaceId: string, kind: LoggingKind): Resource {
  const { resourceType, idSuffix } = WORDING[kind];
  return { resourceId: `${workspaceId}/${idSuffix}`, resourceType };
}
