// What the operations of IAM share: members, ARNs that actions are checked on, finding what a request names.

import { PolicyError, type PolicyKind, parsePolicy, policySizeCharacters } from '@ampere/iam';
import type { Entity, EntityKind } from '../identity/entity.ts';
import type { Identity } from '../identity/identity.ts';
import { required, type Tags, text } from '../query-api/members.ts';
import { malformedPolicy, noSuchEntity, QueryError, validationError } from '../query-api/query-error.ts';
import { operationOf, type RouteScope } from '../query-api/query-service.ts';

export const operation = operationOf<Identity>();
export type Scope = RouteScope<Identity>;

const NAME = /^[\w+=,.@-]+$/;
const NAME_TEXT = '[\\w+=,.@-]+';
export const NAME_64 = text(1, 64, NAME, NAME_TEXT);
export const NAME_128 = text(1, 128, NAME, NAME_TEXT);
export const PATH = text(
  1,
  512,
  /^(?:\/|\/[\u0021-\u007E]+\/)$/,
  '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)',
);
export const PATH_PREFIX = text(1, 512, /^\/[\u0021-\u007F]*$/, '\\u002F[\\u0021-\\u007F]*');
export const ARN = text(20, 2048);
export const DOCUMENT = text(
  1,
  131_072,
  /^[\u0009\u000A\u000D\u0020-\u00FF]+$/,
  '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
);
export const DESCRIPTION = text(
  0,
  1000,
  /^[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*$/,
  '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
);
export const USER_NAME = required(NAME_64);
export const GROUP_NAME = required(NAME_128);
export const ROLE_NAME = required(NAME_64);
export const POLICY_ARN = required(ARN);

const NAME_MEMBERS = { user: 'UserName', group: 'GroupName', role: 'RoleName' } as const;

/** The ARN of what a member names, with the path that it has when it is there. */
export function arnOfNamed(kind: EntityKind, member: string): (scope: Scope) => readonly string[] {
  return ({ parts, form }) => {
    const name = form.text(member) ?? '';
    return [parts.names.arn(kind, parts.entities.find(kind, name)?.path ?? '/', name)];
  };
}

export const userArn = arnOfNamed('user', 'UserName');
export const groupArn = arnOfNamed('group', 'GroupName');
export const roleArn = arnOfNamed('role', 'RoleName');
export const ownerArn = { user: userArn, group: groupArn, role: roleArn } as const;
export const ownerMember = NAME_MEMBERS;

/** The ARN that something made by this request will have. */
export function arnOfNew(kind: EntityKind, member: string): (scope: Scope) => readonly string[] {
  return ({ parts, form }) => [parts.names.arn(kind, form.text('Path') ?? '/', form.text(member) ?? '')];
}

/** All entities of a kind, for lists. */
export function arnOfAll(kind: EntityKind): (scope: Scope) => readonly string[] {
  return ({ parts, form }) => [`${parts.names.arn(kind, form.text('PathPrefix') ?? '/', '')}`];
}

/** The ARN in a member. */
export function arnIn(member: string): (scope: Scope) => readonly string[] {
  return ({ form }) => [form.text(member) ?? '*'];
}

/** The user that a member names, or the caller. */
export function userArnOrSelf(scope: Scope): readonly string[] {
  return scope.form.has('UserName') ? userArn(scope) : [scope.principal?.arn ?? '*'];
}

export function* requestTags({ form }: Scope): Generator<readonly [string, readonly string[]]> {
  const tags = form.structures('Tags');
  for (const tag of tags) yield [`aws:RequestTag/${tag.text('Key') ?? ''}`, [tag.text('Value') ?? '']];
  if (tags.length > 0) yield ['aws:TagKeys', tags.map((tag) => tag.text('Key') ?? '')];
}

export function boundaryKey({ form }: Scope): (readonly [string, readonly string[]])[] {
  const arn = form.text('PermissionsBoundary');
  return arn === undefined ? [] : [['iam:PermissionsBoundary', [arn]]];
}

/** @throws QueryError when there is none. */
export function requireNamed<K extends 'user' | 'group' | 'role'>(
  parts: Identity,
  kind: K,
  name: string,
): Entity<K> {
  const found = parts.entities.find(kind, name);
  if (found === undefined) throw noSuchEntity(`The ${kind} with name ${name} cannot be found.`);
  return found;
}

/** A role that may be changed here. @throws QueryError when it is none or its service's. */
export function requireOwnRole(parts: Identity, name: string): Entity<'role'> {
  const role = requireNamed(parts, 'role', name);
  if (role.content.serviceName !== undefined)
    throw new QueryError(
      'UnmodifiableEntity',
      `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
    );
  return role;
}

/** A user, group or role whose policies may be changed. */
export function requireOwner(parts: Identity, kind: 'user' | 'group' | 'role', name: string): Entity {
  return kind === 'role' ? requireOwnRole(parts, name) : requireNamed(parts, kind, name);
}

/** A managed policy of the account. @throws QueryError. */
export function requirePolicy(parts: Identity, arn: string): Entity<'policy'> {
  const found = parts.principals.managedEntity(arn);
  if (found === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
  return found;
}

/** The user that a request names, or the caller's own. @throws QueryError. */
export function userOrSelf(
  parts: Identity,
  name: string | undefined,
  principal: { readonly kind: string; readonly userName?: string } | undefined,
): Entity<'user'> {
  if (name !== undefined) return requireNamed(parts, 'user', name);
  if (principal?.kind !== 'user' || principal.userName === undefined)
    throw validationError('Must specify userName when calling with non-User credentials');
  return requireNamed(parts, 'user', principal.userName);
}

/** @throws QueryError for a document that isn't a policy of that kind. */
export function checkDocument(document: string, kind: PolicyKind, managed = false): void {
  try {
    parsePolicy(document, kind, { managed });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw malformedPolicy(error.message);
  }
}

/** @throws QueryError when a document has more characters than a quota allows. */
export function checkSize(document: string, quota: string, charactersMax: number): void {
  if (policySizeCharacters(document) > charactersMax)
    throw new QueryError('LimitExceeded', `Cannot exceed quota for ${quota}: ${charactersMax}`, 409);
}

/** A managed policy that can be attached or bound by. @throws QueryError. */
export function checkAttachable(parts: Identity, arn: string): void {
  if (parts.principals.managed(arn) !== undefined) return;
  if (!/^arn:aws:iam::(?:aws|\d{12}):policy\/.+/.test(arn)) throw validationError(`ARN ${arn} is not valid.`);
  throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
}

/** @throws QueryError when a set of tags would get too large. */
export function addTags(parts: Identity, entity: Entity, tags: Tags | undefined): void {
  if (tags === undefined || tags.size === 0) return;
  const resource = { kind: `iam-${entity.kind}`, id: entity.id };
  const present = parts.tags.of(resource);
  const folded = new Map([...present.keys()].map((key) => [key.toLowerCase(), key]));
  // Keys differ in more than case: a new spelling replaces the old.
  const replaced = [...tags.keys()].flatMap((key) => {
    const known = folded.get(key.toLowerCase());
    return known === undefined || known === key ? [] : [known];
  });
  if (replaced.length > 0) parts.tags.remove(resource, replaced);
  if (new Set([...folded.keys(), ...[...tags.keys()].map((key) => key.toLowerCase())]).size > 50)
    throw new QueryError('LimitExceeded', 'The number of tags has reached the maximum limit.', 409);
  parts.tags.put(resource, tags);
}

export function dateOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** How documents travel in answers: percent-encoded by RFC 3986. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
