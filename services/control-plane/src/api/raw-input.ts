// Takes the members of an operation's input out of a request, as JSON values that a validator reads.
//
// 1. Each member is taken from its place; null is the same as absent, and members that the description
//    doesn't know are dropped, in structures too.
// 2. Query members are text: integers are read from it, lists are repeated keys, a map is all keys that
//    are no other member and no part of a presigned URL.
// 3. Blanks around what is trimmed go. A string with a lone surrogate is no text, could neither be stored
//    nor sent back, and is made something that no schema of strings takes.
import { type MemberDescription, resolved, type Schema } from './description.ts';

/** A request taken apart. */
export interface RawInput {
  /** Decoded. */
  readonly path: ReadonlyMap<string, string>;
  /** Decoded, each key with its values in the order of the request. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly body: object;
}

type JsonObject = Record<string, unknown>;

/** The members that are there. */
export function takeMembers(members: readonly MemberDescription[], raw: RawInput): JsonObject {
  const input: JsonObject = {};
  for (const member of members) {
    const value = plain(member.schema, fromPlace(members, member, raw));
    if (value !== undefined) input[member.name] = value;
  }
  return input;
}

function fromPlace(members: readonly MemberDescription[], member: MemberDescription, raw: RawInput): unknown {
  const { name, place, schema } = member;
  switch (place) {
    case 'path':
      return raw.path.get(name);
    case 'query':
      return fromQuery(members, name, resolved(schema), raw.query);
    case 'body':
      return own(raw.body, name);
  }
}

function fromQuery(
  members: readonly MemberDescription[],
  name: string,
  schema: Schema,
  query: RawInput['query'],
): unknown {
  if (schema.additionalProperties !== undefined) {
    const others = new Set(members.map((member) => member.name));
    const entries = [...query].filter(([key]) => !others.has(key) && !/^x-amz-/i.test(key));
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  const values = query.get(name);
  if (values === undefined || schema.type === 'array') return values;
  const [first] = values;
  if (schema.type === 'integer' && /^[-+]?\d{1,15}$/.test(first!)) return Number(first);
  return first;
}

function plain(schema: Schema, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  const { type, items, additionalProperties, properties = {}, 'x-trimmed': trimmed } = resolved(schema);
  if (typeof value === 'string') {
    if (/\p{Surrogate}/u.test(value)) return NO_TEXT;
    return trimmed === true ? value.trim() : value;
  }
  if (type === 'array' && Array.isArray(value)) {
    // A hole in a list is a fault of the request, not an absent member.
    return value.map((member: unknown) => (member === null ? null : plain(items!, member)));
  }
  if (type !== 'object' || typeof value !== 'object' || Array.isArray(value)) return value;
  if (additionalProperties !== undefined) {
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, member]) => [key, member === null ? null : plain(additionalProperties, member)]),
    );
  }
  const object: JsonObject = {};
  for (const [name, member] of Object.entries(properties)) {
    const found = plain(member, own(value, name));
    if (found !== undefined) object[name] = found;
  }
  return object;
}

const NO_TEXT = Number.NaN;

function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as JsonObject)[name] : undefined;
}
