// Access keys of users. The secret is in the answer to the request that makes it, and in no other. Without
// UserName an operation is about the caller.

import type { Entity } from '../identity/entity.ts';
import type { Identity } from '../identity/identity.ts';
import { makeId, makeSecret } from '../identity/identity-names.ts';
import { required, text } from '../query-api/members.ts';
import { PAGE_MEMBERS, pageOf } from '../query-api/paging.ts';
import { accessDenied, limitExceeded, noSuchEntity } from '../query-api/query-error.ts';
import { dateOf, NAME_64, operation, userArnOrSelf, userOrSelf } from './common.ts';

const KEYS_PER_USER_MAX = 2;
const KEY_ID = required(text(16, 128, /^\w+$/, '[\\w]+'));

const createAccessKey = operation({
  name: 'CreateAccessKey',
  readOnly: false,
  members: { UserName: NAME_64 },
  resources: userArnOrSelf,
  run({ UserName }, { parts, principal }) {
    const user = userOrSelf(parts, UserName, principal);
    if (parts.keys.of(user.id).length >= KEYS_PER_USER_MAX)
      throw limitExceeded('AccessKeysPerUser', KEYS_PER_USER_MAX);
    const key = {
      accessKeyId: makeId('AKIA', parts.random),
      userId: user.id,
      secret: makeSecret(parts.random),
      active: true,
      createdAtMs: Math.round(parts.clock.nowMs()),
    };
    parts.keys.insert(key);
    return {
      AccessKey: {
        UserName: user.name,
        AccessKeyId: key.accessKeyId,
        Status: 'Active',
        SecretAccessKey: key.secret,
        CreateDate: dateOf(key.createdAtMs),
      },
    };
  },
});

const listAccessKeys = operation({
  name: 'ListAccessKeys',
  readOnly: true,
  members: { UserName: NAME_64, ...PAGE_MEMBERS },
  resources: userArnOrSelf,
  run(input, { parts, principal }) {
    const user = userOrSelf(parts, input.UserName, principal);
    const { items, ...rest } = pageOf(input, parts.keys.of(user.id), (key) => key.accessKeyId);
    const AccessKeyMetadata = items.map((key) => ({
      UserName: user.name,
      AccessKeyId: key.accessKeyId,
      Status: key.active ? 'Active' : 'Inactive',
      CreateDate: dateOf(key.createdAtMs),
    }));
    return { AccessKeyMetadata, ...rest };
  },
});

const updateAccessKey = operation({
  name: 'UpdateAccessKey',
  readOnly: false,
  members: {
    UserName: NAME_64,
    AccessKeyId: KEY_ID,
    Status: required({ ...text(1, 16), oneOf: ['Active', 'Inactive'] }),
  },
  resources: userArnOrSelf,
  run({ UserName, AccessKeyId, Status }, { parts, principal }) {
    requireKey(parts, userOrSelf(parts, UserName, principal), AccessKeyId);
    parts.keys.setActive(AccessKeyId, Status === 'Active');
    return undefined;
  },
});

const deleteAccessKey = operation({
  name: 'DeleteAccessKey',
  readOnly: false,
  members: { UserName: NAME_64, AccessKeyId: KEY_ID },
  resources: userArnOrSelf,
  run({ UserName, AccessKeyId }, { parts, principal }) {
    requireKey(parts, userOrSelf(parts, UserName, principal), AccessKeyId);
    parts.keys.remove(AccessKeyId);
    parts.usage.forget(AccessKeyId);
    return undefined;
  },
});

const getAccessKeyLastUsed = operation({
  name: 'GetAccessKeyLastUsed',
  readOnly: true,
  members: { AccessKeyId: KEY_ID },
  resources: ({ parts, form }) => {
    const key = parts.keys.find(form.text('AccessKeyId') ?? '');
    const user = key && parts.entities.byId(key.userId);
    return [user === undefined ? '*' : parts.names.arnOf(user)];
  },
  run({ AccessKeyId }, { parts }) {
    const key = parts.keys.find(AccessKeyId);
    const user = key && parts.entities.byId(key.userId);
    if (user === undefined)
      throw accessDenied(
        `User is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${AccessKeyId}`,
      );
    const usage = parts.usage.lastUse(AccessKeyId);
    return {
      UserName: user.name,
      AccessKeyLastUsed:
        usage === undefined
          ? { ServiceName: 'N/A', Region: 'N/A' }
          : { LastUsedDate: dateOf(usage.usedAtMs), ServiceName: usage.service, Region: parts.region },
    };
  },
});

function requireKey(parts: Identity, user: Entity<'user'>, accessKeyId: string): void {
  if (parts.keys.find(accessKeyId)?.userId !== user.id)
    throw noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);
}

export const ACCESS_KEY_OPERATIONS = [
  createAccessKey,
  listAccessKeys,
  updateAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
];
