// How entities are shown in answers.

import type { XmlObject } from '@ampere/aws-query';
import type { managedPolicies } from '@ampere/iam';
import type { Entity } from '../identity/entity.ts';
import type { Identity } from '../identity/identity.ts';
import type { PolicyVersion } from '../identity/policy-store.ts';
import { dateOf, encodeDocument } from './common.ts';

/** What lists show of a user. */
export function userSummary(parts: Identity, user: Entity): XmlObject {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: parts.names.arnOf(user),
    CreateDate: dateOf(user.createdAtMs),
  };
}

export function userView(parts: Identity, user: Entity): XmlObject {
  return { ...userSummary(parts, user), ...boundaryView(user), ...tagsMember(parts, user) };
}

export function groupView(parts: Identity, group: Entity): XmlObject {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: parts.names.arnOf(group),
    CreateDate: dateOf(group.createdAtMs),
  };
}

/** What lists show of a role. */
export function roleSummary(parts: Identity, role: Entity<'role'>): XmlObject {
  const { trust, description, sessionSecondsMax } = role.content;
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: parts.names.arnOf(role),
    CreateDate: dateOf(role.createdAtMs),
    AssumeRolePolicyDocument: encodeDocument(trust),
    Description: description,
    MaxSessionDuration: sessionSecondsMax,
  };
}

export function roleView(parts: Identity, role: Entity<'role'>, region: string): XmlObject {
  const usage = parts.usage.lastUse(role.id);
  return {
    ...roleSummary(parts, role),
    ...boundaryView(role),
    ...tagsMember(parts, role),
    RoleLastUsed: usage === undefined ? {} : { LastUsedDate: dateOf(usage.usedAtMs), Region: region },
  };
}

export function boundaryView({ boundaryArn }: Entity): XmlObject {
  if (boundaryArn === undefined) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
      PermissionsBoundaryArn: boundaryArn,
    },
  };
}

export function tagList(tags: ReadonlyMap<string, string>): XmlObject[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

function tagsMember(parts: Identity, entity: Entity): XmlObject {
  const tags = parts.principals.tagsOf(entity);
  return tags.size === 0 ? {} : { Tags: tagList(tags) };
}

export function policySummary(parts: Identity, policy: Entity<'policy'>): XmlObject {
  const { defaultVersion, updatedAtMs } = policy.content;
  const arn = parts.names.arnOf(policy);
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arn,
    Path: policy.path,
    DefaultVersionId: `v${defaultVersion}`,
    ...countsOf(parts, arn),
    IsAttachable: true,
    CreateDate: dateOf(policy.createdAtMs),
    UpdateDate: dateOf(updatedAtMs),
  };
}

export function policyView(parts: Identity, policy: Entity<'policy'>): XmlObject {
  return {
    ...policySummary(parts, policy),
    Description: policy.content.description,
    ...tagsMember(parts, policy),
  };
}

/** AWS' own policies have no ids here; one is derived from the name, which stays the same. */
export function awsPolicySummary(parts: Identity, policy: (typeof managedPolicies)[number]): XmlObject {
  return {
    PolicyName: policy.name,
    PolicyId: `ANPA${Buffer.from(policy.name).toString('hex').slice(-17).toUpperCase()}`,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.versionId,
    ...countsOf(parts, policy.arn),
    IsAttachable: true,
    CreateDate: policy.createDate,
    UpdateDate: policy.updateDate,
  };
}

function countsOf(parts: Identity, arn: string): XmlObject {
  return {
    AttachmentCount: parts.policies.ownersOf(arn).length,
    PermissionsBoundaryUsageCount: parts.entities.boundedBy(arn).length,
  };
}

export function versionView(
  policy: Entity<'policy'>,
  version: PolicyVersion,
  withDocument: boolean,
): XmlObject {
  return {
    ...(withDocument ? { Document: encodeDocument(version.document) } : {}),
    VersionId: `v${version.version}`,
    IsDefaultVersion: version.version === policy.content.defaultVersion,
    CreateDate: dateOf(version.createdAtMs),
  };
}

export function attachedView(arn: string): XmlObject {
  return { PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn };
}
