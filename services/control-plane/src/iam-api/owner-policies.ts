// What is attached to users, groups and roles: the same operations for each of the three, inline and managed.

import { POLICY_SIZE_MAX, policySizeCharacters } from '@ampere/iam';
import type { OwnerKind } from '../identity/entity.ts';
import { required } from '../query-api/members.ts';
import { PAGE_MEMBERS, pageOf } from '../query-api/paging.ts';
import { limitExceeded, noSuchEntity, QueryError } from '../query-api/query-error.ts';
import {
  checkAttachable,
  checkDocument,
  DOCUMENT,
  encodeDocument,
  NAME_128,
  operation,
  ownerArn,
  ownerMember,
  PATH_PREFIX,
  POLICY_ARN,
  requireNamed,
  requireOwner,
  type Scope,
} from './common.ts';
import { attachedView } from './views.ts';

/** AWS lets ask for up to 20; nobody has to ask here. */
const ATTACHED_MAX = 20;

const KINDS = [
  ['user', 'User', POLICY_SIZE_MAX.userInline],
  ['group', 'Group', POLICY_SIZE_MAX.groupInline],
  ['role', 'Role', POLICY_SIZE_MAX.roleInline],
] as const;

const policyArnKey = ({ form }: Scope): [string, string[]][] => [
  ['iam:PolicyARN', [form.text('PolicyArn') ?? '']],
];

const POLICY_NAME = required(NAME_128);
const OWNER_NAME = required(NAME_128);

function operationsOf(kind: OwnerKind, word: string, charactersMax: number) {
  const member = ownerMember[kind];
  const resources = ownerArn[kind];
  // The member has another name for each kind; what is required is there.
  const nameOf = (input: object): string => (input as Record<string, string>)[member]!;

  const attach = operation({
    name: `Attach${word}Policy`,
    readOnly: false,
    members: { [member]: OWNER_NAME, PolicyArn: POLICY_ARN },
    resources,
    conditionKeys: policyArnKey,
    run(input, { parts }) {
      const arn = input['PolicyArn'] as string;
      const owner = requireOwner(parts, kind, nameOf(input));
      checkAttachable(parts, arn);
      const attached = parts.policies.attachedTo(owner.id);
      if (!attached.includes(arn) && attached.length >= ATTACHED_MAX)
        throw limitExceeded(`PoliciesPer${word}`, ATTACHED_MAX);
      parts.policies.attach(owner.id, arn);
      return undefined;
    },
  });

  const detach = operation({
    name: `Detach${word}Policy`,
    readOnly: false,
    members: { [member]: OWNER_NAME, PolicyArn: POLICY_ARN },
    resources,
    conditionKeys: policyArnKey,
    run(input, { parts }) {
      const arn = input['PolicyArn'] as string;
      const owner = requireOwner(parts, kind, nameOf(input));
      if (!parts.policies.detach(owner.id, arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      return undefined;
    },
  });

  const listAttached = operation({
    name: `ListAttached${word}Policies`,
    readOnly: true,
    members: { [member]: OWNER_NAME, PathPrefix: PATH_PREFIX, ...PAGE_MEMBERS },
    resources,
    run(input, { parts }) {
      const owner = requireNamed(parts, kind, nameOf(input));
      const prefix = input.PathPrefix ?? '/';
      const arns = parts.policies
        .attachedTo(owner.id)
        .filter((arn) => arn.slice(arn.indexOf('/')).startsWith(prefix));
      const { items, ...rest } = pageOf(input, arns, (arn) => arn);
      return { AttachedPolicies: items.map(attachedView), ...rest };
    },
  });

  const put = operation({
    name: `Put${word}Policy`,
    readOnly: false,
    members: { [member]: OWNER_NAME, PolicyName: POLICY_NAME, PolicyDocument: required(DOCUMENT) },
    resources,
    run(input, { parts }) {
      const owner = requireOwner(parts, kind, nameOf(input));
      const name = input['PolicyName'] as string;
      const document = input['PolicyDocument'] as string;
      checkDocument(document, 'identity');
      const others = parts.policies.inlineOf(owner.id).filter((policy) => policy.name !== name);
      const characters = [...others.map((policy) => policy.document), document].map(policySizeCharacters);
      if (characters.reduce((sum, size) => sum + size, 0) > charactersMax)
        throw new QueryError(
          'LimitExceeded',
          `Maximum policy size of ${charactersMax} bytes exceeded for ${kind} ${owner.name}`,
          409,
        );
      parts.policies.putInline(owner.id, { name, document });
      return undefined;
    },
  });

  const get = operation({
    name: `Get${word}Policy`,
    readOnly: true,
    members: { [member]: OWNER_NAME, PolicyName: POLICY_NAME },
    resources,
    run(input, { parts }) {
      const owner = requireNamed(parts, kind, nameOf(input));
      const name = input['PolicyName'] as string;
      const found = parts.policies.inlineOf(owner.id).find((policy) => policy.name === name);
      if (found === undefined) throw noInline(kind, name);
      return { [member]: owner.name, PolicyName: name, PolicyDocument: encodeDocument(found.document) };
    },
  });

  const remove = operation({
    name: `Delete${word}Policy`,
    readOnly: false,
    members: { [member]: OWNER_NAME, PolicyName: POLICY_NAME },
    resources,
    run(input, { parts }) {
      const owner = requireOwner(parts, kind, nameOf(input));
      const name = input['PolicyName'] as string;
      if (!parts.policies.removeInline(owner.id, name)) throw noInline(kind, name);
      return undefined;
    },
  });

  const list = operation({
    name: `List${word}Policies`,
    readOnly: true,
    members: { [member]: OWNER_NAME, ...PAGE_MEMBERS },
    resources,
    run(input, { parts }) {
      const owner = requireNamed(parts, kind, nameOf(input));
      const names = parts.policies.inlineOf(owner.id).map((policy) => policy.name);
      const { items, ...rest } = pageOf(input, names, (name) => name);
      return { PolicyNames: [...items], ...rest };
    },
  });

  return [attach, detach, listAttached, put, get, remove, list];
}

function noInline(kind: OwnerKind, name: string): QueryError {
  return noSuchEntity(`The ${kind} policy with name ${name} cannot be found.`);
}

export const OWNER_POLICY_OPERATIONS = KINDS.flatMap(([kind, word, charactersMax]) =>
  operationsOf(kind, word, charactersMax),
);
