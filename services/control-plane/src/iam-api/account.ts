// The account as a whole: its alias, its summary, everything in it, and kinds of credentials that aren't here.

import type { XmlObject } from '@ampere/aws-query';
import { managedPolicies, POLICY_SIZE_MAX } from '@ampere/iam';
import type { Entity, EntityKind } from '../identity/entity.ts';
import { nameKey } from '../identity/entity-store.ts';
import type { Identity } from '../identity/identity.ts';
import { required, text } from '../query-api/members.ts';
import { PAGE_MEMBERS, pageOf } from '../query-api/paging.ts';
import { alreadyExists, noSuchEntity } from '../query-api/query-error.ts';
import { encodeDocument, NAME_64, operation, userArnOrSelf, userOrSelf } from './common.ts';
import {
  attachedView,
  groupView,
  policySummary,
  policyView,
  roleView,
  userView,
  versionView,
} from './views.ts';

const ALIAS = required({
  ...text(3, 63, /^[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/),
  patternText: '^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$',
});
const ALIAS_SETTING = 'account_alias';

const createAccountAlias = operation({
  name: 'CreateAccountAlias',
  readOnly: false,
  members: { AccountAlias: ALIAS },
  run({ AccountAlias }, { parts }) {
    if (parts.settings.find(ALIAS_SETTING) === AccountAlias)
      throw alreadyExists(`The account alias ${AccountAlias} already exists.`);
    parts.settings.put(ALIAS_SETTING, AccountAlias);
    return undefined;
  },
});

const deleteAccountAlias = operation({
  name: 'DeleteAccountAlias',
  readOnly: false,
  members: { AccountAlias: ALIAS },
  run({ AccountAlias }, { parts }) {
    if (parts.settings.find(ALIAS_SETTING) !== AccountAlias)
      throw noSuchEntity(`The account alias ${AccountAlias} cannot be found.`);
    parts.settings.put(ALIAS_SETTING, '');
    return undefined;
  },
});

const listAccountAliases = operation({
  name: 'ListAccountAliases',
  readOnly: true,
  members: PAGE_MEMBERS,
  run(_input, { parts }) {
    const alias = parts.settings.find(ALIAS_SETTING) ?? '';
    return { AccountAliases: alias === '' ? [] : [alias], IsTruncated: false };
  },
});

const getAccountSummary = operation({
  name: 'GetAccountSummary',
  readOnly: true,
  members: {},
  run(_input, { parts }) {
    const count = (kind: EntityKind) => parts.entities.count(kind);
    const SummaryMap = new Map<string, number>([
      ['Users', count('user')],
      ['UsersQuota', 5000],
      ['Groups', count('group')],
      ['GroupsQuota', 500],
      ['Roles', count('role')],
      ['RolesQuota', 5000],
      ['Policies', count('policy')],
      ['PoliciesQuota', 1500],
      ['Providers', count('oidc-provider')],
      ['AccessKeysPerUserQuota', 2],
      ['GroupsPerUserQuota', 10],
      ['AttachedPoliciesPerUserQuota', 20],
      ['AttachedPoliciesPerGroupQuota', 20],
      ['AttachedPoliciesPerRoleQuota', 20],
      ['VersionsPerPolicyQuota', 5],
      ['PolicySizeQuota', POLICY_SIZE_MAX.managed],
      ['UserPolicySizeQuota', POLICY_SIZE_MAX.userInline],
      ['GroupPolicySizeQuota', POLICY_SIZE_MAX.groupInline],
      ['RolePolicySizeQuota', POLICY_SIZE_MAX.roleInline],
      ['AssumeRolePolicySizeQuota', POLICY_SIZE_MAX.trust],
      ['AccountAccessKeysPresent', 1],
      ['AccountMFAEnabled', 0],
      ['MFADevices', 0],
      ['MFADevicesInUse', 0],
      ['InstanceProfiles', 0],
      ['ServerCertificates', 0],
    ]);
    return { SummaryMap };
  },
});

const FILTERS = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'];

const getAccountAuthorizationDetails = operation({
  name: 'GetAccountAuthorizationDetails',
  readOnly: true,
  members: {
    Filter: { type: 'texts', of: { ...text(1, 32), oneOf: FILTERS }, max: FILTERS.length },
    ...PAGE_MEMBERS,
  },
  run(input, { parts }) {
    const asked = (filter: string) => input.Filter === undefined || input.Filter.includes(filter);
    const all = <K extends EntityKind>(filter: string, kind: K): Entity<K>[] =>
      asked(filter) ? parts.entities.list(kind, { pathPrefix: '/', after: '', limit: 10_000 }) : [];
    const entry = (list: string, key: string, view: () => XmlObject) => ({
      list,
      key: `${list} ${key}`,
      view,
    });
    const entries = [
      ...all('User', 'user').map((user) =>
        entry('UserDetailList', nameKey(user.name), () => ({
          ...userView(parts, user),
          GroupList: parts.memberships.groupsOf(user.id).map((id) => parts.entities.byId(id)!.name),
          UserPolicyList: inlineView(parts, user),
          AttachedManagedPolicies: attachedViews(parts, user),
        })),
      ),
      ...all('Group', 'group').map((group) =>
        entry('GroupDetailList', nameKey(group.name), () => ({
          ...groupView(parts, group),
          GroupPolicyList: inlineView(parts, group),
          AttachedManagedPolicies: attachedViews(parts, group),
        })),
      ),
      ...all('Role', 'role').map((role) =>
        entry('RoleDetailList', nameKey(role.name), () => ({
          ...roleView(parts, role, parts.region),
          InstanceProfileList: [],
          RolePolicyList: inlineView(parts, role),
          AttachedManagedPolicies: attachedViews(parts, role),
        })),
      ),
      ...all('LocalManagedPolicy', 'policy').map((policy) =>
        entry('Policies', nameKey(policy.name), () => ({
          ...policyView(parts, policy),
          ...policySummary(parts, policy),
          PolicyVersionList: parts.policies
            .versionsOf(policy.id)
            .map((version) => versionView(policy, version, true)),
        })),
      ),
      ...(asked('AWSManagedPolicy') ? managedPolicies : [])
        .filter(({ arn }) => parts.policies.ownersOf(arn).length > 0)
        .map((policy) =>
          entry('Policies', nameKey(policy.name), () => ({
            PolicyName: policy.name,
            Arn: policy.arn,
            Path: policy.path,
            DefaultVersionId: policy.versionId,
            AttachmentCount: parts.policies.ownersOf(policy.arn).length,
            IsAttachable: true,
            PolicyVersionList: [
              {
                Document: encodeDocument(policy.document),
                VersionId: policy.versionId,
                IsDefaultVersion: true,
                CreateDate: policy.updateDate,
              },
            ],
          })),
        ),
    ];
    const { items, ...rest } = pageOf(input, entries, ({ key }) => key);
    const views = (list: string) => items.filter((item) => item.list === list).map(({ view }) => view());
    return {
      UserDetailList: views('UserDetailList'),
      GroupDetailList: views('GroupDetailList'),
      RoleDetailList: views('RoleDetailList'),
      Policies: views('Policies'),
      ...rest,
    };
  },
});

function inlineView(parts: Identity, owner: Entity): XmlObject[] {
  return parts.policies
    .inlineOf(owner.id)
    .map(({ name, document }) => ({ PolicyName: name, PolicyDocument: encodeDocument(document) }));
}

function attachedViews(parts: Identity, owner: Entity): XmlObject[] {
  return parts.policies.attachedTo(owner.id).map(attachedView);
}

/**
 * Kinds of credentials that users can't have here. Tools ask for them before they delete a user, and the
 * answer is that there are none.
 */
const NO_CREDENTIALS = (
  [
    ['ListMFADevices', 'MFADevices'],
    ['ListSSHPublicKeys', 'SSHPublicKeys'],
    ['ListServiceSpecificCredentials', 'ServiceSpecificCredentials'],
    ['ListSigningCertificates', 'Certificates'],
  ] as const
).map(([name, list]) =>
  operation({
    name,
    readOnly: true,
    members: { UserName: NAME_64, ...PAGE_MEMBERS },
    resources: userArnOrSelf,
    run({ UserName }, { parts, principal }) {
      if (UserName !== undefined || principal?.kind !== 'root') userOrSelf(parts, UserName, principal);
      return { [list]: [], IsTruncated: false };
    },
  }),
);

/** Passwords for a console that isn't here. */
const NO_LOGIN = (['GetLoginProfile', 'DeleteLoginProfile'] as const).map((name) =>
  operation({
    name,
    readOnly: name === 'GetLoginProfile',
    members: { UserName: NAME_64 },
    resources: userArnOrSelf,
    run({ UserName }, { parts, principal }) {
      const user = userOrSelf(parts, UserName, principal);
      throw noSuchEntity(`Login Profile for User ${user.name} cannot be found.`);
    },
  }),
);

export const ACCOUNT_OPERATIONS = [
  createAccountAlias,
  deleteAccountAlias,
  listAccountAliases,
  getAccountSummary,
  getAccountAuthorizationDetails,
  ...NO_CREDENTIALS,
  ...NO_LOGIN,
];
