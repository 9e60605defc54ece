import type { AnyOperation } from '../operation.ts';
import { createWorkspace } from './create-workspace.ts';
import { deleteWorkspace } from './delete-workspace.ts';
import { describeWorkspace } from './describe-workspace.ts';
import { describeWorkspaceConfiguration } from './describe-workspace-configuration.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { listWorkspaces } from './list-workspaces.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';
import { updateWorkspaceAlias } from './update-workspace-alias.ts';
import { updateWorkspaceConfiguration } from './update-workspace-configuration.ts';

/** Every operation that there is. */
export const OPERATIONS: readonly AnyOperation[] = [
  createWorkspace,
  deleteWorkspace,
  describeWorkspace,
  describeWorkspaceConfiguration,
  listTagsForResource,
  listWorkspaces,
  tagResource,
  untagResource,
  updateWorkspaceAlias,
  updateWorkspaceConfiguration,
];
