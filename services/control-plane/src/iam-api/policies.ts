// Managed policies with their versions, the account's own and those that AWS manages.

import { managedPolicies, POLICY_SIZE_MAX } from '@ampere/iam';
import type { Entity } from '../identity/entity.ts';
import { nameKey } from '../identity/entity-store.ts';
import type { Identity } from '../identity/identity.ts';
import { makeEntityId } from '../identity/identity-names.ts';
import { awsManaged } from '../identity/managed-policy.ts';
import { isOwner, taggedEntity } from '../identity/principals.ts';
import { required, text } from '../query-api/members.ts';
import { PAGE_MEMBERS, pageOf } from '../query-api/paging.ts';
import {
  accessDenied,
  alreadyExists,
  deleteConflict,
  invalidInput,
  limitExceeded,
  noSuchEntity,
  QueryError,
} from '../query-api/query-error.ts';
import {
  addTags,
  arnIn,
  arnOfNew,
  checkDocument,
  checkSize,
  DESCRIPTION,
  DOCUMENT,
  encodeDocument,
  NAME_128,
  operation,
  PATH,
  PATH_PREFIX,
  POLICY_ARN,
  requestTags,
  requirePolicy,
} from './common.ts';
import { awsPolicySummary, policySummary, policyView, versionView } from './views.ts';

