// Roles, and those that belong to a service.

import { POLICY_SIZE_MAX } from '@ampere/iam';
import type { Entity } from '../identity/entity.ts';
import { nameKey } from '../identity/entity-store.ts';
import type { Identity } from '../identity/identity.ts';
import { makeEntityId } from '../identity/identity-names.ts';
import { taggedEntity } from '../identity/principals.ts';
import { required, text } from '../query-api/members.ts';
import { PAGE_MEMBERS, page } from '../query-api/paging.ts';
import {
  alreadyExists,
  deleteConflict,
  invalidInput,
  limitExceeded,
  noSuchEntity,
} from '../query-api/query-error.ts';
import { makeUuid } from '../uuid.ts';
import {
  ARN,
  addTags,
  arnOfAll,
  arnOfNew,
  boundaryKey,
  checkAttachable,
  checkDocument,
  checkSize,
  DESCRIPTION,
  DOCUMENT,
  NAME_128,
  operation,
  PATH,
  PATH_PREFIX,
  ROLE_NAME,
  requestTags,
  requireNamed,
  requireOwnRole,
  roleArn,
} from './common.ts';
import { roleSummary, roleView } from './views.ts';

const ROLES_MAX = 5000;
const SESSION_SECONDS = { type: 'integer', min: 3600, max: 43_200 } as const;
const SESSION_SECONDS_DEFAULT = 3600;

const createRole = operation({
  name: 'CreateRole',
  readOnly: false,
  members: {
    RoleName: ROLE_NAME,
    AssumeRolePolicyDocument: required(DOCUMENT),
    Path: PATH,
    Description: DESCRIPTION,
    MaxSessionDuration: SESSION_SECONDS,
    PermissionsBoundary: ARN,
    Tags: { type: 'tags' },
  },
  resources: arnOfNew('role', 'RoleName'),
  *conditionKeys(scope) {
    yield* requestTags(scope);
    yield* boundaryKey(scope);
  },
  run(input, { parts }) {
    const trust = input.AssumeRolePolicyDocument;
    checkDocument(trust, 'trust');
    checkSize(trust, 'ACLSizePerRole', POLICY_SIZE_MAX.trust);
    if (input.PermissionsBoundary !== undefined) checkAttachable(parts, input.PermissionsBoundary);
    const role = insertRole(parts, {
      name: input.RoleName,
      path: input.Path ?? '/',
      boundaryArn: input.PermissionsBoundary,
      content: {
        trust,
        description: input.Description,
        sessionSecondsMax: input.MaxSessionDuration ?? SESSION_SECONDS_DEFAULT,
        serviceName: undefined,
      },
    });
    addTags(parts, role, input.Tags);
    return { Role: roleView(parts, role, parts.region) };
  },
});

function insertRole(
  parts: Identity,
  given: Pick<Entity<'role'>, 'name' | 'path' | 'boundaryArn' | 'content'>,
): Entity<'role'> {
  if (parts.entities.find('role', given.name) !== undefined)
    throw alreadyExists(`Role with name ${given.name} already exists.`);
  if (parts.entities.count('role') >= ROLES_MAX) throw limitExceeded('RolesPerAccount', ROLES_MAX);
  const role: Entity<'role'> = {
    id: makeEntityId('role', parts.random),
    kind: 'role',
    createdAtMs: Math.round(parts.clock.nowMs()),
    ...given,
  };
  parts.entities.insert(role);
  return role;
}

const getRole = operation({
  name: 'GetRole',
  readOnly: true,
  members: { RoleName: ROLE_NAME },
  resources: roleArn,
  run: ({ RoleName }, { parts }) => ({
    Role: roleView(parts, requireNamed(parts, 'role', RoleName), parts.region),
  }),
});

const listRoles = operation({
  name: 'ListRoles',
  readOnly: true,
  members: { PathPrefix: PATH_PREFIX, ...PAGE_MEMBERS },
  resources: arnOfAll('role'),
  run(input, { parts }) {
    const pathPrefix = input.PathPrefix ?? '/';
    const { items, ...rest } = page(
      input,
      (after, limit) => parts.entities.list('role', { pathPrefix, after, limit }),
      (role) => nameKey(role.name),
    );
    return { Roles: items.map((role) => roleSummary(parts, role)), ...rest };
  },
});

const updateRole = operation({
  name: 'UpdateRole',
  readOnly: false,
  members: { RoleName: ROLE_NAME, Description: DESCRIPTION, MaxSessionDuration: SESSION_SECONDS },
  resources: roleArn,
  run({ RoleName, Description, MaxSessionDuration }, { parts }) {
    const role = requireOwnRole(parts, RoleName);
    const { description, sessionSecondsMax } = role.content;
    const content = {
      ...role.content,
      description: Description ?? description,
      sessionSecondsMax: MaxSessionDuration ?? sessionSecondsMax,
    };
    parts.entities.update({ ...role, content });
    return {};
  },
});

const updateRoleDescription = operation({
  name: 'UpdateRoleDescription',
  readOnly: false,
  members: { RoleName: ROLE_NAME, Description: required(DESCRIPTION) },
  resources: roleArn,
  run({ RoleName, Description }, { parts }) {
    const role = requireOwnRole(parts, RoleName);
    const updated = { ...role, content: { ...role.content, description: Description } };
    parts.entities.update(updated);
    return { Role: roleView(parts, updated, parts.region) };
  },
});

