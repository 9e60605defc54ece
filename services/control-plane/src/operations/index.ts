import type { AnyOperation } from '../operation.ts';
import { createAlertManagerDefinition } from './create-alert-manager-definition.ts';
import { createLoggingConfiguration } from './create-logging-configuration.ts';
import { createQueryLoggingConfiguration } from './create-query-logging-configuration.ts';
import { createRuleGroupsNamespace } from './create-rule-groups-namespace.ts';
import { createWorkspace } from './create-workspace.ts';
import { deleteAlertManagerDefinition } from './delete-alert-manager-definition.ts';
import { deleteLoggingConfiguration } from './delete-logging-configuration.ts';
import { deleteQueryLoggingConfiguration } from './delete-query-logging-configuration.ts';
import { deleteResourcePolicy } from './delete-resource-policy.ts';
import { deleteRuleGroupsNamespace } from './delete-rule-groups-namespace.ts';
import { deleteWorkspace } from './delete-workspace.ts';
import { describeAlertManagerDefinition } from './describe-alert-manager-definition.ts';
import { describeLoggingConfiguration } from './describe-logging-configuration.ts';
import { describeQueryLoggingConfiguration } from './describe-query-logging-configuration.ts';
import { describeResourcePolicy } from './describe-resource-policy.ts';
import { describeRuleGroupsNamespace } from './describe-rule-groups-namespace.ts';
import { describeWorkspace } from './describe-workspace.ts';
import { describeWorkspaceConfiguration } from './describe-workspace-configuration.ts';
import { listRuleGroupsNamespaces } from './list-rule-groups-namespaces.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { listWorkspaces } from './list-workspaces.ts';
import { putAlertManagerDefinition } from './put-alert-manager-definition.ts';
import { putResourcePolicy } from './put-resource-policy.ts';
import { putRuleGroupsNamespace } from './put-rule-groups-namespace.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';
import { updateLoggingConfiguration } from './update-logging-configuration.ts';
import { updateQueryLoggingConfiguration } from './update-query-logging-configuration.ts';
import { updateWorkspaceAlias } from './update-workspace-alias.ts';
import { updateWorkspaceConfiguration } from './update-workspace-configuration.ts';

/** Every operation that there is. */
export const OPERATIONS: readonly AnyOperation[] = [
  createAlertManagerDefinition,
  createLoggingConfiguration,
  createQueryLoggingConfiguration,
  createRuleGroupsNamespace,
  createWorkspace,
  deleteAlertManagerDefinition,
  deleteLoggingConfiguration,
  deleteQueryLoggingConfiguration,
  deleteResourcePolicy,
  deleteRuleGroupsNamespace,
  deleteWorkspace,
  describeAlertManagerDefinition,
  describeLoggingConfiguration,
  describeQueryLoggingConfiguration,
  describeResourcePolicy,
  describeRuleGroupsNamespace,
  describeWorkspace,
  describeWorkspaceConfiguration,
  listRuleGroupsNamespaces,
  listTagsForResource,
  listWorkspaces,
  putAlertManagerDefinition,
  putResourcePolicy,
  putRuleGroupsNamespace,
  tagResource,
  untagResource,
  updateLoggingConfiguration,
  updateQueryLoggingConfiguration,
  updateWorkspaceAlias,
  updateWorkspaceConfiguration,
];
