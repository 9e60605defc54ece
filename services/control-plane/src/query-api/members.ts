// The members of an operation's input: their kinds and constraints, and reading them out of a form.
//
// All violations of a request are found before it is refused, in AWS' words: "2 validation errors
// detected: Value 'x' at 'roleName' failed to satisfy constraint: …; Value …". Members are named with a
// small first letter there. Members that an operation doesn't have are ignored.

import type { QueryParameters } from '@ampere/aws-query';
import { validationError } from './query-error.ts';

export interface TextMember {
  readonly type: 'text';
  readonly min: number;
  readonly max: number;
  readonly pattern?: RegExp;
  /** How the pattern is written in refusals. */
  readonly patternText?: string;
  readonly oneOf?: readonly string[];
  /** A secret, which no refusal quotes. */
  readonly secret?: true;
  readonly required?: true;
}

export interface IntegerMember {
  readonly type: 'integer';
  readonly min: number;
  readonly max: number;
  readonly required?: true;
}

export interface BooleanMember {
  readonly type: 'boolean';
  readonly required?: true;
}

/** A list of texts, each of which keeps to `of`. */
export interface TextsMember {
  readonly type: 'texts';
  readonly of: TextMember;
  readonly max: number;
  readonly required?: true;
}

export interface TagsMember {
  readonly type: 'tags';
  readonly required?: true;
}

/** Read by the operation itself. */
export interface StructuresMember {
  readonly type: 'structures';
  readonly max: number;
  readonly required?: true;
}

export type Member = TextMember | IntegerMember | BooleanMember | TextsMember | TagsMember | StructuresMember;
export type Members = Readonly<Record<string, Member>>;
export type Tags = ReadonlyMap<string, string>;

interface Values {
  readonly text: string;
  readonly integer: number;
  readonly boolean: boolean;
  readonly texts: readonly string[];
  readonly tags: Tags;
  readonly structures: readonly QueryParameters[];
}

/** What an operation's handler gets. */
export type InputOf<M extends Members> = {
  readonly [K in keyof M]: M[K]['required'] extends true
    ? Values[M[K]['type']]
    : Values[M[K]['type']] | undefined;
};

export function required<M extends Member>(member: M): M & { readonly required: true } {
  return { ...member, required: true };
}

export function text(
  min: number,
  max: number,
  pattern?: RegExp,
  patternText?: string,
): { readonly type: 'text'; min: number; max: number; pattern?: RegExp; patternText?: string } {
  return {
    type: 'text',
    min,
    max,
    ...(pattern === undefined ? {} : { pattern }),
    ...(patternText === undefined ? {} : { patternText }),
  };
}

const TAGS_MAX = 50;
const TAG_KEY = text(1, 128, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u, '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+');
const TAG_VALUE = text(0, 256, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*');

/**
 * Reads the members of a request.
 *
 * @throws QueryError with all that is wrong.
 */
export function readMembers<M extends Members>(form: QueryParameters, members: M): InputOf<M> {
  const violations: string[] = [];
  const input: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    if (!form.has(name)) {
      if (member.required === true) violations.push(missing(wireName(name)));
      continue;
    }
    input[name] = read(form, name, member, violations);
  }
  if (violations.length > 0) {
    const errors = violations.length === 1 ? 'error' : 'errors';
    throw validationError(`${violations.length} validation ${errors} detected: ${violations.join('; ')}`);
  }
  return input as InputOf<M>;
}

/** As refusals and audit records spell it. */
export function wireName(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

function read(form: QueryParameters, name: string, member: Member, violations: string[]): unknown {
  switch (member.type) {
    case 'text': {
      const value = form.text(name) ?? '';
      checkText(value, wireName(name), member, violations);
      return value;
    }
    case 'integer':
      return readInteger(form.text(name) ?? '', wireName(name), member, violations);
    case 'boolean': {
      const value = (form.text(name) ?? '').toLowerCase();
      if (value !== 'true' && value !== 'false')
        violations.push(
          violation(value, wireName(name), 'Member must satisfy enum value set: [true, false]'),
        );
      return value === 'true';
    }
    case 'texts': {
      const values = form.list(name);
      checkLength(values.length, wireName(name), member.max, violations);
      values.forEach((value, at) => {
        checkText(value, `${wireName(name)}.${at + 1}.member`, member.of, violations);
      });
      return values;
    }
    case 'structures': {
      const structures = form.structures(name);
      checkLength(structures.length, wireName(name), member.max, violations);
      return structures;
    }
    case 'tags':
      return readTags(form, name, violations);
  }
}

function readTags(form: QueryParameters, name: string, violations: string[]): Tags {
  const tags = new Map<string, string>();
  const structures = form.structures(name);
  checkLength(structures.length, wireName(name), TAGS_MAX, violations);
  structures.forEach((tag, at) => {
    const place = `${wireName(name)}.${at + 1}.member`;
    const key = tag.text('Key');
    const value = tag.text('Value');
    if (key === undefined) violations.push(missing(`${place}.key`));
    else checkText(key, `${place}.key`, TAG_KEY, violations);
    if (value === undefined) violations.push(missing(`${place}.value`));
    else checkText(value, `${place}.value`, TAG_VALUE, violations);
    if (key === undefined || value === undefined) return;
    if (/^aws:/i.test(key))
      violations.push(
        violation(key, `${place}.key`, "Member must not begin with the reserved prefix 'aws:'"),
      );
    const folded = key.toLowerCase();
    for (const known of tags.keys())
      if (known.toLowerCase() === folded)
        throw validationError('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    tags.set(key, value);
  });
  return tags;
}

function readInteger(
  value: string,
  place: string,
  { min, max }: IntegerMember,
  violations: string[],
): number {
  const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) violations.push(violation(value, place, 'Member must be an integer'));
  if (number < min)
    violations.push(violation(value, place, `Member must have value greater than or equal to ${min}`));
  if (number > max)
    violations.push(violation(value, place, `Member must have value less than or equal to ${max}`));
  return number;
}

function checkLength(length: number, place: string, max: number, violations: string[]): void {
  if (length > max)
    violations.push(
      `Value at '${place}' failed to satisfy constraint: Member must have length less than or equal to ${max}`,
    );
}

function checkText(value: string, place: string, member: TextMember, violations: string[]): void {
  const { min, max, pattern, patternText, oneOf } = member;
  const refuse = (constraint: string) => {
    const quoted = member.secret === true ? undefined : value;
    violations.push(violation(quoted, place, `Member must ${constraint}`));
  };
  if (oneOf !== undefined) {
    if (!oneOf.includes(value)) refuse(`satisfy enum value set: [${oneOf.join(', ')}]`);
    return;
  }
  const length = [...value].length;
  if (length < min) refuse(`have length greater than or equal to ${min}`);
  if (length > max) refuse(`have length less than or equal to ${max}`);
  if (pattern !== undefined && length >= min && !pattern.test(value))
    refuse(`satisfy regular expression pattern: ${patternText ?? pattern.source}`);
}

function missing(place: string): string {
  return `Value null at '${place}' failed to satisfy constraint: Member must not be null`;
}

/** Values are quoted cut, as a document of 100 KB helps nobody; secrets, undefined here, not at all. */
function violation(value: string | undefined, place: string, constraint: string): string {
  const cut = value !== undefined && value.length > 200 ? `${value.slice(0, 200)}...` : value;
  const quoted = cut === undefined ? 'Value' : `Value '${cut}'`;
  return `${quoted} at '${place}' failed to satisfy constraint: ${constraint}`;
}
