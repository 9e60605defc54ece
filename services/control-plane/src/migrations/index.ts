import { INITIAL } from './0001-initial.ts';
import { WORKSPACE_PARTS } from './0002-workspace-parts.ts';
import { RULE_GROUPS_NAMESPACES } from './0003-rule-groups-namespaces.ts';
import { QUOTAS } from './0004-quotas.ts';
import { SNS_TOPICS } from './0005-sns-topics.ts';
import { RESOURCES } from './0006-resources.ts';
import { IDENTITY } from './0007-identity.ts';

/**
 * The schema's history, oldest first: element n leads from version n to version n + 1. What is here is
 * never changed, only added to. The SQL is in modules, not files, so that the bundle is one file.
 */
export const MIGRATIONS: readonly string[] = [
  INITIAL,
  WORKSPACE_PARTS,
  RULE_GROUPS_NAMESPACES,
  QUOTAS,
  SNS_TOPICS,
  RESOURCES,
  IDENTITY,
];
