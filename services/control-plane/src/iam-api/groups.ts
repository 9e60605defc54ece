// Groups and who is in them.

import { nameKey } from '../identity/entity-store.ts';
import { makeEntityId } from '../identity/identity-names.ts';
import { PAGE_MEMBERS, page, pageOf } from '../query-api/paging.ts';
import { alreadyExists, deleteConflict, limitExceeded, noSuchEntity } from '../query-api/query-error.ts';
import {
  arnOfAll,
  arnOfNew,
  GROUP_NAME,
  groupArn,
  NAME_128,
  operation,
  PATH,
  PATH_PREFIX,
  requireNamed,
  USER_NAME,
  userArn,
} from './common.ts';
import { groupView, userSummary } from './views.ts';

const GROUPS_MAX = 500;
const GROUPS_PER_USER_MAX = 10;

const createGroup = operation({
  name: 'CreateGroup',
  readOnly: false,
  members: { GroupName: GROUP_NAME, Path: PATH },
  resources: arnOfNew('group', 'GroupName'),
  run({ GroupName, Path }, { parts }) {
    if (parts.entities.find('group', GroupName) !== undefined)
      throw alreadyExists(`Group with name ${GroupName} already exists.`);
    if (parts.entities.count('group') >= GROUPS_MAX) throw limitExceeded('GroupsPerAccount', GROUPS_MAX);
    const group = {
      id: makeEntityId('group', parts.random),
      kind: 'group',
      name: GroupName,
      path: Path ?? '/',
      boundaryArn: undefined,
      createdAtMs: Math.round(parts.clock.nowMs()),
      content: {},
    } as const;
    parts.entities.insert(group);
    return { Group: groupView(parts, group) };
  },
});

const getGroup = operation({
  name: 'GetGroup',
  readOnly: true,
  members: { GroupName: GROUP_NAME, ...PAGE_MEMBERS },
  resources: groupArn,
  run(input, { parts }) {
    const group = requireNamed(parts, 'group', input.GroupName);
    const members = parts.memberships.membersOf(group.id).map((id) => parts.entities.byId(id)!);
    const { items, ...rest } = pageOf(input, members, (user) => nameKey(user.name));
    return {
      Group: groupView(parts, group),
      Users: items.map((user) => userSummary(parts, user)),
      ...rest,
    };
  },
});

const listGroups = operation({
  name: 'ListGroups',
  readOnly: true,
  members: { PathPrefix: PATH_PREFIX, ...PAGE_MEMBERS },
  resources: arnOfAll('group'),
  run(input, { parts }) {
    const pathPrefix = input.PathPrefix ?? '/';
    const { items, ...rest } = page(
      input,
      (after, limit) => parts.entities.list('group', { pathPrefix, after, limit }),
      (group) => nameKey(group.name),
    );
    return { Groups: items.map((group) => groupView(parts, group)), ...rest };
  },
});

const listGroupsForUser = operation({
  name: 'ListGroupsForUser',
  readOnly: true,
  members: { UserName: USER_NAME, ...PAGE_MEMBERS },
  resources: userArn,
  run(input, { parts }) {
    const user = requireNamed(parts, 'user', input.UserName);
    const groups = parts.memberships.groupsOf(user.id).map((id) => parts.entities.byId(id)!);
    const { items, ...rest } = pageOf(input, groups, (group) => nameKey(group.name));
    return { Groups: items.map((group) => groupView(parts, group)), ...rest };
  },
});

const updateGroup = operation({
  name: 'UpdateGroup',
  readOnly: false,
  members: { GroupName: GROUP_NAME, NewGroupName: NAME_128, NewPath: PATH },
  resources: (scope) => {
    const [before = '*'] = groupArn(scope);
    const { parts, form } = scope;
    const group = parts.entities.find('group', form.text('GroupName') ?? '');
    const path = form.text('NewPath') ?? group?.path ?? '/';
    const after = parts.names.arn('group', path, form.text('NewGroupName') ?? form.text('GroupName') ?? '');
    return before === after ? [before] : [before, after];
  },
  run({ GroupName, NewGroupName, NewPath }, { parts }) {
    const group = requireNamed(parts, 'group', GroupName);
    const other = NewGroupName === undefined ? undefined : parts.entities.find('group', NewGroupName);
    if (other !== undefined && other.id !== group.id)
      throw alreadyExists(`Group with name ${NewGroupName} already exists.`);
    parts.entities.update({ ...group, name: NewGroupName ?? group.name, path: NewPath ?? group.path });
    return undefined;
  },
});

const deleteGroup = operation({
  name: 'DeleteGroup',
  readOnly: false,
  members: { GroupName: GROUP_NAME },
  resources: groupArn,
  run({ GroupName }, { parts }) {
    const group = requireNamed(parts, 'group', GroupName);
    const conflict = (what: string) => deleteConflict(`Cannot delete entity, must ${what} first.`);
    if (parts.memberships.membersOf(group.id).length > 0) throw conflict('remove users from group');
    if (parts.policies.attachedTo(group.id).length > 0) throw conflict('detach all policies');
    if (parts.policies.inlineOf(group.id).length > 0) throw conflict('delete policies');
    parts.entities.remove(group.id);
    return undefined;
  },
});

const addUserToGroup = operation({
  name: 'AddUserToGroup',
  readOnly: false,
  members: { GroupName: GROUP_NAME, UserName: USER_NAME },
  resources: groupArn,
  run({ GroupName, UserName }, { parts }) {
    const group = requireNamed(parts, 'group', GroupName);
    const user = requireNamed(parts, 'user', UserName);
    const groups = parts.memberships.groupsOf(user.id);
    if (!groups.includes(group.id) && groups.length >= GROUPS_PER_USER_MAX)
      throw limitExceeded('GroupsPerUser', GROUPS_PER_USER_MAX);
    parts.memberships.join(group.id, user.id);
    return undefined;
  },
});

const removeUserFromGroup = operation({
  name: 'RemoveUserFromGroup',
  readOnly: false,
  members: { GroupName: GROUP_NAME, UserName: USER_NAME },
  resources: groupArn,
  run({ GroupName, UserName }, { parts }) {
    const group = requireNamed(parts, 'group', GroupName);
    const user = requireNamed(parts, 'user', UserName);
    if (!parts.memberships.leave(group.id, user.id))
      throw noSuchEntity(
        `The user with name ${UserName} cannot be found in the group with name ${GroupName}.`,
      );
    return undefined;
  },
});

export const GROUP_OPERATIONS = [
  createGroup,
  getGroup,
  listGroups,
  listGroupsForUser,
  updateGroup,
  deleteGroup,
  addUserToGroup,
  removeUserFromGroup,
];
