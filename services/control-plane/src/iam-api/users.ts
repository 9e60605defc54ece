// Users. GetUser without a name is about the caller, which may be the root.

import { nameKey } from '../identity/entity-store.ts';
import { makeEntityId } from '../identity/identity-names.ts';
import { taggedEntity } from '../identity/principals.ts';
import { PAGE_MEMBERS, page } from '../query-api/paging.ts';
import { alreadyExists, deleteConflict, limitExceeded } from '../query-api/query-error.ts';
import {
  ARN,
  addTags,
  arnOfAll,
  arnOfNew,
  boundaryKey,
  checkAttachable,
  NAME_64,
  operation,
  PATH,
  PATH_PREFIX,
  requestTags,
  requireNamed,
  USER_NAME,
  userArn,
  userArnOrSelf,
  userOrSelf,
} from './common.ts';
import { userSummary, userView } from './views.ts';

const USERS_MAX = 5000;
const TAGS = { type: 'tags' } as const;

const createUser = operation({
  name: 'CreateUser',
  readOnly: false,
  members: { UserName: USER_NAME, Path: PATH, PermissionsBoundary: ARN, Tags: TAGS },
  resources: arnOfNew('user', 'UserName'),
  *conditionKeys(scope) {
    yield* requestTags(scope);
    yield* boundaryKey(scope);
  },
  run(input, { parts }) {
    const { entities, clock, random } = parts;
    if (entities.find('user', input.UserName) !== undefined)
      throw alreadyExists(`User with name ${input.UserName} already exists.`);
    if (entities.count('user') >= USERS_MAX) throw limitExceeded('UsersPerAccount', USERS_MAX);
    if (input.PermissionsBoundary !== undefined) checkAttachable(parts, input.PermissionsBoundary);
    const user = {
      id: makeEntityId('user', random),
      kind: 'user',
      name: input.UserName,
      path: input.Path ?? '/',
      boundaryArn: input.PermissionsBoundary,
      createdAtMs: Math.round(clock.nowMs()),
      content: {},
    } as const;
    entities.insert(user);
    addTags(parts, user, input.Tags);
    return { User: userView(parts, user) };
  },
});

const getUser = operation({
  name: 'GetUser',
  readOnly: true,
  members: { UserName: NAME_64 },
  resources: userArnOrSelf,
  run({ UserName }, { parts, principal }) {
    if (UserName === undefined && principal?.kind === 'root')
      return {
        User: {
          Path: '/',
          UserName: 'root',
          UserId: principal.userId,
          Arn: principal.arn,
          CreateDate: '1970-01-01T00:00:00Z',
        },
      };
    return { User: userView(parts, userOrSelf(parts, UserName, principal)) };
  },
});

const listUsers = operation({
  name: 'ListUsers',
  readOnly: true,
  members: { PathPrefix: PATH_PREFIX, ...PAGE_MEMBERS },
  resources: arnOfAll('user'),
  run(input, { parts }) {
    const pathPrefix = input.PathPrefix ?? '/';
    const { items, ...rest } = page(
      input,
      (after, limit) => parts.entities.list('user', { pathPrefix, after, limit }),
      (user) => nameKey(user.name),
    );
    return { Users: items.map((user) => userSummary(parts, user)), ...rest };
  },
});

const updateUser = operation({
  name: 'UpdateUser',
  readOnly: false,
  members: { UserName: USER_NAME, NewUserName: NAME_64, NewPath: PATH },
  resources: (scope) => {
    const [before = '*'] = userArn(scope);
    const { parts, form } = scope;
    const user = parts.entities.find('user', form.text('UserName') ?? '');
    const path = form.text('NewPath') ?? user?.path ?? '/';
    const after = parts.names.arn('user', path, form.text('NewUserName') ?? form.text('UserName') ?? '');
    return before === after ? [before] : [before, after];
  },
  run({ UserName, NewUserName, NewPath }, { parts }) {
    const user = requireNamed(parts, 'user', UserName);
    const other = NewUserName === undefined ? undefined : parts.entities.find('user', NewUserName);
    if (other !== undefined && other.id !== user.id)
      throw alreadyExists(`User with name ${NewUserName} already exists.`);
    parts.entities.update({ ...user, name: NewUserName ?? user.name, path: NewPath ?? user.path });
    return undefined;
  },
});

const deleteUser = operation({
  name: 'DeleteUser',
  readOnly: false,
  members: { UserName: USER_NAME },
  resources: userArn,
  run({ UserName }, { parts }) {
    const user = requireNamed(parts, 'user', UserName);
    const conflict = (what: string) => deleteConflict(`Cannot delete entity, must ${what} first.`);
    if (parts.keys.of(user.id).length > 0) throw conflict('delete access keys');
    if (parts.memberships.groupsOf(user.id).length > 0) throw conflict('remove users from group');
    if (parts.policies.attachedTo(user.id).length > 0) throw conflict('detach all policies');
    if (parts.policies.inlineOf(user.id).length > 0) throw conflict('delete policies');
    parts.tags.removeAll(taggedEntity(user));
    parts.entities.remove(user.id);
    return undefined;
  },
});

export const USER_OPERATIONS = [createUser, getUser, listUsers, updateUser, deleteUser];
