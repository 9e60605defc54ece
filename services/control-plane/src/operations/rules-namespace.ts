// What the operations on rule groups namespaces have in common.
import { exceeds } from '@ampere/limits';
import { assert } from '@ampere/platform';
import type { RuleFileReading } from '../definition-readers.ts';
import {
  fieldInvalid,
  quotaExceeded,
  requestInvalid,
  resourceNotFound,
  rulesNamespaceResource,
} from '../errors.ts';
import type { OperationContext } from '../operation.ts';
import type { ResourceNames } from '../resource-names.ts';
import type { RulesContent, RulesNamespace } from '../rules-namespace-store.ts';
import { namespaceTagged } from '../taggable.ts';
import { tagsView } from '../workspace-view.ts';

/** What operations on one namespace are checked on. */
export function namespaceArn(path: ReadonlyMap<string, string>, names: ResourceNames): string {
  return names.rulesNamespace(path.get('workspaceId')!, path.get('name')!);
}

/** @throws ApiError when the workspace has none of that name. */
export function requireNamespace(
  workspaceId: string,
  name: string,
  context: OperationContext,
): RulesNamespace {
  const namespace = context.namespaces.find(workspaceId, name);
  if (namespace === undefined) {
    throw resourceNotFound('Rule groups namespace not found.', rulesNamespaceResource(workspaceId, name));
  }
  return namespace;
}

interface RulesInput {
  readonly workspaceId: string;
  readonly data: Uint8Array;
}

/** Reads a rule file, out of this thread; undefined when it is larger than it may be. */
export async function readRules(
  { workspaceId, data }: RulesInput,
  { readers, limits }: OperationContext,
): Promise<RuleFileReading | undefined> {
  assert(readers.ruleFile !== undefined, 'an operation on rules without a reader of them');
  if (exceeds(data.length, limits.forWorkspace(workspaceId).rulesDefinitionBytesMax)) return undefined;
  return readers.ruleFile(data);
}

/**
 * Checks what was read of a rule file that is to become that of a namespace.
 *
 * @throws ApiError when it isn't good, in Prometheus's words.
 */
export function requireRules(
  reading: RuleFileReading | undefined,
  { workspaceId, data }: RulesInput,
  { limits }: OperationContext,
): RulesReading {
  if (reading === undefined) {
    const { rulesDefinitionBytesMax } = limits.forWorkspace(workspaceId);
    throw fieldInvalid('data', `Member must have length less than or equal to ${rulesDefinitionBytesMax}`);
  }
  const { problems, groups } = reading;
  if (problems.length > 0) {
    throw requestInvalid(`Invalid RuleGroupsNamespace data: [${problems.join(', ')}]`);
  }
  return { data, groupsCount: groups.length, groups };
}

interface RulesReading extends RulesContent {
  readonly groups: readonly { readonly name: string; readonly rulesCount: number }[];
}

/** @throws ApiError when the rules would be more than the workspace may have. */
export function requireRoomForRules(
  workspaceId: string,
  name: string,
  rules: RulesReading,
  context: OperationContext,
): void {
  const resource = rulesNamespaceResource(workspaceId, name);
  const limits = context.limits.forWorkspace(workspaceId);
  const { namespaces, groups } = context.namespaces.totalsWithout(workspaceId, name);
  const bound = (count: number, max: number, quota: string, what: string) => {
    if (max !== 0 && count > max) throw quotaExceeded(`Limit exceeded. Maximum ${what}.`, resource, quota);
  };
  const { ruleGroupsNamespacesMax, ruleGroupsMax, rulesPerGroupMax } = limits;
  bound(
    namespaces + 1,
    ruleGroupsNamespacesMax,
    'rule_groups_namespaces',
    'rule groups namespaces per workspace',
  );
  bound(groups + rules.groupsCount, ruleGroupsMax, 'rule_groups', 'rule groups per workspace');
  const largest = rules.groups.reduce((most, { rulesCount }) => Math.max(most, rulesCount), 0);
  bound(largest, rulesPerGroupMax, 'rules_per_group', 'rules per rule group');
}

/** Name, ARN, status and tags, as every answer on a namespace has them. */
export function namespaceView(
  workspaceId: string,
  name: string,
  statusCode: string,
  context: OperationContext,
): object {
  return {
    name,
    arn: context.names.rulesNamespace(workspaceId, name),
    status: { statusCode },
    tags: tagsView(context.tags.of(namespaceTagged(workspaceId, name))),
  };
}

/** A namespace as lists have it; a description adds its data. */
export function namespaceSummary(namespace: RulesNamespace, context: OperationContext): object {
  const { workspaceId, name, createdAtMs, modifiedAtMs } = namespace;
  return {
    ...namespaceView(workspaceId, name, 'ACTIVE', context),
    createdAt: createdAtMs / 1000,
    modifiedAt: modifiedAtMs / 1000,
  };
}