const updateAssumeRolePolicy = operation({
  name: 'UpdateAssumeRolePolicy',
  readOnly: false,
  members: { RoleName: ROLE_NAME, PolicyDocument: required(DOCUMENT) },
  resources: roleArn,
  run({ RoleName, PolicyDocument }, { parts }) {
    const role = requireOwnRole(parts, RoleName);
    checkDocument(PolicyDocument, 'trust');
    checkSize(PolicyDocument, 'ACLSizePerRole', POLICY_SIZE_MAX.trust);
    parts.entities.update({ ...role, content: { ...role.content, trust: PolicyDocument } });
    return undefined;
  },
});

const deleteRole = operation({
  name: 'DeleteRole',
  readOnly: false,
  members: { RoleName: ROLE_NAME },
  resources: roleArn,
  run({ RoleName }, { parts }) {
    const role = requireOwnRole(parts, RoleName);
    const conflict = (what: string) => deleteConflict(`Cannot delete entity, must ${what} first.`);
    if (parts.policies.attachedTo(role.id).length > 0) throw conflict('detach all policies');
    if (parts.policies.inlineOf(role.id).length > 0) throw conflict('delete policies');
    removeRole(parts, role);
    return undefined;
  },
});

function removeRole(parts: Identity, role: Entity<'role'>): void {
  parts.tags.removeAll(taggedEntity(role));
  parts.usage.forget(role.id);
  parts.entities.remove(role.id);
}

/** There are no instance profiles here, as there are no instances; Terraform asks before it deletes a role. */
const listInstanceProfilesForRole = operation({
  name: 'ListInstanceProfilesForRole',
  readOnly: true,
  members: { RoleName: ROLE_NAME, ...PAGE_MEMBERS },
  resources: roleArn,
  run({ RoleName }, { parts }) {
    requireNamed(parts, 'role', RoleName);
    return { InstanceProfiles: [], IsTruncated: false };
  },
});

/** Roles that services make for themselves, by the service. */
const SERVICE_ROLES: ReadonlyMap<string, string> = new Map([
  ['scraper.aps.amazonaws.com', 'AWSServiceRoleForAmazonPrometheusScraper'],
]);

const createServiceLinkedRole = operation({
  name: 'CreateServiceLinkedRole',
  readOnly: false,
  members: {
    AWSServiceName: required(NAME_128),
    Description: DESCRIPTION,
    CustomSuffix: text(1, 64, /^[\w+=,.@-]+$/, '[\\w+=,.@-]+'),
  },
  resources: ({ parts, form }) => {
    const service = form.text('AWSServiceName') ?? '';
    const name = serviceRoleName(service, form.text('CustomSuffix')) ?? '*';
    return [parts.names.arn('role', `/aws-service-role/${service}/`, name)];
  },
  conditionKeys: ({ form }) => [['iam:AWSServiceName', [form.text('AWSServiceName') ?? '']]],
  run({ AWSServiceName, Description, CustomSuffix }, { parts }) {
    const name = serviceRoleName(AWSServiceName, CustomSuffix);
    if (name === undefined)
      throw invalidInput(`Service ${AWSServiceName} does not support service-linked roles here.`);
    if (parts.entities.find('role', name) !== undefined)
      throw invalidInput(
        `Service role name ${name} has been taken in this account, please try a different suffix.`,
      );
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: AWSServiceName }, Action: 'sts:AssumeRole' }],
    });
    const role = insertRole(parts, {
      name,
      path: `/aws-service-role/${AWSServiceName}/`,
      boundaryArn: undefined,
      content: {
        trust,
        description: Description,
        sessionSecondsMax: SESSION_SECONDS_DEFAULT,
        serviceName: AWSServiceName,
      },
    });
    return { Role: roleView(parts, role, parts.region) };
  },
});

function serviceRoleName(service: string, suffix: string | undefined): string | undefined {
  const name = SERVICE_ROLES.get(service);
  return name === undefined || suffix === undefined ? name : `${name}_${suffix}`;
}

const deleteServiceLinkedRole = operation({
  name: 'DeleteServiceLinkedRole',
  readOnly: false,
  members: { RoleName: ROLE_NAME },
  resources: roleArn,
  run({ RoleName }, { parts }) {
    const role = requireNamed(parts, 'role', RoleName);
    if (role.content.serviceName === undefined)
      throw noSuchEntity(`The service-linked role with name ${RoleName} cannot be found.`);
    removeRole(parts, role);
    return { DeletionTaskId: `task${role.path}${role.name}/${makeUuid(parts.random)}` };
  },
});

const getServiceLinkedRoleDeletionStatus = operation({
  name: 'GetServiceLinkedRoleDeletionStatus',
  readOnly: true,
  members: { DeletionTaskId: required(text(1, 1000)) },
  run({ DeletionTaskId }, { parts }) {
    const name = /^task\/aws-service-role\/[^/]+\/([^/]+)\/[-0-9a-f]{36}$/.exec(DeletionTaskId)?.[1];
    // A task ends with the request that began it: while the role is there, there was none.
    if (name === undefined || parts.entities.find('role', name) !== undefined)
      throw noSuchEntity(`Deletion task with id ${DeletionTaskId} cannot be found.`);
    return { Status: 'SUCCEEDED' };
  },
});

export const ROLE_OPERATIONS = [
  createRole,
  getRole,
  listRoles,
  updateRole,
  updateRoleDescription,
  updateAssumeRolePolicy,
  deleteRole,
  listInstanceProfilesForRole,
  createServiceLinkedRole,
  deleteServiceLinkedRole,
  getServiceLinkedRoleDeletionStatus,
];
