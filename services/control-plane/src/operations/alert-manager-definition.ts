// What the operations on a workspace's alert manager definition have in common.
//
// A definition is read twice, so to say: some faults refuse the request at once; with others the request
// is taken and the definition stays as failed, with the reason, until another one is put or it is deleted.
import { assert } from '@ampere/platform';
import type { AlertManagerReading } from '../definition-readers.ts';
import { RESOURCE_TYPES, type Resource, requestInvalid, resourceNotFound } from '../errors.ts';
import type { OperationContext } from '../operation.ts';
import type { PartContents, WorkspacePart } from '../workspace-part-store.ts';

type Content = PartContents['alert-manager-definition'];

export function definitionResource(workspaceId: string): Resource {
  return {
    resourceId: `${workspaceId}/alertmanager/definition`,
    resourceType: RESOURCE_TYPES.alertManagerDefinition,
  };
}

/** @throws ApiError when the workspace has none. */
export function requireDefinition(
  workspaceId: string,
  context: OperationContext,
): WorkspacePart<'alert-manager-definition'> {
  const part = context.parts.find(workspaceId, 'alert-manager-definition');
  if (part === undefined) {
    throw resourceNotFound('Alert manager definition not found.', definitionResource(workspaceId));
  }
  return part;
}

/** Reads a definition, out of this thread. */
export async function readDefinition(
  { workspaceId, data }: { readonly workspaceId: string; readonly data: Uint8Array },
  { readers }: OperationContext,
): Promise<AlertManagerReading> {
  assert(readers.alertManager !== undefined, 'an operation on alert manager definitions without a reader');
  return readers.alertManager(data, workspaceId);
}

/**
 * A definition as it is to be kept. One that failed leaves in force what was.
 *
 * @param failedStatus what it is when it fails later than at once.
 * @throws ApiError when it is refused at once.
 */
export function definitionContent(
  reading: AlertManagerReading,
  data: Uint8Array,
  failedStatus: 'CREATION_FAILED' | 'UPDATE_FAILED',
  before?: Content,
): Content {
  const base64 = Buffer.from(data).toString('base64');
  switch (reading.kind) {
    case 'refused':
      throw requestInvalid(reading.message);
    case 'failed':
      return {
        data: base64,
        statusCode: failedStatus,
        statusReason: reading.reason,
        inForce: before?.statusCode === 'ACTIVE' ? before.data : before?.inForce,
      };
    case 'good':
      return { data: base64, statusCode: 'ACTIVE' };
  }
}

/** A definition as the API tells it. */
export function definitionView(part: WorkspacePart<'alert-manager-definition'>): object {
  const { data, statusCode, statusReason } = part.content;
  return {
    status: { statusCode, ...(statusReason === undefined ? {} : { statusReason }) },
    data,
    createdAt: part.createdAtMs / 1000,
    modifiedAt: part.modifiedAtMs / 1000,
  };
}
