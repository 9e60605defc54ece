import type { AnyOperation } from '../operation.ts';
import { createLoggingConfiguration } from './create-logging-configuration.ts';
import { createQueryLoggingConfiguration } from './create-query-logging-configuration.ts';
import { createWorkspace } from './create-workspace.ts';
import { deleteLoggingConfiguration } from './delete-logging-configuration.ts';
import { deleteQueryLoggingConfiguration } from './delete-query-logging-configuration.ts';
import { deleteResourcePolicy } from './delete-resource-policy.ts';
import { deleteWorkspace } from './delete-workspace.ts';
import { describeLoggingConfiguration } from './describe-logging-configuration.ts';
import { describeQueryLoggingConfiguration } from './describe-query-logging-configuration.ts';
import { describeResourcePolicy } from './describe-resource-policy.ts';
import { describeWorkspace } from './describe-workspace.ts';
import { describeWorkspaceConfiguration } from './describe-workspace-configuration.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { listWorkspaces } from './list-workspaces.ts';
import { putResourcePolicy } from './put-resource-policy.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';
import { updateLoggingConfiguration } from './update-logging-configuration.ts';
import { updateQueryLoggingConfiguration } from './update-query-logging-configuration.ts';
import { updateWorkspaceAlias } from './update-workspace-alias.ts';
import { updateWorkspaceConfiguration } from './update-workspace-configuration.ts';

/** Every operation that there is. */
export const OPERATIONS: readonly AnyOperation[] = [
  createLoggingConfiguration,
  createQueryLoggingConfiguration,
  createWorkspace,
  deleteLoggingConfiguration,
  deleteQueryLoggingConfiguration,
  deleteResourcePolicy,
  deleteWorkspace,
  describeLoggingConfiguration,
  describeQueryLoggingConfiguration,
  describeResourcePolicy,
  describeWorkspace,
  describeWorkspaceConfiguration,
  listTagsForResource,
  listWorkspaces,
  putResourcePolicy,
  tagResource,
  untagResource,
  updateLoggingConfiguration,
  updateQueryLoggingConfiguration,
  updateWorkspaceAlias,
  updateWorkspaceConfiguration,
];
