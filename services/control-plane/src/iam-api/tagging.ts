// Tags of users, roles, policies and OpenID Connect providers.

import type { Entity } from '../identity/entity.ts';
import type { Identity } from '../identity/identity.ts';
import { taggedEntity } from '../identity/principals.ts';
import { required, text } from '../query-api/members.ts';
import { PAGE_MEMBERS, pageOf } from '../query-api/paging.ts';
import {
  ARN,
  addTags,
  arnIn,
  NAME_64,
  operation,
  requestTags,
  requireNamed,
  requireOwnRole,
  requirePolicy,
  roleArn,
  type Scope,
  userArn,
} from './common.ts';
import { requireProvider } from './oidc-providers.ts';
import { tagList } from './views.ts';

interface Kind {
  /** As in the operations' names. */
  readonly word: string;
  readonly member: string;
  readonly shape: typeof NAME_64;
  resources(scope: Scope): readonly string[];
  /** @throws QueryError when there is none, or it may not be changed. */
  find(parts: Identity, name: string, toChange: boolean): Entity;
}

const KINDS: readonly Kind[] = [
  {
    word: 'User',
    member: 'UserName',
    shape: NAME_64,
    resources: userArn,
    find: (parts, name) => requireNamed(parts, 'user', name),
  },
  {
    word: 'Role',
    member: 'RoleName',
    shape: NAME_64,
    resources: roleArn,
    find: (parts, name, toChange) =>
      toChange ? requireOwnRole(parts, name) : requireNamed(parts, 'role', name),
  },
  { word: 'Policy', member: 'PolicyArn', shape: ARN, resources: arnIn('PolicyArn'), find: requirePolicy },
  {
    word: 'OpenIDConnectProvider',
    member: 'OpenIDConnectProviderArn',
    shape: ARN,
    resources: arnIn('OpenIDConnectProviderArn'),
    find: requireProvider,
  },
];

export const TAGGING_OPERATIONS = KINDS.flatMap(({ word, member, shape, resources, find }) => {
  const nameOf = (input: object): string => (input as Record<string, string>)[member]!;
  return [
    operation({
      name: `Tag${word}`,
      readOnly: false,
      members: { [member]: required(shape), Tags: required({ type: 'tags' }) },
      resources,
      conditionKeys: requestTags,
      run(input, { parts }) {
        addTags(parts, find(parts, nameOf(input), true), input['Tags'] as ReadonlyMap<string, string>);
        return undefined;
      },
    }),
    operation({
      name: `Untag${word}`,
      readOnly: false,
      members: { [member]: required(shape), TagKeys: required({ type: 'texts', of: text(1, 128), max: 50 }) },
      resources,
      conditionKeys: ({ form }) => [['aws:TagKeys', form.list('TagKeys')]],
      run(input, { parts }) {
        const entity = find(parts, nameOf(input), true);
        const folded = (input['TagKeys'] as readonly string[]).map((key) => key.toLowerCase());
        const present = [...parts.principals.tagsOf(entity).keys()];
        parts.tags.remove(
          taggedEntity(entity),
          present.filter((key) => folded.includes(key.toLowerCase())),
        );
        return undefined;
      },
    }),
    operation({
      name: `List${word}Tags`,
      readOnly: true,
      members: { [member]: required(shape), ...PAGE_MEMBERS },
      resources,
      run(input, { parts }) {
        const tags = tagList(parts.principals.tagsOf(find(parts, nameOf(input), false)));
        const { items, ...rest } = pageOf(input, tags, (tag) => String(tag['Key']));
        return { Tags: [...items], ...rest };
      },
    }),
  ];
});
