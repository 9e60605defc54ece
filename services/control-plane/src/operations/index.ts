// The table of operations; each is a file beside this one. openapi/amp.yaml describes them.
import type { AnyOperation } from '../operation.ts';
import { createAlertManagerDefinition } from './create-alert-manager-definition.ts';
import { createAnomalyDetector } from './create-anomaly-detector.ts';
import { createLoggingConfiguration } from './create-logging-configuration.ts';
import { createQueryLoggingConfiguration } from './create-query-logging-configuration.ts';
import { createRuleGroupsNamespace } from './create-rule-groups-namespace.ts';
import { createScraper } from './create-scraper.ts';
import { createWorkspace } from './create-workspace.ts';
import { deleteAlertManagerDefinition } from './delete-alert-manager-definition.ts';
import { deleteAnomalyDetector } from './delete-anomaly-detector.ts';
import { deleteLoggingConfiguration } from './delete-logging-configuration.ts';
import { deleteQueryLoggingConfiguration } from './delete-query-logging-configuration.ts';
import { deleteResourcePolicy } from './delete-resource-policy.ts';
import { deleteRuleGroupsNamespace } from './delete-rule-groups-namespace.ts';
import { deleteScraper } from './delete-scraper.ts';
import { deleteScraperLoggingConfiguration } from './delete-scraper-logging-configuration.ts';
import { deleteWorkspace } from './delete-workspace.ts';
import { describeAlertManagerDefinition } from './describe-alert-manager-definition.ts';
import { describeAnomalyDetector } from './describe-anomaly-detector.ts';
import { describeLoggingConfiguration } from './describe-logging-configuration.ts';
import { describeQueryLoggingConfiguration } from './describe-query-logging-configuration.ts';
import { describeResourcePolicy } from './describe-resource-policy.ts';
import { describeRuleGroupsNamespace } from './describe-rule-groups-namespace.ts';
import { describeScraper } from './describe-scraper.ts';
import { describeScraperLoggingConfiguration } from './describe-scraper-logging-configuration.ts';
import { describeWorkspace } from './describe-workspace.ts';
import { describeWorkspaceConfiguration } from './describe-workspace-configuration.ts';
import { getDefaultScraperConfiguration } from './get-default-scraper-configuration.ts';
import { listAnomalyDetectors } from './list-anomaly-detectors.ts';
import { listRuleGroupsNamespaces } from './list-rule-groups-namespaces.ts';
import { listScrapers } from './list-scrapers.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { listWorkspaces } from './list-workspaces.ts';
import { putAlertManagerDefinition } from './put-alert-manager-definition.ts';
import { putAnomalyDetector } from './put-anomaly-detector.ts';
import { putResourcePolicy } from './put-resource-policy.ts';
import { putRuleGroupsNamespace } from './put-rule-groups-namespace.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';
import { updateLoggingConfiguration } from './update-logging-configuration.ts';
import { updateQueryLoggingConfiguration } from './update-query-logging-configuration.ts';
import { updateScraper } from './update-scraper.ts';
import { updateScraperLoggingConfiguration } from './update-scraper-logging-configuration.ts';
import { updateWorkspaceAlias } from './update-workspace-alias.ts';
import { updateWorkspaceConfiguration } from './update-workspace-configuration.ts';

/** Every operation that there is. */
export const OPERATIONS: readonly AnyOperation[] = [
  createAlertManagerDefinition,
  createAnomalyDetector,
  createLoggingConfiguration,
  createQueryLoggingConfiguration,
  createRuleGroupsNamespace,
  createScraper,
  createWorkspace,
  deleteAlertManagerDefinition,
  deleteAnomalyDetector,
  deleteLoggingConfiguration,
  deleteQueryLoggingConfiguration,
  deleteResourcePolicy,
  deleteRuleGroupsNamespace,
  deleteScraper,
  deleteScraperLoggingConfiguration,
  deleteWorkspace,
  describeAlertManagerDefinition,
  describeAnomalyDetector,
  describeLoggingConfiguration,
  describeQueryLoggingConfiguration,
  describeResourcePolicy,
  describeRuleGroupsNamespace,
  describeScraper,
  describeScraperLoggingConfiguration,
  describeWorkspace,
  describeWorkspaceConfiguration,
  getDefaultScraperConfiguration,
  listAnomalyDetectors,
  listRuleGroupsNamespaces,
  listScrapers,
  listTagsForResource,
  listWorkspaces,
  putAlertManagerDefinition,
  putAnomalyDetector,
  putResourcePolicy,
  putRuleGroupsNamespace,
  tagResource,
  untagResource,
  updateLoggingConfiguration,
  updateQueryLoggingConfiguration,
  updateScraper,
  updateScraperLoggingConfiguration,
  updateWorkspaceAlias,
  updateWorkspaceConfiguration,
];