const POLICIES_MAX = 1500;
const VERSIONS_MAX = 5;
const VERSION_ID = required(
  text(1, 32, /^v[1-9][0-9]*(?:\.[A-Za-z0-9-]*)?$/, 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?'),
);
const policyArn = arnIn('PolicyArn');

const createPolicy = operation({
  name: 'CreatePolicy',
  readOnly: false,
  members: {
    PolicyName: required(NAME_128),
    PolicyDocument: required(DOCUMENT),
    Path: PATH,
    Description: DESCRIPTION,
    Tags: { type: 'tags' },
  },
  resources: arnOfNew('policy', 'PolicyName'),
  conditionKeys: requestTags,
  run(input, { parts }) {
    const name = input.PolicyName;
    checkPolicy(input.PolicyDocument);
    if (parts.entities.find('policy', name) !== undefined)
      throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
    if (parts.entities.count('policy') >= POLICIES_MAX)
      throw limitExceeded('PoliciesPerAccount', POLICIES_MAX);
    const createdAtMs = Math.round(parts.clock.nowMs());
    const policy: Entity<'policy'> = {
      id: makeEntityId('policy', parts.random),
      kind: 'policy',
      name,
      path: input.Path ?? '/',
      boundaryArn: undefined,
      createdAtMs,
      content: {
        description: input.Description,
        defaultVersion: 1,
        lastVersion: 1,
        updatedAtMs: createdAtMs,
      },
    };
    parts.entities.insert(policy);
    parts.policies.addVersion(policy.id, { version: 1, document: input.PolicyDocument, createdAtMs });
    addTags(parts, policy, input.Tags);
    return { Policy: policyView(parts, policy) };
  },
});

function checkPolicy(document: string): void {
  checkDocument(document, 'identity', true);
  checkSize(document, 'PolicySize', POLICY_SIZE_MAX.managed);
}

const getPolicy = operation({
  name: 'GetPolicy',
  readOnly: true,
  members: { PolicyArn: POLICY_ARN },
  resources: policyArn,
  run({ PolicyArn }, { parts }) {
    const aws = awsManaged(PolicyArn);
    if (aws !== undefined)
      return { Policy: { ...awsPolicySummary(parts, aws), Description: aws.description } };
    return { Policy: policyView(parts, requirePolicy(parts, PolicyArn)) };
  },
});

const listPolicies = operation({
  name: 'ListPolicies',
  readOnly: true,
  members: {
    Scope: { ...text(1, 16), oneOf: ['All', 'AWS', 'Local'] },
    OnlyAttached: { type: 'boolean' },
    PathPrefix: PATH_PREFIX,
    PolicyUsageFilter: { ...text(1, 32), oneOf: ['PermissionsPolicy', 'PermissionsBoundary'] },
    ...PAGE_MEMBERS,
  },
  run(input, { parts }) {
    const { Scope = 'All', PathPrefix: pathPrefix = '/', PolicyUsageFilter: usage } = input;
    const local =
      Scope === 'AWS' ? [] : parts.entities.list('policy', { pathPrefix, after: '', limit: POLICIES_MAX });
    const aws = Scope === 'Local' ? [] : managedPolicies.filter(({ path }) => path.startsWith(pathPrefix));
    const attached = (arn: string) => parts.policies.ownersOf(arn).length > 0;
    const bounds = (arn: string) => parts.entities.boundedBy(arn).length > 0;
    const asked = ({ arn }: { arn: string }) =>
      (usage !== 'PermissionsBoundary' || bounds(arn)) &&
      (usage !== 'PermissionsPolicy' || attached(arn)) &&
      (input.OnlyAttached !== true || attached(arn) || bounds(arn));
    const all = [
      ...local.map((policy) => ({
        arn: parts.names.arnOf(policy),
        key: `1${nameKey(policy.name)}`,
        view: () => policySummary(parts, policy),
      })),
      ...aws.map((policy) => ({
        arn: policy.arn,
        key: `0${nameKey(policy.name)}`,
        view: () => awsPolicySummary(parts, policy),
      })),
    ];
    const { items, ...rest } = pageOf(input, all.filter(asked), ({ key }) => key);
    return { Policies: items.map(({ view }) => view()), ...rest };
  },
});

const deletePolicy = operation({
  name: 'DeletePolicy',
  readOnly: false,
  members: { PolicyArn: POLICY_ARN },
  resources: policyArn,
  run({ PolicyArn }, { parts }) {
    refuseAws(PolicyArn);
    const policy = requirePolicy(parts, PolicyArn);
    if (parts.policies.ownersOf(PolicyArn).length > 0 || parts.entities.boundedBy(PolicyArn).length > 0)
      throw deleteConflict('Cannot delete a policy attached to entities.');
    if (parts.policies.versionsOf(policy.id).length > 1)
      throw deleteConflict(
        'This policy has more than one version. Before you delete a policy, you must delete the ' +
          "policy's versions. The default version is deleted with the policy.",
      );
    parts.policies.removeVersion(policy.id, policy.content.defaultVersion);
    parts.tags.removeAll(taggedEntity(policy));
    parts.entities.remove(policy.id);
    return undefined;
  },
});

const createPolicyVersion = operation({
  name: 'CreatePolicyVersion',
  readOnly: false,
  members: { PolicyArn: POLICY_ARN, PolicyDocument: required(DOCUMENT), SetAsDefault: { type: 'boolean' } },
  resources: policyArn,
  run({ PolicyArn, PolicyDocument, SetAsDefault }, { parts }) {
    refuseAws(PolicyArn);
    const policy = requirePolicy(parts, PolicyArn);
    checkPolicy(PolicyDocument);
    if (parts.policies.versionsOf(policy.id).length >= VERSIONS_MAX)
      throw new QueryError(
        'LimitExceeded',
        `A managed policy can have up to ${VERSIONS_MAX} versions. Before you create a new version, you must delete an existing version.`,
        409,
      );
    const createdAtMs = Math.round(parts.clock.nowMs());
    const version = { version: policy.content.lastVersion + 1, document: PolicyDocument, createdAtMs };
    parts.policies.addVersion(policy.id, version);
    const updated = {
      ...policy,
      content: {
        ...policy.content,
        lastVersion: version.version,
        updatedAtMs: createdAtMs,
        ...(SetAsDefault === true ? { defaultVersion: version.version } : {}),
      },
    };
    parts.entities.update(updated);
    return { PolicyVersion: versionView(updated, version, false) };
  },
});

const getPolicyVersion = operation({
  name: 'GetPolicyVersion',
  readOnly: true,
  members: { PolicyArn: POLICY_ARN, VersionId: VERSION_ID },
  resources: policyArn,
  run({ PolicyArn, VersionId }, { parts }) {
    const aws = awsManaged(PolicyArn);
    if (aws !== undefined) {
      if (aws.versionId !== VersionId) throw noVersion(PolicyArn, VersionId);
      return {
        PolicyVersion: {
          Document: encodeDocument(aws.document),
          VersionId,
          IsDefaultVersion: true,
          CreateDate: aws.updateDate,
        },
      };
    }
    const policy = requirePolicy(parts, PolicyArn);
    return { PolicyVersion: versionView(policy, requireVersion(parts, policy, VersionId), true) };
  },
});

const listPolicyVersions = operation({
  name: 'ListPolicyVersions',
  readOnly: true,
  members: { PolicyArn: POLICY_ARN, ...PAGE_MEMBERS },
  resources: policyArn,
  run(input, { parts }) {
    const aws = awsManaged(input.PolicyArn);
    if (aws !== undefined)
      return {
        Versions: [{ VersionId: aws.versionId, IsDefaultVersion: true, CreateDate: aws.updateDate }],
        IsTruncated: false,
      };
    const policy = requirePolicy(parts, input.PolicyArn);
    const newestFirst = (version: number) => String(1e9 - version).padStart(10, '0');
    const { items, ...rest } = pageOf(input, parts.policies.versionsOf(policy.id), ({ version }) =>
      newestFirst(version),
    );
    return { Versions: items.map((version) => versionView(policy, version, false)), ...rest };
  },
});

const deletePolicyVersion = operation({
  name: 'DeletePolicyVersion',
  readOnly: false,
  members: { PolicyArn: POLICY_ARN, VersionId: VERSION_ID },
  resources: policyArn,
  run({ PolicyArn, VersionId }, { parts }) {
    refuseAws(PolicyArn);
    const policy = requirePolicy(parts, PolicyArn);
    const { version } = requireVersion(parts, policy, VersionId);
    if (version === policy.content.defaultVersion)
      throw deleteConflict('Cannot delete the default version of a policy.');
    parts.policies.removeVersion(policy.id, version);
    return undefined;
  },
});

const setDefaultPolicyVersion = operation({
  name: 'SetDefaultPolicyVersion',
  readOnly: false,
  members: { PolicyArn: POLICY_ARN, VersionId: VERSION_ID },
  resources: policyArn,
  run({ PolicyArn, VersionId }, { parts }) {
    refuseAws(PolicyArn);
    const policy = requirePolicy(parts, PolicyArn);
    const { version } = requireVersion(parts, policy, VersionId);
    const updatedAtMs = Math.round(parts.clock.nowMs());
    parts.entities.update({
      ...policy,
      content: { ...policy.content, defaultVersion: version, updatedAtMs },
    });
    return undefined;
  },
});

const listEntitiesForPolicy = operation({
  name: 'ListEntitiesForPolicy',
  readOnly: true,
  members: {
    PolicyArn: POLICY_ARN,
    EntityFilter: {
      ...text(1, 32),
      oneOf: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'],
    },
    PathPrefix: PATH_PREFIX,
    PolicyUsageFilter: { ...text(1, 32), oneOf: ['PermissionsPolicy', 'PermissionsBoundary'] },
    ...PAGE_MEMBERS,
  },
  resources: policyArn,
  run(input, { parts }) {
    const { PolicyArn, EntityFilter, PathPrefix = '/', PolicyUsageFilter } = input;
    if (awsManaged(PolicyArn) === undefined) requirePolicy(parts, PolicyArn);
    const attached = parts.policies.ownersOf(PolicyArn).map((id) => parts.entities.byId(id)!);
    const found = new Map(
      [
        ...(PolicyUsageFilter === 'PermissionsBoundary' ? [] : attached),
        ...(PolicyUsageFilter === 'PermissionsPolicy' ? [] : parts.entities.boundedBy(PolicyArn)),
      ]
        .filter(isOwner)
        .filter((owner) => owner.path.startsWith(PathPrefix))
        .filter((owner) => EntityFilter === undefined || EntityFilter.toLowerCase() === owner.kind)
        .map((owner) => [owner.id, owner]),
    );
    const { items, ...rest } = pageOf(
      input,
      [...found.values()],
      (owner) => `${owner.kind} ${nameKey(owner.name)}`,
    );
    const of = (kind: string) => items.filter((owner) => owner.kind === kind);
    return {
      PolicyGroups: of('group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: of('user').map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: of('role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...rest,
    };
  },
});

function requireVersion(parts: Identity, policy: Entity<'policy'>, versionId: string) {
  const found = parts.policies.version(policy.id, Number(versionId.slice(1).split('.')[0]));
  if (found === undefined || `v${found.version}` !== versionId)
    throw noVersion(parts.names.arnOf(policy), versionId);
  return found;
}

function noVersion(arn: string, versionId: string): QueryError {
  return noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`);
}

/** AWS' own policies can't be changed by anybody. */
function refuseAws(arn: string): void {
  if (awsManaged(arn) !== undefined)
    throw accessDenied(`The policy ${arn} is managed by AWS and can not be changed.`);
  if (!/^arn:aws:iam::\d{12}:policy\/.+/.test(arn)) throw invalidInput(`ARN ${arn} is not valid.`);
}

export const POLICY_OPERATIONS = [
  createPolicy,
  getPolicy,
  listPolicies,
  deletePolicy,
  createPolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  deletePolicyVersion,
  setDefaultPolicyVersion,
  listEntitiesForPolicy,
];
